"""The tokenizers the operator offers: a folder of tables, each read once in a process.

Owns where a model's tokenizer is looked for: a folder of the model's own name with `tokenizer.json`, else tiktoken's
table for it. A model's name comes from a form and is never taken for a path.
"""

import re
from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from personas.domain.tokens import TableCounter, TokenCounter
from personas.tokenizers import Lack, TokenizerMissing
from workers.providers.tiktoken_tables import encoding_of, read_encoding
from workers.providers.tokenizer_json import FILE, read_tokenizer

_FOLDER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


class OperatorsTables:
    """See `personas.tokenizers.Tables`. Models with the same tokenizer share its counter."""

    def __init__(self) -> None:
        self._counters: dict[str, TokenCounter] = {}

    @property
    def is_offered(self) -> bool:
        """Whether the operator names a folder."""
        return bool(settings.TOKENIZERS_DIR)

    def read(self, model: str) -> TokenCounter:
        """Return a model's own counter.

        Raises:
            TokenizerMissing: Why there is none.
        """
        home, folder = Path(settings.TOKENIZERS_DIR), folder_of(model)
        if folder and (home / folder / FILE).is_file():
            return self._shared(f"{folder}/{FILE}", lambda: read_tokenizer(home / folder))
        encoding = known_encoding(model)
        return self._shared(encoding, lambda: read_encoding(encoding, home))

    def _shared(self, name: str, read: Callable[[], Callable[[str], int]]) -> TokenCounter:
        if name not in self._counters:
            self._counters[name] = TableCounter(name, read())
        return self._counters[name]


def folder_of(model: str) -> str:
    """Return the name of the folder a model's `tokenizer.json` is looked for in; "" when none can have its name."""
    name = model.replace("/", "--").replace(":", "--")
    return name if _FOLDER.fullmatch(name) else ""


def known_encoding(model: str) -> str:
    """Return tiktoken's encoding for a model.

    Raises:
        TokenizerMissing: There is none; the detail is the folder that may hold the model's own tokenizer.
    """
    try:
        return encoding_of(model)
    except TokenizerMissing as missing:
        if missing.lack is not Lack.UNKNOWN:
            raise
        folder = folder_of(model)
        raise TokenizerMissing(Lack.UNKNOWN if folder else Lack.BAD_NAME, folder) from None
