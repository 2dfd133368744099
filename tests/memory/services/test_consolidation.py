"""From what was said to what is remembered: once, with evidence, and with a way back."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from memory.domain.noticing import notice
from memory.domain.proposals import Proposal, SaidLine
from memory.models import (
    ConsolidationCursor,
    ConsolidationEntry,
    ConsolidationRun,
    Doubt,
    Memory,
    MemoryEvidence,
    Review,
    RunState,
    Speaker,
)
from memory.services import consolidation, save_memory, undo_run
from memory.services.tidying import forget_old_entries, tidy_persona
from personas.models import Persona
from tests.factories.personas import Character
from tests.factories.rows import create
from tests.memory.said import ANN, BO, say
from vtcontrol.kernel.errors import Conflict, NotFound
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

STREAM = UUID(int=0x57)
AT_ONCE = dt.timedelta(seconds=-1)


@pytest.fixture
def persona(in_studio: Studio, character: Character) -> Persona:
    return character.persona


def rules(lines: tuple[SaidLine, ...]) -> list[Proposal]:
    return [found for line in lines for found in notice(line, "en")]


def consolidate(persona: Persona, think: Any = rules, remembered: Any = lambda viewer_id: True) -> list[UUID]:
    """Read everything there is; return the runs."""
    runs = []
    while window := consolidation.claim_window(persona.pk, STREAM, "interval", settled=AT_ONCE):
        if not window.is_answered:
            consolidation.store_answer(window.run_id, think(window.lines), engine="test", source="rules")
        assert consolidation.apply_run(window.run_id, remembered)
        runs.append(window.run_id)
    return runs


def texts(**filters: Any) -> list[str]:
    return list(Memory.objects.filter(**filters).order_by("valid_from", "text").values_list("text", flat=True))


def test_a_fact_rests_on_the_words_it_was_said_in(persona: Persona) -> None:
    said = say(persona, STREAM, "My cat is called Biscuit!")

    consolidate(persona)

    memory = Memory.objects.get()
    assert (memory.text, memory.viewer_id, memory.slot) == ("Bo's cat is called Biscuit", BO, "pet.cat.name")
    assert list(MemoryEvidence.objects.values_list("utterance_id", flat=True)) == [said.pk]
    assert memory.evidence_turn_id == said.turn_id


def test_consolidating_twice_adds_nothing(persona: Persona) -> None:
    for text in ("My cat is called Biscuit!", "I live in Lisbon", "I love synthwave"):
        say(persona, STREAM, text)
    consolidate(persona)
    once = [sorted(Memory.objects.values_list("text", "confidence")), MemoryEvidence.objects.count()]

    assert consolidate(persona) == []
    ConsolidationCursor.objects.update(after_id=consolidation.START)  # even if the whole log is read again
    ConsolidationRun.objects.update(after_id=None)
    consolidate(persona)

    assert [sorted(Memory.objects.values_list("text", "confidence")), MemoryEvidence.objects.count()] == once


def test_what_is_said_again_is_surer(persona: Persona) -> None:
    say(persona, STREAM, "I live in Lisbon")
    consolidate(persona)
    before = Memory.objects.get().confidence

    say(persona, STREAM, "I live in Lisbon, you know")
    consolidate(persona)

    memory = Memory.objects.get()
    assert memory.confidence > before
    assert memory.evidence.count() == 2


def test_a_newer_answer_ends_the_older_one(persona: Persona) -> None:
    say(persona, STREAM, "I live in Lisbon")
    say(persona, STREAM, "I moved to Porto")

    consolidate(persona)

    old, new = Memory.objects.order_by("valid_from")
    assert (old.valid_to, old.superseded_by) == (new.valid_from, new)
    assert (new.text, new.valid_to) == ("Bo lives in Porto", None)


def test_an_older_answer_heard_late_does_not_win(persona: Persona) -> None:
    now = timezone.now()
    say(persona, STREAM, "I moved to Porto", said_at=now)
    consolidate(persona)
    say(persona, STREAM, "I live in Lisbon", said_at=now - dt.timedelta(days=3))
    consolidate(persona)

    assert texts(valid_to=None) == ["Bo lives in Porto"]
    assert Memory.objects.get(text="Bo lives in Lisbon").superseded_by.text == "Bo lives in Porto"


def test_what_is_over_is_ended_and_can_come_back(persona: Persona) -> None:
    for text in ("I live in Lisbon", "I don't live in Lisbon anymore", "I live in Lisbon"):
        say(persona, STREAM, text)

    consolidate(persona)

    rows = Memory.objects.filter(text="Bo lives in Lisbon").order_by("valid_from")
    assert [row.valid_to is None for row in rows] == [False, True]


@pytest.mark.parametrize("kept", [{"is_locked": True, "source": "rules"}, {"source": "admin"}])
def test_what_people_wrote_or_locked_wins(persona: Persona, kept: dict[str, Any]) -> None:
    save_memory(Memory(persona=persona, viewer_id=BO, text="Bo lives in Lisbon", slot="home", kind="user", **kept))
    say(persona, STREAM, "I moved to Porto")

    consolidate(persona)

    assert texts(review=Review.ACCEPTED, valid_to=None) == ["Bo lives in Lisbon"]
    assert Memory.objects.get(text="Bo lives in Porto").doubt == Doubt.CONTRADICTION


def test_hearsay_waits_and_is_nobodys_fact(persona: Persona) -> None:
    say(persona, STREAM, "@Ann is moving to Spain")

    consolidate(persona)

    memory = Memory.objects.get()
    assert (memory.kind, memory.review, memory.viewer_id) == ("third_party", Review.DOUBTFUL, BO)
    assert not Memory.objects.filter(viewer_id=ANN).exists()


def test_what_people_refused_does_not_come_back(persona: Persona) -> None:
    say(persona, STREAM, "I live in Lisbon")
    consolidate(persona)
    Memory.objects.update(review=Review.REJECTED)

    say(persona, STREAM, "I live in Lisbon!!")
    consolidate(persona)

    assert list(Memory.objects.values_list("review", flat=True)) == [Review.REJECTED]


def test_of_whoever_opted_out_meanwhile_nothing_stays(persona: Persona) -> None:
    say(persona, STREAM, "I live in Lisbon")

    consolidate(persona, remembered=lambda viewer_id: False)

    assert not Memory.objects.exists()
    entry = ConsolidationEntry.objects.get()
    assert (entry.reason, entry.text) == ("not_remembered", "")


def test_a_model_that_restates_what_the_character_recalled_is_not_believed(persona: Persona) -> None:
    say(persona, STREAM, "hi Mira")
    say(persona, STREAM, "Bo, how is Biscuit, your cat?", name="Mira", viewer_id=None, speaker=Speaker.CHARACTER)

    def restating(lines: tuple[SaidLine, ...]) -> list[Proposal]:
        cites = [(lines[1].id,), (lines[0].id, lines[1].id), ()]
        return [
            Proposal(f"Bo's cat is called Biscuit{'!' * number}", "user", cited)  # type: ignore[arg-type]  # the kind by its value
            for number, cited in enumerate(cites)
        ]

    consolidate(persona, restating)

    assert not Memory.objects.exists()
    reasons = set(ConsolidationEntry.objects.values_list("action", "reason"))
    assert reasons == {("rejected", "uncited"), ("rejected", "ungrounded")}


def test_undoing_a_run_takes_everything_back(persona: Persona) -> None:
    say(persona, STREAM, "I live in Lisbon")
    consolidate(persona)
    before = list(Memory.objects.values_list("pk", "text", "valid_to", "superseded_by", "confidence"))
    for text in ("I moved to Porto", "I love synthwave", "I live in Porto"):
        say(persona, STREAM, text)
    (run_id,) = consolidate(persona)
    assert len(texts()) == 3

    undone = undo_run(run_id)

    assert undone.kept == 0
    assert list(Memory.objects.values_list("pk", "text", "valid_to", "superseded_by", "confidence")) == before
    assert consolidate(persona) == []
    with pytest.raises(Conflict):
        undo_run(run_id)


def test_undoing_leaves_what_people_changed_since(persona: Persona) -> None:
    say(persona, STREAM, "I love synthwave")
    (run_id,) = consolidate(persona)
    memory = Memory.objects.get()
    memory.text = "Bo loves synthwave and jazz"
    save_memory(memory)

    undone = undo_run(run_id)

    assert (undone.undone, undone.kept) == (0, 1)
    assert texts() == ["Bo loves synthwave and jazz"]


def test_a_run_of_another_studio_does_not_exist(persona: Persona, other_studio: Studio) -> None:
    say(persona, STREAM, "I love synthwave")
    (run_id,) = consolidate(persona)

    with studio_scope(other_studio.pk), pytest.raises(NotFound):
        undo_run(run_id)


def test_one_worker_at_a_time_reads_a_stream(persona: Persona) -> None:
    say(persona, STREAM, "I love synthwave")
    window = consolidation.claim_window(persona.pk, STREAM, "interval", settled=AT_ONCE)

    assert window is not None
    assert consolidation.claim_window(persona.pk, STREAM, "interval", settled=AT_ONCE) is None


def test_a_worker_that_was_overtaken_applies_nothing(persona: Persona) -> None:
    say(persona, STREAM, "I love synthwave")
    slow = consolidation.claim_window(persona.pk, STREAM, "interval", settled=AT_ONCE)
    ConsolidationCursor.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    heir = consolidation.claim_window(persona.pk, STREAM, "interval", settled=AT_ONCE)
    assert slow is not None
    assert heir is not None
    assert heir.run_id == slow.run_id
    assert consolidation.store_answer(heir.run_id, rules(heir.lines), engine="heir", source="rules")

    assert not consolidation.store_answer(slow.run_id, [], engine="slow", source="rules")
    assert consolidation.apply_run(heir.run_id, lambda viewer_id: True)
    assert not consolidation.apply_run(slow.run_id, lambda viewer_id: True)
    assert texts() == ["Bo loves synthwave"]


def test_a_failed_run_is_tried_again(persona: Persona) -> None:
    say(persona, STREAM, "I love synthwave")
    window = consolidation.claim_window(persona.pk, STREAM, "interval", settled=AT_ONCE)
    assert window is not None
    consolidation.fail_run(window.run_id, "timeout")
    assert ConsolidationRun.objects.get().state == RunState.FAILED

    assert consolidate(persona) == [window.run_id]


def test_the_youngest_lines_are_left_for_the_next_time(persona: Persona) -> None:
    say(persona, STREAM, "I love synthwave")

    assert consolidation.claim_window(persona.pk, STREAM, "interval") is None


def test_a_long_log_is_read_window_by_window(persona: Persona) -> None:
    for number in range(consolidation.WINDOW + 5):
        say(persona, STREAM, f"I love band{number}")

    assert len(consolidate(persona)) == 2
    assert Memory.objects.count() == consolidation.WINDOW + 5


def test_at_night_what_says_the_same_becomes_one(persona: Persona) -> None:
    older, newer = (
        create(
            Memory, persona=persona, viewer_id=BO, kind="user", text=text, stems="bo love synthwav", source="rules",
            content_key=Memory.key_of(text),
        )
        for text in ("Bo loves synthwave", "synthwave: Bo loves it")
    )  # fmt: skip
    said = say(persona, STREAM, "I love synthwave")
    create(MemoryEvidence, memory=newer, utterance_id=said.pk, said_at=said.said_at)

    assert tidy_persona(persona.pk) == 1
    assert tidy_persona(persona.pk) == 0

    newer.refresh_from_db()
    assert (newer.superseded_by, newer.valid_to is None) == (older, False)
    assert older.evidence.count() == 1
    undo_run(ConsolidationRun.objects.get().pk)
    newer.refresh_from_db()
    assert newer.valid_to is None


def test_old_journals_forget_words(persona: Persona) -> None:
    say(persona, STREAM, "I love synthwave")
    consolidate(persona)
    ConsolidationRun.objects.update(started_at=timezone.now() - dt.timedelta(days=31))

    with unscoped("as the nightly round"):
        assert forget_old_entries() == 1

    assert ConsolidationEntry.objects.get().text == ""


def test_ids_sort_as_lines_were_said(persona: Persona) -> None:
    assert consolidation._before(timezone.now() - dt.timedelta(seconds=1)) < uuid7()
    assert uuid7() < consolidation._before(timezone.now() + dt.timedelta(seconds=1))
