"""The scripted brain: answers without any model, from the brief of the prompt and lines written ahead of time.

Owns how a reply is put together: topic, persona's phrases, viewer's name, memories, tags. It is honest about what it is
when asked. It never repeats what a viewer wrote: the text only chooses the topic, so nothing of it can be read aloud.
Names, memories and facts come moderated; here they only lose the characters that could make a tag.

It is the brain of an installation without a model, and the last rung of every chain of fallbacks: it needs no network
and does not fail.
"""

import random
import re
from collections.abc import AsyncGenerator, Iterable, Sequence

from vtcontrol.kernel.chat import Brief, ChatEvent, ChatRequest, ChatUsage, TextDelta
from vtcontrol.kernel.events import EventKind
from vtcontrol.kernel.ports import Capabilities
from workers.providers import scripted_chinese, scripted_english, scripted_russian
from workers.providers.scripted_lines import Lines, Mood, Script, bones, fill, is_sound, needs
from workers.providers.scripted_topics import Topic, own_topic, topic_of

NAME = "scripted"
LONGEST_NAME = 24
LONGEST_MEMORY = 140
LEAST_BONES = 3
MOST_SENTENCES = 3
PERSONA_SHARE = 0.6
BODY_AFTER_PHRASE_SHARE = 0.5
MEMORY_SHARE = 0.3
ASK_SHARE = 0.45
ASK_AGAIN_SHARE = 0.1
MOTION_SHARE = 0.75

_SCRIPTS = {"en": scripted_english.SCRIPT, "ru": scripted_russian.SCRIPT, "zh": scripted_chinese.SCRIPT}
_SPOKEN_KINDS = {EventKind.CHAT.value, EventKind.SPEECH.value, EventKind.DIRECT.value, EventKind.CUE.value}
_STAND_INS = {Topic.GIFT: Topic.DONATION, Topic.REDEMPTION: Topic.THANKS}
_PHRASE_TOPICS = {Topic.YES_NO: Topic.QUESTION, Topic.GIFT: Topic.THANKS, Topic.DONATION: Topic.THANKS}
_MEMORY_FITS = {Topic.CHATTER, Topic.GREETING, Topic.WELLBEING, Topic.GAME, Topic.FOOD, Topic.PETS, Topic.MUSIC}
_NOT_IN_NAMES = re.compile(r"[^\w .'’-]|_")
_NOT_IN_NOTES = re.compile(r"[\[\]【】<>‹›{}*|`#]")
_SENTENCE_END = re.compile(r"[.!?…。！？]+")
_SHORT_SENTENCE = re.compile(r"(?P<words>[^.!?…,;:。！？，；：]{3,40})(?P<end>[.!?…。！？])")
_WORD = re.compile(r"\S+\s*")
_MORSEL = re.compile(r"\[[^\]]*\]\s*|[^\[]{1,3}")


class ScriptedBrain:
    """A `LanguageModel` without a model.

    Args:
        chance: Chooses between lines; a seeded one makes the same replies every time.
        name: Name in figures and status.
    """

    def __init__(self, chance: random.Random, *, name: str = NAME) -> None:
        self.name = name
        self.capabilities = Capabilities(streams=True)
        self._chance = chance

    async def stream(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the reply word by word, without delay, then a `ChatUsage` that cost nothing."""
        reply = compose(request.brief, self._chance)
        for piece in (_WORD if _script_of(request.brief).spaced else _MORSEL).findall(reply):
            yield TextDelta(piece)
        yield ChatUsage(model=self.name, finish_reason="stop")

    async def warm(self) -> None:
        """Nothing to warm."""

    async def aclose(self) -> None:
        """Nothing to close."""


def compose(brief: Brief, chance: random.Random) -> str:
    """Return a reply of one to three sentences, tags first.

    Args:
        brief: What is answered, and everything that may be used for it.
        chance: Chooses between lines.
    """
    return _Reply(brief, chance).text()


def _script_of(brief: Brief) -> Script:
    return _SCRIPTS.get(brief.language.lower().partition("-")[0], scripted_english.SCRIPT)


class _Reply:
    """One reply while it is being put together."""

    def __init__(self, brief: Brief, chance: random.Random) -> None:
        self._brief = brief
        self._chance = chance
        self._script = _script_of(brief)
        self._topic = _topic_of(brief)
        self._own_topic = own_topic(brief.text, brief.phrases) if brief.kind in _SPOKEN_KINDS else ""
        self._lines = self._lines_of(self._topic)
        self._recent = [_letters(reply) for reply in brief.recent_replies]
        known = {"name": _speakable_name(brief.viewer), "amount": _unmarked(brief.amount), "character": brief.character}
        self._values = {name: value for name, value in known.items() if value}

    def text(self) -> str:
        sentences = self._sentences()
        count = sum(len(_SENTENCE_END.findall(sentence)) for sentence in sentences)
        if count < MOST_SENTENCES and self._wants_to_ask():
            asks = [ask for ask in self._lines.asks if not self._was_said(ask)]
            sentences.append(self._pick(asks))
        spoken = (" " if self._script.spaced else "").join(filter(None, sentences))
        return f"{self._tags()}{spoken}"

    def _sentences(self) -> list[str]:
        if self._topic is Topic.MEMORY:
            return [self._pick(self._lines.openers), *self._memories()]
        phrase = self._phrase()
        if phrase:
            has_body = self._chance.random() < BODY_AFTER_PHRASE_SHARE and not self._own_topic
            return [phrase, self._body()] if has_body else [phrase]
        openers = [opener for opener in self._lines.openers if self._can_say(opener)]
        return [self._pick(openers or self._lines.openers), self._body()]

    def _body(self) -> str:
        memories = self._fresh_notes(self._brief.memories)
        if memories and self._topic in _MEMORY_FITS and self._chance.random() < MEMORY_SHARE:
            return self._pick(self._script.memory_aside, memory=memories[0])
        return self._pick(self._lines.bodies)

    def _memories(self) -> list[str]:
        """Return what there is to tell about the viewer, or that there is nothing yet."""
        everything = (*self._brief.memories, *self._brief.facts)
        notes = self._fresh_notes(everything) or _notes(everything)
        if not notes:
            return [self._pick(self._lines.bodies)]
        known = self._pick(self._script.memory_known, memory=notes[0])
        return [known, *(self._pick(self._script.memory_fact, fact=note) for note in notes[1:2])]

    def _phrase(self) -> str:
        """Return a line of the persona's own for this topic, or ""."""
        if self._topic in {Topic.IDENTITY, Topic.REFUSAL}:
            return ""
        phrases = {topic.casefold(): lines for topic, lines in self._brief.phrases.items()}
        lines = list(self._brief.phrases.get(self._own_topic, ()))
        if not lines:
            lines = [*phrases.get(self._topic.value, ())]
            lines += self._reaction()
            lines = lines or list(phrases.get(_PHRASE_TOPICS.get(self._topic, self._topic).value, ()))
        fresh = [line for line in lines if self._can_say(line) and not self._was_said(line)]
        if not fresh or (not self._own_topic and self._chance.random() >= PERSONA_SHARE):
            return ""
        return self._addressed(self._chance.choice(fresh))

    def _reaction(self) -> list[str]:
        """Return the reaction template if it is a line to say; one that tells what to do is for language models."""
        template = self._brief.reaction.strip()
        is_line = template and self._brief.kind not in _SPOKEN_KINDS and not self._script.instructions.match(template)
        return [template] if is_line else []

    def _addressed(self, phrase: str) -> str:
        """Fill a persona's phrase; one that does not name the viewer gets the name into its first short sentence."""
        name = self._values.get("name", "")
        first = _SHORT_SENTENCE.match(phrase)
        if name and first and "{" not in phrase:
            comma = ", " if self._script.spaced else "，"
            phrase = f"{first['words'].rstrip()}{comma}{name}{first['end']}{phrase[first.end() :]}"
        return fill(phrase, self._values)

    def _pick(self, templates: Sequence[str], **more: str) -> str:
        """Return one of the templates, filled; one that was not said lately, if there is any."""
        values = {**self._values, **more}
        usable = [template for template in templates if needs(template) <= values.keys()]
        fresh = [template for template in usable if not self._was_said(template)]
        others = [template for template in usable if not self._was_said(template, last=1)]
        choice = fresh or others or usable
        return fill(self._chance.choice(choice), values) if choice else ""

    def _can_say(self, phrase: str) -> bool:
        must_tell = {"amount"} & self._values.keys() if self._topic is Topic.DONATION else set()
        return is_sound(phrase) and must_tell <= needs(phrase) <= self._values.keys()

    def _was_said(self, template: str, last: int = 0) -> bool:
        core = bones(template)
        return len(core) >= LEAST_BONES and any(core in reply for reply in self._recent[-last:])

    def _fresh_notes(self, notes: Iterable[str]) -> list[str]:
        """Return memories or facts fit to be spoken that were not told lately."""
        return [note for note in _notes(notes) if not any(_letters(note) in reply for reply in self._recent)]

    def _wants_to_ask(self) -> bool:
        if not self._lines.asks:
            return False
        has_just_asked = bool(self._brief.recent_replies) and self._brief.recent_replies[-1].rstrip().endswith(
            ("?", "？")
        )
        return self._chance.random() < (ASK_AGAIN_SHARE if has_just_asked else ASK_SHARE)

    def _tags(self) -> str:
        emotion = _emotion_of(self._lines.mood, self._brief.emotions)
        motion = self._lines.motion
        tags = f"[{emotion}] " if emotion else ""
        if motion in self._brief.motions and self._chance.random() < MOTION_SHARE:
            tags += f"[motion:{motion}] "
        return tags

    def _lines_of(self, topic: Topic) -> Lines:
        topics = self._script.topics
        return topics.get(topic) or topics.get(_STAND_INS.get(topic, topic)) or topics[Topic.CHATTER]


def _topic_of(brief: Brief) -> Topic:
    if brief.kind not in _SPOKEN_KINDS:
        return Topic(brief.kind)
    if not brief.text.strip():
        return Topic.CHATTER if brief.viewer else Topic.SILENCE
    return topic_of(brief.text)


def _emotion_of(mood: Mood, allowed: Sequence[str]) -> str:
    """Return the allowed emotion that fits a mood best, spelled as it is allowed, or ""."""
    by_name = {name.casefold(): name for name in allowed}
    return next((by_name[name] for name in mood.value if name in by_name), "")


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _speakable_name(name: str) -> str:
    """Return a name without what could be a tag or markup, short enough to be said."""
    words = _NOT_IN_NAMES.sub(" ", name).split()
    return " ".join(words)[:LONGEST_NAME].strip(" .'’-") if any(map(str.isalnum, name)) else ""


def _notes(texts: Iterable[str]) -> list[str]:
    """Return memories or facts as sentences without markup, each cut at a word."""
    notes = []
    for text in map(_unmarked, texts):
        note = (
            text
            if len(text) <= LONGEST_MEMORY
            else (text[:LONGEST_MEMORY].rpartition(" ")[0] or text[:LONGEST_MEMORY]) + "…"
        )
        if note:
            notes.append(note if note[-1] in ".!?…。！？" else note + ".")
    return notes


def _unmarked(text: str) -> str:
    return " ".join(_NOT_IN_NOTES.sub(" ", text).split())
