"""Revisions over REST: who may read and write them, and that nothing goes on air that the admin would not let."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from personas.models import Experiment, Persona, Revision, RevisionState
from personas.services import drafts, revisions
from streams.models import Stream
from tests.api.conftest import Program, problem
from tests.factories.personas import make_persona, make_reaction
from vtcontrol.tenancy.access import Scope, TokenKind
from vtcontrol.tenancy.idempotency import KeptAnswer
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio
from vtcontrol.tenancy.tokens import issue

PIRATE = {"identity": "You are a pirate."}


@pytest.fixture
def persona(in_studio: Studio, stream: Stream) -> Persona:
    make_reaction(stream.persona)
    revisions.record_revision(stream.persona)
    return stream.persona


@pytest.fixture
def path(persona: Persona) -> str:
    return f"personas/{persona.pk}/revisions"


def draft_of(program: Program, path: str, **body: Any) -> dict[str, Any]:
    answer = program.post(path, {"content": PIRATE, "note": "aboard", **body})
    assert answer.status_code == 201, answer.content
    return dict(answer.json())


def send(program: Program, method: str, path: str, body: Any = None) -> Any:
    send_it = getattr(program.client, method)
    return send_it(program._url(path), body or {}, content_type="application/json", headers=program._with({}))


def identity_of(persona: Persona) -> str:
    return str(Persona.objects.get(pk=persona.pk).identity)


def test_a_draft_is_what_is_on_air_with_what_was_changed(program: Program, persona: Persona, path: str) -> None:
    before = identity_of(persona)

    draft = draft_of(program, path)

    assert (draft["state"], draft["number"], draft["note"], draft["is_outdated"]) == ("draft", 2, "aboard", False)
    content = program.get(f"{path}/{draft['id']}").json()["content"]
    assert (content["identity"], content["name"]) == ("You are a pirate.", persona.name)
    assert {one["name"] for one in content["emotions"]} == set(persona.emotions.values_list("name", flat=True))
    assert identity_of(persona) == before


def test_a_draft_is_changed_compared_and_published(program: Program, persona: Persona, path: str) -> None:
    draft = draft_of(program, path)

    changed = send(program, "patch", f"{path}/{draft['id']}", {"content": {"creativity": 0.9, "reactions": []}})
    compared = program.get(f"{path}/{draft['id']}/difference").json()
    published = program.post(f"{path}/{draft['id']}/publish")

    assert (changed.status_code, changed.json()["id"], changed.json()["note"]) == (200, draft["id"], "aboard")
    assert (compared["against"], compared["count"]) == (draft["base"], 3)
    identity = next(one for one in compared["changes"] if one["name"] == "identity")
    assert {"mark": "added", "text": "pirate"} in identity["pieces"]
    assert [(one["part"], one["mark"]) for one in compared["parts"]] == [("reactions", "removed")]
    assert (published.status_code, published.json()["state"]) == (200, "published")
    assert identity_of(persona) == "You are a pirate."
    assert not persona.reactions.exists()


def test_any_two_are_compared(program: Program, path: str) -> None:
    first, second = draft_of(program, path), draft_of(program, path, content={"name": "Nora"}, start=None)

    found = program.get(f"{path}/{second['id']}/difference", {"against": first["id"]}).json()

    assert {one["name"] for one in found["changes"]} == {"identity", "name"}
    problem(program.get(f"{path}/{second['id']}/difference", {"against": str(second["persona"])}), 404)


def test_a_draft_starts_from_another_revision(program: Program, path: str) -> None:
    first = draft_of(program, path)

    second = draft_of(program, path, content={"name": "Nora"}, start=first["id"])

    content = program.get(f"{path}/{second['id']}").json()["content"]
    assert (content["identity"], content["name"]) == ("You are a pirate.", "Nora")


def test_a_time_is_set_and_called_off(program: Program, persona: Persona, path: str) -> None:
    draft = draft_of(program, path)
    at = (timezone.now() + dt.timedelta(hours=2)).isoformat()

    scheduled = program.post(f"{path}/{draft['id']}/publish", {"at": at}).json()
    called_off = program.post(f"{path}/{draft['id']}/unschedule").json()

    assert (scheduled["state"], scheduled["publish_at"]) == ("scheduled", at)
    assert (called_off["state"], called_off["publish_at"]) == ("draft", None)
    problem(program.post(f"{path}/{draft['id']}/unschedule"), 409)
    past = (timezone.now() - dt.timedelta(hours=2)).isoformat()
    assert "publish_at" in problem(program.post(f"{path}/{draft['id']}/publish", {"at": past}), 400)["errors"]


def test_an_earlier_revision_is_brought_back_as_a_new_one(program: Program, persona: Persona, path: str) -> None:
    before = identity_of(persona)
    draft = draft_of(program, path)
    program.post(f"{path}/{draft['id']}/publish")

    again = program.post(f"{path}/{draft['base']}/rollback")

    assert (again.status_code, again.json()["number"], again.json()["state"]) == (201, 3, "published")
    assert identity_of(persona) == before
    problem(program.post(f"{path}/{again.json()['id']}/rollback"), 409)


def test_who_publishes_over_something_else_has_to_name_it(program: Program, persona: Persona, path: str) -> None:
    first, second = draft_of(program, path), draft_of(program, path, content={"name": "Nora"})
    on_air = program.post(f"{path}/{first['id']}/publish").json()["id"]

    assert program.get(f"{path}/{second['id']}").json()["is_outdated"]
    problem(program.post(f"{path}/{second['id']}/publish"), 409)
    done = program.post(f"{path}/{second['id']}/publish", {"over": on_air})

    assert (done.status_code, Persona.objects.get(pk=persona.pk).name) == (200, "Nora")


def test_the_same_key_makes_one_draft_and_publishes_once(program: Program, path: str) -> None:
    first = program.post(path, {"content": PIRATE}, **{"Idempotency-Key": "d-1"})
    again = program.post(path, {"content": PIRATE}, **{"Idempotency-Key": "d-1"})
    publish = f"{path}/{first.json()['id']}/publish"
    published = [program.post(publish, **{"Idempotency-Key": "p-1"}) for _ in range(2)]

    assert first.json() == again.json()
    assert [one.status_code for one in published] == [200, 200]
    assert Revision.objects.count() == 2
    assert "pirate" not in str(list(KeptAnswer.objects.values_list("body", flat=True)))


@pytest.mark.parametrize(
    "content",
    [
        {"identity": ""},
        {"creativity": 3},
        {"language": "tlh"},
        {"voice": "00000000-0000-7000-8000-000000000000"},
        {"emotions": [{"name": "joy", "face": "no such face"}]},
        {"emotions": [{"name": "joy", "face": "joy"}, {"name": "joy", "face": "joy"}]},
        {"motions": ["somersault"]},
        {"phrases": {"greeting": "Hi!"}},
        {"phrases": {"greeting": ["\0"]}},
        {"phrases": {"greeting": ["\ud800"]}},
        {"identity": "a\0b"},
        {"identiti": "You are a pirate."},
        {"stop_sequences": "a\nb\nc\nd\ne"},
        {"reactions": [{"kind": "raid", "template": "Hi", "emotion": "NOT A TAG"}]},
        [],
    ],
)
def test_a_draft_holds_what_a_persona_may_hold(program: Program, path: str, content: Any) -> None:
    problem(program.post(path, {"content": content}), 400)

    assert Revision.objects.count() == 1


def test_a_name_that_is_taken_is_refused(program: Program, path: str) -> None:
    make_persona(marker="Other ", name="Nora")

    problem(program.post(path, {"content": {"name": "Nora"}}), 400)


def test_a_draft_on_trial_stays_and_another_is_made(program: Program, persona: Persona, path: str) -> None:
    draft = draft_of(program, path)
    Experiment(persona=persona, other_id=draft["id"]).save()

    changed = send(program, "patch", f"{path}/{draft['id']}", {"note": "calmer"}).json()

    assert changed["id"] != draft["id"]
    assert (changed["number"], changed["note"]) == (3, "calmer")
    problem(send(program, "delete", f"{path}/{draft['id']}"), 409)


def test_a_draft_is_discarded_and_what_was_on_air_is_not(program: Program, path: str) -> None:
    draft = draft_of(program, path)

    assert send(program, "delete", f"{path}/{draft['id']}").status_code == 204
    problem(program.get(f"{path}/{draft['id']}"), 404)
    problem(send(program, "delete", f"{path}/{draft['base']}"), 409)
    problem(send(program, "patch", f"{path}/{draft['base']}", {"note": "x"}), 409)


def test_the_list_comes_in_pages_and_by_state(program: Program, path: str) -> None:
    made = [draft_of(program, path, content={"name": f"Nora {number}"})["id"] for number in range(3)]

    first = program.get(path, {"limit": 2, "state": "draft"}).json()
    rest = program.get(path, {"limit": 2, "state": "draft", "cursor": first["next"]}).json()

    assert [one["id"] for one in (*first["items"], *rest["items"])] == made[::-1]
    assert rest["next"] is None
    assert "content" not in first["items"][0]


def test_reading_and_writing_need_their_scopes(program: Program, path: str) -> None:
    draft = draft_of(program, path)
    reader, writer = program.may(Scope.READ), program.may(Scope.MANAGE)

    assert reader.get(f"{path}/{draft['id']}/difference").status_code == 200
    for body, verb in (({}, ""), ({}, f"/{draft['id']}/publish"), ({}, f"/{draft['base']}/rollback")):
        problem(reader.post(f"{path}{verb}", body), 403)
    problem(program.may(Scope.CONTROL).post(f"{path}/{draft['id']}/publish"), 403)
    problem(writer.get(path), 403)
    assert writer.post(f"{path}/{draft['id']}/publish").status_code == 200


def test_a_token_of_one_stream_knows_its_character_alone(program: Program, everywhere: Program, path: str) -> None:
    other = make_persona(marker="Other ")
    revisions.record_revision(other)
    theirs = f"personas/{other.pk}/revisions"

    problem(program.get(theirs), 404)
    problem(program.post(theirs, {"content": PIRATE}), 404)
    mine = draft_of(program, path)
    problem(everywhere.get(f"{theirs}/{mine['id']}"), 404)
    assert everywhere.get(theirs).status_code == 200


def test_what_a_program_writes_is_its_makers(program: Program, stream: Stream, path: str, owner: Any) -> None:
    with studio_scope(stream.studio_id):
        secret = issue(TokenKind.API, "Deploys", created_by=owner)[1]

    draft = draft_of(program.bearing(secret), path)
    program.bearing(secret).post(f"{path}/{draft['id']}/publish")

    row = Revision.objects.get(state=RevisionState.PUBLISHED)
    assert (row.created_by, row.published_by) == (owner, owner)
    assert Persona.history.filter(id=row.persona_id).first().history_user == owner


def test_changes_made_at_once_are_both_kept(in_studio: Studio, persona: Persona) -> None:
    draft = drafts.new_draft(persona, PIRATE, by=None)
    seen_before = Revision.objects.get(pk=draft.pk)

    drafts.change_draft(draft, {"knowledge": "The ship is lost."}, by=None)
    changed = drafts.change_draft(seen_before, {"style_rules": "Speak like the sea."}, by=None)

    kept = {name: changed.content[name] for name in ("identity", "knowledge", "style_rules")}
    assert kept == PIRATE | {"knowledge": "The ship is lost.", "style_rules": "Speak like the sea."}
