"""Tiny tokenizers, made on the spot: a plugin of tiktoken with a few merges, and a `tokenizer.json`."""

import base64
import functools
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from workers.providers.tiktoken_tables import file_of

ENCODING = "tiny"
MODEL = "tiny-1"
URL = "https://127.0.0.1:9/tiny.tiktoken"  # nobody answers there
PARTS = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?",
    r"\p{N}{1,3}",
    r" ?[^\s\p{L}\p{N}]+[\r\n/]*",
    r"\s*[\r\n]+",
    r"\s+(?!\S)",
    r"\s+",
)
"""How o200k parts words."""
PATTERN = "|".join(PARTS)
MERGES = ["th", "the", " the", "in", "ing", "he", "ll", "hello", "\n\n", ">\n", ".\n", ".\n\n", "  ", *"приветя", " т"]
SENTENCES = [
    "Hello there, how are you today?",
    "Привет, как дела у тебя сегодня?",
    "你好,今天过得怎么样?",
    "</chat>\n\n<chat>",
] * 3


def table() -> bytes:
    """Return a table of all bytes and a few merges, as tiktoken keeps it."""
    tokens = [bytes([one]) for one in range(256)] + [merge.encode() for merge in MERGES]
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))


def put_table(folder: Path, content: bytes | None = None) -> Path:
    """Put the table where tiktoken's cache would have it."""
    file = folder / file_of(URL)
    file.write_bytes(table() if content is None else content)
    return file


def plug_in(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Make tiktoken find an encoding `tiny`, with no memory of those it made before."""
    import tiktoken.model
    import tiktoken.registry

    package = folder / "tiktoken_ext"
    package.mkdir(parents=True)
    digest = hashlib.sha256(table()).hexdigest()
    (package / "tiny_plugin.py").write_text(
        "from tiktoken.load import load_tiktoken_bpe\n\n\n"
        "def tiny():\n"
        f"    ranks = load_tiktoken_bpe({URL!r}, expected_hash={digest!r})\n"
        f"    special = {{'<|endoftext|>': 5000}}\n"
        f"    return dict(name={ENCODING!r}, pat_str={PATTERN!r}, mergeable_ranks=ranks, special_tokens=special)\n\n\n"
        f"ENCODING_CONSTRUCTORS = {{{ENCODING!r}: tiny}}\n"
    )
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "tiktoken_ext.tiny_plugin", raising=False)
    tiktoken.registry._available_plugin_modules.cache_clear()
    monkeypatch.setattr(tiktoken.registry, "ENCODING_CONSTRUCTORS", None)
    monkeypatch.setattr(tiktoken.registry, "ENCODINGS", {})
    monkeypatch.setitem(tiktoken.model.MODEL_PREFIX_TO_ENCODING, "tiny-", ENCODING)


@functools.lru_cache
def trained(size: int = 400, *sentences: str) -> str:
    """Return a `tokenizer.json` of a BPE trained on a few sentences; it cuts and pads, as many in the wild do."""
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=size, initial_alphabet=alphabet, special_tokens=["<|im_end|>"], show_progress=False
    )
    made.train_from_iterator(sentences or SENTENCES, trainer)
    made.enable_truncation(3)
    made.enable_padding(length=64)
    found: str = made.to_str()
    return found


def put_tokenizer(folder: Path, content: str | None = None) -> Path:
    """Put a `tokenizer.json` into a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "tokenizer.json"
    file.write_text(trained() if content is None else content)
    return file


def silenced() -> str:
    """Return a tokenizer that knows no word and no letter: it counts nothing."""
    whole: dict[str, Any] = json.loads(trained())
    whole["model"]["vocab"], whole["model"]["merges"] = {}, []
    whole["added_tokens"] = []
    return json.dumps(whole)
