"""A tokenizer as Hugging Face writes it: one file `tokenizer.json`, read by the package tokenizers.

Owns reading it. Needs the optional packages of requirements/tokenizers.txt; nothing is ever downloaded.
"""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from personas.tokenizers import Lack, TokenizerMissing
from workers.providers.tiktoken_tables import read_bounded

FILE = "tokenizer.json"
FILE_LARGEST = 64 * 1024 * 1024  # bytes; Gemma's has 33 MB
SAMPLE = "Hello! Привет! 你好!"


def read_tokenizer(folder: Path) -> Callable[[str], int]:
    """Return what counts the tokens of the tokenizer in a folder.

    Raises:
        TokenizerMissing: There is none, or it cannot be used.
    """
    try:
        file = read_bounded(folder / FILE, FILE_LARGEST)
    except FileNotFoundError:
        raise TokenizerMissing(Lack.NO_TABLE, folder.name) from None
    try:
        library: Any = importlib.import_module("tokenizers")
    except ImportError:
        raise TokenizerMissing(Lack.NO_PACKAGE) from None
    broken = TokenizerMissing(Lack.BROKEN, f"{folder.name}/{FILE}")
    try:
        tokenizer = library.Tokenizer.from_buffer(file)
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True  # so that a special token in a text is plain text
        is_counting = _count(tokenizer, SAMPLE) > 0
    except Exception:  # the library raises bare exceptions of its own
        raise broken from None
    if not is_counting:
        raise broken
    return lambda text: _count(tokenizer, text)


def _count(tokenizer: Any, text: str) -> int:
    whole = text.encode("utf-8", "replace").decode()  # half a surrogate pair is no text to it
    return len(tokenizer.encode(whole, add_special_tokens=False))
