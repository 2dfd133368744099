"""How many tokens a text takes for the model that will read it: the model's own tokenizer, or the estimate until then.

Owns which counter a model has in this process. `counter_for` answers at once, always: a tokenizer is read once, beside,
and a failure is remembered until somebody asks to look again. `workers` hangs in what reads tables when it starts
(`install`); without it everything is estimated. Must not know files or libraries.
"""

import logging
import threading
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from personas.domain.tokens import ESTIMATE, TokenCounter
from vtcontrol.kernel.errors import VtcontrolError

logger = logging.getLogger(__name__)

MODELS_KEPT = 256


class Lack(StrEnum):
    """Why a model's tokens are estimated."""

    NOWHERE = "nowhere"
    READING = "reading"
    NO_PACKAGE = "no_package"
    NO_TABLE = "no_table"
    UNKNOWN = "unknown"
    BAD_NAME = "bad_name"
    TOO_LARGE = "too_large"
    BROKEN = "broken"


class TokenizerMissing(VtcontrolError):
    """A model's tokenizer cannot be used.

    Attributes:
        lack: Why.
        detail: What is meant: an encoding, a folder or a file, by its bare name.
    """

    def __init__(self, lack: Lack, detail: str = "") -> None:
        super().__init__(f"{lack}: {detail}" if detail else lack.value)
        self.lack = lack
        self.detail = detail


class Tables(Protocol):
    """Reads tokenizers."""

    @property
    def is_offered(self) -> bool:
        """Whether the operator offers any."""
        ...

    def read(self, model: str) -> TokenCounter:
        """Return a model's own counter; takes its time.

        Raises:
            TokenizerMissing: Why there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class Tokenizing:
    """How a model's tokens are counted.

    Attributes:
        counter: By what.
        lack: Why it is the estimate; None for the model's own tokenizer.
        detail: As in `TokenizerMissing`.
    """

    counter: TokenCounter
    lack: Lack | None = None
    detail: str = ""


NOWHERE = Tokenizing(ESTIMATE, Lack.NOWHERE)


class CounterRoom:
    """The counters of this process, by model.

    Args:
        tables: Reads tokenizers.
        reader: Runs what takes time; one thread by default.
    """

    def __init__(self, tables: Tables, reader: Executor | None = None) -> None:
        self._tables = tables
        self._reader = reader or ThreadPoolExecutor(max_workers=1, thread_name_prefix="tokenizers")
        self._lock = threading.Lock()
        self._known: dict[str, Tokenizing] = {}

    def tokenizing_of(self, model: str) -> Tokenizing:
        """Return how a model's tokens are counted now; the first one who asks has its tokenizer read."""
        known = self._known.get(model)
        if known is not None:
            return known
        return self._begin(model) if model and self._tables.is_offered else NOWHERE

    def look_again(self, model: str) -> Tokenizing:
        """Read a tokenizer that could not be read before; anything else stays as it is."""
        known = self.tokenizing_of(model)
        return known if known.lack in {None, Lack.NOWHERE, Lack.READING} else self._begin(model, after=known)

    def _begin(self, model: str, after: Tokenizing | None = None) -> Tokenizing:
        reading = Tokenizing(ESTIMATE, Lack.READING)
        with self._lock:
            known = self._known.get(model)
            if known is not after and known is not None:
                return known
            self._known[model] = reading
            while len(self._known) > MODELS_KEPT:
                del self._known[next(iter(self._known))]
        try:
            self._reader.submit(self._read, model)
        except RuntimeError:  # the process is about to end
            self._keep(model, NOWHERE)
        return reading

    def _read(self, model: str) -> None:
        try:
            found = Tokenizing(self._tables.read(model))
        except TokenizerMissing as missing:
            logger.info("tokens are estimated", extra={"lack": missing.lack.value, "detail": missing.detail})
            found = Tokenizing(ESTIMATE, missing.lack, missing.detail)
        except Exception:
            logger.exception("a tokenizer could not be read")
            found = Tokenizing(ESTIMATE, Lack.BROKEN)
        self._keep(model, found)

    def _keep(self, model: str, found: Tokenizing) -> None:
        with self._lock:
            if model in self._known:
                self._known[model] = found


_rooms: list[CounterRoom] = []


def install(room: CounterRoom) -> None:
    """Say who knows the counters of this process; called once, when the floor above is ready."""
    _rooms[:] = [room]


def counter_for(model: str) -> TokenCounter:
    """Return what counts a model's tokens now: its own tokenizer where it is in memory, else the estimate. At once.

    Args:
        model: Its name at the provider; "" for a brain that is no language model.
    """
    return tokenizing_of(model).counter


def tokenizing_of(model: str) -> Tokenizing:
    """Return how a model's tokens are counted now, and why no better."""
    return _rooms[0].tokenizing_of(model) if _rooms else NOWHERE


def look_again(model: str) -> Tokenizing:
    """Have a model's tokenizer read, also after a failure: when a stream goes live, or somebody asks."""
    return _rooms[0].look_again(model) if _rooms else NOWHERE
