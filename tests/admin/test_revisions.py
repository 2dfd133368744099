"""Drafts and revisions in the admin: the same form, what differs, and what goes on air."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from personas.models import Emotion, Experiment, Persona, Revision, RevisionState
from personas.selectors import LINK_FIELDS, REVISED_FIELDS
from personas.services.revisions import record_revision
from tests.admin.pages import address, errors, page_text, save
from tests.factories.personas import Character, make_persona, make_reaction
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def persona(studio: Studio, character: Character) -> Persona:
    with studio_scope(studio.pk):
        make_reaction(character.persona)
        record_revision(character.persona)
    return character.persona


def aside(client: Client, url: str, **changes: Any) -> Any:
    """Press "Save as draft" on the form at an address."""
    return client.post(url, {**read_form(client.get(url).content), **changes, "_draft": "1"})


def revisions(persona: Persona, state: str) -> list[Revision]:
    with studio_scope(persona.studio_id):
        return list(Revision.objects.filter(persona=persona, state=state).order_by("number"))


def make_draft(client: Client, persona: Persona, **changes: Any) -> Revision:
    answer = aside(client, address(persona), **{"identity": "You are a wild pirate.", **changes})
    assert answer.status_code == 302
    return revisions(persona, RevisionState.DRAFT)[-1]


def draft_form(draft: Revision, persona: Persona) -> str:
    return f"{address(persona)}?draft={draft.pk}"


def identity(persona: Persona) -> str:
    with studio_scope(persona.studio_id):
        return str(Persona.objects.get(pk=persona.pk).identity)


def feelings(persona: Persona) -> list[tuple[Any, str, float]]:
    with studio_scope(persona.studio_id):
        return list(Emotion.objects.filter(persona=persona).values_list("pk", "name", "pitch"))


def test_a_draft_is_kept_with_its_note_and_nothing_on_air_changes(
    as_manager: Client, manager: Any, persona: Persona
) -> None:
    before, rows = identity(persona), feelings(persona)

    draft = make_draft(as_manager, persona, revision_note="bolder", **{"emotions-1-pitch": "1.4"})

    assert (draft.content["identity"], draft.note, draft.created_by_id) == (
        "You are a wild pirate.",
        "bolder",
        manager.pk,
    )
    assert draft.content["emotions"][1]["pitch"] == 1.4
    assert (identity(persona), feelings(persona)) == (before, rows)
    with studio_scope(persona.studio_id):
        assert persona.history.count() == 1
    assert [one.number for one in revisions(persona, RevisionState.PUBLISHED)] == [1]


def test_a_wrong_draft_is_refused_with_the_forms_own_sentences(as_manager: Client, persona: Persona) -> None:
    answer = aside(as_manager, address(persona), identity="")

    assert "required" in errors(answer)
    assert revisions(persona, RevisionState.DRAFT) == []


def test_a_drafts_form_shows_the_draft_and_saves_into_it(as_manager: Client, persona: Persona) -> None:
    new = {"emotions-TOTAL_FORMS": "7", "emotions-6-name": "bliss", "emotions-6-face": "joy", "emotions-6-id": ""}
    new |= {"emotions-6-intensity": "0.5", "emotions-6-position": "6"}
    new |= {f"emotions-6-{name}": "1.0" for name in ("rate", "pitch", "volume")}
    draft = make_draft(as_manager, persona, **new, revision_note="bolder")
    form = read_form(as_manager.get(draft_form(draft, persona)).content)
    assert (form["identity"], form["revision_note"], form["emotions-6-name"]) == (
        ["You are a wild pirate."],
        ["bolder"],
        ["bliss"],
    )

    changed = {"identity": "You are a captain.", "emotions-6-pitch": "1.3", "emotions-0-DELETE": "on"}
    answer = aside(as_manager, draft_form(draft, persona), **changed)

    assert answer.status_code == 302
    (kept,) = revisions(persona, RevisionState.DRAFT)
    assert kept.pk == draft.pk
    assert kept.content["identity"] == "You are a captain."
    assert kept.content["emotions"][-1]["name"] == "bliss"
    assert kept.content["emotions"][-1]["pitch"] == 1.3
    assert len(kept.content["emotions"]) == 6
    assert len(feelings(persona)) == 6
    assert "bliss" not in {name for _pk, name, _pitch in feelings(persona)}


def test_saving_a_drafts_form_publishes_it(as_manager: Client, manager: Any, persona: Persona) -> None:
    draft = make_draft(as_manager, persona)
    kept = {name: pk for pk, name, _pitch in feelings(persona)}

    answer = save(as_manager, draft_form(draft, persona), **{"emotions-1-pitch": "1.4"})

    assert answer.headers["Location"] == address(persona)
    assert identity(persona) == "You are a wild pirate."
    assert [(name, pitch) for _pk, name, pitch in feelings(persona)][1] == ("joy", 1.4)
    assert {name: pk for pk, name, _pitch in feelings(persona)} == kept
    (on_air,) = revisions(persona, RevisionState.PUBLISHED)
    assert (on_air.pk, on_air.published_by_id) == (draft.pk, manager.pk)


def test_a_revisions_page_marks_what_changed_word_by_word(as_manager: Client, persona: Persona) -> None:
    old = identity(persona)
    draft = make_draft(as_manager, persona, identity=old.replace("night-owl", "day-owl"), spicy_mode="on")

    page = page_text(as_manager, address(draft))

    assert "<del>night</del><ins>day</ins>-owl" in re.sub(r"\s+", " ", page)
    assert re.search(r"Spicy mode</h3>\s*<p class=\"vt-diff\"><del>No</del>.*<ins>Yes</ins>", page)


def test_any_two_revisions_are_compared(as_manager: Client, persona: Persona) -> None:
    save(as_manager, address(persona), identity="You are second.")
    save(as_manager, address(persona), identity="You are third.")
    first, second = revisions(persona, RevisionState.RETIRED)

    page = page_text(as_manager, f"{address(second)}?against={first.pk}")

    assert "second" in page
    assert "third" not in page


def test_publishing_over_a_change_shows_both_and_is_confirmed(as_manager: Client, persona: Persona) -> None:
    draft = make_draft(as_manager, persona)
    save(as_manager, address(persona), knowledge="The show moved to ten.")
    url = address(draft, "publish")

    answer = save(as_manager, draft_form(draft, persona))
    assert answer.headers["Location"] == url
    assert identity(persona) != "You are a wild pirate."
    page = page_text(as_manager, url)
    assert "<ins>moved</ins>" in page
    assert "pirate" in page
    answer = as_manager.post(url, read_form(page.encode()))

    assert answer.status_code == 302
    assert identity(persona) == "You are a wild pirate."


def test_a_confirmation_of_something_older_is_asked_for_again(as_manager: Client, persona: Persona) -> None:
    draft = make_draft(as_manager, persona)
    url = address(draft, "publish")
    seen = read_form(as_manager.get(url).content)
    save(as_manager, address(persona), knowledge="The show moved to ten.")

    answer = as_manager.post(url, seen, follow=True)

    assert "went on air after this draft was begun" in answer.content.decode()
    assert identity(persona) != "You are a wild pirate."


def test_a_draft_is_scheduled_and_called_off(as_manager: Client, persona: Persona) -> None:
    draft = make_draft(as_manager, persona)
    url = address(draft, "publish")
    at = timezone.localtime(timezone.now() + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    form = read_form(as_manager.get(url).content)

    assert "Choose a time" in as_manager.post(url, {**form, "when": "later"}).content.decode()
    past = {**form, "when": "later", "publish_at": "2020-01-01T10:00"}
    assert "in the future" in as_manager.post(url, past).content.decode()
    as_manager.post(url, {**form, "when": "later", "publish_at": at})

    assert [one.pk for one in revisions(persona, RevisionState.SCHEDULED)] == [draft.pk]
    as_manager.post(address(draft, "call_off"))
    assert [one.pk for one in revisions(persona, RevisionState.DRAFT)] == [draft.pk]


def test_an_earlier_revision_is_brought_back(as_manager: Client, persona: Persona) -> None:
    old = identity(persona)
    save(as_manager, address(persona), identity="You are second.")
    (first,) = revisions(persona, RevisionState.RETIRED)

    as_manager.post(address(first, "bring_back"))

    assert identity(persona) == old
    assert revisions(persona, RevisionState.PUBLISHED)[0].number == 3


def test_a_draft_is_discarded(as_manager: Client, persona: Persona) -> None:
    draft = make_draft(as_manager, persona)

    as_manager.post(address(draft, "discard"))

    assert revisions(persona, RevisionState.DRAFT) == []


@pytest.mark.parametrize("role", ["observer", "moderator"])
def test_who_may_not_change_characters_reads_but_publishes_nothing(
    role: str, request: pytest.FixtureRequest, as_manager: Client, persona: Persona
) -> None:
    client: Client = request.getfixturevalue(f"as_{role}")
    draft = make_draft(as_manager, persona)

    assert "pirate" in page_text(client, address(draft))
    assert "pirate" in page_text(client, draft_form(draft, persona))
    for url in (address(draft, "publish"), address(draft, "discard"), draft_form(draft, persona)):
        assert client.post(url, {"when": "now", "_save": "1"}).status_code == 403
    assert client.post(address(persona), {"_draft": "1"}).status_code == 403
    assert identity(persona) != "You are a wild pirate."


def test_a_draft_of_another_persona_is_not_found_in_this_form(
    as_manager: Client, persona: Persona, studio: Studio
) -> None:
    draft = make_draft(as_manager, persona)
    with studio_scope(studio.pk):
        other = make_persona("other ")

    assert as_manager.get(draft_form(draft, persona)).status_code == 200
    assert as_manager.get(draft_form(draft, other)).status_code == 404
    assert as_manager.get(f"{address(persona)}?draft=nonsense").status_code == 404


def test_a_draft_is_tried_on_viewers_and_taken(as_manager: Client, as_moderator: Client, persona: Persona) -> None:
    draft = make_draft(as_manager, persona)
    url = address(draft, "try_it")
    assert "greater than or equal to 1" in as_manager.post(url, {"share": "0"}).content.decode()

    answer = as_manager.post(url, {"share": "20", "note": "Do they write more?"})

    with studio_scope(persona.studio_id):
        experiment = Experiment.objects.get(persona=persona)
    assert answer.headers["Location"] == address(experiment)
    page = page_text(as_moderator, address(experiment))
    assert "80 of 100 viewers hear A" in page
    assert "Nothing to compare yet." in page
    assert "Running" in page_text(as_moderator, address(Experiment, "changelist"))
    assert "Another experiment" in as_manager.post(url, {"share": "20"}).content.decode()
    for button in ("take_b", "stop"):
        assert as_moderator.post(address(experiment, button)).status_code == 403
    as_manager.post(address(experiment, "take_b"))
    assert identity(persona) == "You are a wild pirate."


def test_an_experiment_is_stopped(as_manager: Client, persona: Persona) -> None:
    as_manager.post(address(make_draft(as_manager, persona), "try_it"), {"share": "20"})
    with studio_scope(persona.studio_id):
        experiment = Experiment.objects.get(persona=persona)

    as_manager.post(address(experiment, "stop"))

    assert "Stopped" in page_text(as_manager, address(experiment))
    assert identity(persona) != "You are a wild pirate."


def test_a_draft_keeps_every_field_of_the_form(as_manager: Client, persona: Persona) -> None:
    form = as_manager.get(address(persona)).context["adminform"].form

    assert set(form.fields) - {"revision_note"} == {*REVISED_FIELDS, *LINK_FIELDS}
