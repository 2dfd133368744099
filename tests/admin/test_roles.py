"""Who may do what on every page of the admin, written down by hand."""

from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from tests.admin.conftest import SignIn
from tests.admin.pages import address
from tests.factories.tenancy import make_member
from tests.factories.world import World
from vtcontrol.tenancy.admin_site import site
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Studio

EVERYBODY = "owner manager moderator observer"
MANAGERS = "owner manager"
MODERATORS = "owner manager moderator"
OWNER = "owner"
NOBODY = ""

# By model, who may: see it, add one, change one, delete one.
RIGHTS = {
    "personas.persona": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.brain": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.voice": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.avatar": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.emotion": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.reaction": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.scenario": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "personas.revision": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "personas.experiment": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "memory.memory": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "memory.lore": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "memory.embeddingengine": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "memory.utterance": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "memory.consolidationrun": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "relationships.viewer": (EVERYBODY, MODERATORS, MODERATORS, MODERATORS),
    "relationships.relationship": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "relationships.interaction": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "relationships.privacyrequest": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "relationships.accessrecord": (OWNER, NOBODY, NOBODY, NOBODY),
    "streams.stream": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "streams.channellink": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "streams.broadcast": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "streams.inboxevent": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "streams.turn": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "streams.directornote": (EVERYBODY, MODERATORS, MODERATORS, MODERATORS),
    "streams.moderationmodel": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "streams.moderationrule": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "streams.verdict": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "streams.stagelayout": (EVERYBODY, NOBODY, MANAGERS, NOBODY),
    "streams.obseffect": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "streams.command": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "streams.heldline": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "streams.roleplay": (EVERYBODY, MANAGERS, MANAGERS, MANAGERS),
    "streams.rehearsalrun": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "tenancy.studio": (EVERYBODY, NOBODY, OWNER, NOBODY),
    "tenancy.membership": (OWNER, OWNER, OWNER, OWNER),
    "tenancy.credential": (OWNER, OWNER, OWNER, OWNER),
    "tenancy.apitoken": (OWNER, OWNER, NOBODY, NOBODY),
    "tenancy.budget": (OWNER, OWNER, OWNER, OWNER),
    "tenancy.usage": (EVERYBODY, NOBODY, NOBODY, NOBODY),
    "tenancy.webhook": (OWNER, OWNER, OWNER, OWNER),
    "tenancy.delivery": (OWNER, NOBODY, NOBODY, NOBODY),
    "auth.user": (NOBODY, NOBODY, NOBODY, NOBODY),
}
ROLES = [role.value for role in MemberRole]


def _row(label: str, studio: Studio, world: World) -> Any:
    """Return a row of ours that can be deleted."""
    if label == "tenancy.studio":
        return studio
    model = apps.get_model(label)
    if label in {"tenancy.membership", "auth.user"}:
        leaver = model.objects.filter(**{"username" if label == "auth.user" else "user__username": "leaver"}).first()
        person = leaver or make_member(studio, MemberRole.OBSERVER, "leaver")
        return person if label == "auth.user" or leaver else person.memberships.get()
    with studio_scope(studio.pk):
        return model.objects.first()


def _may(client: Client, label: str, row: Any) -> tuple[bool, ...]:
    """Return what the pages let this person do: see, add, change, delete."""
    model = apps.get_model(label)
    sees = client.get(address(model, "changelist")).status_code == 200
    adds = client.get(address(model, "add")).status_code == 200
    change = client.get(address(row))
    changes = change.status_code == 200 and b'name="_save"' in change.content
    deletes = client.get(address(row, "delete")).status_code == 200
    return sees, adds, changes, deletes


def test_every_admin_stands_in_the_table() -> None:
    assert {model._meta.label_lower for model in site._registry} == RIGHTS.keys()


@pytest.mark.parametrize("role", ROLES)
def test_each_role_may_do_what_the_table_says(role: str, studio: Studio, world: World, sign_in: SignIn) -> None:
    client = sign_in(make_member(studio, MemberRole(role), "somebody"))

    found = {label: _may(client, label, _row(label, studio, world)) for label in RIGHTS}

    assert found == {label: tuple(role in allowed.split() for allowed in rights) for label, rights in RIGHTS.items()}


@pytest.mark.parametrize("role", ROLES)
def test_a_refused_delete_deletes_nothing(role: str, studio: Studio, world: World, sign_in: SignIn) -> None:
    client = sign_in(make_member(studio, MemberRole(role), "somebody"))
    refused = [label for label, rights in RIGHTS.items() if role not in rights[3].split()]

    for label in refused:
        row = _row(label, studio, world)
        assert client.post(address(row, "delete"), {"post": "yes"}).status_code == 403, label
        with studio_scope(studio.pk):
            assert type(row).objects.filter(pk=row.pk).exists(), label


def test_moderators_put_a_hand_on_the_show_and_observers_do_not(
    as_moderator: Client, as_observer: Client, world: World
) -> None:
    url = address(world.stream, "panic")

    assert as_observer.post(url).status_code == 403
    assert as_moderator.post(url).status_code == 302

    with studio_scope(world.stream.studio_id):
        world.stream.state.refresh_from_db()
    assert world.stream.state.panicked_at is not None


def test_a_hand_on_the_show_needs_a_post(as_owner: Client, world: World) -> None:
    assert as_owner.get(address(world.stream, "panic")).status_code == 405


@pytest.mark.parametrize("page", ["import", "export"])
def test_only_who_may_change_takes_files_in_and_out(
    page: str, as_manager: Client, as_observer: Client, world: World
) -> None:
    url = address(apps.get_model("memory.memory"), page)

    assert as_manager.get(url).status_code == 200
    assert as_observer.get(url).status_code == 403


def test_accounts_are_the_operators(operator: Any, sign_in: SignIn, studio: Studio) -> None:
    assert sign_in(operator).get(address(type(operator), "changelist")).status_code == 200
