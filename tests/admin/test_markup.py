"""What the pages are made of: nothing inline, nothing from outside, everything translatable."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.utils import translation

from tests.admin.pages import address, page_text
from tests.factories.world import World
from vtcontrol.tenancy.admin_site import site
from vtcontrol.tenancy.scope import studio_scope

DATA_TYPES = {"application/json", "text/x-template"}


class _Markup(HTMLParser):
    """Notes everything the content security policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.refused: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or "style" in given:
            self.refused.append(f"<{tag} style={given.get('style')!r}>")
        if tag == "script" and "src" not in given and given.get("type") not in DATA_TYPES:
            self.refused.append("<script>")
        self.refused += [f"<{tag} {name}>" for name in given if name.startswith("on")]
        source = given.get("src") or (given.get("href") if tag == "link" else "") or ""
        if source.startswith(("http:", "https:", "//")):
            self.refused.append(f"<{tag} {source}>")


def _rows(world: World) -> Iterator[Any]:
    with studio_scope(world.stream.studio_id):
        for model in site._registry:
            row = model._default_manager.first()
            if row is not None and model._meta.app_label != "auth":
                yield row


def _pages(world: World) -> Iterator[str]:
    yield "/admin/"
    for model in site._registry:
        if model._meta.app_label != "auth":
            yield address(model, "changelist")
            yield address(model, "add")
    for row in list(_rows(world)):
        yield from (address(row), address(row, "history"), address(row, "delete"))
    for label in ("memory.memory", "memory.lore", "streams.moderationrule"):
        yield from (address(apps.get_model(label), page) for page in ("import", "export"))
    yield address(world.stream, "links")
    yield address(world.persona, "preview_prompt")


def test_no_page_has_anything_inline_or_foreign(as_owner: Client, world: World) -> None:
    found = {}
    for page in _pages(world):
        answer = as_owner.get(page)
        if answer.status_code == 200:
            markup = _Markup()
            markup.feed(answer.content.decode())
            if markup.refused:
                found[page] = markup.refused

    assert found == {}


def test_admin_pages_alone_may_evaluate(as_owner: Client) -> None:
    assert "'unsafe-eval'" in as_owner.get("/admin/")["Content-Security-Policy"]
    assert "'unsafe-inline'" not in as_owner.get("/admin/")["Content-Security-Policy"]
    assert "unsafe-eval" not in as_owner.get("/stage/")["Content-Security-Policy"]


@pytest.mark.parametrize("language", ["en", "ru"])
def test_every_page_is_there_in_every_language(language: str, as_owner: Client, world: World) -> None:
    as_owner.cookies.load({"django_language": language})
    with translation.override(language):
        for page in _pages(world):
            assert as_owner.get(page, headers={"Accept-Language": language}).status_code in {200, 302, 403}, page


def test_the_search_finds_pages_and_rows_of_this_studio_only(
    as_owner: Client, world: World, other_character: Any
) -> None:
    text = page_text(as_owner, "/admin/search/?s=mira&extended=1")

    assert "OURS-Mira" in text
    assert other_character.persona.name not in text
    assert "Personas" in page_text(as_owner, "/admin/search/?s=perso&extended=1")
    assert as_owner.get("/admin/search/?s=m").content == b""


def test_a_page_that_is_not_there_is_a_plain_404(as_owner: Client) -> None:
    assert as_owner.get("/admin/r/1/1/").status_code == 404
    assert re.search("^/admin/", as_owner.get("/admin/personas/persona/nonsense/change/")["Location"])


def test_a_refused_page_says_so_in_a_sentence(as_observer: Client, world: World) -> None:
    answer = as_observer.get(address(apps.get_model("personas.persona"), "add"))

    assert answer.status_code == 403
    assert "Your role does not open this page" in answer.content.decode()


def test_a_page_of_nobody_says_so_in_a_sentence(as_observer: Client, world: World) -> None:
    assert "There is no such page here" in as_observer.get("/admin/nothing/here/").content.decode()


def test_a_post_that_is_far_too_large_is_refused_with_advice(as_manager: Client, world: World) -> None:
    answer = as_manager.post(address(world.persona), {"identity": "x" * (17 * 1024 * 1024)})

    assert answer.status_code == 400
    assert "what you typed is still there" in answer.content.decode()
