"""Speakable: the two cleaned forms of a segment, one for the eye and one for the ear.

Owns what a subtitle shows and what a speech engine is given. Must not cut text, find tags or judge it. Numbers, dates
and units are left to the engine, which knows its language.
"""

import re

LONGEST_VOICED = 1000


def subtitle_text(text: str) -> str:
    """Return what the viewer reads: no markup, nothing invisible, no floods; emojis and kaomoji stay."""
    if _PLAIN.fullmatch(text) is not None:
        return text
    text = _INVISIBLE.sub("", text)
    text = _LONE_JOINER.sub("", text)
    text = _STACKED_MARKS.sub(r"\1", text)
    if _MARKUP.search(text) is not None:
        text = _strip_markup(text)
    text = _SHOUTING.sub(_three, text)
    text = _LONG_LINE.sub(_three, text)
    text = _SPACE_BEFORE_MARK.sub(r"\1", text)
    return " ".join(text.split())


def voice_text(text: str, language: str = "en") -> str | None:
    """Return what the engine is given, at most `LONGEST_VOICED` characters, or None when nothing can be voiced.

    Args:
        text: A subtitle (see `subtitle_text`).
        language: BCP 47 tag; chooses the word that stands for an address.
    """
    if _PLAIN_VOICE.fullmatch(text) is None:
        text = _LINK.sub(_link_word(language), text)
        text = _KAOMOJI.sub(" ", text)
        text = _EMOTICON.sub(" ", text)
        text = _PICTURE.sub(" ", text)
        text = _SILENT.sub("", text)
        text = _UNVOICED.sub(" ", text)
    text = _REPEATED_LETTER.sub(r"\1\1\1", text)
    text = _REPEATED_MARK.sub(r"\1", text)
    text = _ELLIPSIS.sub("…", text)
    text = _SPACE_BEFORE_MARK.sub(r"\1", text)
    text = " ".join(text.split())
    if not any(map(str.isalnum, text)):
        return None
    return _clip(text)


def _strip_markup(text: str) -> str:
    text = _SPECIAL.sub("", text)
    text = _ELEMENT.sub("", text)
    text = _MARKDOWN_LINK.sub(r"\1", text)
    text = _LINE_MARK.sub("", text)
    return _EMPHASIS.sub("", text)


def _three(found: re.Match[str]) -> str:
    return found.group()[:3]


def _link_word(language: str) -> str:
    return _LINK_WORDS.get(language.split("-", 1)[0].lower(), _LINK_WORDS["en"])


def _clip(text: str) -> str:
    if len(text) <= LONGEST_VOICED:
        return text
    end = text.rfind(" ", LONGEST_VOICED // 2, LONGEST_VOICED)
    return text[: end if end > 0 else LONGEST_VOICED]


_LINK_WORDS = {
    "en": "link",
    "ru": "ссылка",
    "uk": "посилання",
    "be": "спасылка",
    "zh": "链接",
    "ja": "リンク",
    "ko": "링크",
    "de": "Link",
    "fr": "lien",
    "es": "enlace",
    "it": "link",
    "pt": "link",
    "pl": "link",
    "tr": "bağlantı",
}

# Letters, digits, single spaces and the marks of ordinary prose, no mark twice: nothing to clean.
_PROSE = r"(?:[^\W_]|[,;:…—–()'’\"«»“”%]|[.!?](?![.!?])|(?<! ) (?=[^\W_\"«“(—–]))"
_PLAIN = re.compile(rf"(?!\s)(?:{_PROSE})+")
_PLAIN_VOICE = re.compile(r"(?:[^\W_]|[ ,;'’\"«»“”%.!?…—–。，！？、]|:(?= )|:$)+")

_INVISIBLE = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
_JOINABLE = r"[\u2190-\u2bff\U0001f000-\U0001faff\ufe0f]"
_LONE_JOINER = re.compile(rf"(?<!{_JOINABLE})\u200d|\u200d(?!{_JOINABLE})")
_STACKED_MARKS = re.compile(r"([\u0300-\u036f]{2})[\u0300-\u036f]+")

_MARKUP = re.compile(r"[*_`#~<>|\[\]+-]")
_SPECIAL = re.compile(r"<\|[^<>\n]{0,40}\|?>")
_ELEMENT = re.compile(r"</?[A-Za-z][A-Za-z0-9-]{0,15}(?: [^<>\n]{0,80})?/?>")
_MARKDOWN_LINK = re.compile(r"!?\[([^\[\]\n]{0,80})\]\([^()\s]{0,300}\)")
_LINE_MARK = re.compile(r"^\s*(?:#{1,6} |>+ ?|[-*+] (?=\S))", re.MULTILINE)
_EMPHASIS = re.compile(r"\*\*+|__+|~~+|`+|(?<![\w^>])_(?=[^\W_])|(?<=[^\W_])_(?!\w)|(?<![\w\s])\*|\*(?![\w\s])")

_SHOUTING = re.compile(r"([!?！？])(?:[!?！？]){3,}")
_LONG_LINE = re.compile(r"([.…,=~\-—_*#^+|/\\])\1{3,}")
_SPACE_BEFORE_MARK = re.compile(r"(?<=\w) +([,.!?…](?:\s|$))")

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"«»()，。！？、]*[^\s<>\"«»()，。！？、.,!?;:…]"
    r"|(?<![\w@.-])(?:[a-z0-9-]{1,63}\.){1,4}(?:com|org|net|tv|gg|io|dev|app|me|ru|рф|ua|cn|jp|co|xyz|info|live|stream|be|link)"
    r"(?:/[^\s<>\"«»()，。！？、]*[^\s<>\"«»()，。！？、.,!?;:…])?(?![\w.]\w)",
    re.IGNORECASE,
)
# A face: brackets around no word, at least one character no prose has, with its arms.
_KAOMOJI = re.compile(
    r"[¯╮ヽヾ\\oO٩ლ凸つづ┬┻ᕙᕦ]{0,3}[_\-/]?"
    r"[(（ʕ](?![^()（）ʕʔ\n]{0,24}(?:[A-Za-z]{2}|[А-Яа-яЁё]{2}|[0-9]{2}|[\u4e00-\u9fff]{2}))"
    r"(?=[^()（）ʕʔ\n]{0,24}[^\w\s()（）.,!?'\"])"
    r"[^()（）ʕʔ\n]{1,24}[)）ʔ]"
    r"[╯ノﾉ╭\\/*゜゚ﾟ:･・ಠ✧☆♡♥づつっ︵彡┻━┬─]{0,12}_?[/\\]?¯?"
    r"|¯\\_[(（]ツ[)）]_/¯|[(（]ツ[)）]"
)
_EMOTICON = re.compile(
    r"(?<!\w)(?:[:;=][-'^o]?[()DPpOo3|/\\*\[\]]+|[xX]D+|<+3+|\^[_.\-]*\^|>[_.]*<|[TQ;][_.][TQ;]|[oO0uU][_.][oO0uU]|-_+-)(?!\w)"
)
_PICTURE = re.compile(
    r"[\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u2500-\u27bf\u2900-\u297f\u2b00-\u2bff\u3030\u303d\u3297\u3299"
    r"\U0001f000-\U0001faff\U000e0020-\U000e007f\ufe0e\ufe0f\u200d\u20e3\uff61-\uff65\u30fb゜゚ﾟ]+"
)
_SILENT = re.compile(r"(?<!\w)[@#](?=\w)|(?<=\w)\*+(?=\w)")
_UNVOICED = re.compile(r"[*_`~#^|<>{}\[\]\\=¯•·～]+|(?<![\w+])[-+/&](?![\w+])|(?<=\s)[-—–]{2,}(?=\s)")

_REPEATED_LETTER = re.compile(r"([^\W\d_])\1{3,}")
_REPEATED_MARK = re.compile(r"([!?,;:！？，。、—–-])\1+")
_ELLIPSIS = re.compile(r"\.{2,}|…{2,}")
