"""From a line to what should change: a rule, a "never", a memory, and one put right; for those who may."""

from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from memory.models import ConsolidationRun, Memory, MemoryEvidence
from memory.services import undo_run
from streams.models import ModerationRule, Turn
from tests.admin.pages import address, page_text
from tests.factories.memory import make_lore, make_memory, make_utterance
from tests.factories.relationships import make_viewer
from tests.factories.streams import make_event, make_turn
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def turn(studio: Studio, stream: Any) -> Turn:
    with studio_scope(studio.pk):
        event = make_event(stream, viewer=make_viewer(), text="I keep bees.", state="answered")
        return make_turn(stream, event=event, text="Spoiler: the butler did it.")


def test_never_again_makes_a_rule_of_the_selected_words(as_manager: Client, turn: Turn) -> None:
    asked = page_text(as_manager, f"{address(turn, 'never_again')}?words=the butler")
    answer = as_manager.post(address(turn, "never_again"), {"words": "the butler", "how": "here"})

    assert ">the butler</textarea>" in "".join(asked.split("\n")).replace(">\n", ">")
    assert answer.status_code == 302
    with studio_scope(turn.studio_id):
        rule = ModerationRule.objects.get()
        assert (rule.content, rule.scope, rule.action, rule.stream_id) == ("the butler", "out", "drop", turn.stream_id)


def test_never_again_takes_no_selection_that_is_no_part_of_the_line_or_too_long(
    as_manager: Client, studio: Studio, stream: Any
) -> None:
    with studio_scope(studio.pk):
        turn = make_turn(stream, event=make_event(stream, state="answered"), text="Owls hunt at night. " * 20)

    for words in ("a stranger’s words", turn.text[:201]):
        asked = page_text(as_manager, f"{address(turn, 'never_again')}?{urlencode({'words': words})}")
        assert turn.text.strip() in asked.split("<textarea")[1]


def test_the_line_of_the_page_can_be_selected_from(as_manager: Client, turn: Turn) -> None:
    page = page_text(as_manager, reverse("admin:streams_turn_change", args=[turn.pk]))

    assert "<p data-line>Spoiler: the butler did it.</p>" in page
    assert "admin/why.js" in page


def test_never_again_may_tell_the_character(as_manager: Client, turn: Turn) -> None:
    as_manager.post(address(turn, "never_again"), {"words": "Never spoil\nan ending.", "how": "habit"})

    with studio_scope(turn.studio_id):
        turn.persona.refresh_from_db()
        assert turn.persona.dont_rules.splitlines()[-1] == "Never spoil an ending."
        assert turn.persona.revisions.exists()


def test_what_is_remembered_rests_on_the_line_and_can_be_undone(as_manager: Client, turn: Turn) -> None:
    with studio_scope(turn.studio_id):
        said = make_utterance(turn.persona, turn.stream_id)
        type(said).objects.filter(pk=said.pk).update(turn_id=turn.pk)

    as_manager.post(address(turn, "remember_this"), {"text": "Bo keeps bees.", "about": "viewer"})

    with studio_scope(turn.studio_id):
        memory = Memory.objects.get()
        assert turn.event is not None
        assert (memory.text, memory.viewer_id) == ("Bo keeps bees.", turn.event.viewer_id)
        assert list(MemoryEvidence.objects.values_list("memory", "utterance_id")) == [(memory.pk, said.pk)]
        undo_run(ConsolidationRun.objects.get().pk)
        assert not Memory.objects.filter(valid_to=None).exists()


def test_a_wrong_memory_ends_and_the_right_one_stands_in_its_place(as_manager: Client, turn: Turn) -> None:
    with studio_scope(turn.studio_id):
        wrong = make_memory(turn.persona, text="Bo keeps ants.", is_pinned=True)
    page = f"{address(turn, 'correct_memory')}?memory={wrong.pk}"

    assert "Bo keeps ants." in page_text(as_manager, page)
    assert as_manager.post(page, {"text": "Bo keeps bees."}).status_code == 302

    with studio_scope(turn.studio_id):
        wrong.refresh_from_db()
        right = Memory.objects.get(valid_to=None)
        assert (right.text, right.is_pinned, wrong.superseded_by_id) == ("Bo keeps bees.", True, right.pk)
        assert wrong.valid_to is not None
        undo_run(ConsolidationRun.objects.get().pk)
        wrong.refresh_from_db()
        assert (wrong.valid_to, wrong.superseded_by_id) == (None, None)


def test_only_who_may_write_sees_and_uses_the_buttons(as_observer: Client, turn: Turn) -> None:
    text = page_text(as_observer, address(turn))

    assert "Never again" not in text
    for page in ("never_again", "remember_this", "correct_memory"):
        assert as_observer.post(address(turn, page), {"words": "x", "text": "x"}).status_code == 403


def test_the_lore_lines_bring_up_is_shown_with_its_reason(as_observer: Client, stream: Any, studio: Studio) -> None:
    with studio_scope(studio.pk):
        make_lore(stream.persona, keys="/bee+s/i", content="The hive is blue.", place="depth", depth=2)
        make_lore(stream.persona, keys="hive", content="Quiet.", secondary_keys="queen")

    page = f"/admin/memory/lore/match/?persona={stream.persona_id}&text=Bo: BEES in a hive"
    text = page_text(as_observer, page)

    assert text.index("The hive is blue.") < text.index("Key found") < text.index("The second keys do not fit")
    assert "depth 2" in text
