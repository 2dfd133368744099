"""REST views of the base alone: one for each answer it can give."""

from typing import Any, ClassVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from relationships.models import Viewer
from vtcontrol.kernel.errors import AccessDenied, Conflict, InputInvalid, NotFound, ScopeMissing
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.api import StudioView
from vtcontrol.tenancy.rates import RateExceeded
from vtcontrol.tenancy.scope import current_studio_id

ERRORS: dict[str, Exception] = {
    "invalid": InputInvalid("The name is too long.", field="name"),
    "invalid-whole": InputInvalid("Nothing was sent."),
    "fields": serializers.ValidationError({"name": ["Too long."]}),
    "denied": AccessDenied("Docks cannot do this."),
    "django-denied": PermissionDenied(),
    "missing": NotFound(),
    "missing-page": Http404(),
    "conflict": Conflict("The turn is over."),
    "rate": RateExceeded(7),
    "bug": ScopeMissing("a bug of ours"),
}


class Names(StudioView):
    """Shows the viewers of the caller's studio."""

    kinds: ClassVar[frozenset[str]] = frozenset({TokenKind.API, TokenKind.DOCK})

    def get(self, request: Request) -> Response:
        names = list(Viewer.objects.values_list("name", flat=True))
        return Response({"studio": str(current_studio_id()), "names": names})

    def post(self, request: Request) -> Response:
        return Response({"got": request.data}, status=201)


class Failing(StudioView):
    """Raises what its address names."""

    def get(self, request: Request, kind: str) -> Response:
        raise ERRORS[kind]


class Row(StudioView):
    """Shows one viewer."""

    def get(self, request: Request, viewer_id: UUID) -> Response:
        found: Any = Viewer.objects.filter(pk=viewer_id).first()
        if found is None:
            raise NotFound
        return Response({"name": found.name})


class Lazy(StudioView):
    """Hands over rows that are read only while the answer is written."""

    def get(self, request: Request) -> Response:
        return Response(name for name in Viewer.objects.values_list("name", flat=True))


urlpatterns = [
    path("names", Names.as_view()),
    path("fail/<str:kind>", Failing.as_view()),
    path("rows/<uuid:viewer_id>", Row.as_view()),
    path("lazy", Lazy.as_view()),
]
