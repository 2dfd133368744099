"""Every word a person may see stands in the Russian catalogues, translated, and the compiled files are up to date.

CONTRIBUTING.md says how the catalogues are made. Nothing here needs gettext's own programs.
"""

import ast
import gettext
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import import_export
import pytest
import simple_history
import unfold
from django.apps import apps
from django.utils import translation
from django.utils.translation.trans_real import DjangoTranslation

from tests.architecture.messages import Entry, Message, Unreadable, entries, in_python, in_script, in_template
from tests.architecture.sources import PROJECT, files, product, relative, source

RUSSIAN = PROJECT / "locale" / "ru" / "LC_MESSAGES"
DOMAINS = ("django", "djangojs")
PLACES = re.compile(r"%\((?P<name>\w+)\)[.\d]*[a-z]|%%s|%[sd]|\{\w*\}")
COUNTS = (0, 1, 2, 5, 11, 21, 22, 25, 111)

# Messages that are looked up by a variable, and where their words stand.
SPOKEN_ELSEWHERE = {
    "personas/models/characters.py": "personas/domain/shapes.py",
    "personas/admin/phrases.py": "personas/domain/shapes.py",
}
SAME_IN_RUSSIAN = {
    "vtcontrol", "REST API", "Top-p", "top-p", "Streamer.bot", "Stream Deck", "curl", "JSON: emotion, motion, say",
    "%(revision)s of %(name)s",
}  # fmt: skip
# Parts of the packages that no page of ours shows.
NEVER_SHOWN = re.compile(r"unfold/contrib/(?:constance|forms|guardian|inlines|location_field)/|unfold_crispy|/tests?/")


def _readable(reader: Callable[[str], Iterator[Message]], text: str) -> tuple[set[Message], list[str]]:
    """Return the messages of a source, and what could not be read of it."""
    try:
        return set(reader(text)), []
    except Unreadable as problem:
        return set(), [str(problem)]


def _messages_of_server() -> set[Message]:
    """Return the messages of our Python and our templates."""
    found: set[Message] = set()
    for one in product():
        if one.path not in SPOKEN_ELSEWHERE:
            found |= set(in_python(one.text))
        else:
            found |= {message for part in _literal_calls(one.tree) for message in in_python(part)}
    for file in files("templates", ".html", ".txt"):
        found |= set(in_template(file.read_text(encoding="utf-8")))
    return found


def _literal_calls(tree: ast.Module) -> Iterator[str]:
    """Yield the translating calls of a module whose words are literals, each as a source of its own."""
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Name) and call.args and isinstance(call.args[0], ast.Constant):
            yield f"{call.func.id}({', '.join(ast.unparse(one) for one in call.args)})"


def _messages_of_pages() -> set[Message]:
    """Return the messages of our scripts."""
    return {message for file in files("static", ".js") for message in in_script(file.read_text(encoding="utf-8"))}


def _translated(domain: str) -> list[Entry]:
    """Return the entries of a catalogue but its header."""
    return [entry for entry in entries(RUSSIAN / f"{domain}.po") if entry.message.text]


def _places(text: str) -> Counter[str]:
    return Counter(found.group() for found in PLACES.finditer(text))


def test_the_words_of_the_server_are_in_the_catalogue_and_no_others() -> None:
    known = {entry.message for entry in _translated("django")}

    said = _messages_of_server()

    assert said - known == set(), "run makemessages and translate: CONTRIBUTING.md"
    assert known - said == set(), "nobody says this any more: run makemessages"


def test_the_words_of_the_pages_are_in_the_catalogue_and_no_others() -> None:
    known = {entry.message for entry in _translated("djangojs")}

    said = _messages_of_pages()

    assert said - known == set(), "run makemessages -d djangojs and translate: CONTRIBUTING.md"
    assert known - said == set(), "nobody says this any more: run makemessages -d djangojs"


def test_what_is_translated_by_variable_is_known() -> None:
    unreadable = {one.path for one in product() if _readable(in_python, one.text)[1]}

    assert unreadable == SPOKEN_ELSEWHERE.keys()


def test_what_pure_rooms_say_is_in_the_catalogue() -> None:
    rooms = [one for one in product() if one.path in SPOKEN_ELSEWHERE.values()]
    known = {entry.message.text for entry in _translated("django")}

    said = {
        node.value.value
        for room in rooms
        for node in ast.walk(room.tree)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant) and node.value.value
    }

    assert said
    assert said - known == set()


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_entry_is_translated_for_good(domain: str) -> None:
    whole = (RUSSIAN / f"{domain}.po").read_text(encoding="utf-8")

    bad = [
        entry.message.text
        for entry in _translated(domain)
        if not all(entry.forms) or "fuzzy" in entry.flags or len(entry.forms) != (4 if entry.message.plural else 1)
    ]

    assert bad == []
    assert "#~" not in whole, "obsolete entries: msgattrib --no-obsolete"


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_translation_keeps_its_placeholders(domain: str) -> None:
    wrong = [
        f"{entry.message.text!r}: {form!r}"
        for entry in _translated(domain)
        for form in entry.forms
        if _places(form) != _places(entry.message.plural or entry.message.text)
    ]

    assert wrong == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_every_translation_is_russian_and_as_spaced_as_its_source(domain: str) -> None:
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    wrong = [
        f"{entry.message.text!r}: {form!r}"
        for entry in _translated(domain)
        for form in entry.forms
        if (not cyrillic.search(form) and entry.message.text not in SAME_IN_RUSSIAN)
        or (form[:1].isspace(), form[-1:].isspace())
        != (entry.message.text[:1].isspace(), entry.message.text[-1:].isspace())
    ]

    assert wrong == []


@pytest.mark.parametrize("domain", DOMAINS)
def test_the_compiled_catalogue_is_as_new_as_its_source(domain: str) -> None:
    with (RUSSIAN / f"{domain}.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
        file.seek(8)
        count = int.from_bytes(file.read(4), "little")
    source_entries = entries(RUSSIAN / f"{domain}.po")

    stale = [one.message.text for one in source_entries if one.message.text and not _says(compiled, one)]

    assert stale == [], "run compilemessages"
    assert count == len(source_entries)


def _says(compiled: gettext.GNUTranslations, entry: Entry) -> bool:
    message, forms = entry.message, entry.forms
    if not message.plural:
        return compiled.gettext(message.text) == forms[0]
    said = [compiled.ngettext(message.text, message.plural, count) for count in COUNTS]
    return set(said) == set(forms[:3])  # the fourth is for broken numbers


def _borrowed_messages(package: Path) -> Iterator[Message]:
    for file in sorted(path for ending in ("*.py", "*.html") for path in package.rglob(ending)):
        if not NEVER_SHOWN.search(file.as_posix()):
            reader = in_python if file.suffix == ".py" else in_template
            messages, _unread = _readable(reader, file.read_text(encoding="utf-8"))
            yield from messages


@pytest.mark.parametrize("package", [unfold, simple_history, import_export], ids=lambda package: package.__name__)
def test_the_words_of_the_packages_we_build_on_are_translated(package: object) -> None:
    folder = Path(str(package.__file__)).parent  # type: ignore[attr-defined]  # a package
    known = DjangoTranslation("ru")

    missing = {
        message.text
        for message in _borrowed_messages(folder)
        if not _has(known, message) and message.text not in SAME_IN_RUSSIAN
    }

    assert missing == set(), "add them to vtcontrol/borrowed.py"


def _has(known: DjangoTranslation, message: Message) -> bool:
    catalogue = known._catalog
    return message.text in catalogue or (message.text, 0) in catalogue


def test_every_model_and_app_of_ours_has_a_russian_name() -> None:
    cyrillic = re.compile("[а-яё]", re.IGNORECASE)
    ours = [app for app in apps.get_app_configs() if app.name.partition(".")[0] in {*_package_names()}]

    with translation.override("ru"):
        named = {f"{app.label}": str(app.verbose_name) for app in ours}
        for app in ours:
            for model in app.get_models():
                named[model._meta.label] = str(model._meta.verbose_name)
                named[f"{model._meta.label} (many)"] = str(model._meta.verbose_name_plural)

    assert {name: words for name, words in named.items() if not cyrillic.search(words)} == {}


def _package_names() -> set[str]:
    return {one.path.partition("/")[0] for one in product()}


@pytest.mark.parametrize(
    ("reader", "text", "message"),
    [
        (in_python, '_("one " "two")', Message("one two")),
        (in_python, "translation.gettext('a')", Message("a")),
        (in_python, 'ngettext("%(n)d dog", "%(n)d dogs", n)', Message("%(n)d dog", "%(n)d dogs")),
        (in_template, "{% load i18n %}{% translate 'It is' %}", Message("It is")),
        (in_template, '{% load i18n %}{% translate "100 %s" %}', Message("100 %%s")),
        (
            in_template,
            "{% load i18n %}{% blocktranslate with a=b %}x {{ a }} (y){% endblocktranslate %}",
            Message("x %(a)s (y)"),
        ),
        (in_script, "el.title = gettext('It\\'s');", Message("It's")),
        (in_script, "ngettext('%(n)s a', '%(n)s b', n)", Message("%(n)s a", "%(n)s b")),
    ],
)
def test_the_readers_find_what_xgettext_finds(
    reader: Callable[[str], Iterator[Message]], text: str, message: Message
) -> None:
    assert list(reader(text)) == [message]


@pytest.mark.parametrize(
    ("reader", "text"), [(in_python, "_(name)"), (in_python, "_(f'a {b}')"), (in_script, "gettext(name)")]
)
def test_words_made_at_run_time_are_refused(reader: Callable[[str], Iterator[Message]], text: str) -> None:
    with pytest.raises(Unreadable):
        list(reader(text))


def test_no_shown_message_is_marked_twice_as_one_and_as_many() -> None:
    """Gettext allows it, translators are confused by it."""
    for said in (_messages_of_server(), _messages_of_pages()):
        texts = Counter(message.text for message in said)

        assert [text for text, count in texts.items() if count > 1] == []


def test_the_sources_are_found() -> None:
    """Guards the tests above against looking nowhere."""
    assert len(_messages_of_server()) > 500
    assert len(_messages_of_pages()) > 100
    assert any(relative(file) == "templates/stage.html" for file in files("templates", ".html"))
    assert source("x.py", "x = 1").tree
