"""The rules of noticing: a pattern, the sentence it becomes, and what kind of fact that is. Data, no decisions."""

import re
from dataclasses import dataclass, field

from memory.domain.ranking import MemoryKind

_W = r"[\w'-]+(?: [\w'-]+){0,5}?"
_END = (
    r"(?=\s*[.,!?;:)(…]|\s*$|\s+(?:and|but|because|cause|cuz|so|since|when|where|who|which|while|after|before|for|with|"
    r"tho|in|at|yesterday|last|и|но|а|потому|поэтому|так|когда|где|который|которая|чтобы|после|уже|с тех)\b)"
)
_I = r"(?<![\w'])i"
_IM = r"(?<![\w'])(?:i'?m|i am)"
_STRONG = r"(?:really |absolutely |just |honestly |still |also |totally |actually |always )*"
_ABLE = r"(?:очень |просто |тоже |реально |всегда |так |сильно |кстати |вообще )*"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that can be noticed.

    Attributes:
        pattern: Its groups are the parts of the sentence.
        form: The sentence; {name} is the speaker, {0} … the parts.
        kind: What it is about.
        slot: The question it answers, parts filled in; "" for facts that stand beside each other.
        is_end: It ends the slot's answer.
        importance: 0 to 1.
        emotion: The feeling it shows.
        tags: Its tags.
        days: How long it matters.
        most_words: Longer catches are no facts.
        is_name: The last part is a name.
        said: What a part is called in the sentence, for verbs that change with the person.
    """

    pattern: re.Pattern[str]
    form: str
    kind: MemoryKind = MemoryKind.USER
    slot: str = ""
    is_end: bool = False
    importance: float = 0.5
    emotion: str = ""
    tags: tuple[str, ...] = ()
    days: int | None = None
    most_words: int = 6
    is_name: bool = False
    said: dict[str, str] = field(default_factory=dict)

    def named(self, parts: list[str]) -> list[str]:
        """Return the parts as the sentence says them."""
        return [self.said.get(part.casefold(), part) for part in parts]


def _rule(pattern: str, form: str, **options: object) -> Rule:
    return Rule(re.compile(pattern, re.IGNORECASE), form, **options)  # type: ignore[arg-type]  # the options of `Rule`


_LIKES = {"love": "loves", "adore": "adores", "like": "likes", "enjoy": "enjoys", "hate": "hates", "prefer": "prefers"}
_PET_EN = r"(cat|dog|puppy|kitten|pet|hamster|parrot|rabbit|bunny|turtle|snake|horse|rat|guinea pig|ferret|lizard)"
_FELT_EN = r"(happy|sad|excited|nervous|tired|exhausted|proud|bored|lonely|angry|stressed|heartbroken|scared)"

ENGLISH: tuple[Rule, ...] = (
    _rule(rf"{_I} (?:no longer|don't) (live) in ({_W})(?: any ?more)?{_END}", "{name} no longer lives in {1}",
          slot="home", is_end=True, tags=("home",)),
    _rule(rf"{_I} (?:quit|left|lost) my (job)()", "{name} no longer has the old {0}", slot="job", is_end=True),
    _rule(rf"\bmy {_PET_EN} (died|passed away|ran away)()", "{name}'s {0} {1}", slot="pet.{0}.name", is_end=True,
          importance=0.8, emotion="sad", tags=("pets",)),
    _rule(rf"\bmy {_PET_EN}(?:'s name)? is (?:called |named )?([A-Z][\w'-]+|\w+){_END}", "{name}'s {0} is called {1}",
          slot="pet.{0}.name", importance=0.7, tags=("pets",), most_words=2),
    _rule(rf"{_I} (?:have|got|just got|adopted|just adopted) an? (?:new |little |old )?{_PET_EN}"
          rf"(?:,? (?:called|named|whose name is)) ([A-Z][\w'-]+|\w+){_END}", "{name} has a {0} called {1}",
          slot="pet.{0}.name", importance=0.7, tags=("pets",), most_words=2),
    _rule(rf"\bmy (?:real )?name(?: is|'s) ([A-Z][\w'-]+|\w+){_END}", "{name}'s name is {0}", slot="name",
          importance=0.9, tags=("name",), most_words=2),
    _rule(rf"{_I} (?:live in|moved to|just moved to) (?:the )?({_W}){_END}", "{name} lives in {0}", slot="home",
          importance=0.7, tags=("home",), most_words=3, is_name=True),
    _rule(rf"{_IM} (?:originally )?from (?:the )?({_W}){_END}", "{name} is from {0}", slot="origin", importance=0.6,
          tags=("home",), most_words=3, is_name=True),
    _rule(rf"{_I} work as an? ({_W}){_END}", "{name} works as {0}", slot="job", importance=0.6, tags=("work",),
          most_words=4),
    _rule(rf"{_IM} an? ((?:[\w-]+ )?(?:teacher|nurse|developer|programmer|engineer|artist|student|chef|cook|driver|"
          rf"musician|designer|writer|baker|electrician|plumber|pilot|lawyer|farmer|barista|librarian|"
          rf"photographer|mechanic|scientist|streamer|translator|carpenter)){_END}", "{name} is a {0}", slot="job",
          importance=0.6, tags=("work",), most_words=3),
    _rule(rf"\bmy (?:all[- ]time )?favou?rite (\w+(?: \w+)?) is (?:called )?({_W}){_END}",
          "{name}'s favourite {0} is {1}", slot="favourite.{0}", importance=0.6, tags=("likes",)),
    _rule(rf"\bmy birthday is (?:on |in )?((?:the )?\w+(?: of)? ?\w*){_END}", "{name}'s birthday is {0}",
          slot="birthday", importance=0.8, tags=("birthday",), most_words=4),
    _rule(rf"{_IM} (?:currently |still )?(?:learning|studying)(?: how)?(?: to)? ({_W}){_END}",
          "{name} is learning {0}", importance=0.5, tags=("learning",), most_words=4),
    _rule(rf"{_I} (?:play|main|have been playing|'ve been playing) (?:the )?({_W}){_END}", "{name} plays {0}",
          tags=("games",), most_words=4),
    _rule(rf"{_IM} (?:currently )?playing ({_W}){_END}", "{name} is playing {0}", kind=MemoryKind.CHAT, days=30,
          tags=("games",), most_words=4),
    _rule(rf"{_I} {_STRONG}(love|adore|like|enjoy|hate|prefer) ({_W}){_END}", "{name} {0} {1}", said=_LIKES,
          tags=("likes",), most_words=4),
    _rule(rf"{_I} (?:just |finally )?(finished|beat|completed|passed|won|graduated from) (?:the |my )?({_W}){_END}",
          "{name} {0} {1}", kind=MemoryKind.CHAT, days=60, importance=0.6, tags=("achievement",), most_words=5),
    _rule(rf"{_I} have (?:an? |my )((?:\w+ )?(?:exam|interview|wedding|trip|concert|tournament|flight|competition)"
          rf" (?:on|in|tomorrow|next|this)(?: \w+)?){_END}", "{name} has a {0}", kind=MemoryKind.CHAT, days=30,
          importance=0.6, tags=("plans",), most_words=5),
    _rule(rf"{_IM} (?:going|flying|travelling|traveling|moving) to ({_W}) (?:next|this|tomorrow|in) ?(?:\w+)?{_END}",
          "{name} is going to {0}", kind=MemoryKind.CHAT, days=30, importance=0.6, tags=("plans",), most_words=3,
          is_name=True),
    _rule(rf"{_IM} (?:so |really |very |super |pretty ){_FELT_EN}(?: today| right now| about ({_W}))?{_END}",
          "{name} felt {0}", kind=MemoryKind.EMOTIONS, days=14, importance=0.4),
    _rule(rf"@(\w+) (?:really )?(is|has|loves|hates|plays|lives in|moved to|works as) ({_W}){_END}",
          "According to {name}, {0} {1} {2}", kind=MemoryKind.THIRD_PARTY, importance=0.3, most_words=5),
)  # fmt: skip

_PET_RU = r"(кошк|кот|собак|п[её]с|хомяк|попуга|кролик|черепах|крыс|щен|ко[тш][её]н)"
_PET_SAID = {
    "кошк": "кошку", "кот": "кота", "собак": "собаку", "пес": "пса", "пёс": "пса", "хомяк": "хомяка",
    "попуга": "попугая", "кролик": "кролика", "черепах": "черепаху", "крыс": "крысу", "щен": "щенка",
    "котен": "котёнка", "котён": "котёнка", "кошен": "котёнка", "кошён": "котёнка",
}  # fmt: skip
_LIKES_RU = {
    "люблю": "любит", "обожаю": "обожает", "ненавижу": "ненавидит", "предпочитаю": "предпочитает",
    "коллекционирую": "коллекционирует", "не люблю": "не любит",
}  # fmt: skip
_DID_RU = {
    "прошел": "прошёл", "прошла": "прошла", "прошёл": "прошёл", "сдал": "сдал", "сдала": "сдала", "закончил":
    "закончил", "закончила": "закончила", "выиграл": "выиграл", "выиграла": "выиграла",
}  # fmt: skip

RUSSIAN: tuple[Rule, ...] = (
    _rule(rf"\bя (?:больше|уже) не (живу) в ({_W})()?{_END}", "{name} больше не живёт в {1}", slot="home", is_end=True,
          tags=("home",)),
    _rule(r"\bя (?:уволил(?:ся|ась)|уш(?:ел|ёл|ла)) с (работы)()", "{name} больше не на прежней работе", slot="job",
          is_end=True),
    _rule(rf"\bмо(?:ю|его|ей|ему) {_PET_RU}\w* зовут ([\w-]+){_END}", "{name}: {0} зовут {1}", slot="pet.{0}.name",
          importance=0.7, tags=("pets",), said=_PET_SAID, most_words=2),
    _rule(rf"\bу меня (?:есть |появил(?:ся|ась) |жив[её]т )?{_PET_RU}\w*(?:,)? (?:по имени |по кличке |зовут )([\w-]+)"
          rf"{_END}", "{name}: {0} зовут {1}", slot="pet.{0}.name", importance=0.7, tags=("pets",), said=_PET_SAID,
          most_words=2),
    _rule(rf"\bменя зовут ([\w-]+){_END}", "{name}: настоящее имя {0}", slot="name", importance=0.9, tags=("name",),
          most_words=2),
    _rule(rf"\bмо[её] имя ([\w-]+){_END}", "{name}: настоящее имя {0}", slot="name", importance=0.9, tags=("name",),
          most_words=2),
    _rule(rf"\bя (?:сейчас )?живу в ({_W}){_END}", "{name} живёт в {0}", slot="home", importance=0.7, tags=("home",),
          most_words=3, is_name=True),
    _rule(rf"\bя (?:недавно )?переехала? (?:жить )?в ({_W}){_END}", "{name} теперь живёт в {0}", slot="home",
          importance=0.7, tags=("home",), most_words=3, is_name=True),
    _rule(rf"\bя (?:сама? |родом )?из ({_W}){_END}", "{name} из {0}", slot="origin", importance=0.6, tags=("home",),
          most_words=3, is_name=True),
    _rule(rf"\bя работаю ((?!над|с\b|в\b|на\b|из\b|до\b|сегодня|завтра|много|весь|по\b|без|как\b|\w+о\b){_W}){_END}",
          "{name} работает {0}", slot="job", importance=0.6, tags=("work",), most_words=3),
    _rule(rf"\bмо(?:й|я|е|ё|и) (?:самы[йе] |самая |самое )?любим(?:ый|ая|ое|ые) (\w+)(?: это|) ?[-—–]* ?({_W}){_END}",
          "{name}: любимое ({0}) — {1}", slot="favourite.{0}", importance=0.6, tags=("likes",)),
    _rule(rf"\bмой день рождения (?:будет )?((?:в )?\d* ?\w+){_END}", "{name}: день рождения {0}", slot="birthday",
          importance=0.8, tags=("birthday",), most_words=3),
    _rule(rf"\bя (?:сейчас |уже |давно )?(?:учу|изучаю) ({_W}){_END}", "{name} учит {0}", tags=("learning",),
          most_words=4),
    _rule(rf"\bя (?:учусь|научил(?:ся|ась)) ((?:играть|рисовать|готовить|петь|шить|вязать|программировать|танцевать|"
          rf"кататься)(?: {_W})?){_END}", "{name} учится {0}", tags=("learning",), most_words=5),
    _rule(rf"\bя (?:часто |давно |обычно |тоже |сейчас )?играю (?:в|на) ({_W}){_END}", "{name} играет: {0}",
          tags=("games",), most_words=4),
    _rule(rf"\bя {_ABLE}(не люблю|люблю|обожаю|ненавижу|предпочитаю|коллекционирую) ({_W}){_END}", "{name} {0} {1}",
          said=_LIKES_RU, tags=("likes",), most_words=4),
    _rule(rf"\bя (?:наконец |только что |вчера |сегодня |наконец-то )*(прош[её]л|прошла|сдала?|закончила?|выиграла?) "
          rf"({_W}){_END}", "{name}: {0} {1}", kind=MemoryKind.CHAT, days=60, importance=0.6, said=_DID_RU,
          tags=("achievement",), most_words=5),
    _rule(rf"\bу меня (?:в \w+|завтра|скоро|на следующей неделе) "
          rf"((?:\w+ )?(?:экзамен|собеседование|свадьба|концерт|турнир|поездка|соревнования|защита)){_END}",
          "{name}: скоро {0}", kind=MemoryKind.CHAT, days=30, importance=0.6, tags=("plans",), most_words=4),
    _rule(rf"\bя (?:завтра|скоро|летом|зимой|осенью|весной|в \w+) (?:еду|лечу|поеду|полечу|переезжаю) в ({_W}){_END}",
          "{name} едет в {0}", kind=MemoryKind.CHAT, days=30, importance=0.6, tags=("plans",), most_words=3,
          is_name=True),
    _rule(r"\bмне (?:сегодня |так |очень |сейчас )+(грустно|весело|одиноко|скучно|страшно|радостно|тревожно)",
          "{name}: было {0}", kind=MemoryKind.EMOTIONS, days=14, importance=0.4),
    _rule(rf"@(\w+) (?:очень )?(любит|ненавидит|играет в|живёт в|живет в|работает|переехала? в) ({_W}){_END}",
          "По словам {name}, {0} {1} {2}", kind=MemoryKind.THIRD_PARTY, importance=0.3, most_words=5),
)  # fmt: skip
