"""What tests of the admin share: people signed in, and a studio with a row of everything."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.factories.world import World, make_world
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

OURS = "OURS-"

SignIn = Callable[[Any], Client]


@pytest.fixture
def sign_in() -> SignIn:
    def signed_in(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture
def as_owner(owner: Any, sign_in: SignIn) -> Client:
    return sign_in(owner)


@pytest.fixture
def as_manager(manager: Any, sign_in: SignIn) -> Client:
    return sign_in(manager)


@pytest.fixture
def as_moderator(moderator: Any, sign_in: SignIn) -> Client:
    return sign_in(moderator)


@pytest.fixture
def as_observer(observer: Any, sign_in: SignIn) -> Client:
    return sign_in(observer)


@pytest.fixture
def as_stranger(stranger: Any, sign_in: SignIn) -> Client:
    return sign_in(stranger)


@pytest.fixture
def operator(db: None) -> Any:
    return get_user_model().objects.create_superuser("root", password=None)


@pytest.fixture
def world(studio: Studio) -> World:
    with studio_scope(studio.pk):
        return make_world(OURS)
