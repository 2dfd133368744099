"""The studio in whose name code runs. Owns the one context variable every query is checked against.

A scope follows the code through `await`, `create_task`, `sync_to_async` and `asyncio.to_thread`. A plain thread starts
without one, and then every query of a studio's rows raises: forgetting the scope fails, it never leaks.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from vtcontrol.kernel.errors import ScopeMissing

# None: nothing entered. A UUID: that studio. The empty text: every studio, see `unscoped`.
_scope: ContextVar[UUID | str | None] = ContextVar("vtcontrol_studio", default=None)
_EVERY_STUDIO = ""


@contextmanager
def studio_scope(studio_id: UUID) -> Iterator[None]:
    """Run the block in the name of one studio."""
    if not isinstance(studio_id, UUID):
        raise TypeError(f"A studio's scope needs its UUID, not {studio_id!r}.")
    token = _scope.set(studio_id)
    try:
        yield
    finally:
        _scope.reset(token)


@contextmanager
def unscoped(reason: str) -> Iterator[None]:
    """Run the block over all studios: signing in, sweeping, migrations, and nothing that answers a tenant.

    Args:
        reason: Why this code may see every studio; tests/architecture keeps the list of callers.
    """
    if not reason:
        raise ValueError("Say why this code may see every studio.")
    token = _scope.set(_EVERY_STUDIO)
    try:
        yield
    finally:
        _scope.reset(token)


def current_studio_id() -> UUID:
    """Return the studio whose scope this is.

    Raises:
        ScopeMissing: No studio's scope is entered, or the block is unscoped.
    """
    studio_id = _scope.get()
    if isinstance(studio_id, UUID):
        return studio_id
    raise ScopeMissing("No studio's scope is entered here.")


def scoped_studio_id() -> UUID | None:
    """Return the studio to filter by, or None in an unscoped block.

    Raises:
        ScopeMissing: Neither is the case.
    """
    studio_id = _scope.get()
    if studio_id is None:
        raise ScopeMissing("This query needs a studio's scope.")
    return studio_id if isinstance(studio_id, UUID) else None
