"""Every environment variable that is read stands in docs/configuration.md, and nothing else does."""

import ast
import re

from tests.architecture.sources import PROJECT, dotted, everything, files, product

NAME = re.compile(r"\b(VTCONTROL_[A-Z0-9_]*[A-Z0-9]|DATABASE_URL|REDIS_URL|CELERY_BROKER_URL)\b")
READERS = {"folder", "text", "flag", "number", "choice", "names", "url", "time_zone"}
DOCUMENT = PROJECT / "docs" / "configuration.md"


def _documented() -> set[str]:
    """Return the variables that have a row of their own in a table."""
    rows = [line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([A-Z0-9_]+)`", row.split("|")[1])}


def _read_by_settings() -> dict[str, str]:
    """Return the variables the settings read, with how."""
    tree = next(one.tree for one in product() if one.path == "vtcontrol/settings.py")
    read = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and re.fullmatch(r"_env\.\w+", dotted(node.func)):
            reader = dotted(node.func).removeprefix("_env.")
            assert reader in READERS, reader
            assert isinstance(node.args[0], ast.Constant), ast.unparse(node)
            read[str(node.args[0].value)] = reader
    return read


def _mentioned() -> set[str]:
    """Return every variable of ours that any program of the project names."""
    texts = [one.text for one in everything()]
    texts += [file.read_text() for file in (PROJECT / "run", PROJECT / ".ci" / "run")]
    texts += [file.read_text() for file in files("deploy", ".sh", ".service", ".yml", ".yaml", ".conf", ".env")]
    return {name for text in texts for name in NAME.findall(text)}


def test_every_variable_the_settings_read_is_documented() -> None:
    assert _read_by_settings().keys() - _documented() == set()


def test_every_variable_of_ours_that_a_program_names_is_documented() -> None:
    assert _mentioned() - _documented() == set()


def test_nothing_is_documented_that_no_program_names() -> None:
    assert _documented() - _mentioned() == set()


def test_only_the_settings_read_the_environment() -> None:
    """One place knows the variables, so one check can report them all."""
    allowed = {
        "vtcontrol/settings.py": "reads them all",
        "vtcontrol/environment.py": "asks the system for a person's data folder",
        "vtcontrol/asgi.py": "names the settings",
        "vtcontrol/celery.py": "names the settings",
        "workers/embedded/folder.py": "sets the data folder before the settings are read",
        "workers/seeds/language.py": "asks the terminal for a newcomer's language",
        "workers/management/commands/smoke.py": "takes a token that shall not stand in a command line",
    }

    elsewhere = {
        one.path
        for one in product()
        for node in ast.walk(one.tree)
        if (isinstance(node, ast.Attribute) and dotted(node) == "os.environ")
        or (isinstance(node, ast.Call) and dotted(node.func) == "os.getenv")
    }

    assert elsewhere - allowed.keys() == set()


def test_the_document_names_no_default_that_is_another_in_the_settings() -> None:
    """Numbers and words that stand in both."""
    tree = next(one.tree for one in product() if one.path == "vtcontrol/settings.py")
    rows = {line.split("`")[1]: line for line in DOCUMENT.read_text().splitlines() if line.startswith("| `")}
    wrong = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or dotted(node.func) not in {"_env.number", "_env.choice"}:
            continue
        name, default = (ast.literal_eval(argument) for argument in node.args[:2])
        if f"`{default}`" not in rows[name].split("|")[2]:
            wrong.append(f"{name}: {default}")

    assert wrong == []
