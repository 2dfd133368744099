"""The sockets' addresses."""

from django.urls import path

from streams.consumers.dock import DockConsumer
from streams.consumers.stage import StageConsumer

websocket_urlpatterns = [
    path("ws/stage", StageConsumer.as_asgi()),
    path("ws/dock", DockConsumer.as_asgi()),
]
