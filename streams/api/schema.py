"""The REST interface in its own words: the OpenAPI document, and a page to read. Open to everybody, made once."""

import json
from functools import cache
from typing import Any, ClassVar

import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views import View
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from streams.api.reading import chapters, shapes
from vtcontrol.tenancy.openapi import whole_schema


class JsonDocument(BaseRenderer):
    """OpenAPI as JSON."""

    media_type = "application/json"
    format = "json"

    def render(self, data: Any, *_: Any, **__: Any) -> bytes:
        """Return a problem as it is; the document itself is made by `document`."""
        return json.dumps(data).encode()


class OpenApiDocument(JsonDocument):
    """The same under its own name."""

    media_type = "application/vnd.oai.openapi+json"
    format = "openapi"


class YamlDocument(JsonDocument):
    """OpenAPI as YAML."""

    media_type = "application/yaml"
    format = "yaml"


@cache
def document(form: str) -> bytes:
    """Return the OpenAPI document as "json" or "yaml"."""
    if form == "yaml":
        return yaml.safe_dump(json.loads(document("json")), allow_unicode=True, sort_keys=False).encode()
    return json.dumps(whole_schema(), ensure_ascii=False).encode()


class SchemaView(APIView):
    """The OpenAPI document: JSON, or YAML for `Accept: application/yaml` and `?format=yaml`."""

    authentication_classes: ClassVar[list[Any]] = []  # type: ignore[misc]  # REST framework declares it per instance
    permission_classes: ClassVar[list[Any]] = []  # type: ignore[misc]  # as above
    renderer_classes: ClassVar[list[Any]] = [JsonDocument, OpenApiDocument, YamlDocument]  # type: ignore[misc]  # as above

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Return the document."""
        form = "yaml" if isinstance(request.accepted_renderer, YamlDocument) else "json"
        kind = f"{request.accepted_renderer.media_type}; charset=utf-8"
        return HttpResponse(document(form), content_type=kind, headers={"Cache-Control": "public, max-age=300"})


@cache
def reading() -> dict[str, Any]:
    """Return the same as the page shows it."""
    schema = whole_schema()
    return {"info": schema["info"], "chapters": chapters(schema), "shapes": shapes(schema)}


class ReadingView(View):
    """The same to read."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the page."""
        return render(request, "api_docs.html", reading())
