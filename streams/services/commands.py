"""What viewers ask for in chat about their own data, done where the line comes in, before triage sees it.

Of such a line nothing but the command itself is stored. What takes long (erasing) is started here and goes on in
`streams.services.privacy`; that nothing more is stored or used holds from the moment the line is taken in.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID

from relationships.models import Identity, PrivacyRequest, RefusalKind, RequestKind, RequestOrigin, Viewer
from relationships.services.linking import use_code
from relationships.services.refusals import opt_in, opt_out, readmit, refuse
from streams.domain.commands import CommandKind, Reply, ViewerCommand, read_command, reply_words
from streams.domain.plan import StreamConfig
from streams.domain.ranks import rank
from streams.models import InboxEvent
from streams.selectors.unnamed import MARK
from streams.services.people import follow_merge
from streams.services.unnamed import hidden_digest, hidden_id
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.kernel.events import EventKind, EventState, IncomingEvent
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.tasks import enqueue

COMMANDS_A_MINUTE = 6
OURS = "vtcontrol"
"""The platform of lines nobody wrote: fixed answers."""


def command_in(event: IncomingEvent) -> ViewerCommand | None:
    """Return the command a line of chat is, or None."""
    if event.kind is not EventKind.CHAT or not event.author_id or not event.text.lstrip().startswith(("!", "！")):
        return None
    return read_command(event.text)


def carry_out(
    config: StreamConfig, event: IncomingEvent, command: ViewerCommand, digest: str, received_at: dt.datetime
) -> list[InboxEvent]:
    """Do what is asked; return the rows to insert: the command without its author, and the answer if one is spoken.

    Must run inside the transaction that takes the line in.
    """
    rows = [_own_row(config, event, command, digest, received_at)]
    try:
        spend(f"viewercommand:{event.platform}:{event.author_id}", limit=COMMANDS_A_MINUTE)
    except RateExceeded:
        return rows
    reply = _DEEDS[command.kind](event, command)
    if config.answers_commands:
        rows.append(_reply_row(config, rows[0], reply, received_at))
    return rows


def _identity(event: IncomingEvent) -> Identity | None:
    found: Identity | None = (
        Identity.objects.select_related("viewer").filter(platform=event.platform, platform_id=event.author_id).first()
    )
    return found


def _opt_out(event: IncomingEvent, _command: ViewerCommand) -> Reply:
    refuse([(event.platform, event.author_id)], RefusalKind.OPTED_OUT)
    if (known := _identity(event)) is not None:
        opt_out(known.viewer)
    enqueue("upkeep.tombstones")
    return Reply.OPTED_OUT


def _opt_in(event: IncomingEvent, _command: ViewerCommand) -> Reply:
    readmit([(event.platform, event.author_id)])
    if (known := _identity(event)) is not None:
        opt_in(known.viewer)
    enqueue("upkeep.tombstones")
    return Reply.OPTED_IN


def _forget(event: IncomingEvent, _command: ViewerCommand) -> Reply:
    refuse([(event.platform, event.author_id)], RefusalKind.ERASED)
    if (known := _identity(event)) is not None:
        ask_to_erase(known.viewer, RequestOrigin.CHAT)
    enqueue("upkeep.tombstones")
    return Reply.FORGOTTEN


def ask_to_erase(viewer: Viewer, origin: RequestOrigin, user: Any = None) -> PrivacyRequest:
    """Stop storing and using anything of a viewer now, and start erasing them; return the request."""
    accounts = list(viewer.identities.values_list("platform", "platform_id"))
    refuse(accounts, RefusalKind.ERASED)
    Viewer.objects.filter(pk=viewer.pk).update(has_opted_out=True)
    asked = PrivacyRequest(kind=RequestKind.ERASE, origin=origin, viewer_id=viewer.pk, user=user)
    asked.save()
    enqueue("upkeep.erase", request_id=UUID(str(asked.pk)))
    return asked


def _show(event: IncomingEvent, _command: ViewerCommand) -> Reply:
    known = _identity(event)
    if known is None:
        return Reply.NOTHING_KNOWN
    waiting = PrivacyRequest.objects.filter(kind=RequestKind.SHOW, viewer_id=known.viewer_id, finished_at=None)
    if not waiting.exists():
        PrivacyRequest(kind=RequestKind.SHOW, origin=RequestOrigin.CHAT, viewer_id=known.viewer_id).save()
    return Reply.ASK_TEAM


def _link(event: IncomingEvent, command: ViewerCommand) -> Reply:
    if not command.argument:
        return Reply.HOW_TO_LINK
    known = _identity(event)
    if known is None or known.viewer.has_opted_out:
        return Reply.NOT_LINKED
    try:
        follow_merge(use_code(known, command.argument))
    except (InputInvalid, RateExceeded):
        return Reply.NOT_LINKED
    return Reply.LINKED


_DEEDS: dict[CommandKind, Callable[[IncomingEvent, ViewerCommand], Reply]] = {
    CommandKind.OPT_OUT: _opt_out,
    CommandKind.OPT_IN: _opt_in,
    CommandKind.FORGET_ME: _forget,
    CommandKind.WHAT_DO_YOU_KNOW: _show,
    CommandKind.LINK: _link,
}


def _own_row(
    config: StreamConfig, event: IncomingEvent, command: ViewerCommand, digest: str, received_at: dt.datetime
) -> InboxEvent:
    """Return the line as it is stored: so that it counts once, and no more."""
    return InboxEvent(
        id=uuid7(),
        stream_id=config.stream_id,
        platform=event.platform,
        platform_id=hidden_id(event),
        digest=hidden_digest(digest),
        kind=event.kind,
        author_id=MARK,
        text=command.word,
        state=EventState.ANSWERED,
        reason="command",
        happened_at=event.happened_at,
        received_at=received_at,
        decided_at=received_at,
    )


def _reply_row(config: StreamConfig, asked: InboxEvent, reply: Reply, received_at: dt.datetime) -> InboxEvent:
    """Return the fixed answer, to be spoken as it stands; the rules judge it like everything that is spoken."""
    return InboxEvent(
        id=uuid7(),
        stream_id=config.stream_id,
        platform=OURS,
        platform_id=f"reply-{asked.pk}",
        kind=EventKind.DIRECTOR_SAY,
        text=reply_words(reply, config.language),
        priority=rank(EventKind.DIRECTOR_SAY),
        state=EventState.WAITING,
        happened_at=received_at,
        received_at=received_at,
    )
