"""Addresses of the REST API, version 1."""

from django.urls import path

from streams.api import approval, cast, feed, health, lists, memories, pages, queue, revisions, schema, viewers, views

urlpatterns = [
    path("schema", schema.SchemaView.as_view(), name="schema"),
    path("docs", schema.ReadingView.as_view(), name="api-docs"),
    path("session", views.SessionView.as_view(), name="session"),
    path("streams", lists.StreamsView.as_view(), name="streams"),
    path("personas", lists.PersonasView.as_view(), name="personas"),
    path("viewers", lists.ViewersView.as_view(), name="viewers"),
    *memories.urlpatterns,
    *revisions.urlpatterns,
    path("rules", lists.RulesView.as_view(), name="rules"),
    path("tickets", views.TicketView.as_view(), name="tickets"),
    path("streams/<uuid:stream_id>/events", views.EventsView.as_view(), name="stream-events"),
    path("streams/<uuid:stream_id>/events/<uuid:event_id>", views.EventView.as_view(), name="stream-event"),
    path("streams/<uuid:stream_id>/turns", lists.TurnsView.as_view(), name="stream-turns"),
    path("streams/<uuid:stream_id>/transcript", lists.TranscriptView.as_view(), name="stream-transcript"),
    path("streams/<uuid:stream_id>/feed", feed.FeedView.as_view(), name="stream-feed"),
    path("streams/<uuid:stream_id>/state", views.StateView.as_view(), name="stream-state"),
    path("streams/<uuid:stream_id>/skip", views.SkipView.as_view(), name="stream-skip"),
    path("streams/<uuid:stream_id>/panic", views.PanicView.as_view(), name="stream-panic"),
    path("streams/<uuid:stream_id>/release", views.ReleaseView.as_view(), name="stream-release"),
    path("streams/<uuid:stream_id>/mute", views.MuteView.as_view(), name="stream-mute"),
    path("streams/<uuid:stream_id>/queue", queue.QueueView.as_view(), name="stream-queue"),
    path("streams/<uuid:stream_id>/events/<uuid:event_id>/pin", queue.PinView.as_view(), name="event-pin"),
    path("streams/<uuid:stream_id>/events/<uuid:event_id>/unpin", queue.UnpinView.as_view(), name="event-unpin"),
    path("streams/<uuid:stream_id>/events/<uuid:event_id>/drop", queue.DropView.as_view(), name="event-drop"),
    path("streams/<uuid:stream_id>/events/<uuid:event_id>/restore", queue.RestoreView.as_view(), name="event-restore"),
    path("streams/<uuid:stream_id>/held", approval.HeldView.as_view(), name="stream-held"),
    path("streams/<uuid:stream_id>/held/<uuid:held_id>", approval.HeldOneView.as_view(), name="held"),
    path("streams/<uuid:stream_id>/held/<uuid:held_id>/approve", approval.ApproveView.as_view(), name="held-approve"),
    path("streams/<uuid:stream_id>/held/<uuid:held_id>/reject", approval.RejectView.as_view(), name="held-reject"),
    path("streams/<uuid:stream_id>/say", queue.SayView.as_view(), name="stream-say"),
    path("streams/<uuid:stream_id>/notes", viewers.StreamNotesView.as_view(), name="stream-notes"),
    path("streams/<uuid:stream_id>/viewers/current", viewers.CurrentViewerView.as_view(), name="viewer-current"),
    path("streams/<uuid:stream_id>/viewers/<uuid:viewer_id>", viewers.ViewerView.as_view(), name="viewer"),
    path(
        "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>/mute", viewers.MuteViewerView.as_view(), name="viewer-mute"
    ),
    path(
        "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>/unmute",
        viewers.UnmuteViewerView.as_view(),
        name="viewer-unmute",
    ),
    path(
        "streams/<uuid:stream_id>/viewers/<uuid:viewer_id>/notes",
        viewers.ViewerNotesView.as_view(),
        name="viewer-notes",
    ),
    path("streams/<uuid:stream_id>/pages", pages.PagesView.as_view(), name="stream-pages"),
    path("streams/<uuid:stream_id>/pages/<slug:page>/primary", pages.PrimaryView.as_view(), name="page-primary"),
    path("streams/<uuid:stream_id>/cast", cast.CastView.as_view(), name="stream-cast"),
    path("streams/<uuid:stream_id>/character", cast.CharacterView.as_view(), name="stream-character"),
    path("streams/<uuid:stream_id>/scene", cast.SceneView.as_view(), name="stream-scene"),
    path("streams/<uuid:stream_id>/scene/roles/<uuid:part_id>", cast.RoleView.as_view(), name="scene-role"),
    path("streams/<uuid:stream_id>/scene/narration", cast.NarrationView.as_view(), name="scene-narration"),
    path("streams/<uuid:stream_id>/health", health.HealthView.as_view(), name="stream-health"),
]
