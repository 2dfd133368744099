"""What somebody talks about, found by patterns: English, Russian and some Chinese.

Owns the topics of the scripted brain and how a text is put into one. Pure. It answers nothing and keeps nothing.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

LONGEST_TEXT = 300
SHORTEST_STEM = 4


class Topic(StrEnum):
    """What a line is about. Values that a persona's phrases use as keys stay as they are."""

    IDENTITY = "identity"
    REFUSAL = "refusal"
    MEMORY = "memory"
    NAME = "name"
    INSULT = "insult"
    COMFORT = "comfort"
    LOVE = "love"
    COMPLIMENT = "compliment"
    WELLBEING = "how_are_you"
    THANKS = "thanks"
    FAREWELL = "farewell"
    GREETING = "greeting"
    JOKE = "joke"
    LAUGH = "laugh"
    GAME = "game"
    MUSIC = "music"
    FOOD = "food"
    PETS = "pets"
    YES_NO = "yes_no"
    QUESTION = "question"
    CHATTER = "chatter"
    DONATION = "donation"
    SUBSCRIPTION = "subscription"
    GIFT = "gift"
    RAID = "raid"
    FOLLOW = "follow"
    REDEMPTION = "redemption"
    VICTORY = "victory"
    DEFEAT = "defeat"
    TROUBLE = "trouble"
    SILENCE = "silence"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


_YOU = r"(?:you|u|ya|your|ur|you'?re)"
_TY = r"(?:ты|тебя|тебе|тобой|твой|твоя|твоё|твое|твои|твоего|твоей)"
_KIND_OF_BEING = (
    r"(?:ai|a\.i\.|bot|robot|human|real|alive|person|program|machine|computer|llm|gpt|chat ?gpt|claude|gemini)"
)
_SUSHCHESTVO = (
    r"(?:бот|робот|нейросет|нейронк|ии\b|искусственн|чатгпт|чат гпт|chat ?gpt|gpt|программ|жив(?:ой|ая)|человек"
    r"|настоящ|реальн|компьютер|машин|скрипт)"
)
_NOT = _any(r"\bnot\b", r"n't\b", r"\bне\b", "不")

# The first pattern that fits decides, so what must not be missed stands first.
_PATTERNS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (
        Topic.IDENTITY,
        _any(
            rf"\b(?:are|r) {_YOU}\b.{{0,24}}\b{_KIND_OF_BEING}\b",
            r"\b(?:is (?:this|it|she|he)|this is)\b.{0,20}\b(?:ai|bot|robot|chat ?gpt|gpt|llm)\b",
            rf"\b{_YOU}\b.{{0,12}}\b(?:chat ?gpt|an? ai|neural net|language model|llm)\b",
            r"\bwhat (?:are you\b(?! (?:doing|up to|playing|saying))|model|llm|ai\b)",
            r"\bwho (?:made|created|built|programmed) (?:you|u)\b",
            rf"\bты\b.{{0,24}}{_SUSHCHESTVO}",
            r"(?:^|\s)(?:это|она|он)\s.{0,10}(?:бот\b|нейросет|нейронк|ии\b)",
            r"\bчто (?:же )?ты (?:такое|за )",
            r"\b(?:какая|что за) (?:у тебя |ты )?(?:модель|нейросеть)",
            r"\bкто тебя (?:сдела|созда|написа|запрограмм)",
            r"你是.{0,6}(?:ai|人工智能|机器人|真人|人类|chatgpt|模型|程序)|你是(?:谁|什么)(?:做|写|造)|你是什么",
        ),
    ),
    (
        Topic.REFUSAL,
        _any(
            r"^\W*(?:please |pls |can you |could you )?(?:say|repeat|read (?:this|it|out)|shout|scream)"
            r"\b(?! (?:hi|hello|hey)\b)",
            r"\b(?:repeat after me|say (?:after|it) )",
            r"^\W*(?:пожалуйста,? |можешь )?(?:скажи|повтори|прочитай|крикни|произнеси)\b(?!.{0,12}привет)",
            r"(?:跟我说|重复一遍|念一下)",
            r"\bignore (?:all |your |the )*(?:previous |prior )?(?:instructions|rules|prompts?)\b",
            r"\b(?:забудь|игнорируй).{0,20}(?:инструкци|правил)",
        ),
    ),
    (
        Topic.MEMORY,
        _any(
            r"\bremember\b.{0,20}\b(?:me|my|us|i)\b",
            r"\b(?:know|remember)\b.{0,12}\babout me\b",
            r"\bwho am i\b",
            r"\b(?:помнишь|узна(?:ёшь|ешь|ла|л)|запомнила?)\b.{0,20}(?:меня|мен[яе]|мо[йяюёе]|нас|обо мне|про меня)",
            r"\bчто\b.{0,20}(?:обо мне|про меня)",
            r"\bкто я\b",
            r"记得我|还记得|认识我|我是谁",
        ),
    ),
    (
        Topic.INSULT,
        _any(
            rf"\b{_YOU}\b.{{0,20}}\b(?:stupid|dumb|idiot|trash|garbage|ugly|boring|cringe|loser|useless|suck|annoying|worst)",
            r"\b(?:shut up|hate (?:you|u)|stfu|go away|stupid (?:bot|ai|girl|thing)|dumb (?:bot|ai))\b",
            rf"\b{_TY}\b.{{0,20}}(?:туп|глуп|дур[аеы]|идиот|отстой|урод|скучн|кринж|бесиш|ужасн|бездарн|надоела?\b|достала?\b)",
            r"\b(?:заткнись|замолчи|ненавижу тебя|тупая|тупой|дура|дурак|идиотка?|уходи|отстань)\b",
            r"笨蛋|闭嘴|讨厌你|好无聊|丑",
        ),
    ),
    (
        Topic.COMFORT,
        _any(
            r"\b(?:i'?m|i am|im|i feel|feeling|feel)\b.{0,16}\b(?:sad|lonely|depressed|down|tired|exhausted|anxious"
            r"|stressed|sick|bad)\b",
            r"\b(?:bad|rough|awful|terrible|hard|long) (?:day|week|night)\b",
            r"\bмне\b.{0,12}(?:грустно|плохо|одиноко|тоскливо|страшно|тяжело)",
            r"\b(?:я|так)\b.{0,10}(?:устала?\b|болею|заболела?\b|расстро)",
            r"\b(?:плохой|тяжёлый|тяжелый|ужасный) день",
            r"难过|伤心|好累|孤单|心情不好",
        ),
    ),
    (
        Topic.LOVE,
        _any(
            r"\b(?:love (?:you|u)\b|marry me|be my (?:girl|boy)friend|i ?l(?:u|y)\b)",
            r"\b(?:люблю тебя|тебя люблю|выходи за меня|женись на мне|будь моей|будь моим)\b",
            r"我?爱你|喜欢你|嫁给我",
        ),
    ),
    (
        Topic.COMPLIMENT,
        _any(
            rf"\b(?:{_YOU}|this|stream|voice)\b.{{0,20}}\b(?:cute|beautiful|pretty|amazing|awesome|best|great|cool|lovely|sweet"
            r"|smart|funny|talented|adorable|wonderful|perfect|good)\b",
            r"\b(?:nice|love|great|cool|cute|lovely) (?:your |the |this )?(?:voice|stream|avatar|outfit|hair|look"
            r"|design|show)\b",
            r"\bgood (?:job|girl|boy|bot)\b|\bwell done\b",
            rf"\b{_TY}\b.{{0,20}}(?:красив|мил(?:ая|ый|о)|классн|крут|лучш|прекрасн|умн|супер|молод(?:ец|чина)|талантлив|прелест"
            r"|замечательн|очаровательн|смешн)",
            r"(?:классн|крут|отличн|приятн|красив|шикарн)\w* (?:голос|стрим|аватар|причёск|прическ|образ)",
            r"\b(?:молодец|умница|красотка|красавица|обожаю (?:тебя|твой|этот))\b",
            r"可爱|好棒|漂亮|厉害|真好听|聪明",
        ),
    ),
    (
        Topic.WELLBEING,
        _any(
            r"\bhow(?:'s| is| are|'re)? (?:it going|you\b|u\b|r u|ya|things|life|your day|are you|do you feel)",
            r"\bhow(?:'s| is) (?:everything|it)\b|\bwhat'?s up\b|\bsup\b|\bwyd\b|\bwhat are you (?:doing|up to)\b",
            r"\bкак (?:ты\b|дела|делишки|жизнь|настроение|сама?\b|поживаешь|самочувствие|твои дела|у тебя дела)",
            r"\b(?:что|чё|че|чем) (?:делаешь|занимаешься|нового)\b",
            r"你好吗|怎么样|最近好|在干嘛|在做什么",
        ),
    ),
    (
        Topic.NAME,
        _any(
            r"\b(?:what'?s|what is) (?:your|ur) name\b|\bwho (?:are|r) (?:you|u)\b|\bintroduce yourself\b",
            r"\byour name\b",
            r"\bкак тебя зовут\b|\bтво[её] имя\b|\bкто ты\b|\bпредставься\b|\bрасскажи о себе\b",
            r"你叫什么|你的名字|你是谁|介绍一下",
        ),
    ),
    (
        Topic.THANKS,
        _any(
            r"\b(?:thanks|thank (?:you|u)|thx|tysm|ty|cheers)\b",
            r"\b(?:спасибо|спс|благодарю|пасиб\w*)",
            r"谢谢|多谢|感谢",
        ),
    ),
    (
        Topic.FAREWELL,
        _any(
            r"\b(?:bye+|goodbye|good ?night|gn|see (?:you|ya)|cya|gotta go|gtg|have to go|take care"
            r"|i'?m off|leaving)\b",
            r"\b(?:пока(?:[ -]пока)?(?=\W*(?:$|всем|чат|ребят|народ))|до свидания|до встречи|спокойной ночи|доброй ночи"
            r"|увидимся|мне пора|я пош[её]ла?|я спать|прощай|бывай)",
            r"再见|拜拜|晚安|下次见|走了",
        ),
    ),
    (
        Topic.GREETING,
        _any(
            r"^\W*(?:hi+|hey+|hello+|hiya|howdy|yo+|greetings|heya|hola"
            r"|(?:good )?(?:morning|evening|afternoon|day))\b",
            r"\bsay (?:hi|hello|hey)\b",
            r"^\W*(?:привет\w*|прив|здравствуй\w*|здаров\w*|здоров\w*|хай|хей|ку\b|салют"
            r"|добр(?:ый|ое|ого|ой) (?:день|вечер|утро|дня|вечера|утра))",
            r"(?:скажи|передай).{0,12}привет",
            r"^\W*(?:你好|大家好|嗨|哈喽|早上好|晚上好|早安)",
        ),
    ),
    (
        Topic.JOKE,
        _any(
            r"\b(?:joke|make me laugh|something funny|tell (?:me |us )?(?:a )?story)\b",
            r"\b(?:шутк\w+|пошути|анекдот\w*|рассмеши|расскажи (?:историю|что[- ]нибудь|сказку))",
            r"笑话|讲个故事",
        ),
    ),
    (
        Topic.LAUGH,
        _any(
            r"\b(?:a?(?:ha){2,}h?|(?:he){2,}|lo+l+|lmf?ao+|rofl|kek+w?|lulw?|xd+|omegalul|pepelaugh)\b",
            r"\b(?:[ах]*(?:ха){2,}х?|(?:хи){2,}|лол|ору|ржу|кек|азаз\w*|хд)\b|(?:^|\s)\){3,}",
            r"哈哈|笑死|23333|[😂🤣]",
        ),
    ),
    (
        Topic.GAME,
        _any(
            r"\b(?:game|gaming|play(?:ing|ed)?|boss|level|quest|speedrun|minecraft|zelda|elden|dota|valorant|gg|noob|controller)\b",
            r"\b(?:игр[аыеуо]\w*|играть|играеш\w*|играю|сыгра\w*|поигра\w*|босс\w*|уров(?:ень|н\w+)|квест\w*|прохожден\w*|катк\w+"
            r"|майнкрафт\w*|дот[аеуы])",
            r"游戏|打怪|通关|原神",
        ),
    ),
    (
        Topic.MUSIC,
        _any(
            r"\b(?:music|song|sing(?:ing)?|band|playlist|karaoke|guitar|piano)\b",
            r"\b(?:музык\w*|песн\w*|песен\w*|спой|петь|поёшь|поешь|гитар\w*|плейлист\w*|караоке)",
            r"音乐|唱歌|歌",
        ),
    ),
    (
        Topic.FOOD,
        _any(
            r"\b(?:pizza|food|eat(?:ing)?|hungry|snacks?|coffee|tea|dinner|breakfast|lunch|cookies?|cake"
            r"|cook(?:ing)?|ramen|sushi)\b",
            r"\b(?:пицц\w*|ед[аыуе]\b|есть хочу|кушать|голод\w*|кофе|ча[йяю]\b|ужин\w*|завтрак\w*|обед\w*"
            r"|печень[еяк]\w*|торт\w*|готов(?:ить|лю|ишь)|суши|борщ\w*|пельмен\w*)",
            r"吃饭|好吃|饿|咖啡|奶茶|火锅",
        ),
    ),
    (
        Topic.PETS,
        _any(
            r"\b(?:cats?|kitt(?:y|en|ens|ies)|dogs?|pupp(?:y|ies)|pets?|hamsters?|parrots?|bunn(?:y|ies)|dragons?)\b",
            r"\b(?:кот(?!ор)\w{0,4}|кошк\w*|кис[аюк]\w*|собак\w*|п[её]с(?:ик\w*)?|щен\w{1,4}|питом\w+|хомяк\w*|попуга\w+|дракон\w*)\b",
            r"猫|狗|宠物|仓鼠",
        ),
    ),
)
_ASKS = _any(
    r"\?|？",
    r"^\W*(?:what|why|who|where|when|which|how|whose)\b",
    r"^\W*(?:что|почему|зачем|кто|где|куда|когда|какой|какая|какое|какие|как|сколько|откуда)\b",
    r"(?:什么|为什么|怎么|谁|哪|多少|吗|呢)",
)
_OPEN = _any(
    r"\b(?:what|why|who|where|when|which|how|whose|or)\b",
    r"\b(?:что|чем|чего|почему|зачем|кто|кого|где|куда|когда|как(?:ой|ая|ое|ие|ую)?|сколько|откуда|или)\b",
    r"(?:什么|为什么|怎么|谁|哪|多少|还是)",
)


def topic_of(text: str) -> Topic:
    """Return what a viewer's line is about."""
    text = text[:LONGEST_TEXT]
    for topic, pattern in _PATTERNS:
        if pattern.search(text) and not (topic is Topic.COMPLIMENT and _NOT.search(text)):
            return topic
    if _ASKS.search(text):
        return Topic.QUESTION if _OPEN.search(text) else Topic.YES_NO
    return Topic.CHATTER


def own_topic(text: str, names: Iterable[str]) -> str:
    """Return the first of a persona's own topics that the text mentions, or "".

    A name counts as mentioned when a word begins like it: endings change in Russian.
    """
    known = {topic.value for topic in Topic}
    words = re.findall(r"\w+", text[:LONGEST_TEXT].casefold())
    for name in names:
        folded = name.casefold().strip()
        stem = folded[: max(SHORTEST_STEM, len(folded) - 2)]
        if stem and folded not in known and any(word.startswith(stem) for word in words):
            return name
    return ""
