"""Two versions of a character on air: who hears which, what a turn keeps of it, and what the report makes of it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from personas.domain.experiments import hears_other
from personas.models import ExperimentEnd, Persona, Revision, RevisionState
from personas.selectors import content_of
from personas.services import experiments, revisions
from streams.domain.turns import Claim
from streams.models import Stream, Turn
from streams.selectors.config import load_config
from streams.selectors.experiments import report_of
from streams.selectors.stage import stage_hello
from streams.services import turns
from streams.services.leases import Lease
from tests.factories.personas import make_avatar, make_persona, make_voice
from tests.factories.streams import make_castmate
from tests.live.scenes import end, prompt_text, says, segment, take
from vtcontrol.kernel.errors import Conflict, InputInvalid
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def draft(in_studio: Studio, stream: Stream) -> Revision:
    revisions.record_revision(stream.persona)
    content = {**content_of(stream.persona), "identity": "You are a wild pirate."}
    return revisions.save_draft(stream.persona, content, by=None, note="bolder")


def asks(stream: Stream, lease: Lease, number: int) -> Claim:
    says(stream, f"Do you like cats, number {number}?", author=f"Guest{number}")
    return take(stream, lease)


def test_the_arm_reaches_the_prompt_and_the_turn_names_its_revision(
    stream: Stream, lease: Lease, draft: Revision
) -> None:
    experiment = experiments.start_experiment(draft, 50, by=None)
    heard = {True: 0, False: 0}

    for number in range(10):
        claim = asks(stream, lease, number)
        turn = Turn.objects.get(pk=claim.turn_id)
        is_b = hears_other(str(experiment.pk), str(claim.event.viewer_id), 50)
        assert turn.revision_id == (draft.pk if is_b else experiment.control_id)
        assert ("You are a wild pirate." in prompt_text(claim)) == is_b
        assert claim.speaker is not None
        assert claim.speaker.persona.identity.startswith("You are a wild pirate.") == is_b
        heard[is_b] += 1
        end(stream, lease, claim, segments=(segment(),))

    assert all(heard.values())


def test_an_event_of_nobody_hears_what_is_on_air(stream: Stream, lease: Lease, draft: Revision) -> None:
    experiments.start_experiment(draft, 99, by=None)

    says(stream, "Say something.", author="", kind="silence")
    claim = take(stream, lease)

    assert Turn.objects.get(pk=claim.turn_id).revision_id != draft.pk


def test_a_turn_asks_the_database_no_more_while_an_experiment_runs(
    stream: Stream, lease: Lease, draft: Revision
) -> None:
    def queries_of_a_claim(number: int) -> int:
        config = load_config(stream.pk)
        says(stream, f"Number {number}?", author=f"Guest{number}")
        with CaptureQueriesContext(connection) as queries:
            claim = turns.claim(lease, config)
        assert isinstance(claim, Claim)
        end(stream, lease, claim, segments=(segment(),))
        return len(queries)

    queries_of_a_claim(0)
    without = queries_of_a_claim(1)
    experiments.start_experiment(draft, 50, by=None)

    assert [queries_of_a_claim(number) for number in (2, 3)] == [without, without]


def test_each_side_has_its_own_voice_and_avatar(in_studio: Studio, stream: Stream) -> None:
    revisions.record_revision(stream.persona)
    avatar, voice = make_avatar("B ", hair="#00ff00"), make_voice("B ")
    content = {**content_of(stream.persona), "name": "Nora", "avatar": str(avatar.pk), "voice": str(voice.pk)}
    experiments.start_experiment(revisions.save_draft(stream.persona, content, by=None), 50, by=None)

    config = load_config(stream.pk)

    assert config.split is not None
    other = config.split.other
    assert [one.voices[0].id for one in (config, other)] == [stream.persona.voice_id, voice.pk]
    looks: list[Any] = [config.look, other.look]
    assert [look["avatar"]["palette"]["hair"] for look in looks] == [stream.persona.avatar.hair, "#00ff00"]
    assert [look["characters"][0]["name"] for look in looks] == [stream.persona.name, "Nora"]
    assert [look["character"] for look in looks] == [stream.persona.name, "Nora"]
    assert looks[0]["layout"] == looks[1]["layout"]
    assert looks[0]["characters"][0]["place"] == looks[1]["characters"][0]["place"]


def test_a_page_that_opens_in_the_middle_sees_the_side_that_speaks(
    in_studio: Studio, stream: Stream, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    revisions.record_revision(stream.persona)
    content = {**content_of(stream.persona), "avatar": str(make_avatar("B ", hair="#00ff00").pk)}
    experiment = experiments.start_experiment(revisions.save_draft(stream.persona, content, by=None), 50, by=None)
    own = stream.persona.avatar.hair

    def hair() -> str:
        look = stage_hello(stream.pk)["look"]
        assert look["characters"][0]["avatar"] == look["avatar"]
        return str(look["avatar"]["palette"]["hair"])

    seen = [hair()]
    for number, hears_b in enumerate((True, False, True)):
        monkeypatch.setattr("streams.domain.plan.hears_other", lambda *_, is_other=hears_b: is_other)
        claim = asks(stream, lease, number)
        seen.append(hair())  # nothing was said yet
        turns.begin_segment(lease, claim, text="Hello.", emotion="joy", is_first=True)
        seen.append(hair())
        end(stream, lease, claim, segments=(segment(),))
    experiments.stop_experiment(experiment, by=None)

    b = "#00ff00"
    assert [*seen, hair()] == [own, own, b, b, own, own, b, own]


def test_a_side_that_looks_the_same_has_the_same_look(stream: Stream, draft: Revision) -> None:
    experiments.start_experiment(draft, 50, by=None)

    config = load_config(stream.pk)

    assert config.split is not None
    assert config.split.other.look == config.look


def test_another_avatar_of_a_castmate_leaves_the_first_character_as_it_is(in_studio: Studio, stream: Stream) -> None:
    mate = make_persona("Mate ")
    make_castmate(stream, mate)
    revisions.record_revision(mate)
    content = {**content_of(mate), "avatar": str(make_avatar("B ", hair="#00ff00").pk)}
    experiments.start_experiment(revisions.save_draft(mate, content, by=None), 50, by=None)

    (config,) = load_config(stream.pk).others

    assert config.split is not None
    look: Any = config.split.other.look
    assert [one["avatar"]["palette"]["hair"] for one in look["characters"]] == [stream.persona.avatar.hair, "#00ff00"]
    assert look["avatar"]["palette"]["hair"] == stream.persona.avatar.hair


def test_stopping_and_taking_reach_the_next_line(studio: Studio, stream: Stream, draft: Revision) -> None:
    experiment = experiments.start_experiment(draft, 99, by=None)
    running = load_config(stream.pk)
    assert running.split is not None

    experiments.stop_experiment(experiment, by=None)
    assert load_config(stream.pk).split is None
    assert load_config(stream.pk).version > running.version
    with pytest.raises(Conflict):
        experiments.stop_experiment(experiment, by=None)

    again = experiments.start_experiment(draft, 99, by=None)
    experiments.take_other(again, by=None)
    again.refresh_from_db()
    assert again.outcome == ExperimentEnd.TAKEN
    assert load_config(stream.pk).persona.identity == "You are a wild pirate."
    assert load_config(stream.pk).split is None


def test_taking_b_of_an_earlier_revision_brings_it_back(stream: Stream, draft: Revision) -> None:
    first = Revision.objects.get(persona=stream.persona, state=RevisionState.PUBLISHED)
    revisions.publish(draft, by=None)
    experiment = experiments.start_experiment(first, 20, by=None)

    taken = experiments.take_other(experiment, by=None)

    assert (taken.number, taken.digest) == (3, first.digest)
    experiment.refresh_from_db()
    assert experiment.outcome == ExperimentEnd.TAKEN


def test_one_experiment_of_a_persona_runs_at_a_time_and_never_against_itself(stream: Stream, draft: Revision) -> None:
    on_air = Revision.objects.get(persona=stream.persona, state=RevisionState.PUBLISHED)
    for share in (0, 100):
        with pytest.raises(InputInvalid):
            experiments.start_experiment(draft, share, by=None)
    with pytest.raises(Conflict):
        experiments.start_experiment(on_air, 50, by=None)
    experiments.start_experiment(draft, 50, by=None)

    with pytest.raises(Conflict):
        experiments.start_experiment(draft, 50, by=None)


def test_a_draft_that_was_on_air_stays_as_it_is(stream: Stream, draft: Revision) -> None:
    experiments.start_experiment(draft, 50, by=None)

    other = revisions.save_draft(stream.persona, {**draft.content, "identity": "You are tame."}, by=None, draft=draft)

    assert other.pk != draft.pk
    draft.refresh_from_db()
    assert draft.content["identity"] == "You are a wild pirate."
    with pytest.raises(Conflict):
        revisions.discard(draft)


def test_the_report_counts_each_arm_and_calls_small_numbers_small(
    stream: Stream, lease: Lease, draft: Revision
) -> None:
    experiment = experiments.start_experiment(draft, 50, by=None)
    count = {True: 0, False: 0}
    for number in range(8):
        claim = asks(stream, lease, number)
        count[hears_other(str(experiment.pk), str(claim.event.viewer_id), 50)] += 1
        fields: dict[str, Any] = {"prompt_tokens": 90, "completion_tokens": 10, "cost_micros": 2_000}
        end(stream, lease, claim, segments=(segment(),), **fields)
    says(stream, "I do too!", author="Guest0")

    report = report_of(experiment)

    assert (report.a.turns, report.b.turns) == (count[False], count[True])
    assert report.a.viewers + report.b.viewers == 8
    assert report.a.replied + report.b.replied == 1
    assert report.a.tokens == 100 * report.a.turns
    assert report.replies.chance is None
    assert report.changes_of_a == 0


def test_a_change_of_what_is_on_air_is_told(stream: Stream, draft: Revision) -> None:
    experiment = experiments.start_experiment(draft, 50, by=None)
    persona = Persona.objects.get(pk=stream.persona_id)
    persona.knowledge = "The show moved to ten."
    persona.save()
    revisions.record_revision(persona)

    assert report_of(experiment).changes_of_a == 1
