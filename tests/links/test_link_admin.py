"""The admin of chat links: a channel's name on the stream's page is enough; strangers see and change nothing."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from streams.models import ChannelLink, LinkFault, LinkStatus, Stream
from streams.services.links import LINKS_A_STREAM, LinkReport, hold_links, report_links
from tests.links.conftest import make_link, row_of
from tests.tenancy.html_forms import read_form
from vtcontrol.tenancy.scope import unscoped
from vtcontrol.tenancy.studios import Studio


def client_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(row: Any, name: str = "change") -> str:
    return reverse(f"admin:streams_{row._meta.model_name}_{name}", args=[row.pk])


def every_link() -> list[str]:
    with unscoped("a test looks at all links"):
        return list(ChannelLink.objects.order_by("id").values_list("channel", flat=True))


def save(client: Client, row: Any, **fields: str) -> Any:
    form = read_form(client.get(page(row)).content)
    return client.post(page(row), {**form, **fields, "_save": "1"}, follow=True)


def test_a_channels_name_on_the_streams_page_is_enough(manager: Any, stream: Stream) -> None:
    client = client_of(manager)

    answer = save(client, stream, twitch_channel="https://www.twitch.tv/Mira")

    assert answer.status_code == 200
    assert every_link() == ["mira"]
    assert read_form(client.get(page(stream)).content)["twitch_channel"] == ["mira"]


def test_emptied_on_the_streams_page_the_channel_is_read_no_more(manager: Any, stream: Stream) -> None:
    make_link(stream)

    save(client_of(manager), stream, twitch_channel="")

    assert every_link() == []


def test_a_stream_saved_without_a_change_of_its_channel_leaves_the_link_alone(manager: Any, stream: Stream) -> None:
    link = make_link(stream, is_enabled=False)

    save(client_of(manager), stream, name="Another name")

    assert row_of(link).is_enabled is False


def test_a_name_that_can_be_no_channel_is_explained(manager: Any, stream: Stream) -> None:
    answer = save(client_of(manager), stream, twitch_channel="мой канал")

    assert b"twitch.tv/name" in answer.content
    assert every_link() == []


def test_a_new_stream_may_name_its_channel_at_once(manager: Any, stream: Stream) -> None:
    client, add = client_of(manager), reverse("admin:streams_stream_add")
    form = read_form(client.get(add).content)

    given = {"name": "Late show", "persona": str(stream.persona_id), "twitch_channel": "@Late_Show", "_save": "1"}
    client.post(add, {**form, **given})

    assert every_link() == ["late_show"]


def test_the_pages_say_what_this_chat_does_not_tell(owner: Any, stream: Stream) -> None:
    client = client_of(owner)

    for url in (page(stream), reverse("admin:streams_channellink_add")):
        assert b"Follows, rewards without a text, hype trains" in client.get(url).content


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ({"status": LinkStatus.CONNECTED, "messages_a_minute": 37, "modes": "slow=30, subs"},
         ["Reading the chat", "37", "slow mode 30", "subscribers only"]),
        ({"status": LinkStatus.FAULTY, "fault": LinkFault.NO_CHANNEL},
         ["Not reading", "The channel does not answer. Is its name spelled right?"]),
    ],
)  # fmt: skip
def test_the_page_says_how_it_goes(
    owner: Any, in_studio: Studio, stream: Stream, report: dict[str, Any], words: list[str]
) -> None:
    link = make_link(stream)
    (held,) = hold_links("a", room=1)
    report_links("a", [LinkReport(held.link_id, held.fence, fault_at=timezone.now(), **report)])
    client = client_of(owner)

    shown = client.get(page(link)).content.decode()
    listed = client.get(reverse("admin:streams_channellink_changelist")).content.decode()
    on_stream = client.get(page(stream)).content.decode()

    assert [word for word in words if word not in shown] == []
    assert words[0] in listed
    assert words[0] in on_stream


def test_a_link_nobody_reads_says_so(owner: Any, stream: Stream) -> None:
    link = make_link(stream)

    assert "Nobody reads it yet" in client_of(owner).get(page(link)).content.decode()


def test_every_state_and_fault_has_words() -> None:
    for choices in (LinkStatus, LinkFault):
        with translation.override("en"):
            assert all(str(label).strip() for label in choices.labels)


def test_moderators_connect_a_link_anew_and_observers_do_not(moderator: Any, observer: Any, stream: Stream) -> None:
    link = make_link(stream)

    refused = client_of(observer).post(page(link, "connect_anew"))
    allowed = client_of(moderator).post(page(link, "connect_anew"))

    assert (refused.status_code, allowed.status_code) == (403, 302)
    assert row_of(link).asked_anew == 1


def test_what_a_link_process_writes_meanwhile_is_not_overwritten(
    manager: Any, in_studio: Studio, stream: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = make_link(stream)
    client = client_of(manager)
    clean = ChannelLink.full_clean

    def cleaned_while_somebody_takes_it(self: ChannelLink, *args: Any, **kwargs: Any) -> None:
        hold_links("a", room=1)
        clean(self, *args, **kwargs)

    monkeypatch.setattr(ChannelLink, "full_clean", cleaned_while_somebody_takes_it)
    save(client, link, channel="zoe")

    row = row_of(link)
    assert (row.channel, row.lease_owner, row.fence) == ("zoe", "a", 1)


def test_a_stream_reads_only_so_many_channels(manager: Any, in_studio: Studio, stream: Stream) -> None:
    for number in range(LINKS_A_STREAM):
        make_link(stream, f"channel{number}")
    client, add = client_of(manager), reverse("admin:streams_channellink_add")
    form = read_form(client.get(add).content)

    answer = client.post(add, {**form, "stream": str(stream.pk), "channel": "one_more", "_save": "1"})

    assert b"at most 5 channels" in answer.content
    assert len(every_link()) == LINKS_A_STREAM


def test_an_observer_sees_the_channel_and_changes_nothing(observer: Any, stream: Stream) -> None:
    link = make_link(stream)
    client = client_of(observer)

    assert "mira" in client.get(page(stream)).content.decode()
    assert client.post(page(link), {"channel": "zoe"}).status_code == 403

    assert every_link() == ["mira"]


def test_the_stranger_finds_no_link_of_ours(stranger: Any, stream: Stream, other_stream: Stream) -> None:
    link = make_link(stream, "secret_channel")
    client = client_of(stranger)
    theirs = make_link(other_stream, "theirs")

    for url in (page(link), page(link, "delete"), page(link, "history")):
        assert client.get(url).status_code in {302, 404}
    assert client.post(page(link, "connect_anew")).status_code == 404
    assert b"secret_channel" not in client.get(reverse("admin:streams_channellink_changelist")).content
    answer = save(client, theirs, stream=str(stream.pk))

    assert b"secret_channel" not in answer.content
    assert (row_of(link).asked_anew, row_of(theirs).stream_id) == (0, other_stream.pk)
