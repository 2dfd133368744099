"""What import-linter cannot see. A rule without a machine check is a rule already broken."""

import ast
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings

from tests.architecture import rules
from tests.architecture.sources import PACKAGES, PROJECT, Source, everything, files, product, relative, source
from vtcontrol.kernel.errors import ScopeMissing
from vtcontrol.tenancy.history import StudioHistory
from vtcontrol.tenancy.owned import StudioManager, StudioOwned

Rule = Callable[[Source], Iterator[str]]

# Where a rule does not hold, and why.
EXEMPT: dict[Rule, dict[str, str]] = {
    rules.direct_task_starts: {"vtcontrol/tenancy/tasks.py": "the one door"},
    rules.unscoped_managers: {
        "vtcontrol/tenancy/owned.py": "makes the fail-closed manager",
        "streams/services/rewriting.py": "rewrites whole files and tables; reads and changes no row",
        "vtcontrol/tenancy/compiled.py": "runs what the fail-closed manager built, and refuses it without a studio",
    },
    rules.vendor_imports: {
        "workers/providers/": "adapters: the only rooms that know a vendor",
        "workers/links/": "adapters of connections",
    },
}

# Who may see every studio, and why. A new entry needs a reason that no tenant is answered with what is seen.
UNSCOPED_CALLERS = {
    "vtcontrol/tenancy/tokens.py read": "a bearer token names its studio",
    "vtcontrol/tenancy/tokens.py redeem_ticket": "a ticket names its studio",
    "vtcontrol/tenancy/tasks.py SystemTask.__call__": "sweeps run over every studio",
    "vtcontrol/tenancy/management/commands/keys.py Command._for_each_secret": "the operator's keys seal every secret",
    "workers/management/commands/studio.py Command._prepare": "an embedded start knows that nobody else runs",
    "workers/embedded/links.py page_links": "the embedded start shows the first stream's links",
    "streams/services/links.py hold_links": "a link process keeps and takes links of every studio",
    "streams/services/links.py report_links": "a link process says how the links of every studio go",
    "streams/services/links.py release_links": "a link process that ends gives back the links of every studio",
    "streams/services/links.py count_unread": "a link process that ends looks whether its links are read on",
    "streams/services/leases.py renew_all": "a worker renews the leases of all its streams",
    "streams/services/sweeping.py wake_forsaken": "a live worker looks for streams nobody works on",
    "streams/services/sweeping.py give_up_held": "a live worker looks for held lines nobody decided on",
    "streams/services/sweeping.py have_webhooks_told": "a live worker looks for webhooks",
    "streams/services/disclosure.py open_page": "a private page names its studio",
}

# Tables that belong to no studio, and why.
STANDING_ABOVE = {
    "auth.User": "a person may work in several studios",
    "auth.Group": "Django's own; unused",
    "auth.Permission": "Django's own",
    "contenttypes.ContentType": "Django's own",
    "sessions.Session": "Django's own",
    "admin.LogEntry": "Django's own; shown only with the object it is about",
    "tenancy.Studio": "the tenant itself",
    "tenancy.Membership": "joins people and studios",
}

EVERYWHERE: list[Rule] = [
    rules.string_relations,
    rules.direct_task_starts,
    rules.model_signals,
    rules.unscoped_managers,
    rules.vendor_imports,
    rules.long_functions,
    rules.prints,
    rules.swallowed_errors,
]


@pytest.mark.parametrize("rule", EVERYWHERE, ids=lambda rule: rule.__name__)
def test_the_product_keeps_the_rule(rule: Rule) -> None:
    exempt = tuple(EXEMPT.get(rule, {}))

    broken = [line for one in product() if not any(part in one.path for part in exempt) for line in rule(one)]

    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.string_relations, "x = models.ForeignKey('app.Model', on_delete=models.CASCADE)"),
        (rules.string_relations, "x = ManyToManyField(to='Model')"),
        (rules.direct_task_starts, "task.delay(1)"),
        (rules.direct_task_starts, "task.si(1).apply_async()"),
        (rules.direct_task_starts, "app.send_task('live.perform')"),
        (rules.model_signals, "from django.db.models.signals import post_save"),
        (rules.model_signals, "from django.dispatch import receiver"),
        (rules.model_signals, "models.signals.post_save.connect(f)"),
        (rules.unscoped_managers, "Viewer._base_manager.all()"),
        (rules.unscoped_managers, "class V(Model):\n    everyone = models.Manager()"),
        (rules.unscoped_managers, "connection.cursor()"),
        (rules.unscoped_managers, "Viewer.objects.raw('SELECT 1')"),
        (rules.vendor_imports, "def f():\n    import openai.types"),
        (rules.vendor_imports, "from httpx import Client"),
        (rules.long_functions, "def f():\n" + "    x = 1\n" * 60),
        (rules.prints, "print('hi')"),
        (rules.swallowed_errors, "try:\n    f()\nexcept Exception:\n    pass"),
        (rules.swallowed_errors, "for x in y:\n    try:\n        f()\n    except:\n        continue"),
        (rules.swallowed_errors, "try:\n    f()\nexcept (ValueError, BaseException):\n    ..."),
        (rules.swallowed_errors, "with contextlib.suppress(Exception):\n    f()"),
    ],
)
def test_a_planted_break_is_found(rule: Rule, text: str) -> None:
    assert list(rule(source("planted.py", text)))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (rules.string_relations, "x = models.ForeignKey('self'); y = models.ForeignKey(settings.AUTH_USER_MODEL)"),
        (rules.swallowed_errors, "try:\n    f()\nexcept ValueError:\n    pass"),
        (rules.swallowed_errors, "try:\n    f()\nexcept Exception:\n    log()"),
        (rules.long_functions, "def f():\n" + "    x = 1\n" * 59),
    ],
)
def test_what_is_allowed_is_not_found(rule: Rule, text: str) -> None:
    assert not list(rule(source("planted.py", text)))


def test_every_exemption_is_still_needed() -> None:
    unneeded = [
        f"{rule.__name__}: {part}"
        for rule, parts in EXEMPT.items()
        for part in parts
        if not any(part in one.path and list(rule(one)) for one in product())
    ]

    assert set(unneeded) <= {"vendor_imports: workers/links/"}  # a room that stands ready


def test_the_callers_that_see_every_studio_are_these() -> None:
    found = {caller for one in product() for caller in rules.unscoped_callers(one)}

    assert found - UNSCOPED_CALLERS.keys() == set()
    assert UNSCOPED_CALLERS.keys() - found == set()


def test_every_table_belongs_to_a_studio_or_is_named() -> None:
    homeless = {model._meta.label for model in apps.get_models() if not issubclass(model, StudioOwned | StudioHistory)}

    assert homeless == STANDING_ABOVE.keys()


def test_every_manager_of_a_studios_rows_is_fail_closed() -> None:
    open_doors = []
    for model in apps.get_models():
        managers: list[Any] = [*model._meta.managers, model._base_manager, model._default_manager]
        if issubclass(model, StudioOwned):
            open_doors += [f"{model._meta.label}.{one.name}" for one in managers if not isinstance(one, StudioManager)]

    assert open_doors == []


def test_every_history_of_a_studios_rows_is_fail_closed() -> None:
    open_doors = []
    for model in apps.get_models():
        if issubclass(model, StudioHistory):
            assert "studio" in {field.name for field in model._meta.local_fields}
            for rows in (model.objects.all, model.instance_type.history.all):  # type: ignore[attr-defined]  # simple_history adds it
                try:
                    rows()
                except ScopeMissing:
                    continue
                open_doors.append(model._meta.label)

    assert open_doors == []


def test_every_unique_rule_of_a_studios_row_stays_within_it() -> None:
    """A unique name across studios would tell one studio what another has."""
    secrets = {"tenancy.ApiToken.digest", "tenancy.Ticket.digest"}  # nobody chooses them
    wide = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models()
        if issubclass(model, StudioOwned)
        for field in model._meta.local_fields
        if field.unique and not field.primary_key and not field.is_relation
    }

    assert wide == secrets


def test_the_project_package_imports_nothing() -> None:
    body = ast.parse((PROJECT / "vtcontrol" / "__init__.py").read_text()).body

    assert all(isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in body)


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    python = [(one.path, one.text) for one in product() if not rules.is_prose(one)]
    scripts = [(relative(file), file.read_text()) for file in files("static", ".js") if "vendor" not in file.parts]

    long = [
        f"{path} has {text.count(chr(10))} lines"
        for path, text in python + scripts
        if text.count("\n") > rules.MODULE_MOST
    ]

    assert not long, "\n".join(long)


def test_every_file_is_named_for_what_it_holds() -> None:
    names = [one.path for one in everything()]
    names += [relative(file) for root in ("static", "templates") for file in files(root, ".js", ".css", ".html")]
    given = "templates/unfold/"  # its folders are the package's

    assert [name for name in names if rules.vague_name(name) and not name.startswith(given)] == []


def test_every_class_is_named_for_what_it_is() -> None:
    vague = [
        f"{one.path}:{node.lineno} {node.name}"
        for one in product()
        for node in ast.walk(one.tree)
        if isinstance(node, ast.ClassDef)
        and node.name.endswith(("Manager", "Handler", "Helper", "Util", "Utils"))
        and node.name not in {"StudioManager", "LiveManager"}  # Django's word for them
    ]

    assert vague == []


def test_every_ignore_says_why() -> None:
    own = "tests/architecture/test_rules.py"  # plants some
    bare = [line for one in everything() if one.path != own for line in rules.bare_excuses(one.path, one.text)]
    for file in files("static", ".js"):
        for number, line in enumerate(file.read_text().splitlines(), start=1):
            is_excuse = "eslint-disable" in line or "@ts-ignore" in line or "@ts-expect-error" in line
            if is_excuse and " -- " not in line and " - " not in line:
                bare.append(f"{relative(file)}:{number} {line.strip()[-60:]}")

    assert not bare, "\n".join(bare)


@pytest.mark.parametrize(
    ("line", "is_bare"),
    [
        ("x = 1  # noqa", True),
        ("x = 1  # noqa: E741", True),
        ("x = 1  # noqa: E741 - the set's own name", False),
        ("x = 1  # noqa: S105, S106 - no secrets", False),
        ("x = 1  # type: ignore[misc]", True),
        ("x = 1  # type: ignore[misc]  # ships no types", False),
        ("x = 1  # a comment about noqa words", False),
    ],
)
def test_the_search_for_bare_ignores_works(line: str, is_bare: bool) -> None:
    assert bool(list(rules.bare_excuses("planted.py", line))) is is_bare


def test_tests_mirror_the_packages() -> None:
    apart = {"architecture", "browser", "contract", "factories", "fakes", "js", "scenarios", "stands"}
    mirrored = {"admin": "admin", "bench": "bench", "bootstrap": "deploy", "live": "workers/runner"}
    folders = {relative(file.parent).removeprefix("tests").strip("/") for file in files("tests", ".py")} - {""}
    rooms = {relative(file.parent) for root in (*PACKAGES, "bench", "deploy") for file in files(root, ".py")}

    strange = [
        folder
        for folder in sorted(folders)
        if folder.split("/")[0] not in apart
        and not any(f"/{room}".endswith(f"/{mirrored.get(folder, folder)}") for room in rooms)
    ]

    assert strange == []


@pytest.mark.parametrize("room", ["kernel", "tenancy", "personas", "memory", "relationships", "streams", "turn"])
def test_every_floor_has_tests(room: str) -> None:
    assert any(f"/{room}/" in f"/{relative(file)}" for file in files("tests", ".py") if file.name.startswith("test_"))


def test_the_house_has_no_other_python_package() -> None:
    packages = {file.parent.name for file in PROJECT.glob("*/__init__.py")}

    assert packages - {"bench"} == set(PACKAGES)
    assert {app.split(".")[0] for app in settings.INSTALLED_APPS if app in PACKAGES} <= set(PACKAGES)
