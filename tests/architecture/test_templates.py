"""Templates: nothing inline that the content security policy would refuse, and no word that cannot be translated."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.architecture.sources import PROJECT, files, relative

INLINE = re.compile(
    r"<style\b|\sstyle\s*=|\son(?:click|change|load|submit|input|error|key\w+|mouse\w+)\s*=|javascript:"
    r"|<script\b(?![^>]*\b(?:src=|type=\"(?:application/json|importmap|speculationrules)\"))",
    re.IGNORECASE,
)
COMMENTS = re.compile(r"\{#.*?#\}|\{%\s*comment.*?endcomment\s*%\}|<!--.*?-->", re.DOTALL)
TRANSLATED = re.compile(r"\{%\s*blocktrans(?:late)?\b.*?\{%\s*endblocktrans(?:late)?\s*%\}", re.DOTALL)
SYNTAX = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
WORD = re.compile(r"[^\W\d_]{2,}")
SHOWN_ATTRIBUTES = {"title", "alt", "placeholder", "aria-label", "aria-description"}
SAME_EVERYWHERE = {
    "vtcontrol",
    "OBS",
    "AI",
    "ms",
    "px",
    "URL",
    "espeak-ng",
    "espeak",
    "ng",
    "Ctrl",
    "Esc",
    "Enter",
    "Alt",
}
SILENT = {"script", "style", "code", "pre", "kbd", "svg"}


class _Words(HTMLParser):
    """Collects the words people read that no tag translates."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        is_icon = any(name == "class" and "material-symbols" in (value or "") for name, value in attrs)
        self._inside.append("icon" if is_icon else tag)
        self.found += [value or "" for name, value in attrs if name in SHOWN_ATTRIBUTES and _says(value or "")]

    def handle_endtag(self, tag: str) -> None:
        if self._inside:
            self._inside.pop()

    def handle_data(self, data: str) -> None:
        if not ({"icon", *SILENT} & set(self._inside[-1:])) and _says(data):
            self.found.append(data.strip())


def _says(text: str) -> bool:
    return any(word not in SAME_EVERYWHERE for word in WORD.findall(text))


def _untranslated(text: str) -> list[str]:
    reader = _Words()
    bare = SYNTAX.sub(" ", TRANSLATED.sub(" ", COMMENTS.sub("", text)))
    reader.feed(bare)
    return reader.found


def _inline(text: str) -> list[str]:
    return [match[0].strip() for match in INLINE.finditer(COMMENTS.sub("", text))]


TEMPLATES = files("templates", ".html")


@pytest.mark.parametrize("file", TEMPLATES, ids=relative)
def test_nothing_is_inline(file: Path) -> None:
    assert _inline(file.read_text()) == []


@pytest.mark.parametrize("file", TEMPLATES, ids=relative)
def test_every_word_can_be_translated(file: Path) -> None:
    assert _untranslated(file.read_text()) == []


def test_pages_load_nothing_from_elsewhere() -> None:
    remote = [
        f"{relative(file)}: {address}"
        for file in [*TEMPLATES, *files("static", ".css", ".js")]
        for address in re.findall(
            r"""(?:src|href)=["'](https?://[^"']+)|url\(["']?(https?://[^)"']+)""", file.read_text()
        )
    ]

    assert remote == []


@pytest.mark.parametrize(
    "text",
    [
        "<script>go()</script>",
        "<SCRIPT type='module'>go()</SCRIPT>",
        '<p style="color: red">',
        "<style>p {}</style>",
        '<a onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_a_planted_inline_piece_is_found(text: str) -> None:
    assert _inline(text)


@pytest.mark.parametrize(
    "text",
    [
        '<script src="x.js"></script>',
        '<script type="application/json" id="x">{}</script>',
        "{# <style> #}",
        '<p class="style">style</p>',
    ],
)
def test_what_may_stand_in_a_template_is_not_found(text: str) -> None:
    assert not _inline(text)


@pytest.mark.parametrize(
    "text", ["<p>Hello</p>", '<img alt="A cat">', "<p>{{ name }} says</p>", "<button>Привет</button>"]
)
def test_a_planted_word_is_found(text: str) -> None:
    assert _untranslated(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% translate 'Hello' %}",
        '<img alt="{% translate "A cat" %}">',
        "{% blocktranslate with n=x %}{{ n }} cats{% endblocktranslate %}",
        '<span class="material-symbols-outlined">inbox</span>',
        "<title>{% translate 'Dock' %} · vtcontrol</title>",
        "{# a comment #}<b>{{ number }}</b>",
    ],
)
def test_a_translated_word_is_not_found(text: str) -> None:
    assert not _untranslated(text)


def test_there_are_templates() -> None:
    assert PROJECT / "templates" / "stage.html" in TEMPLATES
