"""The lease on a stream: one worker at a time, told apart by a fencing token.

Every write of a worker is conditional on its lease, so a worker that was presumed dead cannot speak over its heir.
"""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from streams.models import StreamState
from vtcontrol.kernel.errors import LeaseLost
from vtcontrol.tenancy.compiled import CompiledQuery, CompiledSweep
from vtcontrol.tenancy.scope import unscoped

LEASE_S = 6
RENEW_S = 2


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to run a stream until it is lost.

    Attributes:
        stream_id: The stream.
        owner: The worker's name.
        fence: Fencing token: rises with every change of owner.
    """

    stream_id: UUID
    owner: str
    fence: int


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state row says at a renewal: the control epoch, and whether panic holds."""

    epoch: int
    is_panicked: bool


def acquire(stream_id: UUID, owner: str) -> Lease | None:
    """Take the lease if it is free, expired or ours already; None when another worker has it."""
    now = timezone.now()
    free = Q(lease_owner="") | Q(lease_until__lt=now) | Q(lease_owner=owner)
    with transaction.atomic():
        taken = StreamState.objects.filter(free, stream_id=stream_id).update(
            lease_owner=owner, lease_until=now + dt.timedelta(seconds=LEASE_S), fence=F("fence") + 1
        )
        if not taken:
            return None
        fence = StreamState.objects.values_list("fence", flat=True).get(stream_id=stream_id)
    return Lease(stream_id, owner, fence)


@dataclass(frozen=True, slots=True)
class Held:
    """The state row at the moment the lease was renewed; it stays locked until the transaction ends.

    Attributes:
        version: The state's version, changes included.
        epoch: The control epoch.
        is_panicked: Whether panic holds.
    """

    version: int
    epoch: int
    is_panicked: bool


_HOLD = CompiledQuery(
    lambda stream_id, owner, fence, until, changes: StreamState.objects.filter(
        stream_id=stream_id, lease_owner=owner, fence=fence
    ),
    change=lambda stream_id, owner, fence, until, changes: {
        "lease_until": until,
        "version": F("version") + changes,
    },
    returning=("version", "control_epoch", "panicked_at"),
    stream_id=UUID,
    owner=str,
    fence=int,
    until=dt.datetime,
    changes=int,
)


def hold(lease: Lease, *, changes: int = 0) -> Held:
    """Renew the lease and raise the state's version by `changes`.

    Raises:
        LeaseLost: The lease is another worker's.
    """
    until = timezone.now() + dt.timedelta(seconds=LEASE_S)
    rows = _HOLD.rows(stream_id=lease.stream_id, owner=lease.owner, fence=lease.fence, until=until, changes=changes)
    if not rows:
        raise LeaseLost(str(lease.stream_id))
    version, epoch, panicked_at = rows[0]
    return Held(version, epoch, panicked_at is not None)


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at the state tells, without a lock.

    Attributes:
        is_panicked: Panic holds.
        config_version: Version of the studio's configuration.
        memory_version: Version of the persona's memories.
    """

    is_panicked: bool
    config_version: int
    memory_version: int


_LOOK = CompiledQuery(
    lambda stream_id, owner, fence: (
        StreamState.objects.filter(stream_id=stream_id, lease_owner=owner, fence=fence)
        .order_by()
        .values_list("panicked_at", "stream__studio__config_version", "stream__persona__memory_version")
    ),
    stream_id=UUID,
    owner=str,
    fence=int,
)


def look_at(lease: Lease) -> Look:
    """Read the state and the versions of what the live loop keeps copies of.

    Raises:
        LeaseLost: The lease is another worker's.
    """
    rows = _LOOK.rows(stream_id=lease.stream_id, owner=lease.owner, fence=lease.fence)
    if not rows:
        raise LeaseLost(str(lease.stream_id))
    panicked_at, config_version, memory_version = rows[0]
    return Look(panicked_at is not None, config_version, memory_version)


def renew(lease: Lease) -> Standing:
    """Renew the lease and read the control epoch.

    Raises:
        LeaseLost: The lease is another worker's.
    """
    held = hold(lease)
    return Standing(held.epoch, held.is_panicked)


def release(lease: Lease) -> None:
    """Give the lease back, if it is still ours."""
    held = StreamState.objects.filter(stream_id=lease.stream_id, lease_owner=lease.owner, fence=lease.fence)
    held.update(lease_owner="", lease_until=None)


def release_all(owner_prefix: str = "") -> int:
    """Free every lease (of workers whose name begins so): an embedded start knows that nobody else runs."""
    return int(
        StreamState.objects.filter(lease_owner__startswith=owner_prefix)
        .exclude(lease_owner="")
        .update(lease_owner="", lease_until=None)
    )


_RENEW = CompiledSweep(
    lambda stream_id_list, owner, until: StreamState.objects.filter(stream_id__in=stream_id_list, lease_owner=owner),
    change=lambda stream_id_list, owner, until: {"lease_until": until},
    returning=("stream_id", "fence", "control_epoch", "panicked_at"),
    stream_id_list=list,
    owner=str,
    until=dt.datetime,
)


def renew_all(owner: str, held: dict[UUID, int]) -> dict[UUID, Standing]:
    """Renew the leases a worker holds, over all studios, and return how each stands; a lost one is missing.

    Args:
        owner: The worker's name.
        held: Fencing token by stream.
    """
    until = timezone.now() + dt.timedelta(seconds=LEASE_S)
    ids, standings = list(held), {}
    with unscoped("a worker renews the leases of all its streams"):
        for start in range(0, len(ids), CompiledQuery.LIST_LENGTH):
            some = ids[start : start + CompiledQuery.LIST_LENGTH]
            for stream, fence, epoch, panicked_at in _RENEW.rows(stream_id_list=some, owner=owner, until=until):
                stream_id = UUID(str(stream))  # SQLite returns the column as it is stored
                if held[stream_id] == fence:
                    standings[stream_id] = Standing(epoch, panicked_at is not None)
    return standings
