"""Rules in the admin: the tester tells what they see, lists go in and out, and the list knows who does nothing."""

import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from streams.models import ModerationRule, Stream, Verdict
from tests.admin.pages import address, errors, page_text, save
from tests.factories.streams import make_broadcast, make_event, make_rule, make_segment, make_turn, make_verdict
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

pytestmark = pytest.mark.django_db

TESTER = "/admin/streams/moderationrule/tester/"
WORD_LIST = "/admin/streams/moderationrule/word-list/"


def tried(client: Client, **wish: Any) -> str:
    answer = client.post(TESTER, {"what": "text", "direction": "in", **wish})
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_tester_marks_the_hit_and_says_what_it_was_read_as(in_studio: Studio, as_manager: Client) -> None:
    make_rule(name="Insults", content="badger")

    page = tried(as_manager, text="oh you b4d\u200bgers!")

    assert "<mark" in page
    assert "b4d\u200bgers</mark>" in page
    assert "<code>badgers</code>" in page
    for said in (
        "Insults",
        "Dropped",
        "Digits and signs for letters",
        "Characters nobody sees",
        "Another form of the word",
    ):
        assert said in page


def test_the_tester_judges_names_and_what_is_said(in_studio: Studio, as_manager: Client) -> None:
    make_rule(content="go away", scope="out", action="stop")
    make_rule("names-", kind="names", content="badger", scope="in")

    named = tried(as_manager, text="hello", author="BadgerKing")
    said = tried(as_manager, text="away from here", tail="I told you to go", direction="out")

    assert "The name is taken away" in named
    assert "Answer stopped" in said


def test_nothing_is_written_by_trying(in_studio: Studio, as_manager: Client, stream: Stream) -> None:
    make_rule(content="badger", action="timeout")

    tried(as_manager, text="badger", on_stream=str(stream.pk))

    assert not Verdict.objects.exists()


def test_an_edited_rule_stands_in_for_the_saved_one(in_studio: Studio, as_manager: Client) -> None:
    rule = make_rule(content="badger")
    draft = {"rule": str(rule.pk), "kind": "words", "content": "weasel", "scope": "both", "action": "replace"}

    old, new = (tried(as_manager, text=text, **draft) for text in ("badger", "weasel"))

    assert "does not fire here" in old
    assert "Let through" in old
    assert "Words replaced" in new
    rule.refresh_from_db()
    assert rule.content.endswith("badger")


def test_a_rule_that_cannot_be_used_is_told_so(in_studio: Studio, as_manager: Client) -> None:
    page = tried(as_manager, text="x", kind="pattern", content="(a", scope="both", action="drop")

    assert "The pattern cannot be used" in page


def test_a_show_is_replayed_against_an_edited_rule(in_studio: Studio, as_manager: Client, stream: Stream) -> None:
    show = make_broadcast(stream, ended_at=timezone.now())
    for number, text in enumerate(("I like cats", "cats again", "dogs")):
        make_event(stream, f"{number}-", text=text, broadcast=show)
    turn = make_turn(stream, broadcast=show)
    make_segment(turn, number=0)

    page = as_manager.post(
        TESTER,
        {"what": "replay", "kind": "words", "content": "cat", "scope": "both", "action": "drop", "direction": "in"},
    ).content.decode()

    assert "3 lines of 4 would have been met." in page
    assert "Clause left out" in page
    assert "I like <mark" in page


def test_a_replay_is_bounded_in_time(
    in_studio: Studio, as_manager: Client, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    show = make_broadcast(stream)
    make_event(stream, text="cats", broadcast=show)
    monkeypatch.setattr("streams.admin.rule_testing.REPLAY_S", -1.0)

    page = as_manager.post(TESTER, {"what": "replay", "direction": "in"}).content.decode()

    assert "It took too long" in page


def test_the_tester_opens_from_a_rule_with_its_values(in_studio: Studio, as_observer: Client) -> None:
    rule = make_rule(content="badger")

    answer = as_observer.get(address(rule, "try_rule"), follow=True)

    assert "badger" in answer.content.decode()


def test_a_list_is_shown_before_it_is_taken_in(in_studio: Studio, as_manager: Client) -> None:
    rule = make_rule(content="badger")
    text = "# pests\nweasel\nBADGER\nstoat\nweasel\n!!!\n"
    file = SimpleUploadedFile("pests.txt", text.encode())

    page = as_manager.post(WORD_LIST, {"file": file, "rule": str(rule.pk), "mode": "append"}).content.decode()
    rule.refresh_from_db()
    untouched = rule.content
    as_manager.post(WORD_LIST, {"words": "weasel\nstoat", "rule": str(rule.pk), "mode": "append", "confirmed": "1"})

    rule.refresh_from_db()
    assert untouched == "badger"
    assert "Nothing is written yet." in page
    assert "row 6" in page
    assert "There is no word in" in page
    assert rule.content.split() == ["badger", "weasel", "stoat"]


def test_a_list_becomes_a_new_rule_and_an_import_can_be_undone(in_studio: Studio, as_manager: Client) -> None:
    csv = "word,why\nweasel,rude\n'=stoat,odd\n"
    wish = {"name": "Pests", "kind": "words", "scope": "in", "action": "warn"}
    file = SimpleUploadedFile("pests.csv", csv.encode())
    shown = as_manager.post(WORD_LIST, {**wish, "file": file}).content.decode()
    as_manager.post(WORD_LIST, {**wish, "words": "weasel\n=stoat", "confirmed": "1"})
    rule = ModerationRule.objects.get()
    as_manager.post(WORD_LIST, {"words": "mink", "rule": str(rule.pk), "mode": "replace", "confirmed": "1"})
    rule.refresh_from_db()
    replaced = rule.content

    as_manager.post(address(rule, "undo_words"))

    rule.refresh_from_db()
    assert "=stoat" in shown
    assert (rule.name, rule.scope, rule.action) == ("Pests", "in", "warn")
    assert replaced == "mink"
    assert rule.content.split() == ["weasel", "=stoat"]
    exported = as_manager.get(address(rule, "export_words"))
    assert exported.content.decode() == "# Pests\nweasel\n=stoat\n"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"words": "weasel"}, "Give the new rule a name"),
        ({"name": "Pests"}, "Choose a file, or paste the list."),
        ({"name": "Pests", "words": "weasel", "action": "stop", "scope": "in", "confirmed": "1"}, "Only an answer"),
        ({"name": "No spoilers", "words": "weasel", "confirmed": "1"}, "There is a rule of this name already"),
    ],
)
def test_a_list_that_cannot_be_taken_in_is_refused_with_a_sentence(
    in_studio: Studio, as_manager: Client, wish: dict[str, str], said: str
) -> None:
    make_rule()

    page = as_manager.post(WORD_LIST, wish).content.decode()

    assert said in page
    assert ModerationRule.objects.count() == 1


def test_who_may_not_write_rules_takes_no_list_in(in_studio: Studio, as_moderator: Client) -> None:
    assert as_moderator.get(WORD_LIST).status_code == 403
    assert as_moderator.post(WORD_LIST, {"name": "x", "words": "weasel", "confirmed": "1"}).status_code == 403
    assert not ModerationRule.objects.exists()


def test_the_form_refuses_what_would_do_nothing(in_studio: Studio, as_manager: Client) -> None:
    url = reverse("admin:streams_moderationrule_add")
    rule = {"name": "Haste", "kind": "rate", "content": "5 / 10", "scope": "both", "action": "timeout"}

    refused = save(as_manager, url, **rule)
    taken = save(as_manager, url, **{**rule, "scope": "in", "timeout_minutes": "30", "languages": ["en", "ru"]})

    assert "Names and frequency" in errors(refused)
    assert taken.status_code == 302
    found = ModerationRule.objects.get()
    assert (found.timeout_minutes, found.languages) == (30, ["en", "ru"])


def test_the_list_shows_hits_and_finds_rules_that_do_nothing(
    studio: Studio, as_manager: Client, stream: Stream
) -> None:
    month_ago = timezone.now() - dt.timedelta(days=40)
    old_id = type(uuid7())(int=int(month_ago.timestamp() * 1000) << 80)
    with studio_scope(studio.pk):
        make_rule("busy-")
        for _hit in range(3):
            make_verdict(ModerationRule.objects.get(), "busy-")
        shadowed = make_rule("shadowed-")
        make_verdict(shadowed)
        Verdict.objects.filter(rule=shadowed).update(decided=False)
        make_rule("idle-", id=old_id)
        make_rule("new-")
    url = reverse("admin:streams_moderationrule_changelist")

    page = page_text(as_manager, url)
    idle, never = (page_text(as_manager, f"{url}?use={use}") for use in ("idle", "shadowed"))

    assert page.count('class="vt-spark"') == 2
    assert "Never decides" in page
    assert "idle-No spoilers" in idle
    assert "shadowed-No spoilers" in never
    for other in ("busy-No spoilers", "new-No spoilers"):
        assert other not in idle
        assert other not in never
