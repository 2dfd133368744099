"""The moderation model on the live loop: what it finds is neither answered nor said, and it never holds up the show."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from streams.models import HeldLine, InboxEvent, ModerationModel, Stream, Verdict
from streams.selectors.config import current_config, load_config
from streams.services import approval, control, queue
from streams.services.leases import Lease
from tests.factories.streams import make_moderation_model, make_rule
from tests.factories.tenancy import make_credential
from tests.fakes.brains import HANG, FakeBrain
from tests.fakes.moderators import FakeModerator
from tests.fakes.openai_server import INSTANT, OpenAIStub, Timing
from tests.live.scenes import says as says_now
from tests.live.scenes import state_of, take
from tests.live.test_approval_on_air import held_of, set_up
from tests.live.test_runner import Cast, Ears, cast, ears, holds, inside, live, nudge, says, settled, turn_of
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.events import EventState
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from workers.runner.checking import check_for
from workers.runner.engines import Chains, Engines
from workers.runner.host import Host

__all__ = ["cast", "ears", "live"]  # fixtures

pytestmark = pytest.mark.django_db(transaction=True)

QUESTION = "Mira, do you like badgers?"


@pytest.fixture
def moderator(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> FakeModerator:
    """A moderation model that finds badgers and sleep; the streams that name a model are given this one."""
    made = FakeModerator(words={"badger": "hate", "sleep": "self-harm"}, first_s=0.0)
    chains = cast.chains

    def checked(config: Any, *, is_degraded: bool = False) -> Chains:
        found = chains(config, is_degraded=is_degraded)
        return found if config.check is None else Chains(found.brains, found.voices, found.prices, made)

    monkeypatch.setattr(cast, "chains", checked)
    return made


@pytest.fixture
def model(stream: Stream, moderator: FakeModerator) -> ModerationModel:
    """The stream asks a moderation model."""
    with studio_scope(stream.studio_id):
        made = make_moderation_model(deadline_ms=2000)
        stream.moderation_model = made
        stream.save()
    return made


async def changed(stream: Stream, model: ModerationModel, **fields: Any) -> None:
    for name, value in fields.items():
        setattr(model, name, value)
    await inside(stream, model.save)


async def verdicts_of(stream: Stream, event: InboxEvent) -> list[tuple[str, str]]:
    def found() -> list[tuple[str, str]]:
        rows = Verdict.objects.filter(turn__event=event).order_by("at", "id")
        return list(rows.values_list("rule_name", "action"))

    made: list[tuple[str, str]] = await inside(stream, found)
    return made


def said(ears: Ears) -> list[str]:
    return [frame["text"] for frame in ears.of("say.start")]


async def test_a_flagged_question_is_neither_answered_nor_read_aloud(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel
) -> None:
    event = await says(live, stream, QUESTION)

    ended = await settled(stream, event)

    turn = await turn_of(stream, event)
    assert (ended.state, ended.reason) == (EventState.PASSED_OVER, "moderated")
    assert (turn.state, turn.reason, turn.text) == ("blocked", "moderated", "")
    assert await verdicts_of(stream, event) == [("Guard: hate", "drop")]
    assert (said(ears), ears.audio) == ([], [])


async def test_the_name_is_judged_with_the_question(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    event = await says(live, stream, "Mira, hello!", author="BadgerHater")

    assert (await settled(stream, event)).reason == "moderated"
    assert moderator.asked[0] == "BadgerHater: Mira, hello!"


async def test_the_queue_goes_on_behind_a_flagged_question(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel
) -> None:
    await settled(stream, await says(live, stream, QUESTION))

    second = await settled(stream, await says(live, stream, "Mira, and cats?", "Ann"))

    assert second.state == EventState.ANSWERED
    assert said(ears) == ["I like cats a lot.", "They purr at night."]


async def test_a_flagged_clause_is_left_out_of_the_answer(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel
) -> None:
    event = await says(live, stream)

    ended = await settled(stream, event)

    turn = await turn_of(stream, event)
    assert (ended.state, turn.heard_text) == (EventState.ANSWERED, "I like cats a lot. They purr at night.")
    assert await verdicts_of(stream, event) == [("Guard: self-harm", "skip")]
    assert turn.timings["checked"] <= turn.timings["first_audio"]


@pytest.mark.parametrize(
    ("action", "texts", "done"),
    [
        ("replace", ["I like cats a lot.", "They purr at night.", "Never mind."], "replace"),
        ("stop", ["I like cats a lot.", "They purr at night."], "stop"),
        ("warn", ["I like cats a lot.", "They purr at night.", "And they sleep all day long."], "warn"),
    ],
)
async def test_what_is_done_about_a_clause_is_the_studios_choice(
    action: str, texts: list[str], done: str, live: Host, ears: Ears, stream: Stream, model: ModerationModel
) -> None:
    await changed(stream, model, action=action, replacement="Never mind.")
    event = await says(live, stream)

    await settled(stream, event)

    assert said(ears) == texts
    assert await verdicts_of(stream, event) == [("Guard: self-harm", done)]


async def test_a_model_may_look_at_one_direction_alone(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    await changed(stream, model, scope="out")

    await settled(stream, await says(live, stream, QUESTION))

    assert len(said(ears)) == 2
    assert not any("badgers" in text for text in moderator.asked)


async def test_thresholds_decide_what_counts(live: Host, ears: Ears, stream: Stream, model: ModerationModel) -> None:
    await changed(stream, model, threshold=0.95, thresholds="self-harm 0.5")

    ended = await settled(stream, await says(live, stream, QUESTION))

    assert ended.state == EventState.ANSWERED
    assert len(said(ears)) == 2


async def test_a_late_verdict_lets_through_and_the_status_says_so(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    await changed(stream, model, deadline_ms=50)
    moderator.always = HANG

    ended = await settled(stream, await says(live, stream, QUESTION))

    assert (ended.state, len(said(ears))) == (EventState.ANSWERED, 3)
    assert moderator.cancelled == len(moderator.asked)
    await _until_noted(stream, "Guard (moderation): timeout")
    assert (await inside(stream, ModerationModel.objects.get)).last_fault == "timeout"


async def test_a_late_verdict_may_count_as_flagged(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    await changed(stream, model, deadline_ms=50, missing="flag")
    moderator.always = HANG

    event = await says(live, stream)

    assert (await settled(stream, event)).reason == "moderated"
    assert await verdicts_of(stream, event) == [("Guard: no verdict", "drop")]
    assert ears.audio == []


@pytest.mark.parametrize("fault", [Fault.UNREACHABLE, Fault.AUTH, Fault.GARBAGE])
async def test_a_provider_that_is_down_is_seen_and_the_show_goes_on(
    fault: Fault, live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    moderator.always = fault

    first = await settled(stream, await says(live, stream, QUESTION))
    second = await settled(stream, await says(live, stream, "Mira, and dogs?", "Ann"))

    assert (first.state, second.state) == (EventState.ANSWERED, EventState.ANSWERED)
    await _until_noted(stream, f"Guard (moderation): {fault.value}")
    moderator.always = None
    await settled(stream, await says(live, stream, "Mira, and fish?", "Cay"))
    await _until_noted(stream, "", without="Guard")
    assert (await inside(stream, ModerationModel.objects.get)).last_fault == ""


async def _until_noted(stream: Stream, words: str, without: str = "\0") -> None:
    async with asyncio.timeout(10):
        while True:
            note = (await inside(stream, state_of, stream)).brain_note
            if words in note and without not in note:
                return
            await asyncio.sleep(0.02)


async def test_choosing_a_model_holds_from_the_next_line_on(
    live: Host, ears: Ears, stream: Stream, moderator: FakeModerator
) -> None:
    await settled(stream, await says(live, stream, QUESTION))
    assert (len(said(ears)), moderator.asked) == (3, [])

    await inside(stream, lambda: set_up(stream, moderation_model=make_moderation_model()))

    assert (await settled(stream, await says(live, stream, "Mira, badgers?", "Ann"))).reason == "moderated"
    await inside(stream, lambda: set_up(stream, moderation_model=None))
    assert (await settled(stream, await says(live, stream, "Mira, no badgers?", "Cay"))).state == EventState.ANSWERED


async def test_where_a_person_is_asked_the_answer_to_a_flagged_question_waits(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    await changed(stream, model, action="hold")
    event = await says(live, stream, QUESTION)

    row = await held_of(stream, event)

    assert (row.held_by, row.rule_name, said(ears)) == ("rule", "Guard: hate", [])
    assert await verdicts_of(stream, event) == [("Guard: hate", "hold")]
    asked = len(moderator.asked)
    await inside(stream, approval.approve, stream.pk, row.pk, by="Vera")
    await nudge(live, stream)
    await settled(stream, event)
    assert (len(said(ears)), len(moderator.asked)) == (3, asked)


async def test_where_a_person_is_asked_an_answer_without_a_finding_is_said(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator, cast: Cast
) -> None:
    await changed(stream, model, action="hold")
    cast.brain = FakeBrain.saying("I like cats a lot.", first_s=0.0, every_s=0.0)

    ended = await settled(stream, await says(live, stream))

    assert (ended.state, said(ears)) == (EventState.ANSWERED, ["I like cats a lot."])
    assert moderator.asked == ["Bo: Mira, do you like cats?", "I like cats a lot."]
    assert not await inside(stream, HeldLine.objects.exists)


async def test_where_nothing_is_held_asking_a_person_drops(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel
) -> None:
    await changed(stream, model, action="hold")
    await inside(stream, set_up, stream, approval="off")

    first = await settled(stream, await says(live, stream, QUESTION))
    second = await settled(stream, await says(live, stream, "Mira, and cats?", "Ann"))

    assert (first.reason, second.state) == ("moderated", EventState.ANSWERED)
    assert said(ears) == ["I like cats a lot.", "They purr at night."]


async def test_the_teams_own_words_are_judged_like_an_answer(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    words = "We all love the badger on this stream. Welcome back to the show, everybody."
    done = await inside(stream, queue.say, stream.pk, words, key="k", name="Olga")
    await nudge(live, stream)

    ended = await settled(stream, await inside(stream, InboxEvent.objects.get, pk=done.id))

    assert ended.state == EventState.ANSWERED
    assert said(ears) == ["Welcome back to the show, everybody."]
    assert not any("Olga" in text for text in moderator.asked)


async def test_a_skip_ends_a_turn_that_waits_for_a_verdict(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator
) -> None:
    moderator.always = HANG
    await changed(stream, model, deadline_ms=5000)
    event = await says(live, stream)
    await holds(lambda: len(moderator.asked) > 1)

    await inside(stream, control.skip, stream.pk)

    ended = await settled(stream, event)
    assert (ended.state, ended.reason) == (EventState.CANCELLED, "skip")
    assert moderator.cancelled == len(moderator.asked)
    assert (said(ears), ears.audio) == ([], [])


@pytest.mark.parametrize(
    ("kind", "action", "approval_mode", "asked"),
    [
        ("chat", "drop", "rules", ["Bo: Hello!", "Hi."]),
        ("donation", "hold", "rules", ["Bo: Hello!", "Hi."]),
        ("director_say", "drop", "rules", ["Hi."]),
        ("director_say", "hold", "off", ["Hi."]),
        ("director_say", "hold", "rules", []),
        ("cue", "drop", "rules", ["Hi."]),
        ("cue", "hold", "rules", ["Hi."]),
    ],
)
def test_whose_words_are_judged(
    kind: str, action: str, approval_mode: str, asked: list[str], stream: Stream, lease: Lease, model: ModerationModel
) -> None:
    model.action = action
    model.save()
    set_up(stream, approval=approval_mode)
    says_now(stream, "Hello!")
    claim = take(stream, lease)
    claim = replace(claim, event=replace(claim.event, kind=kind))
    moderator = FakeModerator(first_s=0.0)

    check = check_for(load_config(stream.pk), claim, moderator)

    async def judge() -> None:
        if check is not None:
            await check.question()
            await check.clause("", "Hi.")

    asyncio.run(judge())
    assert moderator.asked == asked


def test_a_stream_without_a_model_reads_nothing_of_it(
    stream: Stream, in_studio: Studio, django_assert_num_queries: Any
) -> None:
    current_config(stream.studio_id, stream.pk)

    with django_assert_num_queries(1):
        config = current_config(stream.studio_id, stream.pk)

    assert config.check is None


def test_a_model_costs_no_query_of_its_own(
    stream: Stream, in_studio: Studio, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(100) as without:
        load_config(stream.pk)
    stream.moderation_model = make_moderation_model()
    stream.save()

    with django_assert_num_queries(len(without)):
        assert load_config(stream.pk).check is not None


def test_thresholds_nobody_can_read_are_a_visible_problem(stream: Stream, in_studio: Studio) -> None:
    stream.moderation_model = make_moderation_model(thresholds="hate speech")
    stream.save()

    config = load_config(stream.pk)

    assert config.problems == ("the thresholds of Guard cannot be read",)
    assert config.check is not None


@pytest.fixture
async def stub() -> AsyncIterator[OpenAIStub]:
    server = await OpenAIStub("sk-guard", Timing(**INSTANT)).start()
    yield server
    await server.stop()


@pytest.fixture
async def wired(
    stream: Stream, cast: Cast, stub: OpenAIStub, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stream]:
    """A stream whose moderation model is the stub, reached as a live worker reaches it."""
    settings.ALLOW_PRIVATE_URLS = True
    engines, chains = Engines(), cast.chains

    def checked(config: Any, *, is_degraded: bool = False) -> Chains:
        found = chains(config)
        return Chains(found.brains, found.voices, found.prices, engines.chains(config).moderator)

    monkeypatch.setattr(cast, "chains", checked)
    await inside(stream, _ask_stub, stream, stub)
    yield stream
    await engines.aclose()


def _ask_stub(stream: Stream, stub: OpenAIStub) -> None:
    key = make_credential(secret="sk-guard")
    set_up(stream, moderation_model=make_moderation_model(base_url=stub.base_url, credential=key, deadline_ms=5000))


async def test_a_model_is_asked_over_the_wire(live: Host, ears: Ears, wired: Stream, stub: OpenAIStub) -> None:
    stub.flagged = {"purr": ("sexual", 0.97)}

    event = await says(live, wired)
    await settled(wired, event)

    assert said(ears) == ["I like cats a lot.", "And they sleep all day long."]
    assert await verdicts_of(wired, event) == [("Guard: sexual", "skip")]
    assert {entry.authorization for entry in stub.log} == {"Bearer sk-guard"}


async def test_a_model_that_hangs_is_soon_not_waited_for_any_more(
    live: Host, ears: Ears, wired: Stream, stub: OpenAIStub
) -> None:
    await changed(wired, await inside(wired, ModerationModel.objects.get), deadline_ms=50)
    stub.fail("moderation", "hang", times=0)
    await settled(wired, await says(live, wired))
    asked = stub.stats("moderation").requests

    second = await settled(wired, await says(live, wired, "Mira, and dogs?", "Ann"))

    assert (second.state, len(said(ears))) == (EventState.ANSWERED, 6)
    assert stub.stats("moderation").requests == asked
    await _until_noted(wired, "Guard (moderation): timeout")


@pytest.mark.parametrize("mode", ["rate_limited", "error_500", "close_mid", "wrong_shape", "endless"])
async def test_whatever_a_server_does_the_answer_is_said(
    mode: str, live: Host, ears: Ears, wired: Stream, stub: OpenAIStub
) -> None:
    stub.fail("moderation", mode, times=0)

    ended = await settled(wired, await says(live, wired))

    assert (ended.state, len(said(ears))) == (EventState.ANSWERED, 3)
    await _until_noted(wired, "Guard (moderation): ")


async def test_a_line_that_a_person_let_in_is_answered_whatever_a_model_thinks_of_it(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, moderator: FakeModerator, cast: Cast
) -> None:
    await inside(stream, lambda: make_rule(name="about badgers", content="badgers", action="hold", scope="in"))
    cast.brain = FakeBrain.saying("I like cats a lot.", first_s=0.0, every_s=0.0)
    event = await says(live, stream, "Mira, badgers?")
    row = await held_of(stream, event)

    await inside(stream, approval.approve, stream.pk, row.pk, by="Vera")
    await nudge(live, stream)

    assert (await settled(stream, event)).state == EventState.ANSWERED
    assert said(ears) == ["I like cats a lot."]
    assert moderator.asked == ["I like cats a lot."]


async def test_a_model_that_was_not_asked_is_not_called_well(
    live: Host, ears: Ears, stream: Stream, model: ModerationModel, cast: Cast
) -> None:
    await inside(stream, lambda: make_rule(name="about badgers", content="badgers", action="hold", scope="in"))
    await changed(stream, model, scope="in")
    event = await says(live, stream, "Mira, badgers?")
    row = await held_of(stream, event)

    await inside(stream, approval.approve, stream.pk, row.pk, by="Vera")
    await nudge(live, stream)
    await settled(stream, event)
    await _until_noted(stream, "")

    assert (await inside(stream, ModerationModel.objects.get)).last_ok_at is None
