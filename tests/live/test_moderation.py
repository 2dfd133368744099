"""Rules on air: what comes in is judged with its writer's name, haste and record; breaking rules has consequences."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from relationships.domain.scoring import InteractionKind
from relationships.models import Interaction, Relationship, Viewer
from streams.domain.rules import Action, RuleKind, RuleScope
from streams.models import InboxEvent, Stream, Verdict
from streams.services.deletions import Deletion, take_back
from streams.services.leases import Lease
from tests.factories.personas import make_persona
from tests.factories.relationships import make_relationship
from tests.factories.streams import make_rule, make_stream
from tests.live.scenes import arrive, chat, prompt_text, says, take
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.studios import Studio

pytestmark = pytest.mark.django_db


def test_a_rule_times_the_viewer_out(in_studio: Studio, stream: Stream, wait: Any) -> None:
    make_rule(content="idiot", action=Action.TIMEOUT, timeout_minutes=5)
    says(stream, "Do you like cats?")
    viewer = Viewer.objects.get()
    make_relationship(viewer, stream.persona, trust=40.0)

    event = says(stream, "you idiot")

    viewer.refresh_from_db()
    assert (event.state, event.reason) == (EventState.PASSED_OVER, "moderated")
    assert viewer.ignored_until is not None
    assert dt.timedelta(minutes=4) < viewer.ignored_until - timezone.now() <= dt.timedelta(minutes=5)
    assert list(InboxEvent.objects.values_list("reason", flat=True).order_by("received_at", "id")) == [
        "ignored_viewer", "moderated",
    ]  # fmt: skip
    assert Interaction.objects.get().kind == "timeout"
    assert Relationship.objects.get().trust < 40.0
    assert says(stream, "sorry!").reason == "ignored_viewer"
    wait(301)
    assert says(stream, "sorry again!").state == EventState.WAITING


def test_a_timeout_in_a_batch_holds_for_the_rest_of_it(in_studio: Studio, stream: Stream) -> None:
    make_rule(content="idiot", action=Action.TIMEOUT)

    first, second, other = arrive(stream, chat("you idiot"), chat("and more of it"), chat("hello", "Kim"))

    assert (first.reason, second.reason, other.state) == ("moderated", "ignored_viewer", EventState.WAITING)


def test_a_longer_silence_is_not_made_shorter(in_studio: Studio, stream: Stream) -> None:
    make_rule(content="idiot", action=Action.TIMEOUT, timeout_minutes=5)
    says(stream, "hello")
    until = timezone.now() + dt.timedelta(days=1)
    Viewer.objects.update(ignored_until=until)

    says(stream, "you idiot")

    assert Viewer.objects.get().ignored_until == until


def test_a_bad_name_can_time_its_owner_out(in_studio: Studio, stream: Stream) -> None:
    make_rule(kind=RuleKind.NAMES, content="badger", scope=RuleScope.IN, action=Action.TIMEOUT)

    event = says(stream, "hello", "xX_B4dger_Xx")

    assert (event.state, event.author_name) == (EventState.PASSED_OVER, "")
    assert Viewer.objects.get().ignored_until is not None


def test_who_writes_too_often_is_passed_over(in_studio: Studio, stream: Stream, wait: Any) -> None:
    make_rule(kind=RuleKind.RATE, content="2 / 10", scope=RuleScope.IN)

    reasons = [says(stream, f"line {number}").reason for number in range(3)]

    assert reasons == ["", "", "moderated"]
    assert says(stream, "me too", "Kim").reason == ""
    wait(11)
    assert says(stream, "line 4").reason == ""


def test_a_batch_counts_like_lines_one_by_one(in_studio: Studio, stream: Stream) -> None:
    make_rule(kind=RuleKind.RATE, content="2 / 10", scope=RuleScope.IN)

    told = arrive(stream, *(chat(f"line {number}") for number in range(4)))

    assert [one.reason for one in told] == ["", "", "moderated", "moderated"]


def test_gifts_are_not_counted_as_messages(in_studio: Studio, stream: Stream) -> None:
    make_rule(kind=RuleKind.RATE, content="1 / 10", scope=RuleScope.IN)
    says(stream, "line")

    event = says(stream, "for you", kind=EventKind.DONATION, amount=Decimal(5), currency="EUR")

    assert event.state == EventState.WAITING


def test_counting_messages_costs_no_query_where_no_rule_does(in_studio: Studio, stream: Stream) -> None:
    says(stream, "warm up")
    with CaptureQueriesContext(connection) as without:
        says(stream, "hello")
    make_rule(kind=RuleKind.RATE, content="5 / 10", scope=RuleScope.IN)
    says(stream, "warm up again")

    with CaptureQueriesContext(connection) as counted:
        says(stream, "hello again")

    assert len(counted) == len(without) + 1


def test_rules_hold_where_they_are_meant_to(in_studio: Studio, stream: Stream) -> None:
    other = make_persona("Other ")
    make_rule("here-", content="badger", persona=stream.persona)
    make_rule("there-", content="weasel", persona=other)
    make_rule("ru-", content="stoat", languages=["ru"])
    elsewhere = make_stream(other, "elsewhere-", language="ru")

    reasons = {
        (one.name, word): says(one, word).reason
        for one in (stream, elsewhere)
        for word in ("badger", "weasel", "stoat")
    }

    assert [key for key, reason in reasons.items() if reason == "moderated"] == [
        (stream.name, "badger"), (elsewhere.name, "weasel"), (elsewhere.name, "stoat"),
    ]  # fmt: skip


def test_a_verdict_says_whether_its_rule_decided(in_studio: Studio, stream: Stream) -> None:
    make_rule("mild-", content="badger", severity=2)
    make_rule("grave-", content="badger badger", severity=5)

    says(stream, "badger badger badger")

    assert dict(Verdict.objects.values_list("rule_name", "decided")) == {
        "mild-No spoilers": False, "grave-No spoilers": True,
    }  # fmt: skip


@pytest.mark.parametrize(("penalty", "scars"), [("timeout", 1), ("ban", 6)])
def test_a_penalty_on_the_platform_costs_trust_once(
    in_studio: Studio, stream: Stream, penalty: str, scars: int
) -> None:
    says(stream, "hello")
    viewer = Viewer.objects.get()
    make_relationship(viewer, stream.persona, trust=40.0)
    deletion = Deletion("twitch", author_id="id-bo", penalty=InteractionKind(penalty), at=timezone.now())

    take_back(stream.pk, deletion)
    take_back(stream.pk, deletion)

    assert Interaction.objects.get().kind == penalty
    assert Relationship.objects.get().scars == scars


def test_a_deleted_line_costs_no_trust(in_studio: Studio, stream: Stream) -> None:
    says(stream, "hello")
    make_relationship(Viewer.objects.get(), stream.persona)

    take_back(stream.pk, Deletion("twitch", author_id="id-bo"))

    assert not Interaction.objects.exists()


def test_a_name_that_may_not_be_spoken_is_nowhere_in_the_prompt(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    make_rule(kind=RuleKind.NAMES, content="badger", scope=RuleScope.IN)
    says(stream, "Do you like cats?", "BadgerKing")

    told = prompt_text(take(stream, lease))

    assert Viewer.objects.get().name == "BadgerKing"
    assert "Do you like cats?" in told
    assert "badger" not in told.casefold()


def test_a_former_name_that_may_not_be_spoken_is_nowhere_in_the_prompt(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    make_rule(kind=RuleKind.NAMES, content="badger", scope=RuleScope.IN)
    says(stream, "hello", "BadgerKing", author_id="42")
    says(stream, "Do you like cats?", "Bo", author_id="42")

    told = prompt_text(take(stream, lease))

    assert "badger" not in told.casefold()


def test_a_currency_is_moderated_like_words(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    make_rule(content="badger", scope=RuleScope.IN)
    says(stream, "for you", kind=EventKind.DONATION, amount=Decimal(5), currency="badger")

    assert "badger" not in prompt_text(take(stream, lease)).casefold()
