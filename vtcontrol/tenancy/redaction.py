"""Keeps secrets out of logs: a filter on the log handler that masks what looks like a key, a token or a password."""

import logging
import re

MASK = "•••"
_SECRETS = re.compile(
    r"(?P<keep>(?:authorization|api[_-]?key|token|password|passwd|secret|ticket)\\*[\"']?\s*[:=]\s*\\*[\"']?"
    r"(?:(?:bearer|basic|token)\s+)?|\b(?:bearer|basic)\s+(?=\S{6}))[^\s\"',;&}\\]+"
    r"|(?P<token>\b(?:vtc|vta|sk|ghp|oauth)[_:-][A-Za-z0-9_.:-]{8,}|\bticket\.[A-Za-z0-9_-]{8,}|\bgAAAAA[\w-]{20,})"
    r"|(?P<scheme>\b[a-z][a-z0-9+]*://)[^\s/@:]*:[^\s/@]+@",
    re.IGNORECASE,
)


def mask(text: str) -> str:
    """Return `text` with every secret-looking part replaced."""

    def hide(match: re.Match[str]) -> str:
        if match["scheme"]:
            return f"{match['scheme']}{MASK}@"
        return MASK if match["token"] else f"{match['keep']}{MASK}"

    return _SECRETS.sub(hide, text)


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError, KeyError):  # its arguments do not fit: a line is worth more than an error here
        return f"{record.msg} {record.args}"


class SecretFilter(logging.Filter):
    """Masks the message of every record, the text of its traceback and its stack."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place and let it pass."""
        record.msg, record.args = mask(_message(record)), None
        if record.stack_info:
            record.stack_info = mask(record.stack_info)
        if record.exc_info and not record.exc_text:
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = mask(record.exc_text)
            record.exc_info = None
        return True
