"""The session's studio: who gets into which, and what happens to people without one."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from tests.factories.tenancy import make_member, make_person
from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.middleware import SESSION_KEY, StudioMiddleware, choose_studio, studios_of
from vtcontrol.tenancy.scope import current_studio_id, scoped_studio_id, unscoped
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio


def _request(user: Any, path: str = "/admin/", **session: str) -> HttpRequest:
    request = RequestFactory().get(path)
    request.user = user
    request.session = dict(session)  # type: ignore[assignment]  # the middleware only looks things up
    return request


def _studio_seen(request: HttpRequest) -> Any:
    """Return the id of the studio whose scope the view runs in, or None."""
    seen: list[Any] = []

    def view(_request: HttpRequest) -> HttpResponse:
        try:
            seen.append(current_studio_id())
        except ScopeMissing:
            seen.append(None)
        return HttpResponse()

    StudioMiddleware(view)(request)
    return seen[0]


def test_a_member_works_in_her_studio(owner: Any, studio: Studio) -> None:
    request = _request(owner)

    assert _studio_seen(request) == studio.pk
    assert request.studio == studio  # type: ignore[attr-defined]  # set by the middleware
    with pytest.raises(ScopeMissing):
        scoped_studio_id()


def test_the_scope_ends_when_the_view_fails(owner: Any) -> None:
    def view(_request: HttpRequest) -> HttpResponse:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        StudioMiddleware(view)(_request(owner))
    with pytest.raises(ScopeMissing):
        scoped_studio_id()


def test_pages_outside_the_admin_have_no_scope_from_the_session(owner: Any) -> None:
    for path in ("/", "/stage/", "/api/v1/session", "/administration/"):
        assert _studio_seen(_request(owner, path)) is None


def test_people_without_a_studio_get_no_scope(studio: Studio) -> None:
    for user in (AnonymousUser(), make_person("nobody"), make_person("staff", is_staff=True)):
        assert _studio_seen(_request(user)) is None


def test_an_inactive_studio_is_closed_to_all(owner: Any, studio: Studio) -> None:
    operator = make_person("operator", is_superuser=True)
    Studio.objects.update(is_active=False)

    for user in (owner, operator):
        assert _studio_seen(_request(user, **{SESSION_KEY: str(studio.pk)})) is None


def test_an_inactive_person_gets_no_scope(owner: Any) -> None:
    owner.is_active = False

    assert studios_of(owner) == []
    assert _studio_seen(_request(owner)) is None


def test_a_member_of_two_studios_switches_between_them(owner: Any, studio: Studio, other_studio: Studio) -> None:
    Membership.objects.create(studio=other_studio, user=owner, role=MemberRole.OBSERVER)
    request = _request(owner)
    assert _studio_seen(request) == studio.pk  # the first by name

    assert choose_studio(request, other_studio.pk)

    assert _studio_seen(request) == other_studio.pk


def test_nobody_switches_to_a_studio_without_a_place_in_it(owner: Any, studio: Studio, other_studio: Studio) -> None:
    request = _request(owner)

    assert not choose_studio(request, other_studio.pk)
    assert not choose_studio(request, uuid7())

    assert SESSION_KEY not in request.session
    assert _studio_seen(request) == studio.pk


@pytest.mark.parametrize("chosen", ["", "nonsense", "0190" * 8])
def test_a_session_that_names_a_wrong_studio_falls_back(chosen: str, owner: Any, studio: Studio) -> None:
    assert _studio_seen(_request(owner, **{SESSION_KEY: chosen})) == studio.pk


def test_a_session_that_names_a_foreign_studio_falls_back(owner: Any, studio: Studio, other_studio: Studio) -> None:
    assert _studio_seen(_request(owner, **{SESSION_KEY: str(other_studio.pk)})) == studio.pk


def test_losing_the_place_closes_the_studio_at_once(owner: Any, studio: Studio) -> None:
    request = _request(owner, **{SESSION_KEY: str(studio.pk)})
    with unscoped("a place goes with the tokens that stand for it"):
        Membership.objects.all().delete()

    assert _studio_seen(request) is None


def test_the_operator_enters_every_active_studio(studio: Studio, other_studio: Studio) -> None:
    operator = make_person("operator", is_superuser=True)

    for home in (studio, other_studio):
        assert _studio_seen(_request(operator, **{SESSION_KEY: str(home.pk)})) == home.pk


def test_signing_in_needs_a_place_in_an_active_studio(client: Client, studio: Studio) -> None:
    member = make_member(studio, MemberRole.OWNER, "olga")
    member.set_password("correct horse battery")
    member.save()
    form = {"username": "olga", "password": "correct horse battery"}

    Studio.objects.update(is_active=False)
    refused = client.post("/admin/login/", form)
    Studio.objects.update(is_active=True)
    welcome = client.post("/admin/login/?next=/admin/", {**form, "next": "/admin/"})

    assert refused.status_code == 200
    assert "_auth_user_id" not in refused.wsgi_request.session
    assert welcome.status_code == 302


def test_a_person_without_a_studio_is_turned_away_politely(client: Client, studio: Studio) -> None:
    client.force_login(make_person("nobody", is_staff=True))

    response = client.get("/admin/")

    assert response.status_code in {302, 403}


def test_the_admin_may_use_eval_and_no_other_page(client: Client, owner: Any) -> None:
    client.force_login(owner)

    admin, page = client.get("/admin/login/"), client.get("/stage/")

    assert "'unsafe-eval'" in admin["Content-Security-Policy"]
    assert "'unsafe-eval'" not in page["Content-Security-Policy"]
    for response in (admin, page):
        assert "'unsafe-inline'" not in response["Content-Security-Policy"]
