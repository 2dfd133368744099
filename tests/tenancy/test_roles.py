"""What each role may do: the table, and that it holds in the studio of the scope and nowhere else."""

from typing import Any

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Permission

from tests.factories.tenancy import make_person
from vtcontrol.tenancy.roles import (
    MANAGER_WRITES,
    MODERATOR_WRITES,
    OWNER_SEES_ONLY,
    OWNER_WRITES,
    ROLE_WRITES,
    role_may,
)
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio


def test_each_role_may_all_that_the_next_one_may() -> None:
    assert OWNER_WRITES > MANAGER_WRITES > MODERATOR_WRITES > ROLE_WRITES[MemberRole.OBSERVER]
    assert set(ROLE_WRITES) == set(MemberRole)


def test_every_name_in_the_table_is_a_model() -> None:
    named = OWNER_WRITES | OWNER_SEES_ONLY

    assert named <= {model._meta.label_lower for model in apps.get_models()}


@pytest.mark.parametrize(
    ("role", "permission", "may"),
    [
        ("owner", "tenancy.change_credential", True),
        ("owner", "tenancy.delete_studio", False),
        ("owner", "auth.change_user", False),
        ("owner", "auth.view_user", False),
        ("manager", "personas.change_persona", True),
        ("manager", "personas.change_historicalpersona", True),
        ("manager", "tenancy.view_credential", False),
        ("manager", "tenancy.view_apitoken", False),
        ("moderator", "streams.add_directornote", True),
        ("moderator", "personas.change_persona", False),
        ("moderator", "personas.view_persona", True),
        ("observer", "streams.view_turn", True),
        ("observer", "streams.change_turn", False),
        ("observer", "tenancy.view_ticket", False),
        ("", "personas.view_persona", False),
        ("", "streams.view_turn", False),
        ("nonsense", "personas.view_persona", False),
        ("owner", "personas.publish_persona", False),
        ("owner", "nonsense", False),
    ],
)
def test_the_table_of_permissions(role: str, permission: str, may: bool) -> None:
    assert role_may(role, permission) is may


def test_a_role_counts_in_its_own_studio_only(
    owner: Any, observer: Any, stranger: Any, studio: Studio, other_studio: Studio
) -> None:
    with studio_scope(studio.pk):
        assert owner.has_perm("personas.change_persona")
        assert observer.has_perm("personas.view_persona")
        assert not observer.has_perm("personas.change_persona")
        assert not stranger.has_perm("personas.view_persona")
        assert not stranger.has_module_perms("personas")
    with studio_scope(other_studio.pk):
        assert not owner.has_perm("personas.view_persona")
        assert not owner.has_module_perms("personas")


def test_outside_a_scope_nobody_may_anything(owner: Any) -> None:
    assert not owner.has_perm("personas.view_persona")
    assert not owner.has_module_perms("personas")


def test_nobody_anonymous_or_inactive_may_anything(owner: Any, in_studio: Studio) -> None:
    owner.is_active = False

    for user in (AnonymousUser(), owner, make_person("staff", is_staff=True)):
        assert not user.has_perm("personas.view_persona")
        assert not user.has_module_perms("personas")


def test_the_owner_of_an_inactive_studio_may_nothing(owner: Any, in_studio: Studio) -> None:
    Studio.objects.update(is_active=False)

    assert not owner.has_perm("personas.view_persona")


def test_permissions_granted_in_djangos_own_tables_count_for_nothing(observer: Any, in_studio: Studio) -> None:
    observer.user_permissions.set(Permission.objects.all())

    assert not observer.has_perm("personas.change_persona")
    assert observer.get_all_permissions() == set()


@pytest.mark.django_db(transaction=True)
async def test_async_code_gets_the_same_answers(observer: Any, in_studio: Studio) -> None:
    await sync_to_async(lambda: observer.user_permissions.set(Permission.objects.all()))()

    assert await observer.ahas_perm("personas.view_persona")
    assert not await observer.ahas_perm("personas.change_persona")
    assert await observer.ahas_module_perms("personas")


def test_a_person_has_another_role_in_another_studio(owner: Any, studio: Studio, other_studio: Studio) -> None:
    Membership.objects.create(studio=other_studio, user=owner, role=MemberRole.OBSERVER)

    with studio_scope(studio.pk):
        assert owner.has_perm("personas.change_persona")
        with studio_scope(other_studio.pk):
            assert not owner.has_perm("personas.change_persona")
