"""Erasing and showing one person: out of every table, every query and every file."""

import datetime as dt
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from celery import current_app
from django.apps import apps
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from memory.models import Memory, Utterance
from memory.selectors import recall
from personas.models import Persona
from relationships.domain.scoring import InteractionKind
from relationships.models import (
    Identity,
    PrivacyRequest,
    PrivatePage,
    Refusal,
    RefusalKind,
    RequestKind,
    RequestOrigin,
    RequestState,
    Viewer,
)
from relationships.services import record_interaction
from relationships.services.recognition import rename
from streams.models import DirectorNote, HeldLine, InboxEvent, ModerationRule, Segment, Stream, Turn
from streams.selectors.approval import held_record
from streams.services import privacy, tombstones
from streams.services.commands import ask_to_erase
from streams.services.disclosure import everything_about, make_page, open_page
from streams.services.erasure import quoting
from streams.services.leases import Lease
from streams.services.personal_data import MENTIONS, NOBODYS, OWN, TEAMS_WORDS
from streams.services.retention import retain
from streams.services.rewriting import rewrite_if_due, tables
from tests.factories.memory import make_memory
from tests.factories.streams import make_held
from tests.factories.tenancy import make_delivery, make_kept_answer, make_token, make_webhook
from tests.live.scenes import answer, end, says, speak, take
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.history import StudioHistory
from vtcontrol.tenancy.idempotency import KeptAnswer
from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

MARK = "Zyxquark"
NAME = f"{MARK}_the_3rd"
WORDS = f"Mira, my cat is called {MARK}puss."


@pytest.fixture(autouse=True)
def _quiet(monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path) -> None:
    settings.TOMBSTONE_FILE = tmp_path / "tombstones.jsonl"
    for name in ("upkeep.erase", "upkeep.tombstones"):
        monkeypatch.setattr(current_app.tasks[name], "apply_async", lambda **_: None)


def every_value() -> Iterator[tuple[str, str]]:
    """Every value of every table as text, stored prompts unpacked."""
    with unscoped("a test reads every table"):
        for model in apps.get_models():
            for row in model._default_manager.values():
                for column, value in row.items():
                    if model is Turn and column == "prompt" and value:
                        value = zlib.decompress(bytes(value)).decode()
                    yield f"{model._meta.label}.{column}", str(value)


def places_of(word: str) -> set[str]:
    return {place for place, value in every_value() if word.lower() in value.lower()}


def live_through(stream: Stream, lease: Lease) -> Viewer:
    """Let somebody talk, be answered, quoted by others, remembered, renamed and logged."""
    persona = stream.persona
    event = says(stream, WORDS, author_id=f"{MARK}-id", author_name=NAME)
    claim = take(stream, lease)
    speak(lease, claim, text=f"{MARK}puss is a lovely name!")
    turn = end(stream, lease, claim, prompt_record={"messages": [{"content": f'<chat name="{NAME}">hi</chat>'}]})
    Turn.objects.filter(pk=turn.pk).update(text=f"Hello {NAME}!", heard_text=f"Hello {NAME}!")
    viewer = event.viewer
    record_interaction(
        viewer_id=viewer.pk, persona_id=persona.pk, event_id=event.pk, kind=InteractionKind.ANSWERED, at=timezone.now()
    )
    Viewer.objects.filter(pk=viewer.pk).update(notes=f"{NAME} plays the cello.")
    make_memory(persona, text=f"{NAME} has a cat called {MARK}puss.", viewer_id=viewer.pk)
    make_memory(persona, text=f"Somebody has a {MARK}puss.", evidence_turn_id=turn.pk)
    held_for(event, turn)
    rename(Identity.objects.get(viewer=viewer), f"{MARK}_renamed_4", timezone.now())
    log = ContentType.objects.get_for_model(Viewer)
    LogEntry.objects.create(
        user_id=_user().pk, content_type=log, object_id=str(viewer.pk), object_repr=NAME, action_flag=CHANGE
    )
    return viewer


def held_for(event: InboxEvent, turn: Turn) -> HeldLine:
    """Let the answer have waited for a person, who changed it, and let a program have been told so."""
    texts = {"text": f"[joy] Hello {NAME}!", "edited_text": f"[joy] Hi {NAME}!", "note": f"{NAME} asks too much."}
    row = make_held(event, turn=turn, state="approved", decided_at=timezone.now(), decided_by="Vera", **texts)
    kept = make_kept_answer(make_token()[0])
    KeptAnswer.objects.filter(pk=kept.pk).update(body=held_record(row))
    return row


def _user() -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get_or_create(username="logger")[0]


def others_talk(stream: Stream, lease: Lease) -> InboxEvent:
    """Let somebody else talk about them, with the conversation in the prompt."""
    event = says(stream, f"Mira, what do you think of @{NAME} and cheese?", "Ann")
    claim = take(stream, lease)
    speak(lease, claim)
    content = [{"role": message.role, "content": message.content} for message in claim.prompt.messages]
    end(stream, lease, claim, prompt_record={"messages": content})
    return event


def erase(viewer: Viewer) -> PrivacyRequest:
    asked = ask_to_erase(viewer, RequestOrigin.TEAM)
    privacy.erase(UUID(str(asked.pk)))
    asked.refresh_from_db()
    return asked


def test_nothing_is_left_in_any_table(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    others_talk(stream, lease)
    assert len(places_of(MARK)) > 12

    asked = erase(viewer)

    assert places_of(MARK) == set()
    assert asked.state == RequestState.ERASED
    assert (asked.viewer_id, asked.sealed) == (None, "")
    assert asked.counts["erased"]["memory.Memory"] == 2
    assert asked.counts["erased"]["streams.InboxEvent"] >= 1
    assert asked.counts["erased"]["relationships.Viewer"] == 1


def test_a_line_of_somebody_else_that_names_the_person_keeps_its_other_words(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    viewer = live_through(stream, lease)
    row = make_held(others_talk(stream, lease), text=f"[joy] {NAME} likes cheese.", note=f"No, {NAME}!")

    erase(viewer)

    row.refresh_from_db()
    assert (row.text, row.note, row.state) == ("[joy] … likes cheese.", "No, …!", "held")
    assert places_of(MARK) == set()


def test_a_name_that_may_be_anybodys_word_goes_with_the_answers_kept_for_programs(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    event = says(stream, "Cats?", "Bo")
    held_for(event, answer(stream, lease))

    asked = erase(event.viewer)

    assert KeptAnswer.objects.get().body is None
    assert asked.counts["erased"]["tenancy.KeptAnswer"] == 1


def test_what_webhooks_are_still_to_be_told_about_the_person_is_given_up(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    viewer = live_through(stream, lease)
    other = says(stream, "Mira, hello!", "Ann")
    hook = make_webhook()
    theirs = make_delivery(hook, subject=str(Turn.objects.get().pk), body='{"text":"my cat"}')
    others = make_delivery(hook, subject=str(other.pk), body='{"text":"hello"}')

    erase(viewer)

    theirs.refresh_from_db()
    others.refresh_from_db()
    assert (theirs.state, theirs.body) == ("failed", "")
    assert (others.state, others.body) == ("waiting", '{"text":"hello"}')


def test_what_is_no_persons_stays(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    theirs = others_talk(stream, lease)
    make_memory(stream.persona, text="The studio smells of coffee.")
    counts = InboxEvent.objects.count(), Turn.objects.count()

    erase(viewer)

    theirs.refresh_from_db()
    assert theirs.text == "Mira, what do you think of … and cheese?"
    assert theirs.author_name == "Ann"
    assert Memory.objects.get().text == "The studio smells of coffee."
    assert (InboxEvent.objects.count(), Turn.objects.count()) == counts
    assert Utterance.objects.filter(name="Ann").exists()


def test_nobody_else_of_a_like_name_is_touched(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    says(stream, "Mira, I love cats!", "Ann")
    answer(stream, lease)
    cat = says(stream, "Mira, hello!", "Cat").viewer
    answer(stream, lease)

    erase(cat)

    assert InboxEvent.objects.filter(text="Mira, I love cats!", author_name="Ann").exists()
    assert Utterance.objects.filter(text="Mira, I love cats!").exists()


def test_the_team_is_told_where_its_own_words_name_the_person(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    DirectorNote(stream=stream, text=f"Greet {NAME}!").save()
    persona = stream.persona
    persona.knowledge = f"{NAME} is a moderator."
    persona.save()

    asked = erase(viewer)

    assert asked.counts["left_to_the_team"] == {"personas.Persona": 1, "streams.DirectorNote": 1}
    assert Persona.objects.get().knowledge == f"{NAME} is a moderator."
    assert "personas.HistoricalPersona.knowledge" not in places_of(MARK)


def test_old_versions_of_rules_lose_the_name(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    rule = ModerationRule(name="Guests", content=f"{NAME}\nspoiler")
    rule.save()
    rule.content = "spoiler"
    rule.save()

    erase(viewer)

    assert places_of(MARK) == set()


def test_a_person_is_not_recalled_from_the_moment_they_ask(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    persona = stream.persona

    ask_to_erase(viewer, RequestOrigin.CHAT)
    says(stream, f"Mira, who has a {MARK}puss?", author_id=f"{MARK}-id", author_name=NAME)
    claim = take(stream, lease)

    assert "cello" not in str(claim.prompt)
    assert all(f"{NAME} has a cat" not in one["text"] for one in claim.memories)
    erase(viewer)
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona.pk)
    assert recall(persona.pk, version, f"{MARK}puss cat", viewer.pk, now=timezone.now()) == ()


def test_the_longer_somebody_talked_the_more_is_erased_but_no_more_is_asked(
    in_studio: Studio, stream: Stream, lease: Lease
) -> None:
    viewer = live_through(stream, lease)
    now = timezone.now()
    common = {"persona": stream.persona, "stream_id": stream.pk, "speaker": "viewer", "expires_at": now}
    counts = []
    for words in (5, 60):
        Utterance.objects.bulk_create(
            Utterance(viewer_id=viewer.pk, text="x", said_at=now - dt.timedelta(seconds=words + one), **common)
            for one in range(words)
        )
        with CaptureQueriesContext(connection) as queries:
            windows = quoting(viewer)
        counts.append(len(queries))

    assert counts[0] == counts[1]
    assert [stream_id for stream_id, _ in windows] == [stream.pk]


@pytest.mark.parametrize("step", ["drop_prompts_naming", "redact"])
def test_an_erasure_that_was_killed_goes_on(
    step: str, in_studio: Studio, stream: Stream, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = live_through(stream, lease)
    others_talk(stream, lease)
    asked = ask_to_erase(viewer, RequestOrigin.TEAM)
    with monkeypatch.context() as broken:
        broken.setattr(f"streams.services.erasure.{step}", _die)
        with pytest.raises(KeyError):
            privacy.erase(UUID(str(asked.pk)))
    asked.refresh_from_db()
    assert (asked.state, asked.problem) == (RequestState.FAILED, "KeyError")
    assert MARK not in asked.sealed

    privacy.erase(UUID(str(asked.pk)))

    asked.refresh_from_db()
    assert asked.state == RequestState.ERASED
    assert asked.counts["erased"]["relationships.Viewer"] == 1
    assert places_of(MARK) == set()


def _die(*_: Any, **__: Any) -> None:
    raise KeyError("killed")


def test_a_request_left_behind_is_taken_up(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    asked = ask_to_erase(viewer, RequestOrigin.TEAM)
    assert privacy.take_up() == 0

    PrivacyRequest.objects.filter(pk=asked.pk).update(asked_at=timezone.now() - dt.timedelta(hours=1))

    assert privacy.take_up() == 1


def test_an_erasure_has_one_worker_at_a_time(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    asked = ask_to_erase(viewer, RequestOrigin.TEAM)
    now = timezone.now()
    PrivacyRequest.objects.filter(pk=asked.pk).update(state=RequestState.RUNNING, claimed_at=now)
    assert privacy.erase(asked.pk) is None
    assert Viewer.objects.filter(pk=viewer.pk).exists()

    PrivacyRequest.objects.filter(pk=asked.pk).update(claimed_at=now - dt.timedelta(hours=1))

    assert privacy.erase(asked.pk) is not None
    assert not Viewer.objects.exists()


def test_a_worker_whose_erasure_was_taken_up_by_another_stops(
    in_studio: Studio, stream: Stream, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask_to_erase(live_through(stream, lease), RequestOrigin.TEAM)
    theirs = timezone.now() + dt.timedelta(seconds=1)

    def taken(*_: Any, **__: Any) -> dict[str, int]:
        PrivacyRequest.objects.filter(pk=asked.pk).update(claimed_at=theirs)
        return {}

    monkeypatch.setattr("streams.services.erasure.count_in_teams_words", taken)

    assert privacy.erase(asked.pk) is None

    asked.refresh_from_db()
    assert (asked.state, asked.claimed_at) == (RequestState.RUNNING, theirs)
    assert asked.sealed


def test_a_merged_person_is_erased_with_all_their_cards(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    from streams.services.people import merge_viewers

    viewer = live_through(stream, lease)
    other = says(
        stream, f"Hi from {MARK}tube", platform="youtube", author_id=f"{MARK}-UC", author_name=f"{MARK}9"
    ).viewer
    merge_viewers(viewer, other)

    erase(Viewer.objects.get(pk=viewer.pk))

    assert places_of(MARK) == set()
    assert Refusal.objects.filter(kind=RefusalKind.ERASED).count() == 2


def test_a_merge_is_undone_with_memories_and_events(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    from streams.services.people import merge_viewers, unmerge_viewers

    kept = live_through(stream, lease)
    other = says(stream, "Hi!", platform="youtube", author_id="UC", author_name="Tuber").viewer
    make_memory(stream.persona, text="Tuber sails.", viewer_id=other.pk)

    done = merge_viewers(kept, other)
    joined = Memory.objects.filter(viewer_id=kept.pk).count(), InboxEvent.objects.filter(viewer=kept).count()
    unmerge_viewers(done)

    assert joined == (2, 2)
    assert Memory.objects.get(viewer_id=other.pk).text == "Tuber sails."
    assert InboxEvent.objects.get(viewer=other).author_name == "Tuber"
    assert Identity.objects.get(platform="youtube").viewer == other


def test_refusals_survive_a_restored_backup(in_studio: Studio, stream: Stream, lease: Lease, settings: Any) -> None:
    viewer = live_through(stream, lease)
    shy = says(stream, "!optout", "Shy")
    assert shy.state
    erase(viewer)
    assert tombstones.sync() == {"written": 2, "restored": 0}
    assert MARK.lower() not in Path(settings.TOMBSTONE_FILE).read_text().lower()

    Refusal.objects.all().delete()  # the backup is older
    back = Viewer(name=NAME)
    back.save()
    Identity(viewer=back, platform="twitch", platform_id=f"{MARK}-id", name=NAME).save()

    assert tombstones.sync() == {"written": 0, "restored": 2}
    asked = PrivacyRequest.objects.get(origin=RequestOrigin.RESTORE)
    privacy.erase(UUID(str(asked.pk)))
    assert places_of(MARK) == set()
    row = says(stream, "Me again", author_id=f"{MARK}-id", author_name=NAME)
    assert (row.viewer, row.text) == (None, "")


def test_the_last_word_counts_after_a_restore(in_studio: Studio, stream: Stream) -> None:
    says(stream, "!optout")
    tombstones.sync()
    old = list(Refusal.objects.values("digest", "kind", "at"))
    says(stream, "!optin")
    tombstones.sync()

    Refusal.objects.all().delete()
    Refusal.objects.bulk_create([Refusal(**one) for one in old])
    tombstones.sync()

    assert Refusal.objects.get().kind == RefusalKind.READMITTED


def test_a_torn_line_of_the_list_harms_nothing(in_studio: Studio, stream: Stream, settings: Any) -> None:
    says(stream, "!optout")
    tombstones.sync()
    file = Path(settings.TOMBSTONE_FILE)
    file.write_text(file.read_text() + '{"studio": "' + "\n[1, 2]\nnonsense\n")

    assert tombstones.sync() == {"written": 0, "restored": 0}


def test_an_export_shows_everything(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)

    shown = everything_about(Viewer.objects.get(pk=viewer.pk))

    assert shown["cards"][0]["notes"] == f"{NAME} plays the cello."
    assert shown["accounts"][0]["id"] == f"{MARK}-id"
    assert shown["former_names"][0]["name"] == NAME
    assert [one["text"] for one in shown["memories"]] == [f"{NAME} has a cat called {MARK}puss."]
    assert shown["wrote"][0]["text"] == WORDS
    assert shown["was_answered"][0]["text"] == f"Hello {NAME}!"
    assert shown["said_on_air"]
    (held,) = shown["held_for_approval"]
    assert (held["name"], held["question"], held["answer"]) == (NAME, WORDS, f"[joy] Hello {NAME}!")
    assert (held["edited"], held["note"], held["became"]) == (f"[joy] Hi {NAME}!", f"{NAME} asks too much.", "approved")
    assert shown["ledger"]
    json.dumps(shown)


def test_a_private_page_opens_once(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    viewer = live_through(stream, lease)
    says(stream, "!whatdoyouknow", author_id=f"{MARK}-id", author_name=NAME)
    secret = make_page(viewer)

    assert open_page(secret).viewer == viewer

    with pytest.raises(NotFound):
        open_page(secret)
    assert PrivacyRequest.objects.get(kind=RequestKind.SHOW).state == RequestState.DONE


def test_a_private_page_is_over_after_half_an_hour(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    secret = make_page(live_through(stream, lease))
    PrivatePage.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))

    with pytest.raises(NotFound):
        open_page(secret)


def test_every_table_says_what_erasing_does_to_it() -> None:
    named = OWN.keys() | MENTIONS.keys() | TEAMS_WORDS.keys() | NOBODYS.keys()
    owned = {model._meta.label for model in apps.get_models() if issubclass(model, StudioOwned)}

    assert owned - named == set(), "say in streams/services/personal_data.py what erasing a person does to these"
    assert named - owned == set()


def test_the_fields_named_for_redaction_exist() -> None:
    for label, names in (MENTIONS | TEAMS_WORDS).items():
        fields = {field.name for field in apps.get_model(label)._meta.concrete_fields}
        assert set(names) <= fields, label


def test_every_table_people_stand_in_is_rewritten() -> None:
    history = {model._meta.db_table for model in apps.get_models() if issubclass(model, StudioHistory)}

    assert {"streams_turn", "memory_memory", "relationships_viewer", "django_admin_log"} | history <= set(tables())


def test_words_past_their_days_are_deleted(in_studio: Studio, stream: Stream, lease: Lease) -> None:
    live_through(stream, lease)
    in_studio.prompts_kept_days, in_studio.events_kept_days, in_studio.turns_kept_days = 5, 10, 20
    in_studio.save()
    open_event = says(stream, "Mira, still here?", "Ann")

    def after(days: int) -> tuple[bool, bool, bool]:
        past = timezone.now() - dt.timedelta(days=days)
        Turn.objects.update(started_at=past)
        InboxEvent.objects.update(received_at=past)
        with unscoped("a sweep over every studio"):
            retain()
        has_prompt = Turn.objects.exclude(prompt=None).exists()
        return has_prompt, InboxEvent.objects.exclude(pk=open_event.pk).exists(), Turn.objects.exists()

    assert HeldLine.objects.count() == 1
    assert after(4) == (True, True, True)
    assert after(6) == (False, True, True)
    assert after(11) == (False, False, True)
    assert after(21) == (False, False, False)
    assert InboxEvent.objects.filter(pk=open_event.pk).exists()
    assert not Segment.objects.exists()
    assert not HeldLine.objects.exists()


def test_files_are_rewritten_when_no_show_is_on(
    in_studio: Studio, stream: Stream, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(live_through(stream, lease))
    calls: list[int] = []
    monkeypatch.setattr("streams.services.rewriting.rewrite_files", lambda: calls.append(1))

    with unscoped("a sweep over every studio"):
        on_air = rewrite_if_due()
        later = rewrite_if_due(now=timezone.now() + dt.timedelta(minutes=5))

    assert (on_air, later, calls) == (0, 1, [1])
    assert PrivacyRequest.objects.get().state == RequestState.DONE


def test_a_show_without_end_does_not_put_it_off_for_ever(
    in_studio: Studio, stream: Stream, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    erase(live_through(stream, lease))
    monkeypatch.setattr("streams.services.rewriting.rewrite_files", lambda: None)
    PrivacyRequest.objects.update(finished_at=timezone.now() - dt.timedelta(days=2))

    with unscoped("a sweep over every studio"):
        assert rewrite_if_due() == 1


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL's files are searched in tests/stands")
@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_in_the_file() -> None:
    from tests.factories.personas import make_character
    from tests.factories.streams import make_stream
    from tests.factories.tenancy import make_studio
    from tests.live.scenes import hold

    studio = make_studio()
    with studio_scope(studio.pk):
        stream = make_stream(make_character().persona)
        lease = hold(stream)
        viewer = live_through(stream, lease)
        others_talk(stream, lease)
        for number in range(200):
            make_memory(stream.persona, text=f"{NAME} said thing number {number}.", viewer_id=viewer.pk)
        assert marks_in_files() > 0

        erase(viewer)
    with unscoped("a sweep over every studio"):
        rewrite_if_due(is_forced=True)

    assert marks_in_files() == 0


def marks_in_files() -> int:
    file = Path(connection.settings_dict["NAME"])
    found = 0
    for path in (file, file.with_name(file.name + "-wal")):
        if path.exists():
            found += path.read_bytes().lower().count(MARK.lower().encode())
    return found
