"""Forms as a browser would send them: read from a page's HTML."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

Body = dict[str, list[str]]

NOT_SENT = {"submit", "button", "image", "reset", "file"}


@dataclass
class _Select:
    name: str
    chosen: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)


class _FormReader(HTMLParser):
    """Collects the fields of every form of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, Body]] = []
        self._form: Body | None = None
        self._select: _Select | None = None
        self._textarea: str | None = None
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = {}
            self.forms.append((given.get("id", ""), self._form))
        elif tag == "input":
            self._input(given)
        elif tag == "select" and given.get("name"):
            self._select = _Select(given["name"])
        elif tag == "option" and self._select is not None:
            self._select.options.append(given.get("value", ""))
            if "selected" in given:
                self._select.chosen.append(given.get("value", ""))
        elif tag == "textarea" and given.get("name"):
            self._textarea, self._text = given["name"], []

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "select" and self._select is not None:
            first = [value for value in self._select.options if value][:1]
            for value in self._select.chosen or first or [""]:
                self._put(self._select.name, value)
            self._select = None
        elif tag == "textarea" and self._textarea is not None:
            self._put(self._textarea, "".join(self._text).removeprefix("\n"))
            self._textarea = None

    def handle_data(self, data: str) -> None:
        if self._textarea is not None:
            self._text.append(data)

    def _input(self, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        is_off = kind in {"checkbox", "radio"} and "checked" not in given
        if given.get("name") and kind not in NOT_SENT and not is_off:
            self._put(given["name"], given.get("value", "on" if kind == "checkbox" else ""))

    def _put(self, name: str, value: str) -> None:
        if self._form is not None:
            self._form.setdefault(name, []).append(value)


def read_form(page: bytes) -> Body:
    """Return the main form of a page: its fields as they would be sent, an unchosen select at its first option."""
    reader = _FormReader()
    reader.feed(page.decode())
    return max(reader.forms, key=lambda form: (form[0].endswith("_form"), len(form[1])), default=("", {}))[1]
