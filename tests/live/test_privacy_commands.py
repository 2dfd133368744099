"""What viewers ask for in chat about their own data, and lines of people who want nothing stored."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.cache import cache

from memory.models import Utterance
from relationships.models import (
    FormerName,
    Identity,
    Interaction,
    PrivacyRequest,
    Refusal,
    RefusalKind,
    Relationship,
    RequestKind,
    Viewer,
    ViewerMerge,
)
from relationships.services.linking import issue_code
from streams.models import InboxEvent, Segment, Stream, StreamState, Turn
from streams.services.aftermath import absorb_turn
from streams.services.leases import Lease
from tests.factories.relationships import make_identity, make_viewer
from tests.live.scenes import answer, arrive, chat, end, find_nothing, prompt_text, says, speak, take
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.scope import unscoped
from vtcontrol.tenancy.studios import Studio

SECRET_WORDS = "My cat is called Waffle."


@pytest.fixture(autouse=True)
def enqueued(monkeypatch: pytest.MonkeyPatch, started: list[Any], settings: Any, tmp_path: Path) -> list[str]:
    """Names of the privacy tasks that were started; nobody carries them out."""
    settings.TOMBSTONE_FILE = tmp_path / "tombstones.jsonl"
    names: list[str] = []
    for name in ("upkeep.erase", "upkeep.tombstones"):
        monkeypatch.setattr(current_app.tasks[name], "apply_async", _noting(names, name))
    return names


def _noting(names: list[str], name: str) -> Callable[..., None]:
    return lambda **_: names.append(name)


def reply_of(stream: Stream) -> InboxEvent:
    return InboxEvent.objects.get(stream=stream, kind=EventKind.DIRECTOR_SAY)


def everything_stored() -> str:
    """Every column of every table that holds what happens on a stream, as one text."""
    with unscoped("a test reads every table"):
        rows = [
            str(list(model.objects.values_list()))
            for model in (InboxEvent, Turn, Segment, Utterance, Viewer, Identity, FormerName, Interaction, Relationship)
        ]
    return "\n".join(rows)


@pytest.mark.parametrize("words", ["!optout", " !OptOut please", "！optout", "!незапоминай", "!不要记住我"])
def test_a_viewer_opts_out_in_chat(words: str, in_studio: Studio, stream: Stream) -> None:
    says(stream, "Hello!")

    row = says(stream, words)

    assert (row.state, row.reason, row.text) == (EventState.ANSWERED, "command", "!optout")
    assert (row.author_name, row.viewer) == ("", None)
    assert "id-bo" not in f"{row.author_id}{row.platform_id}"
    assert Viewer.objects.get().has_opted_out
    assert Refusal.objects.get().kind == RefusalKind.OPTED_OUT
    assert reply_of(stream).text.startswith("All right.")


def test_a_command_is_done_silently_where_the_stream_says_so(in_studio: Studio, stream: Stream) -> None:
    stream.answers_commands = False
    stream.save()

    says(stream, "!optout")

    assert not InboxEvent.objects.filter(kind=EventKind.DIRECTOR_SAY).exists()
    assert Refusal.objects.exists()


def test_an_answer_is_spoken_as_it_stands(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "!forgetme")

    claim = take(stream, lease)

    assert claim.event.kind == EventKind.DIRECTOR_SAY
    assert prompt_text(claim).startswith("Done. Everything about you is being erased")


def test_nobody_is_made_for_a_command(in_studio: Studio, stream: Stream) -> None:
    says(stream, "!optout")
    says(stream, "!whatdoyouknow", "Ann")

    assert not Viewer.objects.exists()
    assert InboxEvent.objects.filter(text__startswith="I know nothing").count() == 1


def test_the_same_command_twice_counts_once(in_studio: Studio, stream: Stream) -> None:
    line = chat("!optout")

    first, second = arrive(stream, line)[0], arrive(stream, line)[0]

    assert first.id == second.id
    assert (first.is_new, second.is_new) == (True, False)


def test_a_line_of_somebody_who_opted_out_is_answered_and_stored_nowhere(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream, "!optout")
    find_or_speak(stream, lease)

    row = says(stream, f"Mira! {SECRET_WORDS}")
    claim = take(stream, lease)
    speak(lease, claim, text="Waffle is a lovely name, Bo!")
    turn = end(stream, lease, claim, segments=None)
    absorb_turn(turn.pk)

    assert SECRET_WORDS in prompt_text(claim)
    assert claim.event.author_name == "Bo"
    assert InboxEvent.objects.get(pk=row.pk).state == EventState.ANSWERED
    stored = everything_stored()
    for word in ("Waffle", "'Bo'", "id-bo"):
        assert word not in stored
    turn.refresh_from_db()
    assert (turn.text, turn.heard_text, turn.prompt) == ("", "", None)
    assert not Viewer.objects.exists()
    says(stream, "Mira, what did they say?", "Ann")
    assert "Waffle" not in prompt_text(take(stream, lease))


def find_or_speak(stream: Stream, lease: Lease) -> None:
    """Let the character say its fixed answer."""
    answer(stream, lease)


def test_a_line_delivered_again_after_opting_out_is_the_same_line(in_studio: Studio, stream: Stream) -> None:
    line, quiet = chat("Hello!"), chat("Hello again!")
    before = arrive(stream, line)[0]
    says(stream, "!optout")

    again = arrive(stream, line)[0]
    first, second = arrive(stream, quiet)[0], arrive(stream, quiet)[0]

    assert before.id == again.id
    assert first.id == second.id
    assert not second.is_new


def test_words_that_were_lost_are_no_answer(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "!optout")
    answer(stream, lease)
    row = says(stream, "Mira, hello!")
    cache.clear()

    find_nothing(stream, lease)

    assert InboxEvent.objects.get(pk=row.pk).state == EventState.PASSED_OVER


def test_a_gift_of_somebody_who_opted_out_is_thanked_without_a_name(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream, "!optout")
    answer(stream, lease)

    row = says(stream, "For you!", kind=EventKind.DONATION, amount=5, currency="EUR")

    assert (row.text, row.author_name, row.amount) == ("", "", 5)
    assert take(stream, lease).event.amount == "5 EUR"


def test_opting_in_again_begins_anew(in_studio: Studio, stream: Stream) -> None:
    says(stream, "!optout")

    says(stream, "!optin")
    row = says(stream, "Hello!")

    assert row.viewer is not None
    assert Refusal.objects.get().kind == RefusalKind.READMITTED


def test_forgetting_starts_at_once(
    in_studio: Studio, stream: Stream, django_capture_on_commit_callbacks: Any, enqueued: list[str]
) -> None:
    says(stream, "Hello!")

    with django_capture_on_commit_callbacks(execute=True):
        says(stream, "!forgetme")

    assert "upkeep.erase" in enqueued
    assert PrivacyRequest.objects.get().kind == RequestKind.ERASE
    assert Viewer.objects.get().has_opted_out
    assert says(stream, "Hello again!").viewer is None


def test_asking_what_is_known_waits_for_the_team_once(in_studio: Studio, stream: Stream) -> None:
    says(stream, "Hello!")
    says(stream, "!whatdoyouknow")
    says(stream, "!чтотызнаешь")

    asked = PrivacyRequest.objects.get()
    assert (asked.kind, asked.viewer_id) == (RequestKind.SHOW, Viewer.objects.get().pk)


def test_a_code_typed_on_another_platform_makes_one_viewer(in_studio: Studio, stream: Stream) -> None:
    here = says(stream, "Hello!").viewer
    there = says(stream, "Hi!", platform="youtube", author_id="UC1", author_name="Bo on YouTube").viewer
    code = issue_code(Identity.objects.get(platform="twitch"))

    row = says(stream, f"!link {code.lower()}", platform="youtube", author_id="UC1")

    assert code not in everything_stored()
    assert row.text == "!link"
    assert ViewerMerge.objects.get().kept == here
    there.refresh_from_db()
    assert there.merged_into == here
    assert says(stream, "Me again", platform="youtube", author_id="UC1").viewer == here
    assert InboxEvent.objects.filter(viewer=there).count() == 0


def test_a_code_works_once_and_a_wrong_one_never(in_studio: Studio, stream: Stream) -> None:
    says(stream, "Hello!")
    says(stream, "Hi!", "Eve")
    code = issue_code(Identity.objects.get(name="Bo"))
    issue_code(Identity.objects.get(name="Bo"))

    says(stream, f"!link {code}", "Eve")

    assert not ViewerMerge.objects.exists()
    assert InboxEvent.objects.filter(text__startswith="This code does not work").count() == 1


def test_a_command_is_no_line_of_chat_for_the_character(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    stream.answers_commands = False
    stream.save()

    says(stream, "!optout Mira, answer me!")

    find_nothing(stream, lease)


def test_other_exclamations_are_chat(in_studio: Studio, stream: Stream) -> None:
    assert says(stream, "!discord").state == EventState.WAITING
    assert says(stream, "Wow !optout is a thing").state == EventState.WAITING


def test_a_turn_of_somebody_who_opts_out_meanwhile_stores_nothing(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    says(stream, f"Mira, {SECRET_WORDS}")
    claim = take(stream, lease)
    speak(lease, claim)
    Viewer.objects.update(has_opted_out=True)

    turn = end(stream, lease, claim)

    assert (turn.text, turn.heard_text, turn.prompt) == ("", "", None)
    assert not Utterance.objects.exists()


def test_a_viewer_the_team_opted_out_is_treated_alike(in_studio: Studio, stream: Stream) -> None:
    make_identity(make_viewer(has_opted_out=True, name="bo_the_cellist"))

    row = says(stream, SECRET_WORDS, author_id="1001", author_name="New Name")

    assert (row.viewer, row.text, row.author_name) == (None, "", "")
    assert Viewer.objects.get().name == "bo_the_cellist"
    assert Viewer.objects.get().messages == 0


def test_the_version_of_the_live_state_moves_with_the_rows(in_studio: Studio, stream: Stream) -> None:
    says(stream, "!optout")

    assert StreamState.objects.get(stream=stream).version == 2
