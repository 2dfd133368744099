"""Pages outside the admin: stage and dock hold no data and read everything over their socket; and the private page."""

import json

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from relationships.services.linking import issue_code
from streams.services.disclosure import everything_about, open_page
from vtcontrol.kernel.errors import NotFound
from vtcontrol.tenancy.rates import RateExceeded, spend
from vtcontrol.tenancy.scope import studio_scope

PRIVATE_PAGES_A_MINUTE = 20


def home(request: HttpRequest) -> HttpResponse:
    """Lead to the admin."""
    return redirect("admin:index")


def stage(request: HttpRequest) -> HttpResponse:
    """The stage page, for OBS."""
    return render(request, "stage.html")


def dock(request: HttpRequest, panel: str = "") -> HttpResponse:
    """The dock page, for OBS and any browser; the page itself shows the panel its address names."""
    return render(request, "dock.html")


@never_cache
def about_me(request: HttpRequest) -> HttpResponse:
    """A viewer's private page: the secret behind the # comes by POST, and works once."""
    if request.method != "POST":
        return render(request, "about_me.html", {"is_asked": True})
    try:
        spend(f"aboutme:{request.META.get('REMOTE_ADDR', '')}", limit=PRIVATE_PAGES_A_MINUTE)
        opened = open_page(request.POST.get("secret", ""))
    except (NotFound, RateExceeded):
        return render(request, "about_me.html", {"is_over": True}, status=404)
    with studio_scope(opened.studio_id):
        shown = everything_about(opened.viewer)
        code = issue_code(account) if (account := opened.viewer.identities.first()) is not None else ""
        text = json.dumps(shown, ensure_ascii=False, indent=2)
    return render(request, "about_me.html", {"shown": shown, "text": text, "code": code})


@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Tell whether this process can serve: 200, or 503 with the reasons."""
    problems = []
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            problems.append(_("The database needs `manage.py migrate`."))
    except DatabaseError:
        problems.append(_("The database cannot be reached."))
    return JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)
