"""Drafts, publications and the way back: who is on air, in which words, and who decided."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from personas.models import Emotion, Persona, Reaction, Revision, RevisionState
from personas.selectors import content_of
from personas.services import revisions
from tests.factories.personas import Character, make_brain, make_persona, make_reaction, make_voice
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    make_reaction(character.persona)
    revisions.record_revision(character.persona)
    return character.persona


@pytest.fixture
def author(db: None) -> Any:
    return get_user_model().objects.create_user("author")


def draft_of(persona: Persona, **changes: Any) -> Revision:
    return revisions.save_draft(persona, {**content_of(persona), **changes}, by=None, note="louder")


def on_air(persona: Persona) -> Revision:
    return Revision.objects.get(persona=persona, state=RevisionState.PUBLISHED)


def now_says(persona: Persona) -> str:
    return str(Persona.objects.get(pk=persona.pk).identity)


def version(studio: Studio) -> int:
    return int(Studio.objects.get(pk=studio.pk).config_version)


def test_a_draft_changes_nothing_on_air(studio: Studio, persona: Persona) -> None:
    before, published = version(studio), on_air(persona)

    draft = draft_of(persona, identity="You are a pirate.")

    assert (draft.state, draft.base, draft.number) == (RevisionState.DRAFT, published, 2)
    assert now_says(persona) != "You are a pirate."
    assert version(studio) == before


def test_publishing_makes_the_rows_what_the_draft_says_and_tells_the_live_loop(
    studio: Studio, persona: Persona, author: Any
) -> None:
    before, kept = version(studio), Emotion.objects.get(persona=persona, name="joy").pk
    content = content_of(persona)
    joy = next(one for one in content["emotions"] if one["name"] == "joy")
    bliss = {**joy, "name": "bliss", "position": 9}
    draft = draft_of(
        persona,
        identity="You are a pirate.",
        brain=str(make_brain().pk),
        emotions=[{**joy, "pitch": 1.5}, bliss],
        reactions=[],
    )

    revisions.publish(draft, by=author)

    assert now_says(persona) == "You are a pirate."
    assert [(one.name, one.pitch) for one in Emotion.objects.filter(persona=persona)] == [("joy", 1.5), ("bliss", 1.0)]
    assert Emotion.objects.get(persona=persona, name="joy").pk == kept
    assert not Reaction.objects.filter(persona=persona).exists()
    assert Persona.objects.get(pk=persona.pk).brain is not None
    assert version(studio) > before
    assert (on_air(persona).pk, on_air(persona).published_by) == (draft.pk, author)
    assert [one.state for one in Revision.objects.filter(persona=persona).order_by("number")] == [
        "retired",
        "published",
    ]
    assert persona.history.first().history_user == author
    assert on_air(persona).content == content_of(Persona.objects.get(pk=persona.pk))


def test_saving_the_same_after_a_publication_makes_no_revision(persona: Persona) -> None:
    revisions.publish(draft_of(persona, identity="You are a pirate."), by=None)

    assert revisions.record_revision(Persona.objects.get(pk=persona.pk)) is None


def test_a_draft_is_changed_in_place_until_it_is_published(persona: Persona) -> None:
    draft = draft_of(persona, identity="You are a pirate.")
    content = {**draft.content, "identity": "You are a captain."}

    again = revisions.save_draft(persona, content, by=None, draft=draft)
    revisions.publish(again, by=None)

    assert again.pk == draft.pk
    assert now_says(persona) == "You are a captain."
    for write in (
        lambda: revisions.save_draft(persona, content, by=None, draft=draft),
        lambda: revisions.publish(draft, by=None),
    ):
        with pytest.raises(Conflict):
            write()


def test_a_draft_made_from_what_is_gone_says_so_and_is_published_by_who_knows(persona: Persona) -> None:
    draft = draft_of(persona, identity="You are a pirate.")
    persona.knowledge = "The show moved to ten."
    persona.save()
    revisions.record_revision(persona)

    with pytest.raises(Conflict, match="№ 3"):
        revisions.publish(draft, by=None)
    assert now_says(persona) != "You are a pirate."
    revisions.publish(draft, by=None, over=on_air(persona).pk)

    assert now_says(persona) == "You are a pirate."


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"identity": ""}, "who the character is"),
        ({"voice": "00000000-0000-7000-8000-000000000000"}, "voice"),
        ({"emotions": [{"name": "not a tag!", "face": "joy"}]}, "tag"),
        ({"motions": ["moonwalk"]}, "motions"),
    ],
)
def test_what_no_longer_validates_is_refused_and_nothing_is_written(
    persona: Persona, changes: dict[str, Any], sentence: str
) -> None:
    draft = draft_of(persona, knowledge="New.", **changes)
    before = content_of(persona)

    with pytest.raises(InputInvalid, match=sentence):
        revisions.publish(draft, by=None)

    assert content_of(Persona.objects.get(pk=persona.pk)) == before
    assert on_air(persona).number == 1


def test_a_name_taken_meanwhile_is_refused(persona: Persona) -> None:
    draft = draft_of(persona, name="Nova")
    make_persona(name="Nova", voice=persona.voice, avatar=persona.avatar)

    with pytest.raises(InputInvalid):
        revisions.publish(draft, by=None)


def test_going_back_is_a_new_revision_with_the_old_words(persona: Persona, author: Any) -> None:
    first, old = on_air(persona), now_says(persona)
    revisions.publish(draft_of(persona, identity="You are a pirate."), by=None)

    again = revisions.roll_back(first, by=author)

    assert now_says(persona) == old
    assert (again.number, again.created_by, again.digest) == (3, author, first.digest)
    assert "№ 1" in again.note
    with pytest.raises(Conflict):
        revisions.roll_back(again, by=author)


def test_going_back_to_a_content_older_than_a_field_keeps_what_the_field_says_now(persona: Persona) -> None:
    old = on_air(persona)
    old.content.pop("knowledge")
    old.save()
    revisions.publish(draft_of(persona, identity="A pirate.", knowledge="New."), by=None)

    revisions.roll_back(old, by=None)

    assert Persona.objects.get(pk=persona.pk).knowledge == "New."


def test_a_draft_is_discarded_and_what_was_on_air_is_not(persona: Persona) -> None:
    draft = draft_of(persona)

    revisions.discard(draft)

    assert not Revision.objects.filter(pk=draft.pk).exists()
    with pytest.raises(Conflict):
        revisions.discard(on_air(persona))


# Publishing at a time


def soon() -> dt.datetime:
    return timezone.now() + dt.timedelta(hours=1)


def let_come(draft: Revision) -> None:
    Revision.objects.filter(pk=draft.pk).update(publish_at=timezone.now() - dt.timedelta(seconds=1))


def test_a_scheduled_draft_goes_on_air_once_its_time_has_come_and_only_once(persona: Persona, author: Any) -> None:
    draft = revisions.schedule(draft_of(persona, identity="You are a pirate."), soon(), by=author)

    assert not revisions.publish_due(draft.pk)
    let_come(draft)
    assert [revisions.publish_due(draft.pk), revisions.publish_due(draft.pk)] == [True, False]

    assert now_says(persona) == "You are a pirate."
    assert on_air(persona).published_by == author
    assert on_air(persona).publish_at is None


def test_a_scheduled_draft_that_cannot_be_published_says_why_and_is_a_draft_again(persona: Persona) -> None:
    voice = make_voice(name="Deep voice")
    draft = revisions.schedule(draft_of(persona, voice=str(voice.pk)), soon(), by=None)
    voice.delete()
    let_come(draft)

    assert revisions.publish_due(draft.pk)

    draft.refresh_from_db()
    assert (draft.state, draft.publish_at) == (RevisionState.DRAFT, None)
    assert "voice" in draft.refusal
    assert on_air(persona).number == 1


def test_a_scheduled_draft_never_undoes_what_was_published_after(persona: Persona) -> None:
    draft = revisions.schedule(draft_of(persona, identity="You are a pirate."), soon(), by=None)
    revisions.publish(draft_of(persona, identity="You are a captain."), by=None)
    let_come(draft)

    revisions.publish_due(draft.pk)

    draft.refresh_from_db()
    assert "№ 3" in draft.refusal
    assert now_says(persona) == "You are a captain."


@pytest.mark.parametrize("hours", [-1, 24 * 400])
def test_a_time_gone_by_or_too_far_is_refused(persona: Persona, hours: int) -> None:
    with pytest.raises(InputInvalid):
        revisions.schedule(draft_of(persona), timezone.now() + dt.timedelta(hours=hours), by=None)


def test_a_draft_that_would_be_refused_is_not_scheduled(persona: Persona) -> None:
    with pytest.raises(InputInvalid, match="who the character is"):
        revisions.schedule(draft_of(persona, identity=""), soon(), by=None)

    assert not Revision.objects.filter(state=RevisionState.SCHEDULED).exists()


def test_a_scheduled_draft_is_called_off(persona: Persona) -> None:
    draft = revisions.schedule(draft_of(persona), soon(), by=None)

    revisions.unschedule(draft)

    draft.refresh_from_db()
    assert (draft.state, draft.publish_at) == (RevisionState.DRAFT, None)
    with pytest.raises(Conflict):
        revisions.unschedule(draft)
