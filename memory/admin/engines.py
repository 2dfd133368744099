"""The admin of embedding engines."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from memory.models import EmbeddingEngine
from vtcontrol.tenancy.admin_base import StudioModelAdmin
from vtcontrol.tenancy.admin_marks import Tone, ago, chip, nothing
from vtcontrol.tenancy.admin_site import Place, Shelf, site


@admin.register(EmbeddingEngine, site=site)
class EmbeddingEngineAdmin(StudioModelAdmin):
    """Embedding engines."""

    place = Place(Shelf.MEMORY, 4, "hub")
    about = _("What finds memories by meaning, beside their words. Without one, words alone decide.")
    next_step = _("Add an OpenAI-compatible endpoint, or a model the operator has put on the server.")
    list_display = ("name", "engine", "model", "is_enabled", "health")
    list_select_related = ("credential",)
    autocomplete_fields = ("credential",)
    fieldsets = (
        (None, {"fields": ("name", "engine", "base_url", "model", "credential", "is_enabled")}),
        (_("What it wants to read"), {"fields": ("query_prefix", "text_prefix")}),
    )

    @display(description=_("health"))
    def health(self, engine: EmbeddingEngine) -> SafeString:
        """Show how it did last."""
        if engine.last_fault:
            return chip(engine.last_fault, Tone.BAD, "error")
        return ago(engine.last_ok_at) if engine.last_ok_at else nothing()
