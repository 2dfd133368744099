"""A tiny embedding model in ONNX, written byte by byte: looks each token's vector up, and a tokenizer of whole words.

Format: onnx.proto3 of the ONNX project (ModelProto, GraphProto, NodeProto, TensorProto), in protocol buffers' wire
format; only the fields that are needed.
"""

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

FLOAT, INT64 = 1, 7


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes | str) -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _varint(value: int) -> bytes:
    found = b""
    while value > 0x7F:
        found += bytes((value & 0x7F | 0x80,))
        value >>= 7
    return found + bytes((value,))


def _value(name: str, kind: int, *dims: str) -> bytes:
    shape = b"".join(_bytes(1, _bytes(2, dim)) for dim in dims)
    return _bytes(1, name) + _bytes(2, _bytes(1, _number(1, kind) + _bytes(2, shape)))


def model(vectors: Sequence[Sequence[float]]) -> bytes:
    """Return the model whose token `n` has the vector `vectors[n]`."""
    flat = struct.pack(f"<{len(vectors) * len(vectors[0])}f", *(value for vector in vectors for value in vector))
    table = _number(1, len(vectors)) + _number(1, len(vectors[0])) + _number(2, FLOAT) + _bytes(8, "table")
    node = _bytes(1, "table") + _bytes(1, "input_ids") + _bytes(2, "tokens") + _bytes(4, "Gather")
    graph = _bytes(1, node) + _bytes(2, "tiny") + _bytes(5, table + _bytes(9, flat))
    graph += _bytes(11, _value("input_ids", INT64, "batch", "length"))
    graph += _bytes(12, _value("tokens", FLOAT, "batch", "length", "width"))
    return _number(1, 8) + _bytes(7, graph) + _bytes(8, _number(2, 13))


def write(folder: Path, vectors: Mapping[str, Sequence[float]]) -> None:
    """Put a model of whole words into a folder; the first word stands for padding and for unknown ones."""
    (folder / "model.onnx").write_bytes(model(list(vectors.values())))
    words = {word: number for number, word in enumerate(vectors)}
    tokenizer = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [],
        "normalizer": {"type": "Lowercase"},
        "pre_tokenizer": {"type": "Whitespace"},
        "post_processor": None,
        "decoder": None,
        "model": {"type": "WordLevel", "vocab": words, "unk_token": next(iter(vectors))},
    }
    (folder / "tokenizer.json").write_text(json.dumps(tokenizer))
