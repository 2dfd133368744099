"""Every address the site answers, read from the URL configuration itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

ADMIN = "admin/"
API = "api/v1/"


@dataclass(frozen=True)
class Route:
    """One address.

    Attributes:
        template: The whole pattern, for example "admin/personas/persona/<path:object_id>/change/".
        name: Its name in the URL configuration, or "".
        view: What answers.
    """

    template: str
    name: str
    view: Any

    @property
    def key(self) -> str:
        return self.name or self.template


@dataclass(frozen=True)
class ModelPage:
    """A page of a model's admin: `page` is the last part of its name, such as "change" or "simple_history"."""

    model: type[models.Model]
    model_admin: Any
    page: str
    is_about_a_row: bool

    @property
    def name(self) -> str:
        opts = self.model._meta
        return f"admin:{opts.app_label}_{opts.model_name}_{self.page}"


def all_routes() -> list[Route]:
    """Return every address of the site."""
    return list(_walk(get_resolver(), ""))


def _walk(resolver: URLResolver, prefix: str) -> Iterator[Route]:
    for entry in resolver.url_patterns:
        template = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, template)
        elif isinstance(entry, URLPattern):
            yield Route(template, entry.name or "", entry.callback)


def site_routes() -> list[Route]:
    """Return the addresses that belong to no model's admin."""
    from vtcontrol.tenancy.admin_site import site

    own = {f"{ADMIN}{model._meta.app_label}/{model._meta.model_name}/" for model in site._registry}
    return [route for route in all_routes() if not any(route.template.startswith(prefix) for prefix in own)]


def model_pages() -> list[ModelPage]:
    """Return every named page of every model's admin."""
    from vtcontrol.tenancy.admin_site import site

    found = []
    for model, model_admin in site._registry.items():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        for entry in model_admin.urls:
            if entry.name is None:
                continue  # the redirect from the bare id to the change page
            page = entry.name.removeprefix(prefix).removeprefix(f"{model._meta.app_label}_")
            page = {"user_password_change": "password_change"}.get(page, page)
            found.append(ModelPage(model, model_admin, page, entry.pattern.regex.groups > 0))
    return found
