"""Starting Celery tasks by name, in the studio's name and on commit. The only door: nobody calls `.delay`."""

from typing import Any
from uuid import UUID

from celery import Task, current_app
from django.db import transaction

from vtcontrol.tenancy.scope import current_studio_id, studio_scope, unscoped


class StudioTask(Task):  # type: ignore[misc]  # celery ships no types
    """Base of tasks that belong to a studio: enters its scope, takes it off the arguments."""

    abstract = True
    typing = False  # the studio comes on top of the arguments the function declares

    def __call__(self, *args: Any, studio_id: str, **kwargs: Any) -> Any:
        """Run in the scope of `studio_id`."""
        with studio_scope(UUID(studio_id)):
            return self.run(*args, **kwargs)


class SystemTask(Task):  # type: ignore[misc]  # celery ships no types
    """Base of the few tasks that sweep over every studio."""

    abstract = True

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run over all studios."""
        with unscoped("a sweep over every studio"):
            return self.run(*args, **kwargs)


def enqueue_sweep(name: str, *, expires_s: float) -> None:
    """Start the task `name`, which sweeps over all studios, out of its hours; after `expires_s` nobody needs it.

    Raises:
        LookupError: No such task.
    """
    task = current_app.tasks.get(name)
    if not isinstance(task, SystemTask):
        raise LookupError(f"There is no sweep named {name!r}.")
    task.apply_async(expires=expires_s)


def enqueue(name: str, /, *, expires_s: float | None = None, **kwargs: Any) -> None:
    """Start the task `name` for the current studio when the transaction commits.

    A broker that is down is logged and does no harm: the rows are committed, and the sweeper finds them.

    Args:
        name: Registered name of a `StudioTask`, for example "live.perform".
        expires_s: After so many seconds nobody needs it any more.
        kwargs: Plain values and ids (UUIDs become text), never objects.

    Raises:
        LookupError: No such task.
        ScopeMissing: No studio's scope is entered.
    """
    task = current_app.tasks.get(name)
    if not isinstance(task, StudioTask):
        raise LookupError(f"There is no studio task named {name!r}.")
    plain = {key: str(value) if isinstance(value, UUID) else value for key, value in kwargs.items()}
    plain["studio_id"] = str(current_studio_id())

    def send() -> None:
        task.apply_async(kwargs=plain, expires=expires_s)

    transaction.on_commit(send, robust=True)
