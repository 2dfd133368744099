"""What viewers may ask for in chat about their own data: the words of the commands, and the fixed answers.

Owns the words in English, Russian and Chinese. Pure. It must not do what is asked: that is `streams.services.commands`.
Answers name nobody and quote nothing, so that they can be spoken aloud and stored.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum


class CommandKind(StrEnum):
    """What is asked for."""

    OPT_OUT = "optout"
    OPT_IN = "optin"
    FORGET_ME = "forgetme"
    WHAT_DO_YOU_KNOW = "whatdoyouknow"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class ViewerCommand:
    """A command as it was typed.

    Attributes:
        kind: What is asked for.
        argument: The word behind it, or "".
    """

    kind: CommandKind
    argument: str = ""

    @property
    def word(self) -> str:
        """The command without what was said with it: all that is ever stored of the line."""
        return f"!{self.kind.value}"


class Reply(StrEnum):
    """What can be answered."""

    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    FORGOTTEN = "forgotten"
    ASK_TEAM = "ask_team"
    NOTHING_KNOWN = "nothing_known"
    LINKED = "linked"
    NOT_LINKED = "not_linked"
    HOW_TO_LINK = "how_to_link"


WORDS: dict[str, CommandKind] = {
    "optout": CommandKind.OPT_OUT,
    "незапоминай": CommandKind.OPT_OUT,
    "不要记住我": CommandKind.OPT_OUT,
    "optin": CommandKind.OPT_IN,
    "запоминай": CommandKind.OPT_IN,
    "记住我": CommandKind.OPT_IN,
    "forgetme": CommandKind.FORGET_ME,
    "забудьменя": CommandKind.FORGET_ME,
    "忘记我": CommandKind.FORGET_ME,
    "whatdoyouknow": CommandKind.WHAT_DO_YOU_KNOW,
    "чтотызнаешь": CommandKind.WHAT_DO_YOU_KNOW,
    "你知道什么": CommandKind.WHAT_DO_YOU_KNOW,
    "link": CommandKind.LINK,
    "этоя": CommandKind.LINK,
    "关联": CommandKind.LINK,
}
ARGUMENT_LONGEST = 40
_COMMAND = re.compile(r"!([\w]{2,20})(?:\s+(\S+))?(?:\s.*)?", re.DOTALL)
_UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")


def read_command(text: str) -> ViewerCommand | None:
    """Return the command a line is, or None for anything else. The line must begin with it."""
    found = _COMMAND.fullmatch(_UNSEEN.sub("", unicodedata.normalize("NFKC", text)).strip())
    kind = WORDS.get(found[1].casefold().replace("ё", "е").replace("_", "")) if found else None
    if found is None or kind is None:
        return None
    return ViewerCommand(kind, (found[2] or "")[:ARGUMENT_LONGEST])


def reply_words(reply: Reply, language: str) -> str:
    """Return an answer in a language; other languages than "ru" and "zh" give English."""
    return _REPLIES.get(language.partition("-")[0].lower(), _ENGLISH)[reply]


_ENGLISH = {
    Reply.OPTED_OUT: "All right. From now on nothing you write is kept.",
    Reply.OPTED_IN: "Welcome back. From now on I may remember you again.",
    Reply.FORGOTTEN: "Done. Everything about you is being erased, and nothing new is kept.",
    Reply.ASK_TEAM: "Your page is being made. Ask a moderator for the private link: it works once.",
    Reply.NOTHING_KNOWN: "I know nothing about you.",
    Reply.LINKED: "Done. Both of your accounts are one person to me now.",
    Reply.NOT_LINKED: "This code does not work. Codes work once, and for fifteen minutes.",
    Reply.HOW_TO_LINK: "Get a code from your private page or from a moderator, then type it here behind the command.",
}
_RUSSIAN = {
    Reply.OPTED_OUT: "Хорошо. С этой минуты ничего из написанного тобой не сохраняется.",
    Reply.OPTED_IN: "С возвращением. С этой минуты я снова могу тебя помнить.",
    Reply.FORGOTTEN: "Готово. Всё о тебе удаляется, и ничего нового не сохраняется.",
    Reply.ASK_TEAM: "Твоя страница готовится. Попроси у модератора личную ссылку: она сработает один раз.",
    Reply.NOTHING_KNOWN: "Я ничего о тебе не знаю.",
    Reply.LINKED: "Готово. Теперь оба твоих аккаунта для меня один человек.",
    Reply.NOT_LINKED: "Этот код не подходит. Код действует один раз и пятнадцать минут.",
    Reply.HOW_TO_LINK: "Возьми код на своей личной странице или у модератора и напиши его здесь после команды.",
}
_CHINESE = {
    Reply.OPTED_OUT: "好的。从现在起，你写的内容都不会被保存。",
    Reply.OPTED_IN: "欢迎回来。从现在起，我又可以记住你了。",
    Reply.FORGOTTEN: "好了。关于你的一切正在被删除，也不会再保存新的内容。",
    Reply.ASK_TEAM: "你的页面正在准备。请向管理员索要私人链接，它只能用一次。",
    Reply.NOTHING_KNOWN: "我对你一无所知。",
    Reply.LINKED: "好了。现在你的两个账号对我来说是同一个人。",
    Reply.NOT_LINKED: "这个代码无效。代码只能用一次，十五分钟内有效。",
    Reply.HOW_TO_LINK: "请从你的私人页面或管理员那里获取代码，然后写在命令后面。",
}
_REPLIES = {"en": _ENGLISH, "ru": _RUSSIAN, "zh": _CHINESE}
