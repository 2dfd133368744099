"""The audience in the admin: cards, merging, tags, files, private pages, erasure, and who looked at whom."""

import datetime as dt
import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from memory.models import Memory
from personas.models import Persona
from relationships.domain.scoring import InteractionKind
from relationships.models import (
    AccessRecord,
    Deed,
    Identity,
    Interaction,
    PrivacyRequest,
    Refusal,
    Relationship,
    RequestState,
    Viewer,
)
from relationships.selectors import card_for_prompt
from relationships.services import record_interaction
from relationships.services.recognition import rename
from streams.models import Stream
from streams.services.privacy import erase
from tests.admin.pages import address, page_text, save
from tests.factories.memory import make_memory
from tests.factories.personas import Character, make_character
from tests.factories.relationships import make_identity, make_relationship, make_viewer
from tests.live.scenes import says
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.TOMBSTONE_FILE = tmp_path / "tombstones.jsonl"
    for name in ("upkeep.erase", "upkeep.tombstones"):
        monkeypatch.setattr(current_app.tasks[name], "apply_async", lambda **_: None)


@pytest.fixture
def persona(character: Character) -> Persona:
    return character.persona


@pytest.fixture
def viewer(studio: Studio, persona: Persona) -> Viewer:
    """Bo, who talked for three days."""
    with studio_scope(studio.pk):
        made = make_viewer(name="Bo", last_seen_at=timezone.now(), messages=12)
        make_identity(made)
        for day in range(3):
            record_interaction(
                viewer_id=made.pk, persona_id=persona.pk, event_id=uuid7(), kind=InteractionKind.ANSWERED,
                at=timezone.now() - dt.timedelta(days=3 - day),
            )  # fmt: skip
        return made


def _other(studio: Studio) -> Viewer:
    with studio_scope(studio.pk):
        other = make_viewer(name="Bo on YouTube", notes="Sails.", tags=["sailor"])
        make_identity(other, "yt-", platform="youtube")
        return other


def test_a_card_shows_what_the_model_sees(as_manager: Client, studio: Studio, viewer: Viewer, persona: Persona) -> None:
    with studio_scope(studio.pk):
        seen = card_for_prompt(viewer.pk, persona.pk, "en", now=timezone.now()).text

    text = page_text(as_manager, address(viewer))

    assert seen in text.replace("&#x27;", "'")
    assert "polyline" in text
    assert "Имя: Bo" in text
    assert "名字：Bo" in text
    assert "of 200 tokens · estimated" in text


def _knows(studio: Studio, viewer: Viewer, persona: Persona, *, entries: int, days_ago: int) -> Relationship:
    with studio_scope(studio.pk):
        for number in range(entries):
            record_interaction(
                viewer_id=viewer.pk, persona_id=persona.pk, event_id=uuid7(), kind=InteractionKind.ANSWERED,
                at=timezone.now() - dt.timedelta(days=days_ago, minutes=-number),
            )  # fmt: skip
        return Relationship.objects.get(viewer=viewer, persona=persona)


def test_each_bond_shows_its_own_ledger(as_manager: Client, studio: Studio, viewer: Viewer, persona: Persona) -> None:
    with studio_scope(studio.pk):
        quiet = make_character("B-").persona
    bond = _knows(studio, viewer, quiet, entries=2, days_ago=30)
    first = _knows(studio, viewer, persona, entries=12, days_ago=1)

    shown = as_manager.get(address(viewer)).context["bonds"]

    assert {one.row.pk: len(one.ledger) for one in shown} == {bond.pk: 2, first.pk: 5}


def test_a_card_asks_two_things_more_a_bond(as_manager: Client, studio: Studio, viewer: Viewer) -> None:
    as_manager.get(address(viewer))
    counts = []
    for number in range(3):
        with CaptureQueriesContext(connection) as queries:
            as_manager.get(address(viewer))
        counts.append(len(queries))
        with studio_scope(studio.pk):
            other = make_character(f"{number}-").persona
        _knows(studio, viewer, other, entries=3, days_ago=1)

    assert counts[2] - counts[1] <= 2


def test_the_lines_of_a_merged_bond_end_where_the_gauges_stand(
    as_manager: Client, studio: Studio, viewer: Viewer, persona: Persona
) -> None:
    other = _other(studio)
    with studio_scope(studio.pk):
        make_relationship(other, persona, familiarity=40.0, trust=70.0)
    _knows(studio, other, persona, entries=4, days_ago=5)
    as_manager.post(address(viewer, "merge"), {"other": str(other.pk)})

    shown = as_manager.get(address(viewer)).context["bonds"][0]

    assert shown.row.trust > 60
    ends = {line.name: line.points.rpartition(",")[2] for line in shown.chart.lines}
    assert ends == {name: f"{140 - getattr(shown.row, name) * 1.4:.1f}" for name in ends}


def test_a_card_shows_former_names_with_their_dates(as_manager: Client, studio: Studio, viewer: Viewer) -> None:
    with studio_scope(studio.pk):
        rename(Identity.objects.get(viewer=viewer), "captain_bo", timezone.now())

    text = page_text(as_manager, address(viewer))

    assert "bo_the_cellist" in text
    assert "was called bo_the_cellist" in text


def test_two_cards_are_merged_after_a_preview_and_parted_again(
    as_moderator: Client, studio: Studio, viewer: Viewer, persona: Persona
) -> None:
    other = _other(studio)
    with studio_scope(studio.pk):
        make_memory(persona, text="Sails a boat.", viewer_id=other.pk)
    shown = page_text(as_moderator, address(viewer, "merge") + f"?other={other.pk}")
    assert "Sails." in shown
    with studio_scope(studio.pk):
        assert Viewer.objects.get(pk=other.pk).merged_into is None

    as_moderator.post(address(viewer, "merge"), {"other": str(other.pk)})

    with studio_scope(studio.pk):
        kept = Viewer.objects.get(pk=viewer.pk)
        assert kept.identities.count() == 2
        assert "sailor" in kept.tags
        assert Memory.objects.get().viewer_id == viewer.pk
    assert "Bo on YouTube" not in page_text(as_moderator, address(Viewer, "changelist"))
    as_moderator.post(address(viewer, "undo_merge"))
    with studio_scope(studio.pk):
        assert Viewer.objects.get(pk=viewer.pk).identities.count() == 1
        assert Viewer.objects.get(pk=other.pk).merged_into is None
        assert Memory.objects.get().viewer_id == other.pk
        assert set(AccessRecord.objects.values_list("deed", flat=True)) == {Deed.MERGED, Deed.SPLIT}


def test_scores_put_right_by_hand_become_an_entry(as_manager: Client, studio: Studio, viewer: Viewer) -> None:
    with studio_scope(studio.pk):
        bond = Relationship.objects.get()

    save(as_manager, address(bond), affinity="50")

    with studio_scope(studio.pk):
        bond.refresh_from_db()
        assert bond.affinity == pytest.approx(50.0)
        assert Interaction.objects.filter(kind="adjusted").count() == 1


def test_a_tag_is_given_to_many_and_taken_off(as_moderator: Client, studio: Studio, viewer: Viewer) -> None:
    url = address(Viewer, "changelist")
    chosen = {"action": "add_tag", "_selected_action": [str(viewer.pk)]}
    assert b"1 viewer is chosen" in as_moderator.post(url, chosen).content

    as_moderator.post(url, {**chosen, "tag": "Друг", "apply": "on"})

    with studio_scope(studio.pk):
        assert "Друг" in Viewer.objects.get(pk=viewer.pk).tags
    assert ">Bo<" in page_text(as_moderator, url + "?tag=Друг")
    assert ">Bo<" not in page_text(as_moderator, url + "?tag=Дру")
    as_moderator.post(url, {**chosen, "tag": "Друг", "apply": "off"})
    with studio_scope(studio.pk):
        assert "Друг" not in Viewer.objects.get(pk=viewer.pk).tags


@pytest.mark.parametrize("wanted", ["cellist", "before", "Bo", "cello"])
def test_a_person_is_found_by_any_name(wanted: str, as_observer: Client, studio: Studio, viewer: Viewer) -> None:
    with studio_scope(studio.pk):
        rename(Identity.objects.get(viewer=viewer), "bo_before", timezone.now())
        rename(Identity.objects.get(viewer=viewer), "bo_now", timezone.now())

    assert page_text(as_observer, address(Viewer, "changelist") + f"?q={wanted}").count(str(viewer.pk)) >= 1
    assert str(viewer.pk) not in page_text(as_observer, address(Viewer, "changelist") + "?q=nobody")


def test_the_list_asks_no_more_for_many(as_owner: Client, studio: Studio, viewer: Viewer) -> None:
    url = address(Viewer, "changelist")
    as_owner.get(url)
    counts = []
    for number in range(2):
        with studio_scope(studio.pk):
            for one in range(30):
                make_identity(make_viewer(name=f"V{number}-{one}"), f"{number}-{one}-")
        with CaptureQueriesContext(connection) as queries:
            as_owner.get(url)
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 10


def test_a_link_to_a_private_page_shows_the_person_everything_once(
    as_moderator: Client, viewer: Viewer, client: Client
) -> None:
    made = as_moderator.post(address(viewer, "private_page"))
    secret = made.context["secret"].partition("#")[2]
    assert client.get("/about-me/").status_code == 200

    first = client.post("/about-me/", {"secret": secret})
    second = client.post("/about-me/", {"secret": secret})

    assert b"Plays the cello." in first.content
    assert b"!link " in first.content
    assert first["Cache-Control"].count("no-store") == 1
    assert second.status_code == 404
    assert b"cello" not in second.content


def test_a_private_page_is_where_others_reach_us(as_moderator: Client, viewer: Viewer, settings: Any) -> None:
    settings.PUBLIC_URL = "https://vt.example.org/"

    made = as_moderator.post(address(viewer, "private_page"))

    assert made.context["secret"].startswith("https://vt.example.org/about-me/#")


def test_who_is_muted_for_a_while_is_marked(as_moderator: Client, studio: Studio, viewer: Viewer) -> None:
    with studio_scope(studio.pk):
        Viewer.objects.filter(pk=viewer.pk).update(ignored_until=timezone.now() + dt.timedelta(minutes=5))

    assert "Ignored" in page_text(as_moderator, address(Viewer, "changelist") + "?q=Bo").partition("result_list")[2]


def test_a_merge_keeps_the_longer_mute(as_moderator: Client, studio: Studio, viewer: Viewer) -> None:
    other, until = _other(studio), timezone.now() + dt.timedelta(minutes=5)
    with studio_scope(studio.pk):
        Viewer.objects.filter(pk=other.pk).update(ignored_until=until)

    as_moderator.post(address(viewer, "merge"), {"other": str(other.pk)})

    with studio_scope(studio.pk):
        assert Viewer.objects.get(pk=viewer.pk).ignored_until == until


def test_an_export_is_the_managers(as_manager: Client, as_moderator: Client, studio: Studio, viewer: Viewer) -> None:
    answer = as_manager.post(address(viewer, "export_person"))

    assert json.loads(answer.content)["cards"][0]["name"] == "Bo"
    assert as_moderator.post(address(viewer, "export_person")).status_code == 403
    with studio_scope(studio.pk):
        assert AccessRecord.objects.get(deed=Deed.EXPORTED).subject_id == viewer.pk


def test_erasing_needs_the_name_and_reports_by_table(
    as_manager: Client, as_moderator: Client, studio: Studio, viewer: Viewer
) -> None:
    url = address(viewer, "erase_person")
    assert as_moderator.post(url, {"name": "Bo"}).status_code == 403
    as_manager.post(url, {"name": "Bob"})
    with studio_scope(studio.pk):
        assert not PrivacyRequest.objects.exists()

    answer = as_manager.post(url, {"name": " bo "})

    with studio_scope(studio.pk):
        asked = PrivacyRequest.objects.get()
        assert answer.url == address(asked)
        assert "Waiting" in page_text(as_manager, address(asked))
        erase(UUID(str(asked.pk)))
        assert not Viewer.objects.exists()
        assert Refusal.objects.count() == 1
    report = page_text(as_manager, address(asked))
    assert "relationships.Viewer" in report
    assert "hx-get" not in report.partition("vt-report")[2][:60]
    with studio_scope(studio.pk):
        assert PrivacyRequest.objects.get().state == RequestState.ERASED


def test_who_looked_and_what_changed_is_on_record_without_content(
    as_moderator: Client, studio: Studio, viewer: Viewer
) -> None:
    page_text(as_moderator, address(viewer))
    save(as_moderator, address(viewer), notes="Secret love of marzipan.")

    with studio_scope(studio.pk):
        deeds = list(AccessRecord.objects.order_by("at").values_list("deed", "fields"))
        changed = AccessRecord.objects.get(deed=Deed.CHANGED)
    assert (Deed.SAW, []) in deeds
    assert changed.fields == ["notes"]
    logged = LogEntry.objects.values_list("object_repr", "change_message")
    assert all("Bo" not in f"{one}{two}" and "marzipan" not in two for one, two in logged)


def _deeds(studio: Studio) -> list[tuple[str, list[str]]]:
    with studio_scope(studio.pk):
        return list(AccessRecord.objects.order_by("at").values_list("deed", "fields"))


@pytest.mark.parametrize(
    ("action", "fields"), [("ignore", ["is_ignored"]), ("listen", ["ignored_until", "is_ignored"])]
)
def test_what_is_done_to_many_is_on_record_for_each(
    action: str, fields: list[str], as_moderator: Client, studio: Studio, viewer: Viewer
) -> None:
    chosen = [str(viewer.pk), str(_other(studio).pk)]

    as_moderator.post(address(Viewer, "changelist"), {"action": action, "_selected_action": chosen})

    assert _deeds(studio) == [(Deed.CHANGED, fields)] * 2


def test_a_tag_for_many_is_on_record(as_moderator: Client, studio: Studio, viewer: Viewer) -> None:
    chosen = {"action": "add_tag", "_selected_action": [str(viewer.pk)], "tag": "friend", "apply": "on"}

    as_moderator.post(address(Viewer, "changelist"), chosen)

    assert _deeds(studio) == [(Deed.CHANGED, ["tags"])]


def test_cards_deleted_together_are_on_record(as_owner: Client, studio: Studio, viewer: Viewer) -> None:
    chosen = {"action": "delete_selected", "_selected_action": [str(viewer.pk)], "post": "yes"}

    as_owner.post(address(Viewer, "changelist"), chosen)

    assert _deeds(studio) == [(Deed.DELETED, [])]


def test_ignoring_in_the_list_passes_over_what_waits(
    as_moderator: Client, studio: Studio, stream: Stream, viewer: Viewer
) -> None:
    with studio_scope(studio.pk):
        event = says(stream, "Mira, hello!", author_id="1001")

    as_moderator.post(address(Viewer, "changelist"), {"action": "ignore", "_selected_action": [str(viewer.pk)]})

    with studio_scope(studio.pk):
        event.refresh_from_db()
    assert (event.state, event.reason) == ("passed_over", "ignored_viewer")


def test_only_the_owner_reads_who_looked(as_owner: Client, as_manager: Client, viewer: Viewer) -> None:
    page_text(as_owner, address(viewer))

    assert as_owner.get(address(AccessRecord, "changelist")).status_code == 200
    assert as_manager.get(address(AccessRecord, "changelist")).status_code == 403


def test_opting_out_in_the_admin_reaches_every_account(as_moderator: Client, studio: Studio, viewer: Viewer) -> None:
    save(as_moderator, address(viewer), has_opted_out="on")

    with studio_scope(studio.pk):
        assert Refusal.objects.get().kind == "opted_out"
    form_without = {"has_opted_out": ""}
    save(as_moderator, address(viewer), **form_without)
    with studio_scope(studio.pk):
        assert Refusal.objects.get().kind == "readmitted"


def test_moderators_keep_cards_and_observers_look(as_moderator: Client, as_observer: Client, viewer: Viewer) -> None:
    for page in ("merge",):
        assert as_observer.get(address(viewer, page)).status_code == 403
        assert as_moderator.get(address(viewer, page)).status_code == 200
    assert as_observer.get(address(viewer)).status_code == 200
    assert as_observer.post(address(viewer, "linking_code")).status_code == 403


def test_a_bond_a_viewer_gave_up_is_still_drawn(as_manager: Client, studio: Studio, persona: Persona) -> None:
    with studio_scope(studio.pk):
        quiet = make_viewer(name="Quiet")
        make_relationship(quiet, persona)

    assert "polyline" not in page_text(as_manager, address(quiet))
