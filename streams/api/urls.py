"""Addresses of the REST API, version 1."""

from django.urls import path

from streams.api import views

urlpatterns = [
    path("session", views.SessionView.as_view(), name="session"),
    path("tickets", views.TicketView.as_view(), name="tickets"),
    path("streams/<uuid:stream_id>/events", views.EventsView.as_view(), name="stream-events"),
    path("streams/<uuid:stream_id>/events/<uuid:event_id>", views.EventView.as_view(), name="stream-event"),
    path("streams/<uuid:stream_id>/state", views.StateView.as_view(), name="stream-state"),
    path("streams/<uuid:stream_id>/skip", views.SkipView.as_view(), name="stream-skip"),
    path("streams/<uuid:stream_id>/panic", views.PanicView.as_view(), name="stream-panic"),
    path("streams/<uuid:stream_id>/release", views.ReleaseView.as_view(), name="stream-release"),
    path("streams/<uuid:stream_id>/mute", views.MuteView.as_view(), name="stream-mute"),
]
