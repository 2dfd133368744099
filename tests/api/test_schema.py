"""The OpenAPI document: valid, complete, the same for everybody; and what the interface really does conforms to it."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
import yaml
from django.core.cache import cache
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, transaction
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS

from personas.services import revisions
from personas.services.drafts import new_draft
from streams.api.schema import document
from streams.models import Stream
from tests.factories.relationships import make_viewer
from tests.factories.streams import make_event, make_segment, make_turn
from tests.factories.tenancy import make_token
from tests.tenancy.routes import API, all_routes
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.problems import TITLES
from vtcontrol.tenancy.scope import studio_scope

SCHEMA: dict[str, Any] = json.loads(document("json"))
OPERATIONS = [
    (method, path) for path, methods in SCHEMA["paths"].items() for method in methods if method != "parameters"
]
ENDLESS = {("get", "/api/v1/streams/{stream_id}/feed")}  # tests/api/test_feed.py reads it
BARE = {"schema", "api-docs"}


def test_the_document_is_valid_openapi() -> None:
    validate_schema(SCHEMA)

    assert SCHEMA["openapi"].startswith("3.")


def test_every_route_is_in_the_document() -> None:
    routes = {
        (method, re.sub(r"<\w+:(\w+)>", r"{\1}", f"/{route.template}"))
        for route in all_routes()
        if route.template.startswith(API) and route.name not in BARE
        for method in ("get", "post", "put", "patch", "delete")
        if hasattr(route.view.view_class, method)
    }

    assert set(OPERATIONS) == routes


def test_every_operation_has_words_a_name_and_its_refusals() -> None:
    names = [SCHEMA["paths"][path][method]["operationId"] for method, path in OPERATIONS]
    assert len(set(names)) == len(names)
    for method, path in OPERATIONS:
        one = SCHEMA["paths"][path][method]
        assert one["summary"], path
        assert one["tags"] != ["Other"], path
        assert {"401", "403", "404", "429"} <= one["responses"].keys(), path
        for status, answer in one["responses"].items():
            if int(status) >= 400:
                assert list(answer["content"]) == ["application/problem+json"], path
                assert int(status) in TITLES


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("*/*", "", "application/json"),
        ("application/json", "", "application/json"),
        ("application/vnd.oai.openapi+json", "", "application/vnd.oai.openapi+json"),
        ("application/yaml", "", "application/yaml"),
        ("*/*", "?format=yaml", "application/yaml"),
    ],
)
@pytest.mark.django_db
def test_the_document_is_served_to_anybody(client: Client, accept: str, query: str, kind: str) -> None:
    response = client.get(f"/api/v1/schema{query}", headers={"Accept": accept, "Accept-Language": "ru"})

    assert response["Content-Type"] == f"{kind}; charset=utf-8"
    read = yaml.safe_load(response.content) if "yaml" in kind else response.json()
    assert read == SCHEMA


@pytest.mark.django_db
def test_the_page_shows_every_operation_and_needs_no_script(client: Client) -> None:
    response = client.get("/api/v1/docs")

    page = response.content.decode()
    assert all(f'id="{SCHEMA["paths"][path][method]["operationId"]}"' in page for method, path in OPERATIONS)
    assert all(f'id="shape-{name}"' in page for name in SCHEMA["components"]["schemas"])
    assert "<script" not in page
    assert "http://" not in page.replace("http://testserver", "")
    assert "script-src 'self'" in response["Content-Security-Policy"]


# --- Fuzz --------------------------------------------------------------------------------------------------------

ADMITTED = schemathesis.openapi.from_dict(SCHEMA)
ADMITTED.app = get_wsgi_application()
# What is checked: no 5xx, and status, type, headers and body as the document says; wrong tokens and methods refused.
SKIPPED = {
    "positive_data_acceptance",  # what fits the shape may still be refused: a chat line without words, another's id
    "negative_data_rejection",  # JSON reads "5" as text and "true" as yes, as REST framework does on purpose
    "missing_required_header",
    "ensure_resource_availability",
    "use_after_free",
}
CHECKED = [check for check in CHECKS.get_all() if check.__name__ not in SKIPPED]


@pytest.fixture
def known(stream: Stream) -> Iterator[dict[str, str]]:
    """Ids of a stream with something on it; the application leaves the test's connection open."""
    with studio_scope(stream.studio_id):
        viewer = make_viewer()
        event = make_event(stream, viewer=viewer)
        make_segment(make_turn(stream, event=event))
        revisions.record_revision(stream.persona)
        draft = new_draft(stream.persona, {"identity": "You are a pirate."}, by=None)
    for moment in (request_started, request_finished):
        moment.disconnect(close_old_connections)
    ids = {"stream_id": stream.pk, "event_id": event.pk, "viewer_id": viewer.pk}
    ids |= {"persona_id": stream.persona_id, "revision_id": draft.pk}
    yield {name: str(one) for name, one in ids.items()}
    for moment in (request_started, request_finished):
        moment.connect(close_old_connections)


@pytest.mark.parametrize("mode", list(GenerationMode))
@pytest.mark.parametrize(("method", "path"), sorted(set(OPERATIONS) - ENDLESS))
def test_what_is_answered_conforms(
    known: dict[str, str], stream: Stream, method: str, path: str, mode: GenerationMode
) -> None:
    with studio_scope(stream.studio_id):
        secret = make_token(TokenKind.API, stream=stream)[1]

    @seed(20_261)
    @settings(
        max_examples=8,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=ADMITTED[path][method.upper()].as_strategy(generation_mode=mode))
    def conforms(case: Any) -> None:
        cache.clear()  # rates are another test's
        made_up = case.path_parameters or {}
        case.path_parameters = {name: known.get(name, value) if value else value for name, value in made_up.items()}
        with transaction.atomic():
            case.call_and_validate(headers={"Authorization": f"Bearer {secret}"}, checks=CHECKED)
            transaction.set_rollback(True)

    try:
        conforms()
    except Unsatisfiable:  # a request without parameters and body cannot be wrong
        assert mode is GenerationMode.NEGATIVE
