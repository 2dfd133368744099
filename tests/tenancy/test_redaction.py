"""No secret in a log: what looks like a key, a token or a password is masked before a handler writes it."""

import logging

import pytest

from vtcontrol.tenancy.redaction import MASK, SecretFilter, mask

HIDDEN = "hunter2-hunter2-hunter2"

LEAKS = [
    f"Authorization: Bearer {HIDDEN}",
    f"Authorization: Basic {HIDDEN}",
    f"authorization={HIDDEN}",
    f"(b'authorization', b'Bearer {HIDDEN}')",
    f"bearer {HIDDEN}",
    f'{{"password": "{HIDDEN}"}}',
    f"{{'api_key': '{HIDDEN}'}}",
    f'{{\\"secret\\": \\"{HIDDEN}\\"}}',
    f"xi-api-key: {HIDDEN}",
    f"X-API-Key={HIDDEN}",
    f"apikey={HIDDEN}",
    f"GET /callback?access_token={HIDDEN}&state=1",
    f"ticket={HIDDEN}",
    f"Sec-WebSocket-Protocol: vtcontrol.v1, ticket.{HIDDEN}",
    f"the token vtc_stage_{HIDDEN} was used",
    f"the pass vta_{HIDDEN}:1a2b:sig was used",
    f"Incorrect API key provided: sk-proj-{HIDDEN}",
    f"redis://:{HIDDEN}@cache:6379/0",
    f"postgresql://vtcontrol:{HIDDEN}@db/vtcontrol",
    f"gAAAAAB{HIDDEN}",
    f"PASS oauth:{HIDDEN}",
]
HARMLESS = [
    "The ticket is used up or expired.",
    "A stored secret cannot be read with the configured encryption keys.",
    "prompt_tokens=1234 completion_tokens=56",
    "GET /api/v1/streams/0190/state 200",
    "http://localhost:8000/admin/",
    "Tokens, tickets and passwords are masked.",
]


@pytest.mark.parametrize("text", LEAKS)
def test_a_secret_is_masked_wherever_it_stands(text: str) -> None:
    masked = mask(text)

    assert HIDDEN not in masked
    assert MASK in masked


@pytest.mark.parametrize("text", HARMLESS)
def test_plain_talk_stays_readable(text: str) -> None:
    assert mask(text) == text


def test_short_passwords_are_masked_too() -> None:
    assert mask("password=abc user=bo") == f"password={MASK} user=bo"


def test_masking_twice_changes_nothing_more() -> None:
    for text in LEAKS:
        assert mask(mask(text)) == mask(text)


def _record(message: str, *arguments: object, error: BaseException | None = None) -> logging.LogRecord:
    exc_info = (type(error), error, error.__traceback__) if error else None
    return logging.LogRecord("test", logging.INFO, __file__, 1, message, arguments, exc_info)


def _written(record: logging.LogRecord) -> str:
    SecretFilter().filter(record)
    return logging.Formatter("{message}", style="{").format(record)


def test_arguments_of_a_log_line_are_masked() -> None:
    assert HIDDEN not in _written(_record("calling with %s", {"api_key": HIDDEN}))


def test_tracebacks_and_stacks_are_masked() -> None:
    try:
        int(f"password={HIDDEN}")
    except ValueError as error:
        record = _record("it failed", error=error)
    record.stack_info = f"Stack: bearer {HIDDEN}"

    written = _written(record)

    assert "ValueError" in written
    assert HIDDEN not in written


def test_a_log_line_with_wrong_arguments_harms_nobody() -> None:
    written = _written(_record("%d viewers, %s", "many", f"token={HIDDEN}"))

    assert "viewers" in written
    assert HIDDEN not in written


def test_the_console_handler_carries_the_filter() -> None:
    consoles = [handler for handler in logging.getLogger().handlers if type(handler) is logging.StreamHandler]

    assert consoles
    assert all(any(isinstance(one, SecretFilter) for one in handler.filters) for handler in consoles)
