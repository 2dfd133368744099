"""Whose tokens a turn is counted in: the estimate until the tokenizer of its brain's model was read, then that."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from personas.tokenizers import look_again
from streams.models import Stream
from streams.selectors.config import current_config
from streams.services import turns
from streams.services.leases import Lease
from tests.factories.memory import make_lore
from tests.factories.personas import make_brain
from tests.factories.relationships import make_identity, make_viewer
from tests.fakes.tokenizers import FakeTables, Later, install_tables
from tests.live.scenes import end, says, take
from vtcontrol.tenancy.studios import Studio


@pytest.fixture
def thinking(in_studio: Studio, stream: Stream) -> Stream:
    """The stream, its character thinking with a model and a small prompt."""
    persona = stream.persona
    persona.brain = make_brain(model="letters", context_tokens=6000)
    persona.save()
    return stream


@pytest.fixture
def tables(monkeypatch: pytest.MonkeyPatch) -> tuple[FakeTables, Later]:
    return install_tables(monkeypatch)


def test_a_turn_is_counted_by_its_models_tokenizer_as_soon_as_that_was_read(
    thinking: Stream, lease: Lease, tables: tuple[FakeTables, Later]
) -> None:
    says(thinking)
    before = take(thinking, lease)
    end(thinking, lease, before)
    tables[1].run()
    says(thinking, "And owls?", "Ann")

    after = take(thinking, lease)

    assert (before.prompt.counted_by, after.prompt.counted_by) == ("estimate", "own")
    assert tables[0].read_models == ["letters"]
    letters = sum(len(message.content) + 4 for message in after.prompt.messages)
    assert after.prompt.tokens_total == letters <= 6000


def test_card_and_lore_are_counted_by_it_too(thinking: Stream, lease: Lease, tables: tuple[FakeTables, Later]) -> None:
    note = "Plays the cello in a harbour orchestra that nobody has ever heard of, and tells everybody."
    make_identity(make_viewer(notes=note + "\n" + note.upper()))
    make_lore(thinking.persona, keys="cats", content="All cats of the harbour are grey.")
    says(thinking, "Mira, do you like cats?", author_id="1001")
    look_again("letters")
    tables[1].run()

    claim = take(thinking, lease)

    assert [one["tokens"] for one in claim.lore] == [len("All cats of the harbour are grey.")]
    text = "\n".join(message.content for message in claim.prompt.messages)
    assert note in text
    assert note.upper() not in text  # 200 letters have room for one of them


def test_counting_takes_no_query(
    thinking: Stream, lease: Lease, tables: tuple[FakeTables, Later], in_studio: Studio
) -> None:
    counts = []
    for who in ("Bo", "Ann"):
        says(thinking, author=who)
        config = current_config(in_studio.pk, thinking.pk)
        with CaptureQueriesContext(connection) as queries:
            claim = turns.claim(lease, config)
        end(thinking, lease, claim)
        counts.append(len(queries))
        tables[1].run()

    assert counts[1] <= counts[0]
