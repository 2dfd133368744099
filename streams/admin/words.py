"""The admin's words for states, reasons and stages of the show: a chip for each, the same everywhere."""

from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from streams.models import InboxEvent, Turn, TurnState
from vtcontrol.kernel.errors import Fault
from vtcontrol.kernel.events import EventKind, EventState
from vtcontrol.tenancy.admin_marks import Tone, chip

TURN_MARKS = {
    TurnState.PREPARING: (Tone.NOTE, "more_horiz"),
    TurnState.SPEAKING: (Tone.ACCENT, "graphic_eq"),
    TurnState.HELD: (Tone.CAUTION, "back_hand"),
    TurnState.APPROVED: (Tone.GOOD, "check_circle"),
    TurnState.REJECTED: (Tone.BAD, "block"),
    TurnState.EXPIRED: (Tone.PLAIN, "timer_off"),
    TurnState.HEARD: (Tone.GOOD, "hearing"),
    TurnState.CUT: (Tone.CAUTION, "content_cut"),
    TurnState.EMPTY: (Tone.PLAIN, "chat_bubble_outline"),
    TurnState.BLOCKED: (Tone.CAUTION, "gavel"),
    TurnState.FAILED: (Tone.BAD, "error"),
}
EVENT_MARKS = {
    EventState.WAITING: (Tone.NOTE, "hourglass_top"),
    EventState.TAKEN: (Tone.ACCENT, "graphic_eq"),
    EventState.HELD: (Tone.CAUTION, "back_hand"),
    EventState.ANSWERED: (Tone.GOOD, "check_circle"),
    EventState.FOLDED: (Tone.PLAIN, "merge"),
    EventState.PASSED_OVER: (Tone.PLAIN, "skip_next"),
    EventState.EXPIRED: (Tone.PLAIN, "timer_off"),
    EventState.CANCELLED: (Tone.CAUTION, "cancel"),
    EventState.FAILED: (Tone.BAD, "error"),
}
KIND_ICONS = {
    EventKind.CHAT: "chat",
    EventKind.SPEECH: "mic",
    EventKind.DIRECT: "ads_click",
    EventKind.DONATION: "volunteer_activism",
    EventKind.SUBSCRIPTION: "loyalty",
    EventKind.GIFT: "redeem",
    EventKind.RAID: "diversity_3",
    EventKind.FOLLOW: "person_add",
    EventKind.REDEMPTION: "toll",
    EventKind.VICTORY: "trophy",
    EventKind.DEFEAT: "sentiment_dissatisfied",
    EventKind.TROUBLE: "warning",
    EventKind.SILENCE: "bedtime",
    EventKind.DIRECTOR_SAY: "campaign",
    EventKind.CUE: "forum",
}
REASONS: dict[str, Any] = {
    "scene_stopped": _("The scene was stopped"),
    "role_taken": _("The team speaks for this character"),
    "left_stage": _("Its character left the stage before"),
    "stale": _("Too old to answer"),
    "duplicate": _("Said twice"),
    "near_duplicate": _("Almost the same as another"),
    "crowded": _("Too much at once"),
    "viewer_cooldown": _("The viewer was answered just before"),
    "budget": _("Enough small talk for now"),
    "superseded": _("Something newer of the same kind came"),
    "empty": _("Nothing to answer"),
    "ignored_kind": _("This kind is not answered"),
    "ignored_viewer": _("The viewer is ignored"),
    "moderated": _("Moderation did not let it in"),
    "answer_blocked": _("Moderation blocked the answer"),
    "nothing_to_say": _("The character had nothing to say"),
    "panic": _("Panic was pressed"),
    "skip": _("The line was skipped"),
    "barge_in": _("The streamer spoke"),
    "deleted": _("The message was deleted"),
    "priority": _("Something more important came"),
    "cut_short": _("The answer was cut short"),
    "worker_lost": _("The program was interrupted"),
    "approved": _("A person approved the answer"),
    "let_in": _("Approved"),
    "not_approved": _("A person rejected it"),
    "undecided": _("Nobody decided in time"),
    "held_too_many": _("Too many lines were held at once"),
    "words_lost": _("The words were lost"),
    "no_audio": _("No voice could speak it"),
    "dropped": _("A person of the team dropped it"),
    "command": _("A wish about the viewer's own data was carried out"),
}
FAULTS: dict[str, Any] = {
    Fault.TIMEOUT.value: _("No answer in time"),
    Fault.RATE_LIMITED.value: _("The provider asked to slow down"),
    Fault.AUTH.value: _("The provider refused the key"),
    Fault.UNREACHABLE.value: _("The provider could not be reached"),
    Fault.SERVER.value: _("The provider had an error"),
    Fault.GARBAGE.value: _("The provider sent nonsense"),
    Fault.REJECTED.value: _("The provider refused the request"),
}
STAGES: dict[str, Any] = {
    "claimed": _("Chosen"),
    "request_sent": _("Asked the brain"),
    "first_token": _("First word thought"),
    "first_clause": _("First clause complete"),
    "committed": _("Cleared to speak"),
    "tts_first_byte": _("Voice began"),
    "checked": _("Let through by the moderation model"),
    "first_audio": _("First sound sent"),
    "llm_done": _("Answer thought to its end"),
    "audio_done": _("Last sound sent"),
    "heard": _("Heard to its end"),
}
ACTIONS: dict[str, Any] = {
    "drop": _("Dropped"),
    "replace": _("Replaced"),
    "warn": _("Noted"),
    "skip": _("Left out"),
    "stop": _("Stopped"),
    "hold": _("Held"),
    "timeout": _("Timed out"),
}


def reason_words(reason: str) -> Any:
    """Return a reason in words; an unknown code stays as it is."""
    if reason in REASONS:
        return REASONS[reason]
    return FAULTS.get(reason.removeprefix("broke_off_"), reason.replace("_", " "))


def turn_chip(turn: Turn) -> SafeString:
    """Return the state of a turn."""
    tone, icon = TURN_MARKS.get(TurnState(turn.state), (Tone.PLAIN, "help"))
    return chip(turn.get_state_display(), tone, icon)


def event_chip(event: InboxEvent) -> SafeString:
    """Return the state of an event."""
    tone, icon = EVENT_MARKS.get(EventState(event.state), (Tone.PLAIN, "help"))
    return chip(event.get_state_display(), tone, icon)


def kind_chip(event: InboxEvent) -> SafeString:
    """Return the kind of an event."""
    is_plain = event.kind in {EventKind.CHAT, EventKind.SPEECH}
    return chip(
        event.get_kind_display(), Tone.PLAIN if is_plain else Tone.NOTE, KIND_ICONS.get(EventKind(event.kind), "")
    )


def emotion_chip(emotion: str) -> SafeString | str:
    """Return a feeling, or nothing."""
    return chip(emotion, Tone.ACCENT, "mood") if emotion else ""
