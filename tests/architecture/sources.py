"""The project's own files, parsed once: what the architecture tests look at."""

import ast
import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = ("vtcontrol", "personas", "memory", "relationships", "streams", "workers")
APPS = ("vtcontrol/tenancy", "personas", "memory", "relationships", "streams", "workers")
NOT_OURS = {"node_modules", ".venv", "migrations", "__pycache__"}


@dataclass(frozen=True)
class Source:
    """One Python file.

    Attributes:
        path: Relative to the project, with slashes.
    """

    path: str
    text: str
    tree: ast.Module

    def calls(self) -> Iterator[ast.Call]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def imports(self) -> Iterator[tuple[int, str]]:
        """Yield (line, module) of every import, those inside functions too."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield node.lineno, node.module

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def source(path: str, text: str) -> Source:
    """Return a source made of a text, for the tests of the rules themselves."""
    return Source(path, text, ast.parse(text))


@functools.cache
def product() -> tuple[Source, ...]:
    """Return every Python file of the six packages, but for migrations."""
    return tuple(_read(file) for package in PACKAGES for file in _files(PROJECT / package, ".py"))


@functools.cache
def everything() -> tuple[Source, ...]:
    """Return every Python file of the project: product, tests, bench, deploy."""
    roots = ("tests", "bench", "deploy")
    others = [_read(file) for root in roots for file in _files(PROJECT / root, ".py")]
    return (*product(), *others, _read(PROJECT / "manage.py"))


def files(root: str, *suffixes: str) -> list[Path]:
    """Return the project's files under a folder with one of the given endings."""
    return [file for suffix in suffixes for file in _files(PROJECT / root, suffix)]


def relative(file: Path) -> str:
    return file.relative_to(PROJECT).as_posix()


def _files(root: Path, suffix: str) -> list[Path]:
    found = sorted(root.rglob(f"*{suffix}")) if root.is_dir() else []
    return [file for file in found if not NOT_OURS & set(file.relative_to(PROJECT).parts)]


def _read(file: Path) -> Source:
    text = file.read_text(encoding="utf-8")
    return Source(relative(file), text, ast.parse(text))


def dotted(node: ast.AST) -> str:
    """Return the dotted name of an expression such as `models.signals.post_save`, or ""."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}".lstrip(".")
    return ""


def enclosing(tree: ast.Module, wanted: ast.AST) -> str:
    """Return the name of the function or method a node stands in, "Class.method" or ""."""

    def search(node: ast.AST, names: tuple[str, ...]) -> str | None:
        if node is wanted:
            return ".".join(names)
        own = (node.name,) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) else ()
        for child in ast.iter_child_nodes(node):
            found = search(child, names + own)
            if found is not None:
                return found
        return None

    return search(tree, ()) or ""
