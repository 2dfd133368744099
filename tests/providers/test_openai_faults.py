"""Names for what goes wrong: waiting times in every spelling, and which parameter a server does not take."""

import datetime as dt

import httpx2
import openai
import pytest

from tests.fakes.clocks import EPOCH, FakeClock
from vtcontrol.kernel.errors import Fault, InputInvalid
from workers.providers.openai_faults import failure_of, refused_parameter

SECRET = "sk-secret"
REQUEST = httpx2.Request("POST", "https://example.org/v1", headers={"Authorization": f"Bearer {SECRET}"})


def status_error(status: int, body: object = None, **headers: str) -> openai.APIStatusError:
    response = httpx2.Response(status, headers={k.replace("_", "-"): v for k, v in headers.items()}, request=REQUEST)
    return openai.APIStatusError(f"no, {SECRET}", response=response, body=body)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry_after": "3"}, 3),
        ({"retry_after": "0.25"}, 0.25),
        ({"retry_after": "-5"}, 0),
        ({"retry_after": "9999999"}, 3600),
        ({"retry_after": "nan"}, None),
        ({"retry_after": "inf"}, None),
        ({"retry_after": "soon"}, None),
        ({}, None),
        ({"retry_after_ms": "1500", "retry_after": "9"}, 1.5),
        ({"retry_after": (EPOCH + dt.timedelta(seconds=20)).strftime("%a, %d %b %Y %H:%M:%S GMT")}, 20),
        ({"retry_after": (EPOCH - dt.timedelta(days=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")}, 0),
    ],
)
def test_retry_after_is_read_in_every_spelling(headers: dict[str, str], seconds: float | None) -> None:
    failure = failure_of("x", status_error(429, **headers), FakeClock())

    assert failure.retry_after_s == seconds


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (301, Fault.REJECTED),
        (400, Fault.REJECTED),
        (401, Fault.AUTH),
        (402, Fault.AUTH),
        (403, Fault.AUTH),
        (404, Fault.REJECTED),
        (408, Fault.TIMEOUT),
        (413, Fault.REJECTED),
        (429, Fault.RATE_LIMITED),
        (500, Fault.SERVER),
        (503, Fault.SERVER),
        (529, Fault.SERVER),
    ],
)
def test_status_has_its_fault_and_no_word_of_the_server(status: int, fault: Fault) -> None:
    failure = failure_of("x", status_error(status, {"message": SECRET}), FakeClock())

    assert failure.fault is fault
    assert SECRET not in str(failure)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (openai.APITimeoutError(REQUEST), Fault.TIMEOUT),
        (TimeoutError(), Fault.TIMEOUT),
        (httpx2.ReadTimeout(SECRET), Fault.TIMEOUT),
        (httpx2.PoolTimeout(SECRET), Fault.TIMEOUT),
        (openai.APIConnectionError(request=REQUEST), Fault.UNREACHABLE),
        (httpx2.ReadError(SECRET), Fault.UNREACHABLE),
        (ConnectionResetError(SECRET), Fault.UNREACHABLE),
        (ValueError(SECRET), Fault.GARBAGE),
        (InputInvalid("The URL is wrong."), Fault.REJECTED),
        (RuntimeError(SECRET), Fault.GARBAGE),
    ],
)
def test_exception_has_its_fault_and_no_secret(error: Exception, fault: Fault) -> None:
    failure = failure_of("x", error, FakeClock())

    assert failure.fault is fault
    assert SECRET not in str(failure)


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({"param": "stream_options", "message": "nope"}, "stream_options"),
        ({"message": "Unrecognized request argument supplied: stream_options"}, "stream_options"),
        ({"message": "Unsupported parameter: 'max_tokens' is not supported with this model."}, "max_tokens"),
        ({"message": "Unsupported value: 'temperature' does not support 0.3 with this model."}, "temperature"),
        ({"detail": [{"loc": ["body", "seed"], "msg": "extra fields not permitted"}]}, "seed"),
        ('json: unknown field "stream_options"', "stream_options"),
        ({"message": "This model's maximum context length is 8192 tokens."}, ""),
        ({"message": "Please stop."}, ""),
        ({"message": "Your prompt was flagged."}, ""),
        (None, ""),
    ],
)
def test_parameter_a_server_refuses_is_found(body: object, parameter: str) -> None:
    assert refused_parameter(status_error(400, body)) == parameter


def test_only_bad_requests_name_a_parameter() -> None:
    assert refused_parameter(status_error(500, {"param": "stream_options"})) == ""
