"""Going on in the middle of a segment: what of its text is still to be said when an engine broke off.

Owns finding the place, from the times of words where the engine told them, else from the rhythm of the text and the
length of what was heard. What was said is never said again: where the place is a guess, it is looked for behind it.
Pure; must not know engines.
"""

from collections.abc import Sequence

from vtcontrol.kernel.speech import WordCue
from workers.turn.visemes import Piece, rhythm

LEAST_REST_MS = 250.0  # less than this is not worth a change of voice
DOUBT, DOUBT_WITH_PACE = 0.2, 0.06  # how far off a guessed place may be, as a share of what was heard
SURE_MS = 250.0  # a place known better than this is taken by the word, else by the clause
LONGEST_SKIP_MS = 1500.0  # of speech nobody hears, to go on with a whole clause
WORD_SLACK_MS = 20


def usual_ms(text: str, language: str) -> float:
    """Return how long a text takes at a usual speed."""
    return sum(piece.ms for piece in rhythm(text, language))


def rest_of(text: str, language: str, heard_ms: float, *, pace: float = 0.0, words: Sequence[WordCue] = ()) -> str:
    """Return what is left of a text after so much of its audio, "" when that is nothing to speak of.

    Args:
        text: What was to be said.
        language: BCP 47 tag.
        heard_ms: Length of the audio that was made of it.
        pace: How long this voice takes for what usually takes 1; 0.0 when nobody knows.
        words: When words began, as far as the engine told.
    """
    if heard_ms <= 0:
        return text
    pieces = list(rhythm(text, language))
    start = _after_words(pieces, heard_ms, words) if words else _guessed(pieces, heard_ms, pace)
    rest = "" if start is None else text[start:]
    return rest if usual_ms(rest, language) >= LEAST_REST_MS else ""


def _after_words(pieces: Sequence[Piece], heard_ms: float, words: Sequence[WordCue]) -> int | None:
    """Return where the first word begins of which nothing was heard."""
    begun = max((cue.start for cue in words if cue.at_ms < heard_ms - WORD_SLACK_MS), default=-1)
    return next((piece.start for piece in pieces if piece.is_word and piece.start > begun), None)


def _guessed(pieces: Sequence[Piece], heard_ms: float, pace: float) -> int | None:
    place = heard_ms / (pace or 1.0)
    doubt = place * (DOUBT_WITH_PACE if pace else DOUBT)
    word = _first_at(pieces, place + doubt, is_clause=False)
    if word is None or doubt <= SURE_MS:
        return None if word is None else word[1]
    clause = _first_at(pieces, place, is_clause=True)
    return clause[1] if clause is not None and clause[0] - word[0] <= LONGEST_SKIP_MS else word[1]


def _first_at(pieces: Sequence[Piece], from_ms: float, *, is_clause: bool) -> tuple[float, int] | None:
    """Return time and place of the first word, or first word of a clause, that begins at `from_ms` or later."""
    at_ms = 0.0
    before = Piece(0, 0.0, is_word=False)
    for piece in pieces:
        if piece.is_word and at_ms >= from_ms and not (is_clause and before.is_word):
            return at_ms, piece.start
        at_ms += piece.ms
        before = piece
    return None
