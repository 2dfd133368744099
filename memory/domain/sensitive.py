"""What is never stored about a person, however it was said: health, faith, politics, addresses, minors and more.

Owns the word lists, in English and Russian. Errs towards forgetting: a harmless fact that looks like one of these is
lost, which nobody misses.
"""

import re
from enum import StrEnum

from memory.domain.stems import normalise


class Sensitive(StrEnum):
    """Categories that are filtered at write."""

    HEALTH = "health"
    FAITH = "faith"
    POLITICS = "politics"
    INTIMACY = "intimacy"
    ORIGIN = "origin"
    ADDRESS = "address"
    CONTACT = "contact"
    MONEY = "money"
    MINORS = "minors"
    CRIME = "crime"


def _words(english: str, russian: str) -> re.Pattern[str]:
    """Compile word beginnings; "$" after one means that the word ends there."""
    parts = [re.escape(word).replace(r"\$", r"\b") for word in f"{english} {russian}".split()]
    return re.compile(rf"\b(?:{'|'.join(parts)})")


_LISTS: dict[Sensitive, re.Pattern[str]] = {
    Sensitive.HEALTH: _words(
        "hospital ill$ illness sick$ disease cancer tumor diabet depress anxiety anxious bipolar adhd autis therap "
        "psych medic$ medicat medicine meds$ antidepress pill$ pills$ surgery pregnan miscarriage disab allerg "
        "asthma covid "
        "hiv$ aids$ diagnos suicid self-harm overdos rehab eating-disorder anorex bulim insulin chemo doctor$ clinic$ "
        "vaccin epilep migraine injur fever infect",
        "больни болезн болею болеет болел$ болела$ болен$ больна$ заболе диагноз рак$ раком$ опухол диабет депресс "
        "тревожн терап психиатр психолог таблет лекарств операци беремен инвалид аллерг астм ковид вич$ спид$ суицид "
        "самоубий врач клиник лечусь лечит анорекс булими инсулин химиотерап прививк эпилеп мигрен травм температур",
    ),
    Sensitive.FAITH: _words(
        "god$ jesus christ church catholic protestant orthodox muslim islam jew jewish buddh hindu atheis allah quran "
        "bible pray mosque synagogue religio baptis",
        "бог$ бога$ богу$ иисус христиан церк католи протестант православ мусульм ислам евре$ еврей иуд буддис индуи "
        "атеис аллах коран библи молит молюсь мечет синагог религи верующ крещен пощусь",
    ),
    Sensitive.POLITICS: _words(
        "vote$ voted$ voting$ voter election president$ politic republican democrat conservative liberal socialist "
        "communist trump biden putin zelensk congress parliament protest union$ party-member abortion",
        "голосова голосую голосует выбор$ выборы$ выборах$ президент политик партии$ партию$ республикан демократ "
        "консерват либерал социалист коммунист трамп байден путин зеленск парламент митинг протест профсоюз аборт",
    ),
    Sensitive.INTIMACY: _words(
        "gay$ lesbian bisexual asexual pansexual nonbinary non-binary im-bi$ i'm-bi$ am-bi$ transgender trans$ queer "
        "lgbt homosexual sexual sex$ porn virgin$ kink fetish nude",
        "гей$ геем$ лесби бисексуал трансгендер гомосекс сексуал секс$ порно девственн фетиш голая$ голый$ лгбт",
    ),
    Sensitive.ORIGIN: _words(
        "ethnic race$ racial immigrant refugee deport undocumented",
        "национальност этнич раса$ мигрант беженц депорт нелегал",
    ),
    Sensitive.ADDRESS: _words(
        "street$ avenue$ apartment$ zip$ zipcode postcode postal address my-house$ flat-number",
        "улиц улица$ проспект переул квартир$ квартира$ квартире$ подъезд индекс$ адрес домофон",
    ),
    Sensitive.CONTACT: _words(
        "phone-number phone$ telephone email e-mail whatsapp password passport ssn$ telegram-me",
        "телефон$ телефона$ номер$ почта$ почту$ мейл парол паспорт снилс инн$ вотсап",
    ),
    Sensitive.MONEY: _words(
        "salary debt$ debts$ bankrupt credit-card bank-account mortgage loan$ loans$ earn$ earns$ evict",
        "зарплат долг$ долги$ долгов$ банкрот кредит ипотек зарабатыва карты$ счет-в",
    ),
    Sensitive.MINORS: _words(
        "underage kindergarten elementary-school middle-school high-school grader years-old year-old daughter$ son$ "
        "my-kid my-kids my-child my-children my-baby kid's$",
        "несовершеннолет детск школьник школьниц класс$ классе$ класса$ лет$ годик дочь$ дочк дочер сын$ сына$ сыну$ "
        "ребен ребенок детей$ дети$ детсад",
    ),
    Sensitive.CRIME: _words(
        "prison jail$ arrest convict felony drug$ drugs$ weed$ cocaine heroin alcoholic kill murder rape abuse$ "
        "abused$ beaten$ stalker divorce",
        "тюрьм сидел-в арест судим наркот трав[аы]$ кокаин героин алкогол убил убью убий насил изнасил избива развод",
    ),
}
_AGE = re.compile(
    r"\b(?:i'?m|i am|i just turned|turned|turning|мне|исполнилось|исполняется)\s+(?:only\s+|just\s+|уже\s+|"
    r"всего\s+)?\d{1,2}\b"
)
_YOUNG = re.compile(
    r"\b(?:i'?m|i am|turned|turning|be)\s+(?:only\s+|just\s+)?(?:ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    r"seventeen)\b|\b\d{1,2}(?:st|nd|rd|th)\s+grade\b|\bмне\s+(?:\w+\s+){0,3}?(?:одиннадцать|двенадцать|тринадцать|"
    r"четырнадцать|пятнадцать|шестнадцать|семнадцать)\b"
)
_DRAWN_TO = re.compile(
    r"\b(?:like|love|prefer|into|date|dating)\s+(?:only\s+|both\s+)?(?:girls|boys|women|men|guys|dudes)\b|"
    r"\b(?:девушки|парни|женщины|мужчины|девочки|мальчики)\s+(?:мне\s+)?(?:не\s+)?нравятся\b|\b(?:нравятся|люблю|"
    r"предпочитаю)\s+(?:девуш|парн|женщин|мужчин|девоч|мальчик)"
)
_LONG_NUMBER = re.compile(r"(?:\d[\s().-]?){7,}")
_MAIL = re.compile(r"\S+@\S+\.\w+|https?://|\bwww\.")
_HOUSE = re.compile(r"\b\d{1,4}[a-zа-я]?\s+\w+\s+(?:st|street|ave|avenue|road|rd|lane)\b|\b(?:ул|д|кв)\.\s*\w+")


def sensitive_in(text: str) -> Sensitive | None:
    """Return the first category of `text` that is never stored, or None."""
    plain = normalise(text).replace("’", "'")
    joined = f"{plain} {plain.replace(' ', '-')}"
    if _AGE.search(plain) or _YOUNG.search(plain):
        return Sensitive.MINORS
    if _DRAWN_TO.search(plain):
        return Sensitive.INTIMACY
    if _LONG_NUMBER.search(plain) or _MAIL.search(plain):
        return Sensitive.CONTACT
    if _HOUSE.search(plain):
        return Sensitive.ADDRESS
    for category, words in _LISTS.items():
        if words.search(joined):
            return category
    return None
