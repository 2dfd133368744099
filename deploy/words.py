"""What `./run` says, in Russian where the person's system speaks it.

Owns the sentences and the choice of language; a sentence without a translation stays English. What programs print that
`./run` starts is theirs, and stays as it is.
"""

from __future__ import annotations

import ctypes
import os
import sys

RUSSIAN_OF_WINDOWS = 0x19

RUSSIAN = {
    "The disk is full: setting up needs about 700 MB in {checkout} and some in {temporary}; "
    "free some space and start again.": "Диск полон: для установки нужно около 700 МБ в {checkout} и немного в "
    "{temporary}. Освободите место и запустите снова.",
    "{path} can't be written to ({reason}): make it writable for you, or set VTCONTROL_VENV to a folder that is.": (
        "В {path} нельзя записать ({reason}): дайте себе право записи или укажите в VTCONTROL_VENV другую папку."
    ),
    "The packages can't be fetched: check the network (or the proxy settings) and start again.": (
        "Не удалось скачать пакеты: проверьте сеть (или настройки прокси) и запустите снова."
    ),
    "Setting up failed: {error}.": "Установка не удалась: {error}.",
    "Setting up failed in {program}: its last lines are above.": (
        "Установка не удалась в {program}: его последние строки — выше."
    ),
    "Another ./run is setting up this checkout; waiting for it.": (
        "Другой ./run уже готовит эту папку; ждём, пока закончит."
    ),
    "{folder} holds other things: set VTCONTROL_VENV to a new or empty folder.": (
        "В {folder} лежит другое: укажите в VTCONTROL_VENV новую или пустую папку."
    ),
    "Making a Python environment": "Готовим окружение Python",
    "Installing what vtcontrol needs (only now, about a minute)": (
        "Ставим то, что нужно vtcontrol (только в первый раз, около минуты)"
    ),
    "package {seen} of {total}": "пакет {seen} из {total}",
    "unpacking": "распаковка",
    "type:  {command}": "наберите:  {command}",
    "Type:  {command}": "Наберите:  {command}",
    "install it (often called {name}).": "установите его (часто он называется {name}).",
    "Python {version} has no module {module} here; {way}": "В Python {version} здесь нет модуля {module}; {way}",
    "The tests need what this machine doesn't have: {names}.\n{way}": (
        "Тестам нужно то, чего на этой машине нет: {names}.\n{way}"
    ),
    "Installing {packages}": "Ставим {packages}",
    "Fetching the package lists": "Обновляем списки пакетов",
    "Install it with your system's package manager (the names are Debian's) and start again.": (
        "Установите это менеджером пакетов вашей системы (названия — как в Debian) и запустите снова."
    ),
    "Installing the JavaScript checks": "Ставим проверки JavaScript",
    "the port of the admin and the pages": "порт админки и страниц",
    "the folder of database, media and keys": "папка базы данных, файлов и ключей",
    "ask nothing": "ни о чём не спрашивать",
    "Stopped.": "Остановлено.",
    """\
./run [--port N] [--data-dir DIR] [--no-input]   start vtcontrol, everything in one process
       ./run test [pytest arguments]                    run all checks and tests, or just the given tests
       ./run bench NAME [--json]                        measure how fast it is on this machine
       ./run manage COMMAND [arguments]                 run a Django management command""": """\
./run [--port N] [--data-dir DIR] [--no-input]   запустить vtcontrol, всё в одном процессе
       ./run test [аргументы pytest]                    все проверки и тесты или только названные тесты
       ./run bench ИМЯ [--json]                         измерить скорость на этой машине
       ./run manage КОМАНДА [аргументы]                 команда управления Django""",
    """\
environment:
  VTCONTROL_VENV  the folder of the Python environment (default: .venv in the checkout)""": """\
окружение:
  VTCONTROL_VENV  папка окружения Python (по умолчанию .venv рядом с run)""",
}


def said(sentence: str, **values: object) -> str:
    """Returns a sentence in the person's language, its {values} filled in."""
    return (RUSSIAN.get(sentence, sentence) if is_russian() else sentence).format(**values)


def is_russian() -> bool:
    """Tells whether the system speaks Russian to this person, and the terminal can show it."""
    try:
        "я".encode(sys.stderr.encoding or "ascii")
    except (UnicodeError, LookupError):
        return False
    chosen = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return chosen.lower().startswith("ru") if chosen else is_windows_russian()


if sys.platform == "win32":

    def is_windows_russian() -> bool:
        """Tells whether Windows shows its own windows in Russian."""
        language: int = ctypes.windll.kernel32.GetUserDefaultUILanguage()
        return language & 0x3FF == RUSSIAN_OF_WINDOWS

else:

    def is_windows_russian() -> bool:
        """Tells whether Windows shows its own windows in Russian."""
        return False
