"""The demo studio: whole, valid, in two languages, and speakable by the scripted brain."""

import itertools
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from memory.models import Memory
from memory.selectors import recall
from personas.models import Avatar, Emotion, Persona, Reaction, Voice
from relationships.models import Identity, Relationship, Viewer
from relationships.services import Author, recognise
from streams.domain.moderation import Outcome
from streams.models import DirectorNote, ModerationRule, Stream
from streams.selectors.config import load_config
from tests.factories.tenancy import make_person
from vtcontrol.kernel.chat import Brief
from vtcontrol.kernel.events import EventKind
from vtcontrol.tenancy.owned import StudioOwned
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio
from vtcontrol.tenancy.tokens import read
from workers.embedded.links import page_links
from workers.providers import scripted_english, scripted_russian
from workers.providers.scripted import LONGEST_MEMORY, compose
from workers.providers.scripted_lines import fill, is_sound, needs
from workers.providers.scripted_topics import Topic
from workers.seeds.demo import SHOWS, seed_demo
from workers.seeds.language import VARIABLES, home_language

SCRIPTS = {"en": scripted_english.SCRIPT, "ru": scripted_russian.SCRIPT}
HOLES = {"name", "amount", "text"}
QUERIES_MOST = 250


@pytest.fixture(autouse=True)
def _english_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


@pytest.fixture
def newcomer(db: None) -> Any:
    return make_person("newcomer")


@pytest.fixture
def demo(newcomer: Any) -> Studio:
    return seed_demo(newcomer)


def owned_models() -> list[Any]:
    return [model for model in apps.get_models() if issubclass(model, StudioOwned)]


def test_every_row_is_valid_as_a_form_would_check_it(demo: Studio) -> None:
    with studio_scope(demo.pk):
        rows = [row for model in owned_models() for row in model.objects.all()]

        for row in rows:
            row.full_clean(exclude=[field.name for field in row._meta.fields if not field.editable])

    assert len(rows) > 150


def test_nothing_stands_outside_the_new_studio(demo: Studio) -> None:
    with unscoped("the test counts rows of every studio"):
        everywhere = sum(model.objects.count() for model in owned_models())
    with studio_scope(demo.pk):
        inside = sum(model.objects.count() for model in owned_models())

    assert inside == everywhere


def test_newcomer_owns_the_studio(demo: Studio, newcomer: Any) -> None:
    membership = Membership.objects.get(studio=demo)

    assert (membership.user, membership.role) == (newcomer, MemberRole.OWNER)


def test_seeding_takes_few_queries(newcomer: Any) -> None:
    with CaptureQueriesContext(connection) as queries:
        seed_demo(newcomer)

    assert len(queries) < QUERIES_MOST


def test_failure_leaves_nothing_behind(newcomer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise RuntimeError("the disk is gone")

    monkeypatch.setattr("workers.seeds.demo.record_revision", fail)

    with pytest.raises(RuntimeError):
        seed_demo(newcomer)

    assert not Studio.objects.exists()


def test_english_stream_comes_first_and_its_links_are_printed(demo: Studio) -> None:
    links = page_links()

    with studio_scope(demo.pk):
        streams = list(Stream.objects.order_by("id"))
    assert [stream.language for stream in streams] == ["en", "ru"]
    assert links is not None
    assert read(links.stage).stream_id == streams[0].pk


def test_russian_terminal_gets_the_russian_stream_first(newcomer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "ru_RU.UTF-8")

    studio = seed_demo(newcomer)

    with studio_scope(studio.pk):
        streams = list(Stream.objects.order_by("id"))
        rules = set(ModerationRule.objects.values_list("name", flat=True))
    assert [stream.language for stream in streams] == ["ru", "en"]
    assert studio.name == "Демо-студия"
    assert "Ссылки" in rules
    assert "Links" not in rules


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru"),
        ({"LANG": "en_US.UTF-8"}, "en"),
        ({"LANGUAGE": "ru:en", "LANG": "en_US.UTF-8"}, "ru"),
        ({"LC_ALL": "C.UTF-8", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"VTCONTROL_LANGUAGE": "en", "LANG": "ru_RU.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C"}, "en"),
    ],
)
def test_terminal_tells_the_language(variables: dict[str, str], language: str) -> None:
    assert home_language(variables) == language


def test_active_language_counts_too() -> None:
    with translation.override("ru"):
        assert home_language({"LANG": "en_US.UTF-8"}) == "ru"


def test_each_stream_is_ready_for_its_first_turn(demo: Studio) -> None:
    with studio_scope(demo.pk):
        configs = [load_config(stream.pk) for stream in Stream.objects.order_by("id")]

    for config in configs:
        assert config.revision_id is not None
        assert not config.problems
        assert len(config.emotions) >= 12
        assert config.emotions[0].name == "neutral"
        assert len(config.motions) >= 4
        assert config.voices[0].voice_name.startswith(config.language)


def test_each_stream_has_a_note_of_the_director(demo: Studio) -> None:
    with studio_scope(demo.pk):
        notes = DirectorNote.objects.filter(turns_left__gt=0)

        assert notes.values("stream").distinct().count() == Stream.objects.count()


def test_every_kind_of_event_has_a_reaction_with_a_feeling_of_the_character(demo: Studio) -> None:
    with studio_scope(demo.pk):
        for persona in Persona.objects.all():
            feelings = set(Emotion.objects.filter(persona=persona).values_list("name", flat=True))
            reactions = Reaction.objects.filter(persona=persona)

            kinds = set(reactions.values_list("kind", flat=True))
            assert kinds == {kind for kind, _label in Reaction._meta.get_field("kind").choices}
            assert {reaction.emotion for reaction in reactions} <= feelings


def test_every_face_of_the_avatar_is_felt_by_someone(demo: Studio) -> None:
    faces = {face for face, _label in Emotion._meta.get_field("face").choices}

    with studio_scope(demo.pk):
        for persona in Persona.objects.all():
            assert set(Emotion.objects.filter(persona=persona).values_list("face", flat=True)) == faces


def test_memories_are_of_every_kind_and_some_are_pinned(demo: Studio) -> None:
    with studio_scope(demo.pk):
        for persona in Persona.objects.all():
            memories = Memory.objects.filter(persona=persona)

            kinds = set(memories.values_list("kind", flat=True))
            assert kinds == {kind for kind, _label in Memory._meta.get_field("kind").choices}
            assert memories.count() >= 12
            assert memories.filter(is_pinned=True).exists()


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.language)
def test_memories_are_short_enough_to_be_told(show: Any) -> None:
    assert all(len(memory.text) <= LONGEST_MEMORY for memory in show.memories)


@pytest.mark.parametrize(
    ("language", "text", "expected"),
    [("en", "Do you like tea? The kettle is singing.", "kettle"), ("ru", "А самовар у вас есть?", "самовар")],
)
def test_talk_brings_up_a_memory(demo: Studio, language: str, text: str, expected: str) -> None:
    with studio_scope(demo.pk):
        persona = Persona.objects.get(language=language)

        recalled = recall(persona.pk, persona.memory_version, text, None, now=timezone.now())

    assert any(expected in memory.text for memory in recalled)


@pytest.mark.parametrize("name", ["Theo", "Гриша", "тихий ёж"])
def test_dock_knows_the_guests_by_their_names(demo: Studio, name: str) -> None:
    author = Author("dock", name.lower(), name)

    with studio_scope(demo.pk):
        known = recognise([author], now=timezone.now())["dock", name.lower()]
        bond = Relationship.objects.get(viewer_id=known.id)

    assert not known.is_first
    assert bond.familiarity > 0


def test_every_guest_has_an_account_and_one_is_ignored(demo: Studio) -> None:
    with studio_scope(demo.pk):
        guests = Viewer.objects.all()

        assert all(Identity.objects.filter(viewer=guest).exists() for guest in guests)
        assert guests.filter(is_ignored=True).count() == len(SHOWS)
        assert guests.exclude(never_mention="").exists()


def test_moderation_takes_out_links_addresses_and_swearing_both_ways(demo: Studio) -> None:
    text = "damn, нафиг, write to owl@example.com or www.example.com, +1 (555) 010-99-88"

    with studio_scope(demo.pk):
        rules = load_config(Stream.objects.order_by("id")[0].pk).rules
    coming, going = rules.check_in(text, "Theo"), rules.check_out(text)

    for word in ("damn", "нафиг", "owl@", "example.com", "555"):
        assert word not in coming.text
        assert word not in going.text
    assert coming.outcome is going.outcome is Outcome.REPLACE


@pytest.mark.parametrize("text", ["buy followers cheap", "дёшево подписчики, пишите"])
def test_moderation_drops_sellers_of_followers(demo: Studio, text: str) -> None:
    with studio_scope(demo.pk):
        rules = load_config(Stream.objects.order_by("id")[0].pk).rules

    assert rules.check_in(text).outcome is Outcome.DROP


def test_own_words_pass_own_moderation(demo: Studio) -> None:
    with studio_scope(demo.pk):
        rules = load_config(Stream.objects.order_by("id")[0].pk).rules
    values = {"name": "Theo", "amount": "5 EUR", "text": "a song"}
    said = [fill(line, values) for show in SHOWS for lines in show.script.phrases.values() for line in lines]
    said += [fill(answer.template, values) for show in SHOWS for answer in show.reactions]
    said += [memory.text for show in SHOWS for memory in show.memories]

    assert [line for line in said if rules.check_out(line).outcome is not Outcome.ALLOW] == []


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.language)
def test_phrases_fit_the_scripted_brain(show: Any) -> None:
    own_topics = [topic for topic in show.script.phrases if topic not in set(Topic)]

    for line in itertools.chain.from_iterable(show.script.phrases.values()):
        assert is_sound(line), line
        assert needs(line) <= HOLES, line
    assert set(show.script.phrases) & {Topic.IDENTITY, Topic.REFUSAL} == set()
    assert len(own_topics) >= 4


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.language)
def test_phrases_do_not_repeat(show: Any) -> None:
    lines = list(itertools.chain.from_iterable(show.script.phrases.values()))

    assert len(lines) == len(set(lines))


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.language)
def test_reactions_are_lines_to_say(show: Any) -> None:
    instructions = SCRIPTS[show.language].instructions

    for answer in show.reactions:
        assert needs(answer.template) <= HOLES
        assert not instructions.match(answer.template), answer.template


class FirstChoice:
    """Chance that always takes the first line and every option."""

    def random(self) -> float:
        return 0.0

    def choice(self, lines: Any) -> Any:
        return lines[0]


@pytest.mark.parametrize("show", SHOWS, ids=lambda show: show.language)
def test_scripted_brain_speaks_with_the_character_s_own_words(show: Any) -> None:
    donation = next(answer for answer in show.reactions if answer.kind == EventKind.DONATION)
    brief = Brief(
        character=show.character,
        viewer="Theo",
        kind=EventKind.DONATION.value,
        language=show.language,
        reaction=donation.template,
        amount="5 EUR",
        phrases=dict(show.script.phrases),
        emotions=("neutral", "joy", "excited"),
    )

    reply = compose(brief, FirstChoice())  # type: ignore[arg-type]  # has only what compose() asks of Random

    assert fill(donation.template, {"name": "Theo", "amount": "5 EUR"}) in reply


def test_everything_can_be_deleted_again(demo: Studio) -> None:
    with studio_scope(demo.pk):
        for model in (Stream, Persona, Voice, Avatar, Viewer, ModerationRule):
            model.objects.all().delete()

        left = {model.__name__ for model in owned_models() if model.objects.exists()}

    assert left == set()
