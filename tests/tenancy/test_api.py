"""The base of the REST API: bearer tokens and nothing else, the caller's studio, and every refusal a problem+json."""

from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from tests.conftest import OTHER
from tests.factories.relationships import make_viewer
from tests.factories.tenancy import make_token
from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy import tokens
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import scoped_studio_id, studio_scope
from vtcontrol.tenancy.studios import Studio


@pytest.fixture(autouse=True)
def _probes(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.tenancy.probes"


@pytest.fixture
def bearer(studio: Studio, other_studio: Studio) -> dict[str, str]:
    """The header of an API token of ours; both studios have a viewer."""
    with studio_scope(other_studio.pk):
        make_viewer(OTHER)
    with studio_scope(studio.pk):
        make_viewer()
        return _header(make_token(TokenKind.API)[1])


def _header(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def _problem(response: Any, status: int) -> dict[str, Any]:
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["status"] == status
    assert {"type", "title", "detail"} <= body.keys()
    assert body["title"]
    assert body["detail"]
    return body


def test_a_token_reads_its_own_studio(client: Client, bearer: dict[str, str], studio: Studio) -> None:
    response = client.get("/names", headers=bearer)

    assert response.json() == {"studio": str(studio.pk), "names": ["Bo"]}


def test_the_scope_ends_with_the_request(client: Client, bearer: dict[str, str]) -> None:
    client.get("/names", headers=bearer)
    client.get("/fail/conflict", headers=bearer)

    with pytest.raises(ScopeMissing):
        scoped_studio_id()


@pytest.mark.parametrize(
    "header",
    [{}, {"Authorization": "Bearer"}, {"Authorization": "Bearer  "}, {"Authorization": "Basic b2xnYTpvbGdh"}],
    ids=["none", "empty", "blank", "another scheme"],
)
def test_no_token_is_401_with_a_challenge(header: dict[str, str], client: Client, bearer: dict[str, str]) -> None:
    response = client.get("/names", headers=header)

    _problem(response, 401)
    assert response["WWW-Authenticate"] == "Bearer"


@pytest.mark.django_db
@pytest.mark.parametrize("secret", ["nonsense", "vtc_api_nonsense", "vta_nonsense", "caf\xe9"])
def test_a_wrong_token_is_401_and_says_so(secret: str, client: Client) -> None:
    response = client.get("/names", headers=_header(secret))

    assert secret not in str(_problem(response, 401))
    assert response["WWW-Authenticate"] == "Bearer"


def test_a_revoked_token_is_401(client: Client, in_studio: Studio) -> None:
    row, secret = make_token()
    tokens.revoke(row)

    _problem(client.get("/names", headers=_header(secret)), 401)


def test_a_session_opens_nothing(client: Client, owner: Any, bearer: dict[str, str]) -> None:
    client.force_login(owner)

    _problem(client.get("/names"), 401)
    _problem(client.post("/names", {}, content_type="application/json"), 401)


def test_a_token_needs_no_csrf_token(bearer: dict[str, str], owner: Any) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    response = client.post("/names", {"a": 1}, content_type="application/json", headers=bearer)

    assert response.status_code == 201


def test_a_token_of_another_kind_is_403(client: Client, in_studio: Studio) -> None:
    _problem(client.get("/names", headers=_header(make_token(TokenKind.STAGE)[1])), 403)


def test_a_row_of_another_studio_is_404_as_one_that_never_was(
    client: Client, bearer: dict[str, str], other_studio: Studio
) -> None:
    with studio_scope(other_studio.pk):
        foreign = make_viewer(OTHER)

    theirs = _problem(client.get(f"/rows/{foreign.pk}", headers=bearer), 404)
    nobodys = _problem(client.get(f"/rows/{uuid7()}", headers=bearer), 404)

    assert theirs == nobodys


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("invalid", 400),
        ("invalid-whole", 400),
        ("fields", 400),
        ("denied", 403),
        ("django-denied", 403),
        ("missing", 404),
        ("missing-page", 404),
        ("conflict", 409),
        ("rate", 429),
    ],
)
def test_every_refusal_is_a_problem(kind: str, status: int, client: Client, bearer: dict[str, str]) -> None:
    _problem(client.get(f"/fail/{kind}", headers=bearer), status)


def test_wrong_fields_are_named(client: Client, bearer: dict[str, str]) -> None:
    for kind in ("invalid", "fields"):
        assert client.get(f"/fail/{kind}", headers=bearer).json()["errors"].keys() == {"name"}


def test_too_many_requests_say_when_to_come_back(client: Client, bearer: dict[str, str]) -> None:
    assert client.get("/fail/rate", headers=bearer)["Retry-After"] == "7"


def test_a_body_that_is_no_json_is_400_and_another_type_is_415(client: Client, bearer: dict[str, str]) -> None:
    broken = client.post("/names", "{", content_type="application/json", headers=bearer)
    form = client.post("/names", {"a": 1}, headers=bearer)

    _problem(broken, 400)
    _problem(form, 415)


def test_another_method_is_405(client: Client, bearer: dict[str, str]) -> None:
    response = client.delete("/names", headers=bearer)

    _problem(response, 405)
    assert "GET" in response["Allow"]


def test_a_bug_of_ours_stays_a_500_and_tells_nothing(bearer: dict[str, str], caplog: pytest.LogCaptureFixture) -> None:
    response = Client(raise_request_exception=False).get("/fail/bug", headers=bearer)

    assert response.status_code == 500
    assert b"a bug of ours" not in response.content
    assert "a bug of ours" in caplog.text


def test_rows_read_after_the_view_raise_rather_than_leak(bearer: dict[str, str]) -> None:
    response = Client(raise_request_exception=False).get("/lazy", headers=bearer)

    assert response.status_code == 500 or response.json() == ["Bo"]
    assert OTHER.encode() not in response.content


def test_problems_speak_the_callers_language(client: Client, bearer: dict[str, str]) -> None:
    response = client.get("/fail/missing", headers={**bearer, "Accept-Language": "ru"})

    assert response["Content-Language"] == "ru"
    with translation.override("ru"):
        assert response.json()["title"] == translation.gettext("Not found")
