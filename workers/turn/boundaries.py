"""Boundaries: which characters may end a clause or a sentence, and what must follow before they do.

Owns the tables: marks, abbreviations, hosts, links. Must not collect text or know segments.
"""

import re
import unicodedata
from enum import Enum, auto


class Proof(Enum):
    """What a closing character still needs before it ends anything."""

    NEVER = auto()
    NONE = auto()
    GAP = auto()  # no letter or digit may follow directly
    CAPITAL = auto()  # the next word must begin with a capital letter


WIDE_LETTER = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]")

SENTENCE_ENDS = frozenset(".!?…。！？｡．।؟۔‼⁉⁈⁇")
CLAUSE_ENDS = frozenset(",;:—–，、；：،؛")
WIDE_MARKS = frozenset("。！？｡．，、；：")
CLOSERS = SENTENCE_ENDS | frozenset(",;:，、；：\"'”’»)}」』）》〉›~～")
LINK_MARKS = frozenset("/\\-_=&%#@+$€")


def _listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


_NEVER_ENDS = _listed(
    "mr mrs ms dr prof st vs e.g i.e cf approx capt sgt jr sr messrs mx mme mlle"
    " т т.е т.к т.н т.о им г гг ул просп пл д е н э стр см ср напр тов св акад проф доц англ рус лат"
)
_MAY_END = _listed(
    "etc al inc ltd co corp a.m p.m u.s u.k u.s.a p.s no nos vol ed min max dept est"
    " т.д т.п т.ч др пр руб коп млн млрд тыс кг км мин сек час чел н.э р.с"
)
_HOSTS = _listed(
    "twitch youtube youtu discord google github gitlab kick tiktok twitter x t vk ya yandex reddit steam steampowered"
    " instagram facebook wikipedia patreon example trovo boosty donationalerts streamlabs"
)
_SCHEMES = frozenset({"http", "https", "ftp", "ws", "wss", "mailto", "tel"})
_DOTTED = re.compile(r"[^\W\d_]{1,3}(?:\.[^\W\d_]{1,3})+")
_OPENERS = "\"'“‘«(„¿¡*_"


def proof_needed(char: str, token: str) -> Proof:
    """Return what `char`, written right after `token` (the word so far), needs to end a clause or sentence."""
    word = token.lstrip(_OPENERS)
    if char in WIDE_MARKS:
        return Proof.NONE
    if _is_link(word):
        return Proof.GAP
    if char == ".":
        return _proof_of_dot(word)
    if char == ":" and (not word or word.lower() in _SCHEMES):
        return Proof.NEVER
    if char == ";" and not word:
        return Proof.NEVER
    if char in ",:–" and word[-1:].isdigit():
        return Proof.GAP
    return Proof.NONE


def _proof_of_dot(word: str) -> Proof:
    folded = word.lower()
    if not word or folded in _NEVER_ENDS:
        return Proof.NEVER
    if folded in _MAY_END:
        return Proof.CAPITAL
    if "." in word:
        return Proof.CAPITAL if _DOTTED.fullmatch(word) else Proof.GAP
    if len(word) == 1 and word.isalpha() and not is_wide(word):
        return Proof.NEVER if word.isupper() and word != "I" else Proof.GAP
    if folded in _HOSTS or word[-1].isdigit():
        return Proof.GAP
    return Proof.NONE


def _is_link(word: str) -> bool:
    return "://" in word or word.lower().startswith("www.") or "@" in word[1:] or ("." in word and "/" in word)


def is_wide(char: str) -> bool:
    """Tell ideographs, kana and hangul, which are written without spaces."""
    return not char.isascii() and WIDE_LETTER.match(char) is not None


def is_picture(char: str) -> bool:
    """Tell emojis and what they are joined with."""
    return not char.isascii() and unicodedata.category(char) in {"So", "Sk", "Mn", "Cf"}
