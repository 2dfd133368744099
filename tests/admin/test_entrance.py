from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.admin.conftest import SignIn
from tests.factories.tenancy import make_member, make_person, make_studio
from vtcontrol.tenancy.studios import MemberRole, Studio

INDEX = "/admin/"


def _log_in(username: str) -> Any:
    return Client().post(reverse("admin:login"), {"username": username, "password": "a long pass phrase"})


@pytest.fixture
def person(db: None) -> Any:
    person = make_person("nina")
    person.set_password("a long pass phrase")
    person.save()
    return person


def test_somebody_without_a_studio_cannot_sign_in(person: Any) -> None:
    answer = _log_in("nina")

    assert answer.status_code == 200
    assert "no place in an active studio" in answer.content.decode()


def test_a_member_signs_in_without_being_staff(person: Any, studio: Studio) -> None:
    studio.memberships.create(user=person, role=MemberRole.OBSERVER)

    answer = _log_in("nina")

    assert answer.status_code == 302
    assert answer["Location"] == reverse("admin:index")


def test_a_closed_studio_lets_nobody_in(owner: Any, studio: Studio, sign_in: SignIn) -> None:
    Studio.objects.filter(pk=studio.pk).update(is_active=False)

    answer = sign_in(owner).get(INDEX)

    assert answer.status_code == 302
    assert reverse("admin:login") in answer["Location"]


def test_the_operator_without_any_studio_is_led_to_open_one(operator: Any, sign_in: SignIn) -> None:
    client = sign_in(operator)

    text = client.get(INDEX).content.decode()

    assert reverse("admin:tenancy_studio_add") in text
    assert client.get(reverse("admin:tenancy_studio_add")).status_code == 200
    assert client.get(reverse("admin:personas_persona_changelist")).status_code == 403


def test_a_person_of_two_studios_switches_between_them(studio: Studio, sign_in: SignIn) -> None:
    second = make_studio("Zebra House", slug="zebra-house")
    member = make_member(studio, MemberRole.OWNER, "nina")
    second.memberships.create(user=member, role=MemberRole.OBSERVER)
    client = sign_in(member)

    before = client.get(INDEX).context["studio"]
    client.post(reverse("admin:choose_studio"), {"studio": str(second.pk)})
    after = client.get(INDEX).context["studio"]

    assert (before, after) == (studio, second)


def test_nobody_switches_into_a_foreign_studio(as_owner: Client, studio: Studio, other_studio: Studio) -> None:
    answer = as_owner.post(reverse("admin:choose_studio"), {"studio": str(other_studio.pk)}, follow=True)

    assert answer.context["studio"] == studio
    assert "You have no place in that studio." in answer.content.decode()


def test_switching_needs_a_post(as_owner: Client, studio: Studio) -> None:
    assert as_owner.get(reverse("admin:choose_studio"), {"studio": str(studio.pk)}).status_code == 405


@pytest.mark.parametrize("role", [role.value for role in MemberRole])
def test_the_sidebar_shows_only_what_the_role_may_see(role: str, studio: Studio, sign_in: SignIn) -> None:
    client = sign_in(make_member(studio, MemberRole(role), "nina"))

    groups = client.get(INDEX).context["sidebar_navigation"]
    links = [str(item["link"]) for group in groups for item in group["items"]]

    assert all(client.get(link).status_code == 200 for link in links)
    assert (reverse("admin:tenancy_apitoken_changelist") in links) == (role == "owner")
    assert reverse("admin:auth_user_changelist") not in links


def test_guessing_a_password_has_a_limit(person: Any, studio: Studio) -> None:
    studio.memberships.create(user=person, role=MemberRole.OBSERVER)
    for _ in range(20):
        Client().post(reverse("admin:login"), {"username": "Nina", "password": "a guess"})

    answer = _log_in("nina")

    assert answer.status_code == 200
    assert "Too many requests" in answer.content.decode()


def test_a_live_page_whose_session_is_over_goes_to_the_door() -> None:
    answer = Client().get(INDEX, headers={"HX-Request": "true"}, follow=True)

    assert answer["HX-Redirect"] == reverse("admin:login")
