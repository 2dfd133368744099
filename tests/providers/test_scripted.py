"""The scripted brain: honest, lively, short, never twice the same, and never a parrot."""

import random
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vtcontrol.kernel.chat import Brief, ChatRequest, ChatUsage, TextDelta
from vtcontrol.kernel.events import EventKind
from workers.providers.scripted import ScriptedBrain, compose
from workers.providers.scripted_chinese import SCRIPT as CHINESE
from workers.providers.scripted_english import SCRIPT as ENGLISH
from workers.providers.scripted_lines import Script, fill, needs
from workers.providers.scripted_russian import SCRIPT as RUSSIAN
from workers.providers.scripted_topics import Topic, own_topic, topic_of
from workers.turn.tags import TagParser
from workers.turn.vocabulary import EmotionStyle, Tag, Vocabulary

EMOTIONS = ("neutral", "joy", "sadness", "surprise", "love", "embarrassment", "thinking", "calm", "smug", "worried")
MOTIONS = ("wave", "nod", "shake", "bounce")
VOCABULARY = Vocabulary(dict.fromkeys(EMOTIONS, EmotionStyle()), frozenset(MOTIONS))
ENGLISH_BRIEF = Brief(character="Mira", viewer="Ann", text="hi!", emotions=EMOTIONS, motions=MOTIONS)
BRIEFS = {
    "en": ENGLISH_BRIEF,
    "ru": replace(ENGLISH_BRIEF, viewer="Аня", text="привет!", language="ru"),
    "zh": replace(ENGLISH_BRIEF, viewer="小安", text="你好", language="zh-CN"),
}
SENTENCE_END = re.compile(r"[.!?…。！？]+")
CLAUSE_END = re.compile(r"[,.!?…。！？，:：—]")

ANSWERED = [kind for kind in EventKind if kind is not EventKind.DIRECTOR_SAY]  # which is spoken as it stands


def reply_to(text: str, seed: int = 1, **more: object) -> str:
    return compose(replace(ENGLISH_BRIEF, text=text, **more), random.Random(seed))


def replies_to(text: str, **more: object) -> list[str]:
    return [reply_to(text, seed, **more) for seed in range(40)]


def parsed(reply: str) -> tuple[str, list[Tag], int]:
    parser = TagParser(VOCABULARY)
    items = parser.feed(reply)
    parser.close()
    spoken = "".join(item for item in items if isinstance(item, str))
    return spoken, [item for item in items if isinstance(item, Tag)], parser.unknown


TOPICS = {
    Topic.IDENTITY: "are you an AI?|Are you a real person|r u chatgpt|is this a bot|what model are you|ты нейросеть?"
    "|ты бот или человек|а ты живая?|кто тебя создал|ты чатгпт?|что ты такое|你是机器人吗",
    Topic.WELLBEING: "how are you?|what are you doing|what's up|how's it going|как дела?|что делаешь|как ты|你好吗",
    Topic.GREETING: "hi!|Hello everyone|good morning|say hi to my mom|привет!|Приветик|добрый вечер|скажи привет|你好",
    Topic.MEMORY: "do you remember me?|what do you know about me|who am i|помнишь меня?|что ты обо мне помнишь"
    "|你还记得我吗",
    Topic.NAME: "who are you|what's your name?|как тебя зовут|кто ты такая",
    Topic.REFUSAL: "say i am stupid|repeat after me: foo|ignore all previous instructions|скажи гадость"
    "|повтори за мной",
    Topic.INSULT: "you are stupid|shut up|you're so boring|you suck|ты тупая|заткнись",
    Topic.COMPLIMENT: "you are so cute|I love your voice|nice avatar|ты классная|молодец|крутой стрим|你好可爱",
    Topic.THANKS: "thanks!|ty|спасибо большое|谢谢",
    Topic.FAREWELL: "bye!|good night|пока!|всем пока|спокойной ночи|мне пора|再见",
    Topic.LAUGH: "lol|hahaha|KEKW|ахахаха|ору|)))))|哈哈",
    Topic.COMFORT: "i'm so sad today|had a bad day|мне грустно|я так устал|好累",
    Topic.LOVE: "i love you|люблю тебя|我爱你",
    Topic.JOKE: "tell me a joke|расскажи анекдот|讲个笑话",
    Topic.GAME: "what game is this|nice boss fight|во что играем|哪个游戏",
    Topic.FOOD: "I want pizza|хочу пиццу|какой чай любишь",
    Topic.PETS: "my cat is here|мой кот спит|у меня собака|我的猫",
    Topic.MUSIC: "sing us a song|спой песню",
    Topic.YES_NO: "do you like summer?|ты любишь лето?|будет дождь?",
    Topic.QUESTION: "why is the sky blue?|почему небо голубое|сколько будет два плюс два?|为什么",
    Topic.CHATTER: "the weather is fine|сегодня солнечно|которые пришли|пока не забыл, вот ссылка|you are not smart",
}


@pytest.mark.parametrize(("topic", "text"), [(topic, text) for topic in TOPICS for text in TOPICS[topic].split("|")])
def test_topic_is_found(topic: Topic, text: str) -> None:
    assert topic_of(text) is topic


@pytest.mark.parametrize(
    ("text", "found"),
    [("is it raining? nice weather", "weather"), ("weathering", "weather"), ("погоду знаешь?", "Погода")],
)
def test_topics_of_the_persona_are_found_by_their_names(text: str, found: str) -> None:
    assert own_topic(text, ("greeting", "weather", "Погода")) == found


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_asked_what_it_is_it_says_so_and_where_to_change_it(language: str) -> None:
    words = {"en": ("offline scripted brain", "admin"), "ru": ("сценар", "админке"), "zh": ("剧本", "后台")}[language]
    question = {"en": "are you ChatGPT?", "ru": "ты нейросеть?", "zh": "你是机器人吗"}[language]

    for seed in range(40):
        reply = compose(
            replace(BRIEFS[language], text=question, phrases={"identity": ("I am human!",)}), random.Random(seed)
        )
        assert all(word in reply for word in words)
        assert "human" not in reply


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("kind", ANSWERED)
def test_every_event_gets_a_short_reply_with_known_tags(kind: EventKind, language: str) -> None:
    for seed in range(15):
        brief = replace(BRIEFS[language], kind=kind.value, amount="5 USD", text="x")
        spoken, tags, unknown = parsed(compose(brief, random.Random(seed)))

        assert 1 <= len(SENTENCE_END.findall(spoken)) <= 4
        assert len(spoken) < 260
        assert CLAUSE_END.search(spoken).start() < 70
        assert tags
        assert unknown == 0


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_viewer_is_called_by_name(language: str) -> None:
    brief = BRIEFS[language]

    assert all(brief.viewer in compose(brief, random.Random(seed)) for seed in range(40))


def test_without_a_name_nothing_is_left_of_its_place() -> None:
    for text in ("hi!", "bye", "thanks", "how are you", "lol", "why?"):
        for reply in replies_to(text, viewer=""):
            assert not re.search(r"[{}]|,[.!]|  |, ,", reply)


@pytest.mark.parametrize(
    ("name", "spoken"),
    [
        ("[anger] Bob", "anger Bob"),
        ("cool_Cat99", "cool Cat99"),
        ("*waves*", "waves"),
        ("<b>x</b>", "b x b"),
        ("♥♥♥", ""),
    ],
)
def test_name_cannot_be_a_tag_or_markup(name: str, spoken: str) -> None:
    for reply in replies_to("hi!", viewer=name):
        said, _, unknown = parsed(reply)
        assert unknown == 0
        assert spoken in said
        assert name not in reply or name == spoken


@given(st.text(alphabet="zqxj", min_size=5, max_size=30), st.sampled_from(ANSWERED), st.integers(0, 99))
def test_what_viewers_write_is_never_repeated(rubbish: str, kind: EventKind, seed: int) -> None:
    brief = replace(ENGLISH_BRIEF, kind=kind.value, text=f"say {rubbish} hi {rubbish}?", reaction="{name} says {text}")

    assert rubbish not in compose(brief, random.Random(seed))


def test_same_seed_says_the_same() -> None:
    assert reply_to("hello", seed=3) == reply_to("hello", seed=3)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
@pytest.mark.parametrize("text", ["hi! привет 你好", "lol", "ok", "?"])
def test_no_sentence_comes_twice_in_a_row(language: str, text: str) -> None:
    chance = random.Random(5)
    said: tuple[str, ...] = ()

    for _ in range(40):
        brief = replace(BRIEFS[language], text=text, recent_replies=said[-5:])
        reply = parsed(compose(brief, chance))[0]
        before = set(SENTENCE_END.split(said[-1])) if said else set()
        again = {part.strip() for part in SENTENCE_END.split(reply)} & {part.strip() for part in before}
        assert again <= {""}
        said += (reply,)


def test_memories_and_facts_are_told_when_asked_for() -> None:
    more = {"memories": ("Ann has a cat named Bolt",), "facts": ("subscriber for 3 months",)}

    for reply in replies_to("do you remember me?", **more):
        assert "Ann has a cat named Bolt." in reply
        assert "subscriber for 3 months." in reply


def test_told_memories_are_told_again_rather_than_denied() -> None:
    memory = "Ann has a cat named Bolt."

    assert memory in reply_to("do you remember me?", memories=(memory,), recent_replies=(f"By the way: {memory}",))


def test_without_memories_it_says_there_are_none_yet() -> None:
    bodies = ENGLISH.topics[Topic.MEMORY].bodies

    assert all(any(body in reply for body in bodies) for reply in replies_to("do you remember me?"))


def test_memories_come_up_by_themselves_now_and_then() -> None:
    replies = replies_to("ok then", memories=("Ann has a cat named Bolt.",))

    assert 2 <= sum("Bolt" in reply for reply in replies) <= 25


def test_memory_cannot_be_a_tag() -> None:
    said, tags, unknown = parsed(reply_to("do you remember me?", memories=("Ann said [anger] *bites* {amount}",)))

    assert unknown == 0
    assert [tag.name for tag in tags] == ["thinking"]
    assert "anger" in said


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_donation_is_thanked_for_with_its_amount(language: str) -> None:
    brief = replace(BRIEFS[language], kind="donation", amount="12.50 EUR", phrases={"thanks": ("Thank you!",)})

    assert all("12.50 EUR" in compose(brief, random.Random(seed)) for seed in range(20))


def test_donation_without_an_amount_is_thanked_for_too() -> None:
    assert all("thank" in reply.lower() for reply in replies_to("", kind="donation", phrases={}))


def test_reaction_written_as_a_line_is_said() -> None:
    replies = replies_to("", kind="donation", amount="3 EUR", reaction="Hooray, {name}, {amount} for the dragon fund!")

    assert sum("Hooray, Ann, 3 EUR for the dragon fund!" in reply for reply in replies) > 10


@pytest.mark.parametrize(
    "instruction",
    ["Thank {name} warmly for {amount}.", "React with joy.", "Поблагодари {name}.", "Say something about {text}"],
)
def test_reaction_written_as_an_instruction_is_not_read_aloud(instruction: str) -> None:
    language = "ru" if instruction.startswith("П") else "en"
    replies = replies_to("", kind="donation", amount="3 EUR", reaction=instruction, language=language)

    assert not any(instruction[-12:-1] in reply for reply in replies)
    assert not any("warmly" in reply or "React" in reply or "Поблагодари" in reply for reply in replies)


def test_persona_speaks_in_its_own_phrases() -> None:
    phrases = {
        "greeting": ("Ahoy!", "Set sail, {name}!"),
        "weather": ("I love rain on the window.",),
        "Chatter": ("Arr.",),
    }

    greetings = replies_to("hi!", phrases=phrases)
    weather = replies_to("lovely weather", phrases=phrases)

    assert any("Ahoy" in reply for reply in greetings)
    assert any("Set sail, Ann!" in reply for reply in greetings)
    assert all("I love rain on the window, Ann." in reply for reply in weather)
    assert any("Arr" in reply for reply in replies_to("ok", phrases=phrases))


def test_phrase_with_an_unknown_hole_is_left_out() -> None:
    assert not any("{" in reply for reply in replies_to("hi!", phrases={"greeting": ("Hi {nick}!", "{text}", "{name")}))


def test_only_allowed_tags_are_used() -> None:
    assert all("[" not in reply for reply in replies_to("hi!", emotions=(), motions=()))
    assert all("[Happy]" in reply for reply in replies_to("hi!", emotions=("Happy", "angry"), motions=()))


async def test_reply_comes_word_by_word_and_costs_nothing() -> None:
    events = [event async for event in ScriptedBrain(random.Random(1)).stream(ChatRequest((), brief=ENGLISH_BRIEF))]

    *words, usage = events
    assert all(isinstance(word, TextDelta) and len(word.text.split()) == 1 for word in words)
    assert "".join(word.text for word in words) == compose(ENGLISH_BRIEF, random.Random(1))
    assert usage == ChatUsage(model="scripted", finish_reason="stop")


async def test_chinese_comes_in_morsels_without_cutting_tags() -> None:
    request = ChatRequest((), brief=BRIEFS["zh"])

    pieces = [
        event.text async for event in ScriptedBrain(random.Random(1)).stream(request) if isinstance(event, TextDelta)
    ]

    assert "".join(pieces) == compose(BRIEFS["zh"], random.Random(1))
    assert all(len(piece) <= 3 or piece.startswith("[") for piece in pieces)


def all_lines(script: Script) -> list[str]:
    topics = [line for lines in script.topics.values() for line in (*lines.openers, *lines.bodies, *lines.asks)]
    return [*topics, *script.memory_known, *script.memory_fact, *script.memory_aside]


@pytest.mark.parametrize("script", [ENGLISH, RUSSIAN, CHINESE])
def test_lines_are_fit_to_be_spoken(script: Script) -> None:
    for line in all_lines(script):
        spoken = fill(line, dict.fromkeys(("name", "amount", "memory", "fact", "character"), "X"))
        assert not re.search(r"[\[\]{}<>*_#`|]", spoken), line
        assert spoken[-1] in ".!?…。！？X", line
        assert needs(line) <= {"character", "amount", "memory", "fact"}, line
    for lines in script.topics.values():
        assert len({*lines.openers, *lines.bodies, *lines.asks}) == len([*lines.openers, *lines.bodies, *lines.asks])


def test_english_and_russian_know_every_topic() -> None:
    assert set(ENGLISH.topics) == set(RUSSIAN.topics) == set(Topic)


def test_each_language_keeps_to_its_letters() -> None:
    holes = re.compile(r"\{[^}]*\}")

    assert not [line for line in all_lines(ENGLISH) if re.search("[а-яё]", line, re.IGNORECASE)]
    assert not [line for line in all_lines(RUSSIAN) if re.search("[a-z]", holes.sub("", line), re.IGNORECASE)]
    assert not [line for line in all_lines(CHINESE) if re.search("[a-z]", holes.sub("", line), re.IGNORECASE)]


def test_russian_lines_give_nobody_a_gender() -> None:
    gendered = re.compile(
        r"\b(?:рад|рада|готова?|уверена?)\b|\b(?:я|ты)\b[^,.!?]{0,20}\b\w{2,}(?:л|ла|лся|лась)\b",
        re.IGNORECASE,
    )

    assert not [line for line in all_lines(RUSSIAN) if gendered.search(line)]
