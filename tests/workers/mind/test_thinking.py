"""Who thinks lines over: models in their order, the rules behind the last."""

import json
from collections.abc import AsyncGenerator, Sequence

import pytest

from memory.domain.ranking import MemoryKind
from tests.memory.said import line
from vtcontrol.kernel.chat import ChatEvent, ChatRequest, ChatUsage, TextDelta
from vtcontrol.kernel.errors import Fault, ProviderFailed
from vtcontrol.kernel.ports import Capabilities, LanguageModel
from workers.mind.thinking import think_over

LINES = [line("My cat is called Biscuit"), line("I love synthwave")]
GOOD = json.dumps({"facts": [{"text": "Bo's cat is called Biscuit", "kind": "user", "lines": [1]}]})


class Saying:
    """A model that answers with given pieces, or fails."""

    capabilities = Capabilities()

    def __init__(self, name: str, *pieces: str, fault: Fault | None = None) -> None:
        self.name = name
        self.asked: list[ChatRequest] = []
        self._pieces = pieces
        self._fault = fault

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        self.asked.append(request)
        for piece in self._pieces:
            yield TextDelta(piece)
        if self._fault is not None:
            raise ProviderFailed(self.name, self._fault)
        yield ChatUsage(100, 20, self.name)

    async def warm(self) -> None: ...

    async def aclose(self) -> None: ...


def models(*given: Saying) -> Sequence[LanguageModel]:
    return given


async def test_the_first_model_that_answers_is_believed() -> None:
    first, second = Saying("first", GOOD[:20], GOOD[20:]), Saying("second", GOOD)

    thought = await think_over(LINES, models(first, second), "en")

    assert [(one.text, one.kind) for one in thought.proposals] == [("Bo's cat is called Biscuit", MemoryKind.USER)]
    assert (thought.engine, thought.tokens, second.asked) == ("first", (("first", 120),), [])


async def test_nothing_but_the_lines_reaches_the_model() -> None:
    model = Saying("first", GOOD)

    await think_over(LINES, models(model), "en")

    system, user = model.asked[0].messages
    assert user.content == "1. [viewer] Bo: My cat is called Biscuit\n2. [viewer] Bo: I love synthwave"
    assert "Bo" not in system.content
    assert model.asked[0].temperature == 0.0


@pytest.mark.parametrize("broken", [Saying("first", fault=Fault.TIMEOUT), Saying("first", "I am sorry, I cannot.")])
async def test_another_model_takes_over(broken: Saying) -> None:
    thought = await think_over(LINES, models(broken, Saying("second", GOOD)), "en")

    assert thought.engine == "second"
    assert thought.note.startswith("first: ")


async def test_the_rules_stand_behind_the_last_model() -> None:
    thought = await think_over(LINES, models(Saying("first", fault=Fault.UNREACHABLE)), "en")

    assert thought.is_by_rules
    assert [one.text for one in thought.proposals] == ["Bo's cat is called Biscuit", "Bo loves synthwave"]
    assert thought.note == "first: unreachable"
