"""The stub's /v1/moderations: what a verdict looks like on the wire, and each way it can go wrong.

Owns one request at a time, like `tests.fakes.openai_endpoints`, whose calls, failures and log it uses.
"""

import json
from collections.abc import Mapping
from typing import Any

from tests.fakes.http_wire import framed
from tests.fakes.openai_endpoints import Call, Mode, break_off, drip, pour

CATEGORIES = (
    "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent", "self-harm",
    "self-harm/intent", "self-harm/instructions", "sexual", "sexual/minors", "violence", "violence/graphic",
)  # fmt: skip
FLAGGED = {"poison": ("illicit", 0.93), "maggot": ("harassment", 0.71), "gutted": ("violence/graphic", 0.88)}
FLAGGED_FROM = 0.5
CLEAN = 0.0003


class Moderation:
    """One answer of /v1/moderations.

    Args:
        call: The request.
        mode: How it fails, or None.
        flagged: Words that are found, with category and score.
        has_scores: Whether it tells scores.
    """

    def __init__(
        self, call: Call, mode: Mode | None, flagged: Mapping[str, tuple[str, float]], *, has_scores: bool
    ) -> None:
        self.call = call
        self.exchange = call.exchange
        self.timing = call.stub.timing
        self.mode = mode
        self._flagged = flagged
        self._has_scores = has_scores

    def begin(self) -> None:
        if not self.call.body.get("input"):
            self.call.refuse(400, "invalid_request_error", "Missing required parameter: 'input'.")
            return
        self.exchange.at(self.exchange.arrived + self.timing.moderation_ms / 1000, self._open)

    def _result(self, text: str) -> dict[str, Any]:
        scores = dict.fromkeys(CATEGORIES, CLEAN)
        scores |= {name: score for word, (name, score) in self._flagged.items() if word in text.lower()}
        found = {name: score >= FLAGGED_FROM for name, score in scores.items()}
        result: dict[str, Any] = {"flagged": any(found.values()), "categories": found}
        if self._has_scores:
            result["category_scores"] = scores
            result["category_applied_input_types"] = {name: ["text"] for name in scores}
        return result

    def _answer(self) -> dict[str, Any]:
        given = self.call.body["input"]
        texts = [given] if isinstance(given, str) else given
        return {"id": "modr-stub", "model": self.call.entry.model, "results": [self._result(text) for text in texts]}

    def _open(self) -> None:
        call, exchange, mode = self.call, self.exchange, self.mode
        call.mark_first()
        whole = json.dumps(self._answer()).encode()
        if mode is None:
            call.done(self._answer())
        elif mode in SPOILT:
            call.close(mode)
            exchange.whole(SPOILT[mode])
        elif mode is Mode.ENDLESS:
            exchange.write(exchange.begin("application/json"))
            call.close(mode)
            pour(exchange, framed(b" " * 60_000))
        elif mode is Mode.DRIP:
            exchange.write(exchange.begin("application/json"))
            call.close(mode)
            drip(exchange, whole, self.timing.drip_ms / 1000)
        else:
            exchange.write(exchange.begin("application/json") + framed(whole[: len(whole) // 2]))
            break_off(call, mode)


SPOILT = {
    Mode.INVALID_JSON: b'{"id": "modr-stub", "results": [{"flagged": fal',
    Mode.WRONG_SHAPE: b'{"results": {"flagged": true}}',
    Mode.NOISE: b"\x00\xff\xfe this is no verdict",
    Mode.TRUNCATED_UTF8: b'{"results": [{"flagged": true, "categories": {"\xd0": true}}]}',
    Mode.ERROR_IN_STREAM: b'{"error": {"message": "The model crashed.", "type": "server_error", "code": 500}}',
}
