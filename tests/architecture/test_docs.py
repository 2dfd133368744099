"""What the documents claim and a machine can check: links, commands, options, names, routes, frames and numbers."""

import argparse
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import URLPattern, get_resolver

from streams.api import base as rest
from streams.api import urls as api_urls
from streams.consumers import base as sockets
from streams.domain.triage import Reason
from streams.models import TurnState
from streams.services import leases, pages
from tests.architecture.sources import PACKAGES, PROJECT
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.kernel.speech import Viseme
from vtcontrol.tenancy import idempotency, tokens
from vtcontrol.tenancy.access import TokenKind
from workers.runner import host, stage

DOCUMENTS = sorted([*PROJECT.glob("*.md"), *(PROJECT / "docs").glob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")
CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
RUN = re.compile(r"\./run\b(?P<rest>[^`|\n;)]*)")
MANAGE = re.compile(r"(?:manage\.py|\./run manage) (?P<name>[a-z_]+)(?P<rest>[^`|\n;]*)")
VARIABLE = re.compile(r"\b(?:VTCONTROL_[A-Z_]*[A-Z]|DATABASE_URL|REDIS_URL|CELERY_BROKER_URL)\b")
OURS = "|".join(PACKAGES)
PATH = re.compile(rf"(?:{OURS}|templates|static|tests|locale|deploy|bench|docs|requirements)/[\w./-]*")
DOTTED = re.compile(rf"(?:{OURS})(?:\.\w+)+")
NO_MODULES = {sockets.PROTOCOL}  # looks like one


def _name(document: Path) -> str:
    return document.relative_to(PROJECT).as_posix()


def _text(name: str) -> str:
    return (PROJECT / name).read_text(encoding="utf-8")


def _code(document: Path) -> Iterator[str]:
    """Yield what stands in code: spans and blocks."""
    for found in CODE.finditer(document.read_text(encoding="utf-8")):
        yield found.group().strip("`")


def _anchors(document: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_link_leads_somewhere(document: Path) -> None:
    lost = []
    for found in LINK.finditer(document.read_text(encoding="utf-8")):
        place, _sign, anchor = found["target"].partition("#")
        if place.startswith(("http://", "https://")):
            continue
        target = (document.parent / place).resolve() if place else document
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            lost.append(found["target"])

    assert lost == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_file_that_is_named_exists(document: Path) -> None:
    named = {word for code in _code(document) if PATH.fullmatch(word := code.strip())}

    assert {word for word in named if not (PROJECT / word).exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_name_of_ours_resolves(document: Path) -> None:
    named = {word for code in _code(document) if DOTTED.fullmatch(word := code.strip("() "))}

    assert {word for word in named - NO_MODULES if not _resolves(word)} == set()


def _resolves(dotted: str) -> bool:
    parts = dotted.split(".")
    for count in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:count]))
        except ModuleNotFoundError:
            continue
        return all(hasattr(found, part) and (found := getattr(found, part)) is not None for part in parts[count:])
    return False


@pytest.fixture(scope="module")
def help_of_run() -> str:
    command = [sys.executable, str(PROJECT / "deploy" / "bootstrap.py"), "--help"]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={"COLUMNS": "120"}).stdout


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_form_of_run_is_in_its_help(document: Path, help_of_run: str) -> None:
    wrong = []
    for found in (match for code in _code(document) for match in RUN.finditer(code)):
        words = found["rest"].split("#")[0].split()
        options = [word for word in words if word.startswith("--")]
        if words and not words[0].startswith("-"):
            if f"./run {words[0]} " not in help_of_run:
                wrong.append(found.group())
        elif any(option not in help_of_run for option in options):
            wrong.append(found.group())

    assert wrong == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_management_command_exists_with_its_options(document: Path) -> None:
    known = get_commands()
    wrong = []
    for found in (match for code in _code(document) for match in MANAGE.finditer(code)):
        name = found["name"]
        if name not in known:
            wrong.append(found.group())
            continue
        app = known[name]
        parser = load_command_class(app, name).create_parser("manage.py", name) if isinstance(app, str) else None
        options = re.findall(r"(?<!\w)--[a-z-]+", found["rest"].split("#")[0])
        wrong += [f"{name} {option}" for option in options if parser and not _takes(parser, option)]

    assert wrong == []


def _takes(parser: argparse.ArgumentParser, option: str) -> bool:
    return option in parser._option_string_actions


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_bench_that_is_named_exists(document: Path) -> None:
    named = {name for code in _code(document) for name in re.findall(r"\./run bench ([a-z]+)", code)}

    assert {name for name in named if not (PROJECT / "bench" / f"{name}.py").exists()} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=_name)
def test_every_variable_that_is_named_is_explained(document: Path) -> None:
    explained = set(VARIABLE.findall(_text("docs/configuration.md")))

    assert set(VARIABLE.findall(document.read_text(encoding="utf-8"))) - explained == set()


def test_the_readme_is_short() -> None:
    assert len(_text("README.md").splitlines()) <= 90


def _routes(patterns: list[URLPattern]) -> set[str]:
    """Return the addresses of REST as the document writes them."""
    written = set()
    for pattern in patterns:
        place = re.sub(r"<(?:uuid|slug):(\w+?)(?:_id)?>", r"{\1}", str(pattern.pattern)).replace("{stream}", "{id}")
        written |= {f"{method.upper()} /api/v1/{place}" for method in _methods(pattern)}
    return written


def _methods(pattern: URLPattern) -> set[str]:
    view = pattern.callback.view_class  # type: ignore[attr-defined]  # REST framework's views are made from classes
    return {method for method in ("get", "post", "put", "patch", "delete") if hasattr(view, method)}


def test_every_rest_route_is_in_the_protocol_and_no_other() -> None:
    protocol = _text("docs/protocol.md")
    table = re.findall(r"^\| `((?:GET|POST|PUT|PATCH|DELETE) /api/v1/[^`]+)`", protocol, re.MULTILINE)

    assert set(table) == _routes(api_urls.urlpatterns)
    assert get_resolver().resolve("/healthz")
    assert "GET /healthz" in protocol


def test_every_frame_of_the_stage_is_in_the_protocol() -> None:
    protocol = _text("docs/protocol.md")
    page = _text("static/stage/wire.js")
    shapes = re.search(r"const SHAPES = \{(.*?)^\};", page, re.DOTALL | re.MULTILINE)
    assert shapes

    taken = set(re.findall(r"^  '?([a-z.]+)'?: \{", shapes[1], re.MULTILINE))
    sent = set(re.findall(r'"type": "([a-z.]+)"', _text("workers/runner/stage.py")))

    assert sent | {"hello", "state", "primary", "ping"} == taken
    assert {frame for frame in taken if not re.search(rf'`{re.escape(frame)}[ `]|"type": "{frame}"', protocol)} == set()


def test_the_header_of_audio_is_as_written() -> None:
    rows = re.findall(r"^\| (\d+) \| (u8|u16|u32|16 bytes) \|", _text("docs/protocol.md"), re.MULTILINE)
    kinds = {"u8": "B", "u16": "H", "u32": "I", "16 bytes": "16s"}
    sizes = {"u8": 1, "u16": 2, "u32": 4, "16 bytes": 16}

    offsets = [sum(sizes[kind] for _at, kind in rows[:place]) for place in range(len(rows))]

    assert [int(at) for at, _kind in rows] == offsets
    assert stage.AUDIO_HEADER.format == "<" + "".join(kinds[kind] for _at, kind in rows)
    assert stage.AUDIO_HEADER.size == 32


@pytest.mark.parametrize(
    "words",
    [
        [kind.value for kind in EventKind],
        [state.value for state in EventState],
        [state.value for state in TurnState],
        [f"vtc_{kind}_" for kind in TokenKind.values],
    ],
    ids=["kinds", "event states", "turn states", "tokens"],
)
def test_every_word_of_the_protocol_is_written_down(words: list[str]) -> None:
    protocol = _text("docs/protocol.md")

    assert [word for word in words if f"`{word}" not in protocol] == []


def test_every_mouth_shape_is_written_down() -> None:
    assert f"`{' '.join(viseme.value for viseme in Viseme)}`" in _text("docs/protocol.md")


def test_reasons_in_the_protocol_exist() -> None:
    assert {"stale"} <= {reason.value for reason in Reason}


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("docs/protocol.md", f'"expires_in": {tokens.ACCESS_SECONDS}'),
        ("docs/protocol.md", f"| {tokens.ACCESS_SECONDS // 60} minutes, or until its token is revoked |"),
        ("docs/protocol.md", f'"expires_in": {tokens.TICKET_SECONDS}'),
        ("docs/protocol.md", f"{rest.SESSIONS.limit} sessions, {rest.TICKETS.limit} tickets"),
        ("docs/protocol.md", f"and {rest.CONTROLS.limit} calls about a stream"),
        ("docs/protocol.md", f"up to {rest.EVENTS.limit:,}"),
        ("docs/protocol.md", f"at most {idempotency.KEY_LONGEST} printable characters"),
        (
            "docs/protocol.md",
            f"{sockets.FRAME_MOST:,} characters a frame and {sockets.FRAMES_A_SECOND} frames a second",
        ),
        ("docs/protocol.md", f"{sockets.CLOSE_GARBAGE} (a frame it cannot read), {sockets.CLOSE_REVOKED} ("),
        ("docs/protocol.md", f"{sockets.CLOSE_FLOOD} (too many frames)"),
        ("docs/protocol.md", f"Every {sockets.BEAT_S:g} seconds it sends"),
        ("docs/protocol.md", f"for {pages.PRIMARY_S} seconds at a time"),
        ("ARCHITECTURE.md", f"A lease lasts {leases.LEASE_S} s and is renewed every {leases.RENEW_S} s"),
        ("docs/production.md", f"holds them for {leases.LEASE_S} seconds\nmore"),
        ("docs/production.md", f"({host.DRAIN_S:g} seconds at most)"),
    ],
)
def test_the_numbers_are_the_codes_own(name: str, sentence: str) -> None:
    assert sentence in _text(name)
