"""The owner of another studio goes through every door of the admin with our ids in her hands.

The walk is made from the URL configuration: a page nobody declared a case for fails it. A case makes the calls a
browser would make there, with whole and valid forms. After each call nothing of ours may be in the answer, and no row
of ours may have changed.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse

from memory.models import Memory
from personas.models import Emotion, Revision
from streams.models import Broadcast, RehearsalAnswer
from tests.tenancy.html_forms import read_form
from tests.tenancy.routes import ModelPage, model_pages, site_routes
from tests.tenancy.tables import rows_of
from tests.tenancy.walk import ECHO, NEWCOMER, OURS, Call, Data, Walk, make_walk, send, undone
from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.scope import unscoped
from vtcontrol.tenancy.studios import Studio

Calls = Iterator[Call]

# What only the empty form asks for, or a change page does not show again.
WRITE_ONLY: dict[str, Data] = {
    "tenancy.membership": {"account": NEWCOMER},
    "tenancy.credential": {"secret": "sk-some-other-key"},
    "tenancy.apitoken": {"name": "Another token", "expires_at_0": "", "expires_at_1": ""},
}
INLINE = re.compile(r"-\d+-")
CSV = "0"  # place of the format in the export and import forms


@pytest.fixture
def walk(studio: Studio, owner: Any, other_studio: Studio, stranger: Any) -> Walk:
    return make_walk(studio, owner, other_studio, stranger)


def _changelist(walk: Walk, page: ModelPage) -> Calls:
    """The list, searched and filtered by our words and ids; and every action, on our row."""
    url, ours = walk.url(page), walk.our_row(page.model)
    yield Call("GET", url)
    yield Call("GET", f"{url}{ours.pk}/")
    yield Call("GET", url, {"q": OURS[:-1].lower()[7:]})
    for relation in page.model._meta.concrete_fields:
        if relation.is_relation:
            target = getattr(ours, relation.attname)
            yield Call("GET", url, {f"{relation.name}__id__exact": str(target)})
    for action in ("delete_selected", *_actions(page)):
        chosen = {"action": action, "_selected_action": str(ours.pk), "index": "0"}
        for across in ("0", "1"):
            yield Call("POST", url, {**chosen, "post": "yes", "select_across": across})
        yield Call("POST", url, chosen)


def _actions(page: ModelPage) -> list[str]:
    given = page.model_admin.actions or ()
    return [action if isinstance(action, str) else action.__name__ for action in given]


def _add(walk: Walk, page: ModelPage) -> Calls:
    """The empty form, prefilled with our ids by its address, and our own row sent as a new one."""
    url, ours = walk.url(page), walk.our_row(page.model)
    yield Call("GET", url)
    yield Call("GET", url, {field.name: str(getattr(ours, field.attname)) for field in _links(ours)})
    yield Call("POST", url, _as_new(walk, page))


def _links(row: Any) -> list[Any]:
    columns = [field for field in row._meta.concrete_fields if field.is_relation or field.name.endswith("_id")]
    return [field for field in columns if getattr(row, field.attname) is not None]


def _as_new(walk: Walk, page: ModelPage) -> Data:
    """Our row's form without the ids of its inline rows, over the empty form's own fields and with all its links."""
    row = walk.our_row(page.model)
    empty = walk.our_form(walk.url(page))
    filled = walk.our_form(walk.url(_sibling(page, "change"), row.pk))
    merged: Data = {**empty, **{name: value for name, value in filled.items() if value != [""]}}
    for name in list(merged):
        if name.endswith("-INITIAL_FORMS"):
            merged[name] = ["0"]
        elif name.endswith("-id") or (INLINE.search(name) and merged[name] == [str(row.pk)]):
            merged[name] = [""]
    links = {field.name: str(getattr(row, field.attname)) for field in _links(row) if field.name in empty}
    return {**merged, **links, **WRITE_ONLY.get(page.model._meta.label_lower, {}), "_save": "Save"}


def _sibling(page: ModelPage, name: str) -> ModelPage:
    return ModelPage(page.model, page.model_admin, name, is_about_a_row=True)


def _change(walk: Walk, page: ModelPage) -> Calls:
    """Our row's page and its form; and her own row's form with our ids smuggled in."""
    ours, hers = walk.url(page, walk.our_row(page.model).pk), walk.url(page, walk.their_row(page.model).pk)
    form = walk.our_form(ours)
    yield Call("GET", ours)
    for button in ("_save", "_continue", "_addanother", "_saveasnew"):
        yield Call("POST", ours, {**form, button: "1"})
    yield Call("POST", hers, {**walk.smuggled(hers), "_save": "1"})
    yield Call("POST", hers, {**form, "_save": "1"})


def _delete(walk: Walk, page: ModelPage) -> Calls:
    url = walk.url(page, walk.our_row(page.model).pk)
    yield Call("GET", url)
    yield Call("POST", url, {"post": "yes"})


def _history(walk: Walk, page: ModelPage) -> Calls:
    yield Call("GET", walk.url(page, walk.our_row(page.model).pk))


def _old_version(walk: Walk, page: ModelPage) -> Calls:
    """Our row's old version, by our row and by hers; and the form of it."""
    ours, hers = walk.our_row(page.model), walk.their_row(page.model)
    with unscoped("a test looks for an old version"):
        version = ours.history.model.objects.filter(id=ours.pk).latest("history_date").history_id
    for row in (ours, hers):
        url = walk.url(page, row.pk, version)
        yield Call("GET", url)
        yield Call("POST", url, {**walk.our_form(walk.url(_sibling(page, "change"), ours.pk)), "_save": "1"})


def _button(walk: Walk, page: ModelPage) -> Calls:
    """A page or a button of our row: looked at, pressed, and pressed with the form our owner would send."""
    url = walk.url(page, walk.our_row(page.model).pk)
    yield Call("GET", url)
    yield Call("POST", url)
    if form := walk.our_form(url):
        yield Call("POST", url, form)


def _correct(walk: Walk, page: ModelPage) -> Calls:
    """Our line's page about our memory."""
    url = f"{walk.url(page, walk.our_row(page.model).pk)}?memory={walk.our_row(Memory).pk}"
    yield Call("GET", url)
    yield Call("POST", url, {"text": "Something else is true."})


def _try(walk: Walk, page: ModelPage) -> Calls:
    """Our engine by its id, and hers with our key, our feelings and our words in the form."""
    url, ours, hers = walk.url(page), walk.our_row(page.model), walk.their_row(page.model)
    form = walk.our_form(walk.url(_sibling(page, "change"), ours.pk))
    smuggled = walk.smuggled(walk.url(_sibling(page, "change"), hers.pk))
    local = {"engine": "espeak", "base_url": "http://127.0.0.1:9/v1", "emotion": str(walk.our_row(Emotion).pk)}
    yield Call("GET", url)
    yield Call("POST", url, {**form, "object_id": str(ours.pk), "what": "connection"})
    yield Call("POST", url, {**form, **local, "object_id": "", "what": "sample"})
    yield Call("POST", url, {**smuggled, **local, "object_id": str(hers.pk), "what": "sample"})


def _listed(walk: Walk, page: ModelPage) -> Calls:
    """A page beside the list: looked at, asked about our rows, and answered as if one of ours stood there."""
    url, ours = walk.url(page), walk.our_row(page.model)
    asked = {"persona": str(walk.world.persona.pk), "viewer": str(walk.world.viewer.pk), "text": "cat biscuit"}
    yield Call("GET", url)
    yield Call("GET", url, {**asked, "skip": str(ours.pk)})
    for verdict in ("approve", "reject"):
        yield Call("POST", url, {"memory": str(ours.pk), "verdict": verdict, "text": "changed"})


def _import_card(walk: Walk, page: ModelPage) -> Calls:
    """A card that names our character, and decisions that name our voice, our avatar and our character."""
    url, ours = walk.url(page), walk.our_row(page.model)
    looks = {"voice": str(ours.voice_id), "avatar": str(ours.avatar_id), "persona": str(ours.pk)}
    card = {"name": ours.name.replace(OURS, ECHO), "description": "A guest.", "first_mes": "Hi!"}
    book = {"entries": [{"keys": ["tea"], "content": "Tea is at five."}]}
    yield Call("GET", url)
    for content in (json.dumps(card), json.dumps(book)):
        yield Call("POST", url, {}, (("file", content),))
        digest = hashlib.sha256(content.encode()).hexdigest()
        for choice in ("new", "replace", "both"):
            yield Call("POST", url, {"digest": digest, "name": ECHO, "choice": choice, **looks}, follows=True)


def _take_in(walk: Walk, page: ModelPage) -> Calls:
    """The house's scenarios and a file's, for our character."""
    url, ours = walk.url(page), str(walk.world.persona.pk)
    entry = {"name": "Hi", "script": "Bo: hello"}
    content = json.dumps({"format": "vtcontrol.scenarios", "version": 1, "scenarios": [entry]})
    yield Call("GET", url, {"persona": ours})
    yield Call("POST", url, {"persona": ours})
    yield Call("POST", url, {"persona": ours}, (("file", content),))


def _seeds(walk: Walk, page: ModelPage) -> Calls:
    """A seed file for our character, tried and loaded."""
    url, ours = walk.url(page), {"persona": str(walk.world.persona.pk)}
    entry = {"key": "moon", "text": "The moon was full."}
    content = json.dumps({"format": "vtcontrol.seeds", "version": 1, "memories": [entry]})
    yield Call("GET", url)
    for button in ("try", "load"):
        yield Call("POST", url, {**ours, button: ""}, (("file", content),))


def _tester(walk: Walk, page: ModelPage) -> Calls:
    """Our rule by its id, and hers tried on our stream, our character and our show."""
    url, ours, hers = walk.url(page), walk.our_row(page.model), walk.their_row(page.model)
    show = walk.our_row(apps.get_model("streams", "broadcast"))
    where = {"on_stream": str(walk.world.stream.pk), "by_persona": str(walk.world.persona.pk)}
    rule = {"kind": "words", "content": "cats", "scope": "both", "action": "drop"}
    yield Call("GET", url)
    yield Call("GET", url, {"rule": str(ours.pk)})
    for what in ("text", "replay"):
        asked = {"what": what, "text": "cats", "direction": "in"}
        yield Call("POST", url, {**asked, **rule, "rule": str(ours.pk)})
        yield Call("POST", url, {**asked, **where, "broadcast": str(show.pk)})
        yield Call("POST", url, {**asked, "broadcast": str(show.pk)})
        yield Call("POST", url, {**asked, "rule": str(hers.pk)})


def _word_list(walk: Walk, page: ModelPage) -> Calls:
    """A list into our rule, looked at and confirmed, and into a new one of the same name."""
    url, ours = walk.url(page), walk.our_row(page.model)
    yield Call("GET", url)
    for confirmed in ({}, {"confirmed": "1"}):
        for mode in ("append", "replace"):
            yield Call("POST", url, {"words": "biscuit", "rule": str(ours.pk), "mode": mode, **confirmed})
        yield Call("POST", url, {"words": "biscuit", "name": ours.name.replace(OURS, ECHO), **confirmed})


def _begin(walk: Walk, page: ModelPage) -> Calls:
    """A rehearsal of our character, and of hers with our revision, stream, broadcast and scenarios."""
    url, ours, hers = walk.url(page), walk.world, walk.other_world
    show = {"broadcast": str(walk.our_row(Broadcast).pk), "stream": str(ours.stream.pk)}
    revision = str(walk.our_row(Revision).pk)
    yield Call("GET", url)
    yield Call("GET", url, {"persona": str(ours.persona.pk), "tried": revision})
    for persona in (ours.persona.pk, hers.persona.pk):
        for source in ("house", "own", "broadcast"):
            form = {"tried": revision, "against": "on_air", "source": source, **show}
            yield Call("POST", f"{url}?persona={persona}&tried={revision}", form)
            yield Call("POST", f"{url}?persona={persona}", {**form, "tried": "on_air", "against": ""})


def _prompt(walk: Walk, page: ModelPage) -> Calls:
    yield Call("GET", walk.url(page, walk.our_row(RehearsalAnswer).pk))


def _card(walk: Walk, page: ModelPage) -> Calls:
    """Our character as each file it can leave as."""
    url = walk.url(page, walk.our_row(page.model).pk)
    yield Call("GET", url)
    for form in ("v1", "v2", "v3", "picture", "bundle", "book"):
        yield Call("GET", url, {"as": form})


def _export(walk: Walk, page: ModelPage) -> Calls:
    url = walk.url(page)
    form = read_form(walk.stranger.get(url).content)
    yield Call("GET", url)
    yield Call("GET", url, {"q": ECHO, "id__in": str(walk.our_row(page.model).pk)})
    yield Call("POST", url, {**form, "format": CSV, "export_items": str(walk.our_row(page.model).pk)})
    yield Call("POST", url, {**form, "format": CSV})


def _import(walk: Walk, page: ModelPage) -> Calls:
    """A file that our owner exported, sent as hers: with our ids, and with our ids in every link."""
    url = walk.url(page)
    yield Call("GET", url)
    for text in (_exported(walk, page), _exported(walk, page).replace(str(walk.studio.pk), "")):
        yield Call("POST", url, {"format": CSV, "resource": "0"}, (("import_file", text),))


def _exported(walk: Walk, page: ModelPage) -> str:
    """Return our rows as a file, ids and all, whatever the export itself leaves out."""
    url = reverse(_sibling(page, "export").name)
    form = read_form(walk.owner.get(url).content)
    with undone():  # taking a list home is written down
        answer = walk.owner.post(url, {**form, "format": CSV})
    text = answer.getvalue()
    row = walk.our_row(page.model)
    header, _, lines = text.decode().partition("\n")
    if "id" not in header.strip().split(","):
        with_id = [f"{line.rstrip()},{row.pk},{row.studio_id}" for line in lines.splitlines() if line.strip()]
        text_out = "\n".join([f"{header.strip()},id,studio", *with_id])
    else:
        text_out = text.decode()
    return text_out.replace(OURS, ECHO)


def _process_import(walk: Walk, page: ModelPage) -> Calls:
    """The second step of an import: confirmed as the first step's page offers it, and out of the blue."""
    url, first = walk.url(page), reverse(_sibling(page, "import").name)
    yield Call("GET", url)
    yield Call("POST", url, {"format": CSV, "resource": "0"})
    call = Call("POST", first, {"format": CSV, "resource": "0"}, (("import_file", _exported(walk, page)),))
    offered = read_form(send(walk.stranger, call).content)
    if "import_file_name" in offered:
        yield Call("POST", url, offered, follows=True)


def _password_change(walk: Walk, page: ModelPage) -> Calls:
    url = walk.url(page, walk.our_row(page.model).pk)
    yield Call("GET", url)
    yield Call("POST", url, {"password1": "correct horse battery", "password2": "correct horse battery"})


PAGES: dict[str, Callable[[Walk, ModelPage], Calls]] = {
    "changelist": _changelist,
    "add": _add,
    "change": _change,
    "delete": _delete,
    "history": _history,
    "simple_history": _old_version,
    "import": _import,
    "process_import": _process_import,
    "export": _export,
    "password_change": _password_change,
    "try": _try,
    # pages beside a list
    "import_card": _import_card,
    "take_in": _take_in,
    "begin": _begin,
    "prompt": _prompt,
    "rehearse": _button,
    "cancel": _button,
    "card": _card,
    "tester": _tester,
    "word_list": _word_list,
    "review": _listed,
    "recall": _listed,
    "seeds": _seeds,
    "match": _listed,
    # buttons and pages of one row
    "try_rule": _button,
    "export_words": _button,
    "undo_words": _button,
    "split": _button,
    "never_again": _button,
    "remember_this": _button,
    "correct_memory": _correct,
    "undo": _button,
    "preview_prompt": _button,
    "revisions": _button,
    "edit_draft": _button,
    "publish": _button,
    "try_it": _button,
    "call_off": _button,
    "bring_back": _button,
    "discard": _button,
    "take_b": _button,
    "stop": _button,
    "live_preview": _button,
    "links": _button,
    "approve": _button,
    "reject": _button,
    "conduct": _button,
    "start": _button,
    "move_on": _button,
    "pause": _button,
    "resume": _button,
    "end": _button,
    "dock": _button,
    "dock_frame": _button,
    "dock_session": _button,
    "commands": _button,
    "ping": _button,
    "start_again": _button,
    "new_secret": _button,
    "layout": _button,
    "pages": _button,
    "reset": _button,
    "skip": _button,
    "mute": _button,
    "unmute": _button,
    "panic": _button,
    "release": _button,
    "revoke": _button,
    "merge": _button,
    "undo_merge": _button,
    "private_page": _button,
    "linking_code": _button,
    "export_person": _button,
    "erase_person": _button,
    "connect_anew": _button,
}


def _autocomplete(walk: Walk) -> Calls:
    """What every foreign key of every model would offer her."""
    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.is_relation:
                source = {
                    "app_label": model._meta.app_label,
                    "model_name": model._meta.model_name,
                    "field_name": field.name,
                }
                yield Call("GET", reverse("admin:autocomplete"), {**source, "term": ""})
                yield Call("GET", reverse("admin:autocomplete"), {**source, "term": "marker"})


def _search(walk: Walk) -> Calls:
    for words in ("marker", "ours", "mira", "bo", str(walk.world.stream.pk)):
        yield Call("GET", reverse("admin:search"), {"s": words})
        yield Call("GET", reverse("admin:search"), {"s": words, "extended": "1"})


def _choose_studio(walk: Walk) -> Calls:
    url = reverse("admin:choose_studio")
    for chosen in (str(walk.studio.pk), walk.studio.pk.hex, walk.studio.slug, ""):
        yield Call("POST", url, {"studio": chosen}, follows=True)
    yield Call("GET", url, {"studio": str(walk.studio.pk)})


def _app_lists(walk: Walk) -> Calls:
    for config in apps.get_app_configs():
        yield Call("GET", f"/admin/{config.label}/")


def _anything_else(walk: Walk) -> Calls:
    for rest in (f"personas/persona/{walk.world.persona.pk}/secret/", f"r/1/{walk.world.persona.pk}/", "nonsense"):
        yield Call("GET", f"/admin/{rest}")


def _look(*urls: str) -> Callable[[Walk], Calls]:
    return lambda _walk: (Call("GET", url) for url in urls)


def _password(walk: Walk) -> Calls:
    yield Call("GET", "/admin/password_change/")
    new = "correct horse battery"
    yield Call("POST", "/admin/password_change/", {"old_password": "x", "new_password1": new, "new_password2": new})


def _language(walk: Walk) -> Calls:
    yield Call("POST", "/i18n/setlang/", {"language": "ru", "next": f"/admin/?studio={walk.studio.pk}"})


SITE: dict[str, Callable[[Walk], Calls]] = {
    "home": _look("/"),
    "index": _look("/admin/"),
    "login": _look("/admin/login/", "/admin/login/?next=/admin/personas/persona/"),
    "logout": lambda walk: iter([Call("POST", "/admin/logout/")]),
    "password_change": _password,
    "password_change_done": _look("/admin/password_change/done/"),
    "jsi18n": _look("/admin/jsi18n/"),
    "autocomplete": _autocomplete,
    "search": _search,
    "choose_studio": _choose_studio,
    "app_list": _app_lists,
    "admin/(?P<url>.*)$": _anything_else,
    "stage": _look("/stage/", "/stage/?preview=1"),
    "dock": _look("/dock/"),
    "about-me": lambda walk: iter([Call("GET", "/about-me/"), Call("POST", "/about-me/", {"secret": "guessed"})]),
    "dock-panel": _look("/dock/queue/", "/dock/viewer/"),
    "healthz": _look("/healthz"),
    "set_language": _language,
    "javascript-catalog": _look("/jsi18n/"),
}


def test_every_page_has_a_case() -> None:
    undeclared = {page.name for page in model_pages() if page.page not in PAGES}
    undeclared |= {route.template for route in site_routes() if not _is_declared(route.key, route.template)}

    assert undeclared == set()


def _is_declared(key: str, template: str) -> bool:
    return key in SITE or template.startswith("api/v1/")  # those have cases of their own, see test_stranger_rest


def test_no_case_is_left_over() -> None:
    assert set(PAGES) - {page.page for page in model_pages()} == set()
    assert set(SITE) - {route.key for route in site_routes()} == set()


def test_both_studios_hold_a_row_of_every_model(walk: Walk) -> None:
    owned = {model._meta.label for model in apps.get_models() if issubclass(model, StudioOwned)}

    assert owned - rows_of(walk.studio.pk).keys() == set()
    assert owned - rows_of(walk.other_studio.pk).keys() == set()


@pytest.mark.parametrize("name", PAGES)
def test_the_stranger_gets_nothing_from_a_page_of_a_model(name: str, walk: Walk) -> None:
    pages = [page for page in model_pages() if page.page == name]

    wrong = [leak for page in pages for call in PAGES[name](walk, page) for leak in walk.visit(call)]

    assert pages
    assert not wrong, "\n".join(sorted(set(wrong))[:20])


@pytest.mark.parametrize("name", SITE)
def test_the_stranger_gets_nothing_from_a_page_of_the_site(name: str, walk: Walk) -> None:
    wrong = [leak for call in SITE[name](walk) for leak in walk.visit(call)]

    assert not wrong, "\n".join(sorted(set(wrong))[:20])


# Where our own owner changes and sees nothing new either.
NOTHING_TO_NOTICE = {
    "call_off": "our revision is not scheduled",
    "discard": "our revision was on air, so it stays",
    "revisions": "it leads on to the list of revisions, which has a walk of its own",
    "dock_frame": "an empty page; what it shows comes by the pass of `dock_session`",
    "import": "the first step only shows what was sent",
    "move_on": "our scene is paused, so nobody has its next line",
    "pause": "our scene is paused already",
    "password_change": "people are the operator's",
    "rehearse": "it leads on to a page that has its own case",
    "start": "our scene has been started already",
    "try": "the answer says how a trial went, and nothing is saved",
    "try_rule": "it leads on to the tester, which has a walk of its own",
    "undo_words": "our rule has had no list, so there is nothing to take out",
}


@pytest.mark.parametrize("name", PAGES.keys() - NOTHING_TO_NOTICE)
def test_the_walk_notices_what_our_own_owner_sees_and_changes(name: str, walk: Walk) -> None:
    walk.stranger = walk.owner

    pages = [page for page in model_pages() if page.page == name]

    assert any(walk.visit(call) for page in pages for call in PAGES[name](walk, page))


@pytest.mark.parametrize("name", ["change", "add"])
def test_the_forms_of_the_walk_are_valid_in_our_owners_hands(name: str, walk: Walk) -> None:
    refused = []
    for page in (page for page in model_pages() if page.page == name):
        call = next(call for call in PAGES[name](walk, page) if call.method == "POST")
        is_writable = b'name="_save"' in walk.owner.get(call.url).content
        if is_writable and not _is_taken(walk, page, call):
            refused.append(f"{call} {call.data}")

    assert not refused, "\n".join(refused)


def _is_taken(walk: Walk, page: ModelPage, call: Call) -> bool:
    """Tell whether the owner's form is saved, if need be once the row it repeats is gone."""
    with undone() as writes:
        send(walk.owner, call)
        if _writes_to(page, writes):
            return True
    with undone() as writes, unscoped("a test makes room for the same row"):
        page.model._default_manager.filter(pk=walk.our_row(page.model).pk).delete()
        writes.clear()
        send(walk.owner, call)
        return _writes_to(page, writes)


def _writes_to(page: ModelPage, writes: list[str]) -> bool:
    return any(f'"{page.model._meta.db_table}"' in sql for sql in writes)
