"""The scope itself: it follows the code that was started in it, and nothing else."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async

from relationships.models import Viewer
from tests.conftest import OTHER
from tests.factories.relationships import make_viewer
from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import current_studio_id, scoped_studio_id, studio_scope, unscoped
from vtcontrol.tenancy.studios import Studio

OURS, THEIRS = uuid7(), uuid7()


def _scope_here() -> UUID | None:
    try:
        return current_studio_id()
    except ScopeMissing:
        return None


def test_a_scope_ends_with_its_block_and_after_an_error() -> None:
    with studio_scope(OURS):
        assert current_studio_id() == OURS
    assert _scope_here() is None

    with pytest.raises(ZeroDivisionError), studio_scope(OURS):
        _ = 1 / 0
    assert _scope_here() is None


def test_an_inner_scope_covers_the_outer_one_for_its_time() -> None:
    with studio_scope(OURS):
        with studio_scope(THEIRS):
            assert current_studio_id() == THEIRS
        assert current_studio_id() == OURS
        with unscoped("a test looks over the wall"):
            assert scoped_studio_id() is None
            with pytest.raises(ScopeMissing):
                current_studio_id()
        assert current_studio_id() == OURS


@pytest.mark.parametrize("wrong", ["", None, str(OURS), 7])
def test_a_scope_takes_nothing_but_a_uuid(wrong: object) -> None:
    with pytest.raises(TypeError), studio_scope(wrong):  # type: ignore[arg-type]  # the wrong type is the point
        pass


async def test_tasks_keep_the_scope_they_were_made_in() -> None:
    both_inside = asyncio.Barrier(2)

    async def look(studio_id: UUID) -> UUID:
        with studio_scope(studio_id):
            await both_inside.wait()
            await asyncio.sleep(0)
            return current_studio_id()

    with studio_scope(OURS):
        inherited = asyncio.create_task(_look_later())
    ours, theirs = await asyncio.gather(look(OURS), look(THEIRS))

    assert (ours, theirs) == (OURS, THEIRS)
    assert await inherited == OURS
    assert _scope_here() is None


async def _look_later() -> UUID | None:
    await asyncio.sleep(0)
    return _scope_here()


async def test_the_scope_goes_along_into_sync_code_and_back_out() -> None:
    with studio_scope(OURS):
        assert await sync_to_async(current_studio_id)() == OURS
        assert await sync_to_async(current_studio_id, thread_sensitive=False)() == OURS
        assert await asyncio.to_thread(current_studio_id) == OURS
        assert await sync_to_async(lambda: async_to_sync(_look_later)())() == OURS
    assert await sync_to_async(_scope_here)() is None


async def test_a_scope_entered_in_a_thread_stays_there() -> None:
    def enter_and_leave() -> UUID:
        with studio_scope(THEIRS):
            return current_studio_id()

    with studio_scope(OURS):
        assert await sync_to_async(enter_and_leave)() == THEIRS
        assert current_studio_id() == OURS


def test_a_plain_thread_starts_without_a_scope() -> None:
    seen: list[UUID | None] = []

    with studio_scope(OURS):
        thread = threading.Thread(target=lambda: seen.append(_scope_here()))
        thread.start()
        thread.join()
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(_scope_here).result())
            seen.append(pool.submit(copy_context().run, _scope_here).result())

    assert seen == [None, None, OURS]


@pytest.mark.django_db(transaction=True)
async def test_two_studios_at_once_each_see_their_own_rows(studio: Studio, other_studio: Studio) -> None:
    together = asyncio.Barrier(2)

    async def write_and_read(home: Studio, marker: str) -> list[str]:
        with studio_scope(home.pk):
            await sync_to_async(make_viewer)(marker)
            await together.wait()
            return [viewer.name async for viewer in Viewer.objects.all()]

    ours, theirs = await asyncio.gather(write_and_read(studio, ""), write_and_read(other_studio, OTHER))

    assert (ours, theirs) == (["Bo"], [f"{OTHER}Bo"])
