"""Ready commands of a stream: what to paste into a terminal, a Stream Deck or Streamer.bot. Never prints a token."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from streams.models import Stream
from vtcontrol.tenancy.addresses import public_address
from vtcontrol.tenancy.admin_actions import object_page

TOKEN = "YOUR_TOKEN"  # noqa: S105 - what stands in its place


@dataclass(frozen=True, slots=True)
class Command:
    """One thing to do from outside.

    Attributes:
        id: What its field on the page is called.
        title: What it does.
        scope: What the token must be allowed.
        method: GET or POST.
        url: Where to.
        body: JSON to be posted, or "".
        curl: The whole as a line for a terminal.
    """

    id: str
    title: Any
    scope: str
    method: str
    url: str
    body: str
    curl: str


def commands_of(base: str, stream: Stream) -> list[Command]:
    """Return the commands of a stream, filled in but for the token."""
    home = f"{base}/api/v1/streams/{stream.pk}"
    chat = '{"kind": "chat", "text": "Hi! What are you playing?", "author_name": "Sam"}'
    donation = '{"kind": "donation", "text": "Keep it up!", "author_name": "Sam", "amount": "5.00", "currency": "EUR"}'
    return [
        _command("chat", _("Send a line of chat"), "events", f"{home}/events", chat),
        _command("donation", _("Send a donation"), "events", f"{home}/events", donation),
        _command("victory", _("Tell it that you won"), "events", f"{home}/events", '{"kind": "victory"}'),
        _command("skip", _("Skip the line being said"), "control", f"{home}/skip", "{}"),
        _command("panic", _("Panic: silence now"), "control", f"{home}/panic", "{}"),
        _command("release", _("Release: the show goes on"), "control", f"{home}/release", "{}"),
        _command("mute", _("Mute the voice"), "control", f"{home}/mute", '{"muted": true}'),
        _command("unmute", _("Unmute the voice"), "control", f"{home}/mute", '{"muted": false}'),
        _command("state", _("Read the state"), "read", f"{home}/state", ""),
        _command("feed", _("Follow transcript and state"), "read", f"{home}/feed", ""),
    ]


def _command(name: str, title: Any, scope: str, url: str, body: str) -> Command:
    words = [f"curl -N {url}" if name == "feed" else f"curl {url}", f'-H "Authorization: Bearer {TOKEN}"']
    if body:
        words += ['-H "Content-Type: application/json"', f"-d '{body}'"]
    return Command(name, title, scope, "POST" if body else "GET", url, body, " ".join(words))


class ReadyCommands:
    """Mixin of the streams' admin: the page of ready commands."""

    admin_site: Any
    opts: Any

    @object_page(label=_("Ready commands"), icon="terminal")
    def commands(self, request: HttpRequest, stream: Stream) -> HttpResponse:
        """Show the stream's commands."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("Ready commands"),
            "opts": self.opts,
            "original": stream,
            "commands": commands_of(public_address(request), stream),
            "placeholder": TOKEN,
            "may_make_tokens": request.user.has_perm("tenancy.add_apitoken"),
        }
        return TemplateResponse(request, "admin/streams/stream/commands.html", context)
