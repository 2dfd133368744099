"""What is remembered about one viewer, or in another studio, never shows in anybody else's recall: for any memories."""

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from memory.models import Memory, MemoryKind, Review
from memory.selectors import forget_index, recall
from memory.services import remember_many
from personas.models import Persona
from tests.factories.personas import Character
from tests.memory.said import ANN, BO
from vtcontrol.kernel.ids import uuid7
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

WORDS = ("cat", "tea", "boat", "rain", "Пушкин", "чай")
OWNERS = (None, BO, ANN)
EPISODES = (None, UUID(int=1), UUID(int=2))


@dataclass(frozen=True)
class Told:
    words: tuple[str, ...]
    owner: UUID | None
    kind: str
    review: str
    is_over: bool
    is_pinned: bool
    episode: UUID | None
    is_theirs: bool


TOLD = st.builds(
    Told,
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(tuple),
    owner=st.sampled_from(OWNERS),
    kind=st.sampled_from(MemoryKind.values),
    review=st.sampled_from(Review.values),
    is_over=st.booleans(),
    is_pinned=st.booleans(),
    episode=st.sampled_from(EPISODES),
    is_theirs=st.booleans(),
)


def rows(persona: Persona, told: list[Told], now: dt.datetime) -> list[Memory]:
    return [
        Memory(
            persona=persona,
            text=f"{' '.join(one.words)} {number}",
            viewer_id=one.owner,
            kind=one.kind,
            review=one.review,
            is_pinned=one.is_pinned,
            valid_to=now - dt.timedelta(days=1) if one.is_over else None,
            episode_id=one.episode,
            position=number if one.episode else None,
        )
        for number, one in enumerate(told)
    ]


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(told=st.lists(TOLD, max_size=12), asked=st.sampled_from(WORDS), viewer=st.sampled_from(OWNERS))
def test_recall_shows_only_what_is_the_viewers_or_everybodys(
    told: list[Told],
    asked: str,
    viewer: UUID | None,
    studio: Studio,
    character: Character,
    other_studio: Studio,
    other_character: Character,
) -> None:
    now = timezone.now()
    for home, persona, is_theirs in ((studio, character.persona, False), (other_studio, other_character.persona, True)):
        with studio_scope(home.pk):
            Memory.objects.all().delete()
            remember_many(rows(persona, [one for one in told if one.is_theirs == is_theirs], now))
        forget_index(persona.pk)

    with studio_scope(studio.pk):
        version = Persona.objects.values_list("memory_version", flat=True).get(pk=character.persona.pk)
        found = recall(character.persona.pk, version, asked, viewer, now=now, limit=50)
        stored = {row.pk: row for row in Memory.objects.all()}

    for one in found:
        row = stored[one.id]  # a row of the other studio would not be here
        assert row.viewer_id in {None, viewer}
        assert row.review == Review.ACCEPTED
        assert row.valid_to is None
        assert not (row.kind == MemoryKind.THIRD_PARTY and row.viewer_id is not None)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(others=st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4), max_size=8))
def test_what_others_told_changes_no_score(others: list[list[str]], in_studio: Studio, character: Character) -> None:
    now = timezone.now()
    persona = character.persona
    Memory.objects.all().delete()
    mine = [Memory(persona=persona, viewer_id=BO, text=f"{word} and a lamp", valid_from=now) for word in WORDS]
    remember_many(mine)
    forget_index(persona.pk)

    def asked() -> list[tuple[UUID, float]]:
        version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona.pk)
        return [(one.id, one.score) for one in recall(persona.pk, version, "cat rain lamp", BO, now=now)]

    before = asked()
    remember_many(
        Memory(persona=persona, viewer_id=ANN, text=f"{' '.join(words)} {number}")
        for number, words in enumerate(others)
    )

    assert asked() == before


@pytest.mark.parametrize("count", [40, 200])
def test_memories_that_were_deleted_make_room_for_others(count: int, in_studio: Studio, character: Character) -> None:
    persona = character.persona
    remember_many(Memory(persona=persona, text=f"cat cat cat {number}") for number in range(count))
    remember_many([Memory(persona=persona, text="the lonely cat of the lighthouse")])
    forget_index(persona.pk)
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=persona.pk)
    recall(persona.pk, version, "cat", None, now=timezone.now())

    Memory.objects.filter(text__startswith="cat cat").delete()  # as retention does, without a word to the index

    found = recall(persona.pk, version, "cat", None, now=timezone.now())
    assert [one.text for one in found] == ["the lonely cat of the lighthouse"]


def test_the_answer_comes_with_its_question(in_studio: Studio, character: Character) -> None:
    episode = uuid7()
    lines = ("Bo: what is the password to the old lighthouse", "Bo: swordfish obviously", "Bo: anyway, nice weather")
    remember_many(
        Memory(persona=character.persona, viewer_id=BO, text=text, episode_id=episode, position=place)
        for place, text in enumerate(lines, start=1)
    )
    version = Persona.objects.values_list("memory_version", flat=True).get(pk=character.persona.pk)

    found = recall(character.persona.pk, version, "the password to the lighthouse?", BO, now=timezone.now())

    assert [one.text for one in found] == list(lines[:2])
    assert found[1].explain.neighbour > 0
