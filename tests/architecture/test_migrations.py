"""Squashed migrations: a new database takes one step an app, an older one those it is missing; both end the same."""

from typing import Any

import pytest
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.writer import MigrationWriter

APPS = ("tenancy", "personas", "relationships", "memory", "streams")


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    return MigrationLoader(None, replace_migrations=False)


def squashed_of(loader: MigrationLoader, app: str) -> str:
    (name,) = (name for (label, name), one in loader.disk_migrations.items() if label == app and one.replaces)
    return name


def told(model: ModelState) -> dict[str, Any]:
    """A model as a migration would write it: its fields, and its options without the order of indexes."""
    options = {name: value for name, value in model.options.items() if value}
    for name in ("indexes", "constraints"):
        options[name] = sorted(MigrationWriter.serialize(one)[0] for one in options.get(name, ()))
    fields = {name: field.deconstruct()[1:] for name, field in model.fields.items()}
    return {"fields": fields, "options": options, "bases": [str(base) for base in model.bases]}


def models_of(state: ProjectState) -> dict[Any, Any]:
    return {key: told(model) for key, model in state.models.items() if key[0] in APPS}


def test_one_step_ends_where_the_steps_it_replaces_end(loader: MigrationLoader) -> None:
    squashed = [(app, squashed_of(loader, app)) for app in APPS]
    last = [loader.disk_migrations[key].replaces[-1] for key in squashed]

    assert models_of(loader.project_state(squashed)) == models_of(loader.project_state(last))


def test_each_app_has_one_way_to_go_on() -> None:
    graph = MigrationLoader(None).graph

    assert all(len(graph.leaf_nodes(app)) == 1 for app in APPS)
