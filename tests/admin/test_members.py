from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.conftest import SignIn
from tests.admin.pages import address, errors, page_text, save
from tests.factories.tenancy import make_member, make_person
from vtcontrol.tenancy.members import save_member
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio


def _add(client: Client, account: str, role: str = "manager") -> Any:
    return client.post(address(Membership, "add"), {"account": account, "role": role, "_save": "Save"})


def test_an_owner_adds_somebody_by_the_exact_name(as_owner: Client, studio: Studio) -> None:
    person = make_person("nina")

    answer = _add(as_owner, "nina")

    assert answer.status_code == 302
    assert Membership.objects.get(user=person).studio == studio
    assert Membership.objects.get(user=person).role == "manager"


@pytest.mark.parametrize("account", ["nin", "NINA", "n%", "nobody"])
def test_no_other_name_finds_an_account(account: str, as_owner: Client) -> None:
    make_person("nina")

    assert "no account of this name" in errors(_add(as_owner, account))


def test_nobody_is_added_twice(as_owner: Client, manager: Any) -> None:
    assert "works here already" in errors(_add(as_owner, manager.username))


def test_looking_for_accounts_has_a_limit(as_owner: Client) -> None:
    for _ in range(20):
        _add(as_owner, "nobody")

    assert "Too many requests" in errors(_add(as_owner, "nobody"))


def test_the_last_owner_cannot_step_down(as_owner: Client, owner: Any) -> None:
    place = owner.memberships.get()

    answer = save(as_owner, address(place), role="observer")

    assert Membership.objects.get(pk=place.pk).role == MemberRole.OWNER
    assert "A studio needs an owner" in as_owner.get(answer["Location"]).content.decode()


def test_the_last_owner_cannot_leave(as_owner: Client, owner: Any) -> None:
    place = owner.memberships.get()

    as_owner.post(address(place, "delete"), {"post": "yes"})

    assert Membership.objects.filter(pk=place.pk).exists()


def test_an_owner_steps_down_when_there_is_another(as_owner: Client, owner: Any, studio: Studio) -> None:
    make_member(studio, MemberRole.OWNER, "nina")
    place = owner.memberships.get()

    save(as_owner, address(place), role="observer")

    assert Membership.objects.get(pk=place.pk).role == MemberRole.OBSERVER


def test_an_owner_whose_account_is_closed_does_not_count(as_owner: Client, owner: Any, studio: Studio) -> None:
    make_member(studio, MemberRole.OWNER, "nina", is_active=False)
    place = owner.memberships.get()

    save(as_owner, address(place), role="observer")

    assert Membership.objects.get(pk=place.pk).role == MemberRole.OWNER


def test_not_even_the_operator_takes_the_last_owner_away(
    operator: Any, owner: Any, studio: Studio, sign_in: SignIn
) -> None:
    place = owner.memberships.get()
    client = sign_in(operator)
    client.post(reverse("admin:choose_studio"), {"studio": str(studio.pk)})

    client.post(address(place, "delete"), {"post": "yes"})

    assert Membership.objects.filter(pk=place.pk).exists()


def test_a_manager_cannot_raise_himself(as_manager: Client, manager: Any) -> None:
    place = manager.memberships.get()

    answer = as_manager.post(address(place), {"role": "owner", "_save": "Save"})

    assert answer.status_code == 403
    assert Membership.objects.get(pk=place.pk).role == MemberRole.MANAGER


def test_an_owner_sees_no_members_of_other_studios(as_owner: Client, stranger: Any) -> None:
    assert stranger.username not in page_text(as_owner, address(Membership, "changelist"))
    assert as_owner.get(address(stranger.memberships.get())).status_code == 302


def test_a_person_of_two_studios_is_not_moved_between_them(as_owner: Client, stranger: Any, studio: Studio) -> None:
    _add(as_owner, stranger.username, "observer")

    assert stranger.memberships.count() == 2
    assert stranger.memberships.exclude(studio=studio).get().role == MemberRole.OWNER


def test_an_owner_names_his_studio_and_changes_nothing_else(as_owner: Client, studio: Studio) -> None:
    save(as_owner, address(studio), name="New name", slug="stolen", is_active="")

    studio.refresh_from_db()
    assert (studio.name, studio.slug, studio.is_active) == ("New name", "lantern-lane", True)


def test_a_new_owner_makes_room_for_the_old_one_to_go(studio: Studio, owner: Any, manager: Any) -> None:
    place = manager.memberships.get()
    place.role = MemberRole.OWNER
    save_member(place)

    old = owner.memberships.get()
    old.role = MemberRole.MANAGER
    save_member(old)

    assert studio.memberships.get(role=MemberRole.OWNER).user == manager
