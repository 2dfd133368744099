"""What went wrong at an OpenAI-compatible API, in the house's own words.

Owns the translation of the SDK's and the transport's exceptions into `ProviderFailed`. Messages of the SDK are never
passed on: servers quote keys and requests in them.
"""

import email.utils
import json
import logging
import math
import re
import ssl

import httpx2
import openai

from vtcontrol.kernel.clock import Clock
from vtcontrol.kernel.errors import Fault, InputInvalid, ProviderFailed
from workers.providers.transport import RefusedByGuard

logger = logging.getLogger(__name__)

LONGEST_RETRY_AFTER_S = 3600.0
OPTIONAL_PARAMETERS = ("stream_options", "max_completion_tokens", "max_tokens", "temperature", "top_p", "seed", "stop")
_REFUSED = re.compile(
    r"(?:unrecogni[sz]ed|unsupported|unknown|unexpected|extra|not supported|not permitted|not allowed|invalid)"
    r".{0,80}?\b(?P<after>" + "|".join(OPTIONAL_PARAMETERS) + r")\b"
    r"|\b(?P<before>" + "|".join(OPTIONAL_PARAMETERS) + r")\b.{0,80}?"
    r"(?:unsupported|not supported|not permitted|not allowed|unrecogni[sz]ed)",
    re.IGNORECASE | re.DOTALL,
)
_NO_MONEY = "insufficient_quota"


class Garbled(Exception):
    """What came back is not what the API promises. The message is ours: it quotes nothing of the answer."""


class DecoderLost(Exception):
    """The process that decodes died, hangs or cannot start. Nobody knows whether the audio was to blame."""


class Overdue(TimeoutError):
    """The answer trickles, and too slowly."""


class Declined(Exception):
    """The API reported an error inside an answer that had begun well. Carries our own words only."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def failure_of(provider: str, error: Exception, clock: Clock) -> ProviderFailed:
    """Return the failure that stands for an exception.

    Args:
        provider: Name of the adapter.
        error: What was raised by SDK, transport or parser.
        clock: Wall clock, for dates in `Retry-After`.
    """
    if isinstance(error, ProviderFailed):
        return ProviderFailed(provider, error.fault, retry_after_s=error.retry_after_s)
    if isinstance(error, openai.APIStatusError):
        return _failure_of_status(provider, error, clock)
    fault, detail = _fault_of(error)
    return ProviderFailed(provider, fault, detail=detail)


def _fault_of(error: Exception) -> tuple[Fault, str]:
    cause = (error.__cause__ if isinstance(error, openai.APIConnectionError) else None) or error
    match cause:
        case RefusedByGuard() | InputInvalid():
            return Fault.REJECTED, str(cause)
        case Garbled():
            return Fault.GARBAGE, str(cause)
        case Declined():
            return cause.fault, "reported in the answer"
        case DecoderLost():
            return Fault.UNREACHABLE, f"its decoder: {cause}"
        case TimeoutError() | httpx2.TimeoutException() | openai.APITimeoutError():
            return Fault.TIMEOUT, ""
        case httpx2.RemoteProtocolError():
            return Fault.UNREACHABLE, "connection closed early"
        case httpx2.TransportError() | ssl.SSLError() | OSError() | openai.APIConnectionError():
            return Fault.UNREACHABLE, ""
        case ValueError():
            return Fault.GARBAGE, "not readable"
    logger.warning("unexpected error in a provider", extra={"error": type(cause).__name__})
    return Fault.GARBAGE, type(cause).__name__


def _failure_of_status(provider: str, error: openai.APIStatusError, clock: Clock) -> ProviderFailed:
    status = error.status_code
    detail = f"HTTP {status}"
    if status == 429 and error.code == _NO_MONEY:
        return ProviderFailed(provider, Fault.AUTH, detail="no credit left")
    if 300 <= status < 400:
        detail += ", redirects are not followed"
    fault = _STATUS_FAULTS.get(status, Fault.SERVER if status >= 500 else Fault.REJECTED)
    retry_after_s = _retry_after_s(error.response.headers, clock) if fault.is_transient else None
    return ProviderFailed(provider, fault, retry_after_s=retry_after_s, detail=detail)


_STATUS_FAULTS = {
    401: Fault.AUTH,
    402: Fault.AUTH,
    403: Fault.AUTH,
    408: Fault.TIMEOUT,
    425: Fault.SERVER,
    429: Fault.RATE_LIMITED,
}


def _retry_after_s(headers: httpx2.Headers, clock: Clock) -> float | None:
    """Read how long to wait: OpenAI's milliseconds, or RFC 9110's seconds or date; never negative."""
    millis = headers.get("retry-after-ms", "")
    text = headers.get("retry-after", "")
    try:
        seconds = float(millis) / 1000 if millis else float(text)
    except ValueError:
        moment = email.utils.parsedate_tz(text)
        if moment is None:
            return None
        seconds = email.utils.mktime_tz(moment) - clock.now().timestamp()
    return min(LONGEST_RETRY_AFTER_S, max(0.0, seconds)) if math.isfinite(seconds) else None


def refused_parameter(error: openai.APIStatusError) -> str:
    """Return the optional parameter a server does not take, or "" when it refused for another reason.

    Older Ollama and proxies refuse `stream_options`, reasoning models `temperature`, `stop` and `max_tokens`.
    """
    if error.status_code not in {400, 422}:
        return ""
    if error.param in OPTIONAL_PARAMETERS:
        return str(error.param)
    found = _REFUSED.search(_text_of(error.body)[:600])
    return (found["after"] or found["before"]).lower() if found else ""


def is_about(error: openai.APIStatusError, parameter: str) -> bool:
    """Tell whether a server refuses a request because of this parameter."""
    if error.status_code not in {400, 415, 422}:
        return False
    return error.param == parameter or parameter in _text_of(error.body)[:600]


def _text_of(body: object) -> str:
    if isinstance(body, dict):
        body = body.get("message") or body.get("detail") or body
    return body if isinstance(body, str) else json.dumps(body, default=str)


def declined(error: object) -> Declined:
    """Return what an error object in the middle of a stream means."""
    text = _text_of(error).lower() + str(error.get("code") if isinstance(error, dict) else "").lower()
    return Declined(Fault.RATE_LIMITED if "rate" in text and "limit" in text else Fault.SERVER)
