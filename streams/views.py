"""Pages that hold no data: the stage and the dock read everything over their socket."""

from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache


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
