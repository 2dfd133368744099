"""The rules themselves, each as a function from a source to what breaks it: "path:line what"."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Source, dotted, enclosing

RELATIONS = {"ForeignKey", "OneToOneField", "ManyToManyField"}
FUNCTION_MOST, MODULE_MOST = 60, 400  # lines
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "managers", "handlers"}
VENDORS = {
    "aiohttp", "anthropic", "edge_tts", "elevenlabs", "espeakng_loader", "google", "groq", "httpcore", "httpcore2",
    "httpx", "httpx2", "obsws_python", "ollama", "openai", "piper", "requests", "tiktoken", "tokenizers", "torch",
    "twitchio", "whisperx",
}  # fmt: skip
EXCUSES = re.compile(r"#\s*(?:noqa|type:\s*ignore|pragma:|nosec|mypy:\s*ignore|fmt:\s*off)[^#\n]*(?P<rest>.*)")
NOQA_REASON = re.compile(r"#\s*noqa:\s*[A-Z0-9, ]+\s+-\s+\S+")
SECOND_COMMENT = re.compile(r"#[^#]*#\s*\S+")


def string_relations(source: Source) -> Iterator[str]:
    """A model named by a string hides an import from import-linter."""
    for call in source.calls():
        name = dotted(call.func).rpartition(".")[2]
        target = call.args[0] if call.args else next((word.value for word in call.keywords if word.arg == "to"), None)
        is_text = isinstance(target, ast.Constant) and isinstance(target.value, str)
        if name in RELATIONS and is_text and target.value != "self":  # type: ignore[union-attr]  # is_text says so
            yield f"{source.path}:{call.lineno} {name}({ast.unparse(target)})"  # type: ignore[arg-type]  # as above


def direct_task_starts(source: Source) -> Iterator[str]:
    """Only `enqueue` starts tasks: on commit, in the studio's name."""
    for call in source.calls():
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if name in {"delay", "apply_async", "send_task"}:
            yield f"{source.path}:{call.lineno} .{name}("


def model_signals(source: Source) -> Iterator[str]:
    """What follows from a change is an explicit call."""
    for line, module in source.imports():
        if module in {"django.db.models.signals", "django.dispatch"}:
            yield f"{source.path}:{line} imports {module}"
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and dotted(node).startswith("models.signals."):
            yield f"{source.path}:{node.lineno} {dotted(node)}"


def unscoped_managers(source: Source) -> Iterator[str]:
    """Whatever steps around the fail-closed manager, or speaks to the database without it."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute) and node.attr in {"_base_manager", "_default_manager", "_raw_delete"}:
            yield f"{source.path}:{node.lineno} .{node.attr}"
    for call in source.calls():
        name = dotted(call.func)
        if name.rpartition(".")[2] in {"RawSQL", "raw", "cursor", "extra"} or name in {"models.Manager", "Manager"}:
            yield f"{source.path}:{call.lineno} {name}("


def unscoped_callers(source: Source) -> Iterator[str]:
    """Every place that sees all studios, as "path function"."""
    for call in source.calls():
        if dotted(call.func) == "unscoped":
            yield f"{source.path} {enclosing(source.tree, call)}"


def vendor_imports(source: Source) -> Iterator[str]:
    """Vendors stay behind their adapters."""
    for line, module in source.imports():
        if module.partition(".")[0] in VENDORS:
            yield f"{source.path}:{line} imports {module}"


def long_functions(source: Source) -> Iterator[str]:
    for function in source.functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_MOST:
            yield f"{source.path}:{function.lineno} {function.name} has {lines} lines"


def is_prose(source: Source) -> bool:
    """Tell whether a module holds words only: no code a reader has to follow."""
    code = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.While, ast.With, ast.Try)
    return not any(isinstance(node, code) for node in source.tree.body)


def prints(source: Source) -> Iterator[str]:
    for call in source.calls():
        if dotted(call.func) in {"print", "pprint", "pprint.pprint", "breakpoint"}:
            yield f"{source.path}:{call.lineno} {dotted(call.func)}("


def swallowed_errors(source: Source) -> Iterator[str]:
    """A handler that catches everything and does nothing; `suppress(Exception)` is the same."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler) and _catches_all(node.type) and all(map(_is_nothing, node.body)):
            yield f"{source.path}:{node.lineno} swallows every error"
        if isinstance(node, ast.Call) and dotted(node.func).endswith("suppress") and any(map(_catches_all, node.args)):
            yield f"{source.path}:{node.lineno} suppresses every error"


def _catches_all(kind: ast.AST | None) -> bool:
    if isinstance(kind, ast.Tuple):
        return any(map(_catches_all, kind.elts))
    return kind is None or dotted(kind) in {"Exception", "BaseException"}


def _is_nothing(statement: ast.stmt) -> bool:
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Continue) or is_constant


def bare_excuses(path: str, text: str) -> Iterator[str]:
    """An ignore says why: `# noqa: X123 - why`, or a second comment behind it."""
    for number, line in enumerate(text.splitlines(), start=1):
        at = EXCUSES.search(line)
        if at and not NOQA_REASON.search(line) and not SECOND_COMMENT.search(line[at.start() :]):
            yield f"{path}:{number} {line.strip()[-60:]}"


def vague_name(path: str) -> bool:
    """Tell whether a file or folder is named for nothing in particular."""
    return bool(VAGUE_NAMES & {part.partition(".")[0] for part in path.split("/")})
