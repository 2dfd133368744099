"""One process a data folder: a lock file held as long as the process lives."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from vtcontrol.kernel.errors import VtcontrolError


class DataDirTaken(VtcontrolError):
    """Another process works in the folder."""


@contextmanager
def hold_data_dir(data_dir: Path) -> Iterator[None]:
    """Hold the folder's lock for the length of the block; the system frees it when the process dies.

    Raises:
        DataDirTaken: Another process holds it.
        OSError: The folder cannot be written.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    file = os.open(data_dir / "studio.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(file, data_dir)
        yield
    finally:
        os.close(file)


def _lock(file: int, data_dir: Path) -> None:
    try:
        try:
            import fcntl
        except ImportError:  # Windows
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]  # Windows only
        else:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        words = _("Another vtcontrol already runs on {folder}. Stop it, or start with another --data-dir.")
        raise DataDirTaken(words.format(folder=data_dir)) from None
