"""What rules notice in a viewer's words about themselves, in English and Russian. Pure; a model notices more.

Only first-person statements count, short and plain: "my name is…", "I live in…", "I love…". What is said about other
people, and anything about health, religion, politics or addresses, is never noticed.
"""

import re

LONGEST_FACT = 60

_WORDS = r"[\w'’-]+(?: [\w'’-]+){0,5}"
_END = r"(?=[.,!?;:)]|$| (?:and|but|because|so|и|но|а|потому)\b)"

_ENGLISH: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"\bmy (cat|dog|pet|hamster|parrot)(?:'s name)? is (?:called |named )?({_WORDS}?){_END}", re.IGNORECASE
        ),
        "{name}'s {0} is {1}",
    ),
    (re.compile(rf"\bi(?:'m| am) learning ({_WORDS}?){_END}", re.IGNORECASE), "{name} is learning {0}"),
    (
        re.compile(rf"\bi (?:really |just )?(love|like|adore|hate) ({_WORDS}?){_END}", re.IGNORECASE),
        "{name} says: I {0} {1}",
    ),
    (re.compile(rf"\bi(?:'m| am) from ({_WORDS}?){_END}", re.IGNORECASE), "{name} is from {0}"),
    (re.compile(rf"\bi(?:'m| am) playing ({_WORDS}?){_END}", re.IGNORECASE), "{name} plays {0}"),
    (re.compile(rf"\bi work as an? ({_WORDS}?){_END}", re.IGNORECASE), "{name} works as {0}"),
    (re.compile(rf"\bmy favou?rite (\w+) is ({_WORDS}?){_END}", re.IGNORECASE), "{name}'s favourite {0} is {1}"),
)
_RUSSIAN: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(rf"\bмо(?:ю|его|ей) (кошку|кота|собаку|пса|хомяка|попугая) зовут ({_WORDS}?){_END}", re.IGNORECASE),
        "{name}: мою/моего {0} зовут {1}",
    ),
    (re.compile(rf"\bя (?:очень )?(люблю|обожаю|ненавижу) ({_WORDS}?){_END}", re.IGNORECASE), "{name}: я {0} {1}"),
    (re.compile(rf"\bя учу ({_WORDS}?){_END}", re.IGNORECASE), "{name} учит {0}"),
    (re.compile(rf"\bя играю в ({_WORDS}?){_END}", re.IGNORECASE), "{name} играет в {0}"),
    (re.compile(rf"\bя работаю ({_WORDS}?){_END}", re.IGNORECASE), "{name} работает {0}"),
    (re.compile(rf"\bя из ({_WORDS}?){_END}", re.IGNORECASE), "{name} из {0}"),
)
_NEVER = re.compile(
    r"\b(?:god|allah|church|pray|vote|president|party|hospital|illness|sick|cancer|depress\w*|therap\w*|pill|street|address|"
    r"phone|gay|lesbian|trans|suicid\w*|kill\w*|you|u|"
    r"бог\w*|аллах\w*|церк\w*|молит\w*|голосу\w*|президент\w*|парти\w*|больни\w*|боле\w*|рак|депресс\w*|таблет\w*|улиц\w*|"
    r"адрес\w*|телефон\w*|гей|лесби\w*|суицид\w*|убь\w*|уби\w*|тебя|вас)\b",
    re.IGNORECASE,
)


def notice(text: str, name: str, language: str) -> list[str]:
    """Return the facts a viewer states about themselves, as short sentences in the viewer's language.

    Args:
        text: What was said.
        name: The viewer's shown name.
        language: BCP 47 tag of the stream; decides which rules run first, all of them run.
    """
    rules = _RUSSIAN + _ENGLISH if language == "ru" else _ENGLISH + _RUSSIAN
    facts = []
    for pattern, form in rules:
        for match in pattern.finditer(text):
            parts = [part.strip() for part in match.groups()]
            if not name or _NEVER.search(match.group(0)) or sum(map(len, parts)) > LONGEST_FACT:
                continue
            facts.append(form.format(*parts, name=name))
    return facts[:3]
