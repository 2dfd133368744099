"""The stub itself: the bench believes its clock and its counts, so they are tested like product code."""

import asyncio
import json
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.fakes.openai_replies import STANDARD_REPLY, first_clause_token, tokens_of
from tests.fakes.openai_server import Mode, OpenAIStub, Timing
from tests.providers.conftest import Answer, Sound, chat_request, speech_request
from workers.providers.openai_chat import OpenAIChat
from workers.providers.openai_speech import OpenAISpeech
from workers.turn.segmenter import Segmenter
from workers.turn.tags import TagParser
from workers.turn.vocabulary import EmotionStyle, Vocabulary

ROOT = Path(__file__).parents[2]


def test_standard_reply_is_about_sixty_tokens_in_four_segments_with_an_emotion() -> None:
    parser, segmenter = TagParser(Vocabulary({"joy": EmotionStyle()})), Segmenter()
    drafts = []
    cut_after = []

    for number, token in enumerate(tokens_of(STANDARD_REPLY)):
        for item in parser.feed(token):
            found = segmenter.feed(item)
            drafts += found
            cut_after += [number] * len(found)
    drafts += segmenter.flush(whole=True)

    assert 55 <= len(tokens_of(STANDARD_REPLY)) <= 65
    assert len(drafts) in {3, 4, 5}
    assert drafts[0].emotion == "joy"
    assert cut_after[0] == first_clause_token(tokens_of(STANDARD_REPLY))


async def test_marks_of_a_turn_follow_the_metronome(stub: OpenAIStub, brain: OpenAIChat, voice: OpenAISpeech) -> None:
    stub.timing = Timing(first_token_ms=20, tokens_per_s=1000, speech_first_byte_ms=10)

    await Answer().read(brain.stream(chat_request("hello turn-17")))
    await Sound().read(voice.stream(speech_request()))

    chat, speech = stub.log
    assert chat.first_sent - chat.arrived >= 0.019
    assert chat.clause_sent - chat.arrived >= 0.031
    assert chat.ended - chat.arrived >= 0.081
    assert speech.first_sent - speech.arrived >= 0.009
    assert (chat.marker, chat.outcome, chat.sent) == ("turn-17", "done", 63)


async def test_prompt_may_say_what_to_answer(stub: OpenAIStub, brain: OpenAIChat) -> None:
    answer = await Answer().read(brain.stream(chat_request('<chat name="Ann">stub-say: Just this.</chat>')))

    assert answer.text == "Just this."


async def test_marker_finds_its_way_into_the_reply(stub: OpenAIStub, brain: OpenAIChat) -> None:
    stub.say("You are {marker}, hello!")

    answer = await Answer().read(brain.stream(chat_request("I am turn-5")))

    assert answer.text == "You are turn-5, hello!"


async def test_requests_at_the_same_time_are_counted(stub: OpenAIStub, brain: OpenAIChat) -> None:
    stub.timing.first_token_ms = 30

    await asyncio.gather(*(Answer().read(brain.stream(chat_request())) for _ in range(5)))

    stats = stub.stats("chat")
    assert (stats.requests, stats.done, stats.max_active, stats.active) == (5, 5, 5, 0)


async def test_model_name_may_choose_the_failure(stub: OpenAIStub, brain: OpenAIChat) -> None:
    brain.model = "stub-error_500"

    with pytest.raises(Exception, match="server"):
        await Answer().read(brain.stream(chat_request()))


async def test_hanging_requests_can_be_released(stub: OpenAIStub, brain: OpenAIChat) -> None:
    stub.fail("chat", Mode.HANG)
    reading = asyncio.create_task(Answer().read(brain.stream(chat_request())))
    await stub.until(lambda stub: stub.stats("chat").active == 1)

    stub.release()

    with pytest.raises(Exception, match="unreachable"):
        await reading


async def test_program_prints_its_port_and_is_controlled_over_http() -> None:
    command = (sys.executable, "-m", "tests.fakes.openai_server", "--port", "0", "--first-token-ms", "1")
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    url = json.loads(await process.stdout.readline())["url"]

    def call(path: str, body: object = None) -> object:
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(url + path, data)) as answer:
            return json.load(answer)

    timing = await asyncio.to_thread(call, "/stub/timing", {"tokens_per_s": 0})
    await asyncio.to_thread(call, "/stub/script", {"reply": "Hi!"})
    failing = await asyncio.to_thread(call, "/stub/fail", {"endpoint": "speech", "mode": "hang", "times": 2})
    body = {"model": "m", "messages": [{"role": "user", "content": "x"}]}
    answer = await asyncio.to_thread(call, "/v1/chat/completions", body)
    log = await asyncio.to_thread(call, "/stub/log")
    stats = await asyncio.to_thread(call, "/stub/stats")
    process.terminate()
    await process.wait()

    assert (timing["first_token_ms"], timing["tokens_per_s"]) == (1, 0)
    assert failing == {"speech": "hang"}
    assert answer["choices"][0]["message"]["content"] == "Hi!"
    assert [entry["outcome"] for entry in log] == ["done"]
    assert stats["chat"]["done"] == 1
