"""REST of memory, with the viewers there are and the character a token is for. Its addresses."""

from uuid import UUID

from django.urls import path

from memory.api import views
from relationships.models import Viewer
from streams.api import lists
from streams.api.base import OfTheShow


class KnowsTheShow(OfTheShow):
    """Mixin: knows viewers and streams."""

    def knows_viewer(self, viewer_id: UUID) -> bool:
        """Tell whether something may be remembered about such a viewer."""
        return bool(Viewer.objects.filter(pk=viewer_id, has_opted_out=False).exists())


class MemoriesView(KnowsTheShow, views.NewMemoryView, lists.MemoriesView):
    """What the characters remember."""


class OneMemoryView(KnowsTheShow, views.OneMemoryView):
    """One memory."""


class SearchView(KnowsTheShow, views.SearchView):
    """What a character would recall."""


class ExportView(KnowsTheShow, views.ExportView):
    """A character's whole memory, a thousand at a time."""


class ImportView(KnowsTheShow, views.ImportView):
    """Memories from elsewhere."""


class SeedsView(KnowsTheShow, views.SeedsView):
    """Memories and lore kept in a file beside a character."""


urlpatterns = [
    path("memory/memories", MemoriesView.as_view(), name="memories"),
    path("memory/search", SearchView.as_view(), name="memory-search"),
    path("memory/export", ExportView.as_view(), name="memory-export"),
    path("memory/import", ImportView.as_view(), name="memory-import"),
    path("memory/seeds", SeedsView.as_view(), name="memory-seeds"),
    path("memory/memories/<uuid:memory_id>", OneMemoryView.as_view(), name="memory"),
]
