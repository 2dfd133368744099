"""The rechunker: cuts audio into chunks that begin small and grow.

Owns the sizes of chunks, which depend on the audio alone and not on timing, until somebody says that the stage waits.
Must not know engines or tasks.
"""

FIRST_CHUNK_MS = 40  # of the turn: the sooner it leaves, the sooner the character is heard
FIRST_CHUNK_OF_LATER_SEGMENT_MS = 160
LONGEST_CHUNK_MS = 500
SHORTEST_TAIL_MS = 60  # less than this never becomes a chunk of its own


class Rechunker:
    """Cuts the audio of one segment into chunks that grow: 40, 80, 160, 320, 500, 500, … ms.

    The very first chunk of a turn leaves as soon as it is full. Every other one waits until a little more than itself
    is there, so that the end of a segment never comes as a crumb.

    Args:
        sample_rate: Hertz.
        is_first: This is the first audio of its turn.
    """

    __slots__ = ("_buffer", "_has_ended", "_has_lasted", "_is_first", "_is_released", "_rate", "_size_ms", "taken")

    def __init__(self, sample_rate: int, *, is_first: bool) -> None:
        self._buffer = bytearray()
        self._rate = sample_rate
        self._is_first = is_first
        self._size_ms = FIRST_CHUNK_MS if is_first else FIRST_CHUNK_OF_LATER_SEGMENT_MS
        self._has_ended = False
        self._has_lasted = False
        self._is_released = False
        self.taken = 0  # chunks so far

    def __len__(self) -> int:
        return len(self._buffer)

    def add(self, pcm: bytes) -> None:
        """Put more audio in."""
        self._buffer += pcm

    def end(self) -> None:
        """Say that no more audio comes; half a sample at the end is dropped."""
        self._has_ended = True
        if len(self._buffer) % 2:
            del self._buffer[-1:]

    def release(self) -> None:
        """Let the next chunk be as small as what is there: the stage has nothing left to play."""
        self._is_released = True

    @property
    def is_ready(self) -> bool:
        """Whether `take` may be called."""
        if self._is_released and len(self._buffer) > 1:
            return True
        if self._has_ended:
            return not self._has_lasted and (bool(self._buffer) or self.taken > 0)
        size = len(self._buffer)
        if self._is_first and self.taken == 0:
            return size >= self._bytes(self._size_ms)
        return size > self._bytes(self._size_ms + SHORTEST_TAIL_MS)

    def take(self) -> tuple[bytes, bool]:
        """Return the next chunk, and whether it is the last one."""
        size = self._next_bytes()
        pcm = bytes(self._buffer[:size])
        del self._buffer[:size]
        self.taken += 1
        self._is_released = False
        self._size_ms = min(2 * self._size_ms, LONGEST_CHUNK_MS)
        self._has_lasted = self._has_ended and not self._buffer
        return pcm, self._has_lasted

    def _next_bytes(self) -> int:
        size = len(self._buffer)
        if self._is_released and not self._has_ended:
            return min(size & ~1, self._bytes(LONGEST_CHUNK_MS))
        is_rest = self._has_ended and size <= self._bytes(self._size_ms + SHORTEST_TAIL_MS)
        if not is_rest or (self._is_first and self.taken == 0):
            return min(size, self._bytes(self._size_ms))
        return size if size <= self._bytes(LONGEST_CHUNK_MS) else size // 4 * 2

    def _bytes(self, ms: int) -> int:
        return self._rate * ms // 1000 * 2
