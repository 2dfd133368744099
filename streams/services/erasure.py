"""Erasing one person: their rows at once, then what other rows know of them, in batches that can be taken up again.

The steps of `streams.services.privacy.erase`. Each may be done twice. What is only kept to look back on (stored
prompts) is thrown away where it may show the person; other people's words stay, with a gap where the name stood.
"""

import datetime as dt
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import models, transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Cast
from django.utils import timezone

from memory.models import ConsolidationEntry, ConsolidationRun, Memory, MemoryEvidence, Utterance
from memory.selectors import forget_index
from memory.services import delete_memories, save_memory
from relationships.models import FormerName, Identity, Relationship, Viewer
from relationships.services.bonds import family_of
from streams.domain.quotes import Window, quoting_windows
from streams.domain.trails import Finder, Trail, trail_of
from streams.hints import announce_dock
from streams.models import HeldLine, InboxEvent, RehearsalAnswer, RehearsalRun, StreamState, Turn
from streams.selectors.state import OPEN_TURNS, state_frame
from streams.services import approval, control
from streams.services.personal_data import EMPTIED_EVENT, EMPTIED_TURN, MENTIONS, TEAMS_WORDS
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.history import StudioHistory
from vtcontrol.tenancy.idempotency import KeptAnswer
from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.scope import current_studio_id
from vtcontrol.tenancy.webhooks import Delivery, DeliveryState

BATCH = 400
QUOTED_LINES = 24
"""So many further lines of a stream may still quote one: the prompt shows the last sixteen."""
_WORDS = (models.TextField, models.CharField, models.JSONField, models.BinaryField)

Counts = Counter[str]


def quoting(viewer: Viewer) -> list[tuple[UUID, Window]]:
    """Return from when to when on which stream prompts may quote a person's conversation. Two queries a stream."""
    now, found = timezone.now(), []
    said = Utterance.objects.filter(viewer_id__in=family_of(viewer.pk)).order_by("stream_id", "said_at")
    for stream_id, rows in groupby(said.values_list("stream_id", "said_at"), key=itemgetter(0)):
        theirs = [at for _, at in rows]
        since = Utterance.objects.filter(stream_id=stream_id, said_at__gte=theirs[0]).order_by("said_at")
        everything = list(since.values_list("said_at", flat=True))
        windows = quoting_windows(theirs, everything, further=QUOTED_LINES, until=now)
        found += [(stream_id, window) for window in windows]
    return found


@transaction.atomic
def erase_rows(viewer: Viewer) -> tuple[Trail, Counts]:
    """Erase what belongs to a person; gone from every query when this returns.

    Returns:
        What they are recognised by in other rows, and how many rows went or were emptied by table.
    """
    family = family_of(viewer.pk)
    identities = list(Identity.objects.filter(viewer__in=family))
    events = _events_of(family, identities)
    event_ids = set(events.values_list("pk", flat=True))
    turn_ids = {
        pk for batch in _batches(event_ids) for pk in Turn.objects.filter(event__in=batch).values_list("pk", flat=True)
    }
    memories = _memories_of(family, turn_ids)
    trail = trail_of(
        [*(row.name for row in identities), *_names_of(family, identities)],
        [row.platform_id for row in identities],
        [*(memory.text for memory in memories), *events.order_by("-received_at").values_list("text", flat=True)[:200]],
    )
    counts: Counts = Counter()
    _stop_speaking(turn_ids)
    _take_back_held(event_ids)
    counts += _take_back_messages(event_ids, turn_ids)
    counts += _empty_events(event_ids)
    counts += _empty_turns(turn_ids)
    counts += _forget_rehearsals(family, event_ids)
    counts += _forget(family, turn_ids, memories)
    counts += _clear_log([*family, *event_ids, *turn_ids, *(one.pk for one in (*memories, *identities))])
    counts += _deleted(Viewer.objects.filter(pk__in=family))
    return trail, counts


def _events_of(family: set[UUID], identities: list[Identity]) -> QuerySet[InboxEvent]:
    """Return everything a person sent, also what no card was tied to."""
    sent = Q(viewer__in=family)
    for one in identities:
        sent |= Q(platform=one.platform, author_id=one.platform_id)
    found: QuerySet[InboxEvent] = InboxEvent.objects.filter(sent)
    return found


def _names_of(family: set[UUID], identities: list[Identity]) -> list[str]:
    names = list(Viewer.objects.filter(pk__in=family).values_list("name", flat=True))
    former = FormerName.objects.filter(identity__in=identities).values_list("name", flat=True)
    shown = InboxEvent.objects.filter(viewer__in=family).order_by().values_list("author_name", flat=True).distinct()
    return [*names, *former, *shown[:50]]


def _memories_of(family: set[UUID], turn_ids: set[UUID]) -> list[Memory]:
    """Return memories of a person, and all that were taken from their words, about whomever."""
    found = {memory.pk: memory for memory in Memory.objects.filter(viewer_id__in=family)}
    for batch in _batches(turn_ids):
        cited = MemoryEvidence.objects.filter(turn_id__in=batch).values("memory")
        taken = Memory.objects.filter(Q(evidence_turn_id__in=batch) | Q(pk__in=cited))
        found |= {memory.pk: memory for memory in taken}
    for batch in _batches(set(Utterance.objects.filter(viewer_id__in=family).values_list("pk", flat=True))):
        cited = MemoryEvidence.objects.filter(utterance_id__in=batch).values("memory")
        found |= {memory.pk: memory for memory in Memory.objects.filter(pk__in=cited)}
    return list(found.values())


def _stop_speaking(turn_ids: set[UUID]) -> None:
    for batch in _batches(turn_ids):
        for stream_id in Turn.objects.filter(pk__in=batch, state__in=OPEN_TURNS).values_list("stream_id", flat=True):
            control.skip(stream_id, reason="deleted")


def _take_back_held(event_ids: set[UUID]) -> None:
    """Cancel what waits for a decision, or was approved and not yet said; the docks are told with the rest."""
    for batch in _batches(event_ids):
        held = HeldLine.objects.filter(event__in=batch).order_by("stream_id")
        for stream_id in held.values_list("stream_id", flat=True).distinct():
            StreamState.objects.select_for_update().get(stream_id=stream_id)  # nobody decides meanwhile
        approval.take_back(batch, "deleted")


def _take_back_messages(event_ids: set[UUID], turn_ids: set[UUID]) -> Counts:
    """Empty and give up what webhooks are still to be told about a person's events, held lines and turns."""
    wanted = {str(one) for one in (*event_ids, *turn_ids)}
    for batch in _batches(event_ids):
        wanted |= {str(one) for one in HeldLine.objects.filter(event__in=batch).values_list("pk", flat=True)}
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).values_list("pk", "subject")
    found = [pk for pk, subject in waiting if subject.partition(":")[0] in wanted]
    gone = Delivery.objects.filter(pk__in=found).update(
        state=DeliveryState.FAILED, body="", trouble="the person was erased"
    )
    return Counter({"tenancy.Delivery": gone})


def _empty_events(event_ids: set[UUID]) -> Counts:
    counts: Counts = Counter()
    streams: set[UUID] = set()
    for batch in _batches(event_ids):
        rows = InboxEvent.objects.filter(pk__in=batch)
        streams |= set(rows.order_by().values_list("stream_id", flat=True).distinct())
        counts += words_about(InboxEvent, batch)
        counts["streams.InboxEvent"] += rows.update(platform_id=Cast("id", models.CharField()), **EMPTIED_EVENT)
    for stream_id in streams:
        refresh_docks(stream_id)
    return counts


def _empty_turns(turn_ids: set[UUID]) -> Counts:
    counts: Counts = Counter()
    for batch in _batches(turn_ids):
        counts += words_about(Turn, batch)
        counts["streams.Turn"] += Turn.objects.filter(pk__in=batch).update(**EMPTIED_TURN)
    return counts


def words_about(target: type[models.Model], ids: list[UUID]) -> Counts:
    """Empty every word of this room's rows that hang on events or turns; return how many by table."""
    counts: Counts = Counter()
    for model in apps.get_models():
        if not issubclass(model, StudioOwned) or model._meta.app_label != "streams" or model in {InboxEvent, Turn}:
            continue
        links = [
            f for f in model._meta.concrete_fields if isinstance(f, models.ForeignKey) and f.related_model is target
        ]
        emptied = {
            field.name: field.get_default() if isinstance(field, models.JSONField) else None if field.null else ""
            for field in model._meta.concrete_fields
            if isinstance(field, _WORDS) and not getattr(field, "choices", None) and field.name not in _CODES
        }
        for link in links if emptied else ():
            counts[model._meta.label] += model.objects.filter(**{f"{link.name}__in": ids}).update(**emptied)
    return +counts


_CODES = {"emotion", "motion", "engine", "action", "rule_name", "reason", "digest", "language", "decided_by"}


def refresh_docks(stream_id: UUID) -> None:
    """Make a stream's docks fetch everything anew: two versions at once are a gap."""
    if StreamState.objects.filter(stream_id=stream_id).update(version=F("version") + 2):
        announce_dock(stream_id, state_frame(stream_id))


def _forget_rehearsals(family: set[UUID], event_ids: set[UUID]) -> Counts:
    """Delete every rehearsal that replayed a person: later prompts of it quote them."""
    runs = set(RehearsalAnswer.objects.filter(viewer_id__in=family).values_list("run_id", flat=True))
    for batch in _batches(event_ids):
        runs |= set(RehearsalAnswer.objects.filter(event_id__in=batch).values_list("run_id", flat=True))
    return _deleted(RehearsalRun.objects.filter(pk__in=runs)) if runs else Counter()


def _forget(family: set[UUID], turn_ids: set[UUID], memories: list[Memory]) -> Counts:
    """Delete memories, what was said, and what the journal says of both."""
    counts: Counts = Counter()
    counts["memory.Memory"] = len(memories)
    ids = {memory.pk for memory in memories}
    journal = [ConsolidationEntry.objects.filter(memory_id__in=batch) for batch in _batches(ids)]
    for entries in (*journal, ConsolidationEntry.objects.filter(viewer_id__in=family)):
        runs = ConsolidationRun.objects.filter(pk__in=set(entries.values_list("run_id", flat=True)))
        counts["memory.ConsolidationRun"] += runs.update(output=[])  # what a model said, about whomever
        counts += _deleted(entries)
    delete_memories(memories)
    personas = set(Relationship.objects.filter(viewer__in=family).values_list("persona_id", flat=True))
    for persona_id in personas | {memory.persona_id for memory in memories}:
        transaction.on_commit(_forgetting(persona_id))
    counts += _deleted(Utterance.objects.filter(viewer_id__in=family))
    for batch in _batches(turn_ids):
        counts += _deleted(Utterance.objects.filter(turn_id__in=batch))
        counts += _deleted(MemoryEvidence.objects.filter(turn_id__in=batch))
    return counts


def _forgetting(persona_id: UUID) -> Any:
    return lambda: forget_index(persona_id)


def _clear_log(ids: Iterable[UUID]) -> Counts:
    """Take names out of the admin's log of who changed which row."""
    counts: Counts = Counter()
    for batch in _batches(set(ids)):
        rows = LogEntry.objects.filter(object_id__in=[str(one) for one in batch])
        counts["admin.LogEntry"] += rows.update(object_repr="", change_message="")
    return counts


def _deleted(rows: QuerySet[Any]) -> Counts:
    return Counter(rows.delete()[1])


def drop_prompts(stream_id: UUID, since: dt.datetime, until: dt.datetime) -> Counts:
    """Throw away the prompts that may quote a person's conversation."""
    turns = Turn.objects.filter(stream_id=stream_id, started_at__gte=since, started_at__lte=until)
    return Counter({"streams.Turn": turns.exclude(prompt=None).update(prompt=None)})


def drop_prompts_naming(trail: Trail, *, since: dt.datetime) -> Counts:
    """Throw away every other prompt that shows any name, account or text of a person."""
    finder, found = Finder(trail), []
    turns = Turn.objects.filter(started_at__gte=since).exclude(prompt=None).order_by("pk")
    for pk, packed in turns.values_list("pk", "prompt").iterator(BATCH):
        if finder.stands_in(_unpacked(bytes(packed))):
            found.append(pk)
    counts: Counts = Counter()
    for batch in _batches(set(found)):
        counts["streams.Turn"] += Turn.objects.filter(pk__in=batch).update(prompt=None)
    return counts


def _unpacked(packed: bytes) -> str:
    """Return a stored prompt as text, quotes and line breaks as they were."""
    return "\n".join(_strings(json.loads(zlib.decompress(packed).decode())))


def empty_kept_answers(trail: Trail) -> Counts:
    """Empty every answer kept for a repetition that shows any name, account or text of a person."""
    finder = Finder(trail)
    kept = KeptAnswer.objects.exclude(body=None).values_list("pk", "body").iterator(BATCH)
    found = {pk for pk, body in kept if finder.stands_in("\n".join(_strings(body)))}
    counts: Counts = Counter()
    for batch in _batches(found):
        counts["tenancy.KeptAnswer"] += KeptAnswer.objects.filter(pk__in=batch).update(body=None)
    return counts


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in value:
            yield from _strings(one)


def redact(trail: Trail) -> Counts:
    """Take a person's name out of what others said and out of old versions of what the team wrote."""
    finder, counts = Finder(trail), Counter[str]()
    if not finder.words:
        return counts
    tables = [(apps.get_model(label), fields) for label, fields in MENTIONS.items()]
    tables += [(model, _texts(model)) for model in apps.get_models() if issubclass(model, StudioHistory)]
    for model, fields in tables:
        for row in _mentioning(model, fields, finder):
            changed = [name for name in fields if finder.is_named_in(getattr(row, name))]
            if changed:
                counts[model._meta.label] += 1
                _change(row, {name: finder.without_name(getattr(row, name)) for name in changed})
    log = LogEntry.objects.filter(user__memberships__studio_id=current_studio_id())
    for word in finder.words:
        named = log.filter(Q(object_repr__icontains=word) | Q(change_message__icontains=word))
        counts["admin.LogEntry"] += named.update(object_repr="", change_message="")
    return +counts


def count_in_teams_words(trail: Trail) -> dict[str, int]:
    """Return by table in how many rows the team's own words name a person."""
    finder = Finder(trail)
    found = {}
    for label, fields in TEAMS_WORDS.items():
        rows = _mentioning(apps.get_model(label), fields, finder)
        count = sum(any(finder.is_named_in(getattr(row, name)) for name in fields) for row in rows)
        if count:
            found[label] = count
    return found


def _texts(model: type[models.Model]) -> tuple[str, ...]:
    kinds = (models.TextField, models.CharField, models.JSONField)
    return tuple(
        f.name for f in model._meta.concrete_fields if isinstance(f, kinds) and not getattr(f, "choices", None)
    )


def _mentioning(model: Any, fields: tuple[str, ...], finder: Finder) -> Iterator[Any]:
    """Yield rows where a name may stand; JSON may hold it escaped."""
    wanted = Q(pk=None)
    for word in finder.words:
        escaped = json.dumps(word)[1:-1]
        for name in fields:
            wanted |= Q(**{f"{name}__icontains": word})
            if escaped != word and isinstance(model._meta.get_field(name), models.JSONField):
                wanted |= Q(**{f"{name}__icontains": escaped})
    if finder.words:
        yield from model.objects.filter(wanted)


def _change(row: Any, values: dict[str, Any]) -> None:
    if isinstance(row, Memory):
        row.text = values["text"]
        try:
            save_memory(row)
        except InputInvalid:  # without the name it says what another memory says
            delete_memories([row])
        return
    type(row).objects.filter(pk=row.pk).update(**values)


def _batches(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    rows = list(ids)
    return (rows[first : first + BATCH] for first in range(0, len(rows), BATCH))
