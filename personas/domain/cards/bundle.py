"""CHARX: a zip with `card.json` at its root and the card's files beside it. Names are checked, sizes bounded as read.

Source: chara_card V3, "CHARX".
"""

import io
import stat
import zipfile
import zlib

from personas.domain.cards.flaws import (
    BUNDLE_ENTRIES_MOST,
    FILE_LARGEST,
    JSON_LARGEST,
    UNPACKED_LARGEST,
    CardRefused,
    Flaw,
)

CARD = "card.json"
ENCRYPTED = 0x1
PIECE = 64 * 1024
STAMP = (1980, 1, 1, 0, 0, 0)
PLAIN = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})


def is_bundle(raw: bytes) -> bool:
    """Tell whether a file begins like a zip."""
    return raw.startswith((b"PK\x03\x04", b"PK\x05\x06"))


def read_bundle(raw: bytes) -> dict[str, bytes]:
    """Return the files of a bundle by their path, `card.json` among them.

    Raises:
        CardRefused: It is broken, too large once unpacked, holds unsafe names, or no card.
    """
    if len(raw) > FILE_LARGEST:
        raise CardRefused(Flaw.TOO_LARGE)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            return _unpacked(packed)
    except CardRefused:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError):
        raise CardRefused(Flaw.BROKEN_BUNDLE) from None


def write_bundle(card: bytes, files: dict[str, bytes]) -> bytes:
    """Return a bundle of a card and its files; the same content gives the same bytes."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in {**files, CARD: card}.items():
            archive.writestr(zipfile.ZipInfo(name, STAMP), content, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _unpacked(packed: zipfile.ZipFile) -> dict[str, bytes]:
    entries = packed.infolist()
    if len(entries) > BUNDLE_ENTRIES_MOST or sum(entry.file_size for entry in entries) > UNPACKED_LARGEST:
        raise CardRefused(Flaw.TOO_LARGE)
    files: dict[str, bytes] = {}
    left = UNPACKED_LARGEST
    for entry in entries:
        _check(entry)
        if entry.is_dir():
            continue
        if entry.filename in files:
            raise CardRefused(Flaw.TWICE_NAMED)
        most = min(left, JSON_LARGEST) if entry.filename == CARD else left
        files[entry.filename] = content = _read(packed, entry, most)
        left -= len(content)
    if CARD not in files:
        raise CardRefused(Flaw.NO_CARD_INSIDE)
    return files


def _check(entry: zipfile.ZipInfo) -> None:
    """Refuse names that lead out of the bundle, links, and what is not plainly packed."""
    name = entry.orig_filename
    parts = name.removesuffix("/").split("/")
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if is_link or any(sign in name for sign in "\\:\0") or any(part in {"", ".", ".."} for part in parts):
        raise CardRefused(Flaw.UNSAFE_NAME)
    if entry.flag_bits & ENCRYPTED or entry.compress_type not in PLAIN:
        raise CardRefused(Flaw.BROKEN_BUNDLE)


def _read(packed: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """Return a file's bytes, never more than `most`, whatever its header says."""
    pieces, size = [], 0
    with packed.open(entry) as file:
        while piece := file.read(PIECE):
            size += len(piece)
            if size > most:
                raise CardRefused(Flaw.TOO_LARGE)
            pieces.append(piece)
    return b"".join(pieces)
