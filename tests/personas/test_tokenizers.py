"""Which counter a model has: the estimate at once, its own as soon as it was read, and failures that are remembered."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from personas import tokenizers
from personas.domain.tokens import ESTIMATE
from personas.tokenizers import MODELS_KEPT, CounterRoom, Lack, TokenizerMissing
from tests.fakes.tokenizers import FakeTables, Later


@pytest.fixture
def tables() -> FakeTables:
    return FakeTables()


@pytest.fixture
def later() -> Later:
    return Later()


@pytest.fixture
def room(tables: FakeTables, later: Later) -> CounterRoom:
    return CounterRoom(tables, later)


def test_the_estimate_counts_until_the_tokenizer_was_read(room: CounterRoom, later: Later) -> None:
    before = room.tokenizing_of("gpt")

    later.run()

    after = room.tokenizing_of("gpt")
    assert (before.counter, before.lack) == (ESTIMATE, Lack.READING)
    assert (after.counter.name, after.lack) == ("own", None)


def test_a_tokenizer_is_read_once_however_often_it_is_asked_for(
    room: CounterRoom, tables: FakeTables, later: Later
) -> None:
    for _ in range(3):
        room.tokenizing_of("gpt")
        room.look_again("gpt")
    later.run()
    room.look_again("gpt")
    later.run()

    assert tables.read_models == ["gpt"]


@pytest.mark.parametrize(
    ("failure", "lack"),
    [(TokenizerMissing(Lack.NO_TABLE, "tiny"), Lack.NO_TABLE), (MemoryError(), Lack.BROKEN)],
)
def test_a_failure_is_remembered_until_somebody_asks_to_look_again(
    room: CounterRoom, tables: FakeTables, later: Later, failure: Exception, lack: Lack
) -> None:
    tables.failures["gpt"] = failure
    room.tokenizing_of("gpt")
    later.run()

    for _ in range(3):
        found = room.tokenizing_of("gpt")
        later.run()

    assert (found.counter, found.lack, tables.read_models) == (ESTIMATE, lack, ["gpt"])
    tables.failures.clear()
    assert room.look_again("gpt").lack is Lack.READING
    later.run()
    assert room.tokenizing_of("gpt").counter.name == "own"


def test_nothing_is_begun_where_the_operator_offers_nothing(
    room: CounterRoom, tables: FakeTables, later: Later
) -> None:
    tables.is_offered = False

    assert room.tokenizing_of("gpt").lack is Lack.NOWHERE
    assert room.look_again("gpt").lack is Lack.NOWHERE
    assert later.waiting == []


def test_a_brain_without_a_model_is_estimated(room: CounterRoom, later: Later) -> None:
    assert room.tokenizing_of("").counter is ESTIMATE
    assert later.waiting == []


def test_a_process_that_ends_goes_on_estimating(room: CounterRoom, later: Later) -> None:
    later.is_over = True

    assert room.tokenizing_of("gpt").counter is ESTIMATE
    assert room.tokenizing_of("gpt").lack is Lack.NOWHERE


def test_names_nobody_uses_any_more_are_forgotten(room: CounterRoom, tables: FakeTables, later: Later) -> None:
    for number in range(MODELS_KEPT + 5):
        room.tokenizing_of(f"model-{number}")
    later.run()

    assert len(room._known) == MODELS_KEPT
    assert room.tokenizing_of(f"model-{MODELS_KEPT}").counter.name == "own"


def test_many_threads_that_ask_at_once_have_it_read_once(tables: FakeTables) -> None:
    gate = threading.Barrier(8)
    reader = ThreadPoolExecutor(max_workers=1)
    room = CounterRoom(tables, reader)

    def ask() -> str:
        gate.wait()
        return room.tokenizing_of("gpt").counter.name

    with ThreadPoolExecutor(max_workers=8) as crowd:
        names = [future.result() for future in [crowd.submit(ask) for _ in range(8)]]
    reader.shutdown(wait=True)

    assert tables.read_models == ["gpt"]
    assert set(names) <= {"estimate", "own"}
    assert room.tokenizing_of("gpt").counter.name == "own"


def test_a_process_without_tables_estimates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizers, "_rooms", [])

    assert tokenizers.counter_for("gpt") is ESTIMATE
    assert tokenizers.look_again("gpt").lack is Lack.NOWHERE


def test_the_room_that_was_installed_answers(room: CounterRoom, later: Later, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizers, "_rooms", [])
    tokenizers.install(room)
    tokenizers.look_again("gpt")
    later.run()

    assert tokenizers.counter_for("gpt").name == "own"
    assert tokenizers.tokenizing_of("gpt").lack is None
