"""Cards inside PNG and APNG pictures: their text chunks read and written, everything else left byte for byte.

Source: PNG specification (third edition), chunks tEXt, zTXt and iTXt; chara_card V2 and V3, "embedding".
"""

import base64
import binascii
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from personas.domain.cards.flaws import CHUNKS_MOST, FILE_LARGEST, JSON_LARGEST, CardRefused, Flaw

SIGNATURE = b"\x89PNG\r\n\x1a\n"
KEYWORDS = (b"ccv3", b"chara")  # the first found is the card
CODED_LARGEST = JSON_LARGEST * 4 // 3 + 1024
TEXT_CHUNKS = frozenset({b"tEXt", b"zTXt", b"iTXt"})


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk of a picture."""

    kind: bytes
    body: bytes

    def packed(self) -> bytes:
        """Return the chunk with its length and check sum."""
        named = self.kind + self.body
        return struct.pack(">I", len(self.body)) + named + struct.pack(">I", zlib.crc32(named))


def is_picture(raw: bytes) -> bool:
    """Tell whether a file begins like a PNG."""
    return raw.startswith(SIGNATURE)


def read_picture(raw: bytes) -> bytes:
    """Return the JSON text of the card in a picture; `ccv3` wins over `chara`.

    Raises:
        CardRefused: The picture is broken or too large, or holds no card, or two.
    """
    found: dict[bytes, list[bytes]] = {}
    for chunk in _chunks(raw):
        if chunk.kind in TEXT_CHUNKS and (keyword := _keyword(chunk)) in KEYWORDS:
            found.setdefault(keyword, []).append(_text(chunk))
    coded = next((found[keyword] for keyword in KEYWORDS if keyword in found), [])
    if not coded:
        raise CardRefused(Flaw.NO_CARD_INSIDE)
    if len(set(coded)) > 1:
        raise CardRefused(Flaw.TWO_CARDS)
    return _decoded(coded[0])


def write_picture(raw: bytes, cards: dict[str, bytes]) -> bytes:
    """Return the picture with these cards (JSON by keyword) in place of those it holds.

    Raises:
        CardRefused: The picture is broken or too large.
    """
    kept = [chunk for chunk in _chunks(raw) if not (chunk.kind in TEXT_CHUNKS and _keyword(chunk) in KEYWORDS)]
    new = [Chunk(b"tEXt", keyword.encode() + b"\0" + base64.b64encode(text)) for keyword, text in cards.items()]
    return SIGNATURE + b"".join(chunk.packed() for chunk in [*kept[:-1], *new, kept[-1]])


def neutral_picture(width: int = 400, height: int = 600) -> bytes:
    """Return a plain picture, lighter towards its foot: the cover of a card that has none."""
    rows = bytearray()
    for row in range(height):
        share = row / height
        rows += b"\0" + bytes((int(52 + 90 * share), int(48 + 70 * share), int(90 + 120 * share))) * width
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (Chunk(b"IHDR", header), Chunk(b"IDAT", zlib.compress(bytes(rows), 9)), Chunk(b"IEND", b""))
    return SIGNATURE + b"".join(chunk.packed() for chunk in chunks)


def _chunks(raw: bytes) -> Iterator[Chunk]:
    """Yield the chunks up to IEND; what stands behind it is no part of the picture."""
    if len(raw) > FILE_LARGEST:
        raise CardRefused(Flaw.TOO_LARGE)
    if not is_picture(raw):
        raise CardRefused(Flaw.BROKEN_PICTURE)
    place = len(SIGNATURE)
    for number in range(CHUNKS_MOST):
        if place + 12 > len(raw):
            raise CardRefused(Flaw.BROKEN_PICTURE)
        (length,) = struct.unpack_from(">I", raw, place)
        end = place + 12 + length
        if end > len(raw):
            raise CardRefused(Flaw.BROKEN_PICTURE)
        chunk = Chunk(raw[place + 4 : place + 8], raw[place + 8 : end - 4])
        (check,) = struct.unpack_from(">I", raw, end - 4)
        if check != zlib.crc32(chunk.kind + chunk.body) or (number == 0) != (chunk.kind == b"IHDR"):
            raise CardRefused(Flaw.BROKEN_PICTURE)
        yield chunk
        if chunk.kind == b"IEND":
            return
        place = end
    raise CardRefused(Flaw.TOO_LARGE)


def _keyword(chunk: Chunk) -> bytes:
    return chunk.body.partition(b"\0")[0].lower()


def _text(chunk: Chunk) -> bytes:
    """Return what a text chunk says, unpacked within bounds."""
    rest = chunk.body.partition(b"\0")[2]
    if chunk.kind == b"tEXt":
        text = rest
    elif chunk.kind == b"zTXt":
        text = _inflated(rest[1:])
    else:
        is_packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        text = _inflated(rest) if is_packed else rest
    if len(text) > CODED_LARGEST:
        raise CardRefused(Flaw.TOO_LARGE)
    return text


def _inflated(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, CODED_LARGEST + 1)
    except zlib.error:
        raise CardRefused(Flaw.BROKEN_PICTURE) from None
    if len(text) <= CODED_LARGEST and not unpacking.eof:
        raise CardRefused(Flaw.BROKEN_PICTURE)
    return text


def _decoded(coded: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(coded.split()), validate=True)
    except (binascii.Error, ValueError):
        raise CardRefused(Flaw.BROKEN_CODING) from None
