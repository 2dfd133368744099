"""The OpenAPI document as people read it: chapters of calls, and tables of fields."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

Schema = dict[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")
ORDER = ("Events", "Show", "Audience", "Lists", "Revisions", "Tokens")  # what a newcomer looks for first


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a body, or a parameter.

    Attributes:
        name: Its name.
        where: "query", "path", "header" or "".
        kind: Its type in words.
        shape: Name of the shape it holds, or "".
        is_required: It must be there.
        words: What it is.
    """

    name: str
    where: str
    kind: str
    shape: str
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back with a status."""

    status: str
    words: str
    shape: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address."""

    id: str
    method: str
    path: str
    summary: str
    words: str
    fields: tuple[Field, ...]
    body: str
    answers: tuple[Answer, ...]

    @property
    def place(self) -> str:
        """Return the address as a table of contents has it: what every call of a stream begins with left out."""
        return re.sub(r"^/api/v1(/streams/\{stream_id\})?", "", self.path) or "/"


@dataclass(frozen=True, slots=True)
class Shape:
    """A body, or a part of one."""

    name: str
    words: str
    fields: tuple[Field, ...]
    choices: str


def chapters(schema: Schema) -> dict[str, list[Operation]]:
    """Return the calls by chapter."""
    found: dict[str, list[Operation]] = {name: [] for name in ORDER}
    for path, methods in schema["paths"].items():
        for method in METHODS:
            if method in methods:
                call = methods[method]
                found.setdefault(call["tags"][0], []).append(_operation(path, method, call))
    return {name: calls for name, calls in found.items() if calls}


def _said(words: str) -> str:
    """Return words of the document without its marks."""
    return words.replace("`", "").strip()


def shapes(schema: Schema) -> list[Shape]:
    """Return every body and part of one."""
    return [_shape(name, one) for name, one in schema["components"]["schemas"].items()]


def _operation(path: str, method: str, call: Schema) -> Operation:
    content = call.get("requestBody", {}).get("content", {})
    return Operation(
        id=call["operationId"],
        method=method.upper(),
        path=path,
        summary=_said(call.get("summary", "")),
        words=_said(call.get("description", "")),
        fields=tuple(_parameters(call)),
        body=next((_shape_of(one["schema"]) for one in content.values()), ""),
        answers=tuple(_answer(status, one) for status, one in call["responses"].items() if status.startswith("2")),
    )


def _parameters(call: Schema) -> Iterator[Field]:
    for one in call.get("parameters", []):
        yield _field(one["name"], one["schema"], where=one["in"], words=one.get("description", ""), **_required(one))


def _required(one: Schema) -> dict[str, bool]:
    return {"is_required": bool(one.get("required", False))}


def _answer(status: str, answer: Schema) -> Answer:
    content = answer.get("content", {})
    return Answer(
        status, answer.get("description", ""), next((_shape_of(one["schema"]) for one in content.values()), "")
    )


def _shape(name: str, schema: Schema) -> Shape:
    required = set(schema.get("required", ()))
    fields = tuple(
        _field(field, one, words=one.get("description", ""), is_required=field in required)
        for field, one in schema.get("properties", {}).items()
    )
    return Shape(name, _said(schema.get("description", "")), fields, ", ".join(map(str, schema.get("enum", ()))))


def _field(name: str, schema: Schema, *, words: str, is_required: bool, where: str = "") -> Field:
    return Field(name, where, _kind(schema), _shape_of(schema), is_required, _said(words))


def _shape_of(schema: Schema) -> str:
    """Return the name of the shape a schema refers to, itself or by its items, or ""."""
    parts = [schema, schema.get("items", {}), *schema.get("allOf", ()), *schema.get("oneOf", ())]
    return next((part["$ref"].rpartition("/")[2] for part in parts if "$ref" in part), "")


@cache
def _bounds() -> tuple[tuple[str, str], ...]:
    return (
        ("maxLength", "up to {} characters"),
        ("minimum", "from {}"),
        ("maximum", "to {}"),
        ("default", "default {}"),
    )


def _kind(schema: Schema) -> str:
    kind = schema.get("format") or schema.get("type", "")
    if schema.get("type") == "array":
        kind = f"list of {schema.get('items', {}).get('type', '')}".removesuffix(" of ")
    notes = [words.format(schema[name]) for name, words in _bounds() if schema.get(name) not in {None, ""}]
    choices = [" | ".join(map(str, schema["enum"]))] if "enum" in schema else []
    return ", ".join([part for part in (kind, *choices, *notes, "or null" if schema.get("nullable") else "") if part])
