"""Tokenizers of OpenAI's models, by tiktoken: its tables in a folder of the operator's, never from anywhere else.

Owns reading them, and fetching one on the operator's command. tiktoken itself downloads what is not in its folder, and
deletes what does not fit; its reading of files is therefore replaced while an encoding is made. The files have
the names of tiktoken's own cache. Needs the optional packages of requirements/tokenizers.txt.
"""

import contextlib
import hashlib
import importlib
import os
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from personas.tokenizers import Lack, TokenizerMissing
from vtcontrol.kernel.errors import VtcontrolError

TABLE_LARGEST = 16 * 1024 * 1024  # bytes; OpenAI's longest has 4 MB
DOWNLOAD_S = 60.0

ReadTable = Callable[[str, str | None], bytes]


class TableUnreachable(VtcontrolError):
    """A table could not be downloaded.

    Attributes:
        url: Where it is.
        file: The name of its file in the folder, for whoever brings it by hand.
        reason: What went wrong, in the words of the system.
    """

    def __init__(self, url: str, file: str, reason: str) -> None:
        super().__init__(f"{url}: {reason}")
        self.url = url
        self.file = file
        self.reason = reason


def encoding_of(model: str) -> str:
    """Return the name of the encoding a model uses.

    Raises:
        TokenizerMissing: tiktoken is not installed, or does not know the model.
    """
    try:
        return str(_tiktoken().encoding_name_for_model(model.removeprefix("openai/")))
    except KeyError:
        raise TokenizerMissing(Lack.UNKNOWN) from None


def read_encoding(encoding: str, folder: Path) -> Callable[[str], int]:
    """Return what counts the tokens of an encoding whose table is in a folder.

    Raises:
        TokenizerMissing: The table is not there, or is none.
    """

    def read(url: str, digest: str | None) -> bytes:
        try:
            return _fitting(read_bounded(folder / file_of(url), TABLE_LARGEST), digest, encoding)
        except FileNotFoundError:
            raise TokenizerMissing(Lack.NO_TABLE, encoding) from None

    made = _made(encoding, read)
    return lambda text: len(made.encode_ordinary(text))


def fetch_encoding(encoding: str, folder: Path) -> None:
    """Download what an encoding's tables lack in a folder.

    Raises:
        TokenizerMissing: What was downloaded is no such table.
        TableUnreachable: There is no network, or no such table.
        OSError: The folder cannot be written.
    """

    def read(url: str, digest: str | None) -> bytes:
        file = folder / file_of(url)
        with contextlib.suppress(FileNotFoundError, TokenizerMissing):
            return _fitting(read_bounded(file, TABLE_LARGEST), digest, encoding)
        table = _fitting(_download(url), digest, encoding)
        _write(file, table)
        return table

    _made(encoding, read)


def file_of(url: str) -> str:
    """Return the name of a table's file in tiktoken's cache."""
    return hashlib.sha1(url.encode(), usedforsecurity=False).hexdigest()


def read_bounded(file: Path, most: int) -> bytes:
    """Return what is in a file of at most so many bytes.

    Raises:
        TokenizerMissing: It has more, or cannot be read.
        FileNotFoundError: There is no such file.
    """
    if not file.is_file():
        raise FileNotFoundError(file.name)
    try:
        with file.open("rb") as opened:
            found = opened.read(most + 1)
    except OSError:
        raise TokenizerMissing(Lack.BROKEN, file.name) from None
    if len(found) > most:
        raise TokenizerMissing(Lack.TOO_LARGE, file.name)
    return found


def _fitting(table: bytes, digest: str | None, encoding: str) -> bytes:
    """Return a table if it is the one that was meant.

    Raises:
        TokenizerMissing: It is not.
    """
    if digest and hashlib.sha256(table).hexdigest() != digest:
        raise TokenizerMissing(Lack.BROKEN, encoding)
    return table


def _made(encoding: str, read: ReadTable) -> Any:
    tiktoken = _tiktoken()
    with _reading_by(read):
        try:
            return tiktoken.get_encoding(encoding)
        except (VtcontrolError, OSError):
            raise
        except Exception:  # a broken table fails anywhere inside, with whatever it comes to
            raise TokenizerMissing(Lack.BROKEN, encoding) from None


@contextlib.contextmanager
def _reading_by(read: ReadTable) -> Iterator[None]:
    """Let tiktoken read its tables by a function of ours; only the reader's one thread makes encodings."""
    load: Any = importlib.import_module("tiktoken.load")
    own = load.read_file_cached
    load.read_file_cached = lambda url, expected_hash=None: read(url, expected_hash)
    try:
        yield
    finally:
        load.read_file_cached = own


def _tiktoken() -> Any:
    try:
        return importlib.import_module("tiktoken")
    except ImportError:
        raise TokenizerMissing(Lack.NO_PACKAGE) from None


def _download(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=DOWNLOAD_S) as answer:  # noqa: S310 - tiktoken's own address
            found = answer.read(TABLE_LARGEST + 1)
    except (OSError, ValueError) as error:
        raise TableUnreachable(url, file_of(url), str(error)) from None
    if len(found) > TABLE_LARGEST:
        raise TokenizerMissing(Lack.TOO_LARGE, url.rpartition("/")[2])
    return bytes(found)


def _write(file: Path, table: bytes) -> None:
    """Put a table in its place in one step, so that nobody reads half of it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=file.parent, prefix=f"{file.name}.")
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(table)
    Path(draft).chmod(0o644)
    Path(draft).replace(file)
