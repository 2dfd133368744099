"""Finds the words a person may see, in code and in catalogues, without gettext's own programs.

Owns reading: messages out of Python, templates and scripts, and entries out of `.po` files. What must hold between the
two, `test_catalogue.py` says.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

from tests.architecture.sources import dotted

ONE = {"_", "gettext", "gettext_lazy", "gettext_noop"}
COUNTED = {"ngettext", "ngettext_lazy"}
IN_CONTEXT = {"pgettext", "pgettext_lazy"}
_TEMPLATE_CALL = re.compile(r"(?<![\w.])(?:_|n?gettext)\(")
_TEXT = r"""('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*")"""
_SCRIPT_CALL = re.compile(r"(?<![\w.])n?gettext\(\s*(?P<rest>[^)\s])")
_SCRIPT_TEXTS = re.compile(rf"(?<![\w.])(?P<name>n?gettext)\(\s*{_TEXT}\s*(?:,\s*{_TEXT})?\s*[,)]")
_FIELD = re.compile(r'(?P<name>msgctxt|msgid_plural|msgid|msgstr)(?:\[(?P<form>\d)\])? (?P<text>".*")')


@dataclass(frozen=True, slots=True)
class Message:
    """Words to be translated.

    Attributes:
        text: The English source, for one.
        plural: The English source for many, or "".
    """

    text: str
    plural: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A message in a catalogue.

    Attributes:
        message: The message.
        forms: Its translations: one, or one for each plural form.
        flags: Marks such as "fuzzy".
    """

    message: Message
    forms: tuple[str, ...]
    flags: frozenset[str]


class Unreadable(Exception):
    """Words are made at run time, so that no catalogue can have them."""


def in_python(text: str) -> Iterator[Message]:
    """Yield the messages of a Python source.

    Raises:
        Unreadable: A message is no literal.
    """
    for call in (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call)):
        name = dotted(call.func).rpartition(".")[2]
        if name in IN_CONTEXT:
            raise Unreadable(f"line {call.lineno}: contexts are not in use here")
        if name in ONE | COUNTED:
            yield _of_call(call, is_counted=name in COUNTED)


def _of_call(call: ast.Call, *, is_counted: bool) -> Message:
    words = [argument.value if isinstance(argument, ast.Constant) else None for argument in call.args]
    if not words or not all(isinstance(word, str) for word in words[: 1 + is_counted]):
        raise Unreadable(f"line {call.lineno}: {ast.unparse(call)}")
    return Message(str(words[0]), str(words[1]) if is_counted else "")


def in_template(text: str) -> Iterator[Message]:
    """Yield the messages of a Django template."""
    code = templatize(text)  # what `makemessages` hands to xgettext: calls between runs of X
    for found in _TEMPLATE_CALL.finditer(code):
        call = _shortest_call(code[found.start() :])
        yield _of_call(call, is_counted=dotted(call.func) == "ngettext")


def _shortest_call(code: str) -> ast.Call:
    for end in (found.end() for found in re.finditer(r"\)", code)):
        try:
            call = ast.parse(code[:end], mode="eval").body
        except SyntaxError:
            continue
        assert isinstance(call, ast.Call)
        return call
    raise Unreadable(code[:80])


def in_script(text: str) -> Iterator[Message]:
    """Yield the messages of a JavaScript module.

    Raises:
        Unreadable: A message is no literal.
    """
    bare = re.sub(r"^(?:export )?function n?gettext\(.*$|^.*\bpage\.n?gettext\(.*$", "", text, flags=re.MULTILINE)
    for call in _SCRIPT_CALL.finditer(bare):
        found = _SCRIPT_TEXTS.match(bare, call.start())
        if found is None:
            raise Unreadable(bare[call.start() : call.start() + 80])
        one, many = (ast.literal_eval(word) if word else "" for word in found.groups()[1:])
        yield Message(one, many if found["name"] == "ngettext" else "")


def entries(catalogue: Path) -> list[Entry]:
    """Return the entries of a `.po` file, its header too; obsolete ones are left out."""
    blocks = re.split(r"\n\s*\n", catalogue.read_text(encoding="utf-8"))
    return [_entry(block) for block in blocks if re.search(r"^msgid ", block, re.MULTILINE)]


def _entry(block: str) -> Entry:
    fields: dict[str, str] = {}
    flags: set[str] = set()
    current = ""
    for line in block.splitlines():
        if line.startswith("#,"):
            flags |= {flag.strip() for flag in line[2:].split(",")}
        elif found := _FIELD.fullmatch(line):
            current = found["name"] + (found["form"] or "")
            fields[current] = ast.literal_eval(found["text"])
        elif line.startswith('"'):
            fields[current] += ast.literal_eval(line)
    forms = tuple(text for name, text in sorted(fields.items()) if name.startswith("msgstr"))
    return Entry(Message(fields["msgid"], fields.get("msgid_plural", "")), forms, frozenset(flags))
