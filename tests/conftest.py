"""The fixed cast: an owner, her manager, moderator and observer, and a stranger who owns another studio.

The same people stand at every entrance. What belongs to the other studio carries `OTHER` in each of its texts, so a
leak shows as a word.
"""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from asgiref.sync import SyncToAsync
from django.core.cache import cache
from django.db import connections
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from streams.models import Stream
from tests.factories.personas import Character, make_character
from tests.factories.streams import make_stream
from tests.factories.tenancy import make_member, make_studio
from tests.fakes.clocks import FakeClock
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Studio

OTHER = "MARKER-OTHER-"
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores Ctrl-C, its children too

hypothesis_settings.register_profile(
    "house", deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("house")


@pytest.fixture(autouse=True)
def _tidy_process() -> Iterator[None]:
    """Leave no counter of the process's cache, and no connection of the thread that async code queries from."""
    cache.clear()
    yield
    SyncToAsync.single_thread_executor.submit(connections.close_all).result()


@pytest.fixture
def clock() -> FakeClock:
    """The time, turned by hand."""
    return FakeClock()


@pytest.fixture
def studio(db: None) -> Studio:
    return make_studio()


@pytest.fixture
def owner(studio: Studio) -> Any:
    return make_member(studio, MemberRole.OWNER, "olga")


@pytest.fixture
def manager(studio: Studio) -> Any:
    return make_member(studio, MemberRole.MANAGER, "max")


@pytest.fixture
def moderator(studio: Studio) -> Any:
    return make_member(studio, MemberRole.MODERATOR, "mona")


@pytest.fixture
def observer(studio: Studio) -> Any:
    return make_member(studio, MemberRole.OBSERVER, "oskar")


@pytest.fixture
def other_studio(db: None) -> Studio:
    return make_studio(f"{OTHER}Studio", slug="other-studio")


@pytest.fixture
def stranger(other_studio: Studio) -> Any:
    return make_member(other_studio, MemberRole.OWNER, "stranger", first_name=OTHER)


@pytest.fixture
def in_studio(studio: Studio) -> Iterator[Studio]:
    """Run the test in the scope of `studio`, async tests too."""
    with studio_scope(studio.pk):
        yield studio


@pytest.fixture
def character(studio: Studio) -> Character:
    with studio_scope(studio.pk):
        return make_character()


@pytest.fixture
def stream(studio: Studio, character: Character) -> Stream:
    with studio_scope(studio.pk):
        return make_stream(character.persona)


@pytest.fixture
def other_character(other_studio: Studio) -> Character:
    with studio_scope(other_studio.pk):
        return make_character(OTHER)


@pytest.fixture
def other_stream(other_studio: Studio, other_character: Character) -> Stream:
    with studio_scope(other_studio.pk):
        return make_stream(other_character.persona, OTHER)
