"""What webhooks are posted, for the OpenAPI document: under `x-webhooks`, as OpenAPI 3.0 has no place of its own."""

from typing import Any

from vtcontrol.tenancy.webhooks import Topic

Schema = dict[str, Any]
TEXT, ID = {"type": "string"}, {"type": "string", "format": "uuid"}
STATE = {"type": "object", "additionalProperties": {"type": "boolean"}}
SHAPES = "#/components/schemas/"
HELD = {"stream": ID, "line": {"$ref": f"{SHAPES}HeldLine"}}
DATA: dict[str, Schema] = {
    Topic.TURN_ENDED: {
        "stream": ID,
        "turn": {"$ref": f"{SHAPES}TurnItem"},
        "event": {"allOf": [{"$ref": f"{SHAPES}EventItem"}], "nullable": True},
    },
    Topic.STATE_CHANGED: {"stream": ID, "name": TEXT, "state": STATE, "before": STATE},
    Topic.PASSED_OVER: {"stream": ID, "event": {"$ref": f"{SHAPES}EventItem"}},
    Topic.LINE_HELD: HELD,
    Topic.LINE_DECIDED: HELD,
    Topic.PING: {"webhook": TEXT},
}


def add_messages(result: Schema, **_: Any) -> Schema:
    """Add the messages to the document; postprocessing hook."""
    result["x-webhooks"] = {topic.value: {"post": _message(topic)} for topic in Topic}
    return result


def _message(topic: Topic) -> Schema:
    body = _all_of({
        "type": {"type": "string", "enum": [topic.value]},
        "timestamp": {"type": "string", "format": "date-time"},
        "data": _all_of(DATA[topic]),
    })  # fmt: skip
    return {
        "summary": str(topic.label),
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"2XX": {"description": "Taken; the answer is not read."}},
    }


def _all_of(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}
