"""Links: the channels of chat platforms a stream listens to, who reads each, and how that goes."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from streams.models.streams import Stream
from vtcontrol.tenancy.owned import StudioOwned


class Platform(models.TextChoices):
    """Platforms that can be linked."""

    TWITCH = "twitch", "Twitch"


class LinkStatus(models.TextChoices):
    """How the reading of a channel goes."""

    WAITING = "waiting", _("Waiting for its turn")
    CONNECTING = "connecting", _("Connecting")
    CONNECTED = "connected", _("Reading the chat")
    FAULTY = "faulty", _("Not reading")


class LinkFault(models.TextChoices):
    """What went wrong last, in words for the team."""

    UNREACHABLE = "unreachable", _("The platform could not be reached. It is tried again by itself.")
    TIMEOUT = "timeout", _("The platform did not answer in time. It is tried again by itself.")
    SILENT = "silent", _("The connection fell silent and was made anew.")
    CLOSED = "closed", _("The platform closed the connection. It is tried again by itself.")
    REFUSED = "refused", _("The platform refused the connection. It is tried again by itself.")
    GARBAGE = "garbage", _("What came was no chat. Is the address of the platform right?")
    MOVED = "moved", _("The platform asked to connect anew, and that was done.")
    NO_CHANNEL = "no_channel", _("The channel does not answer. Is its name spelled right?")
    SUSPENDED = "suspended", _("The channel does not exist or is suspended.")
    STORAGE = "storage", _("What was read could not be stored. It is kept and tried again.")
    FLOODED = "flooded", _("More came than could be taken in: the oldest lines were left out.")


class ChannelLink(StudioOwned):
    """A channel whose chat a stream reads. One row a channel.

    A link process holds it by a lease; every word of that process about it is conditional on owner and fence.
    """

    stream = models.ForeignKey(Stream, on_delete=models.CASCADE, related_name="links", verbose_name=_("stream"))
    platform = models.CharField(_("platform"), max_length=16, choices=Platform.choices, default=Platform.TWITCH)
    channel = models.CharField(_("channel"), max_length=40, validators=[RegexValidator(r"^[a-z0-9_]{1,25}\Z")])
    is_enabled = models.BooleanField(_("enabled"), default=True)
    is_own = models.BooleanField(
        _("the channel is the character"), default=True,
        help_text=_("“@channel” and replies to the channel's own lines address the character."),
    )  # fmt: skip
    asked_anew = models.PositiveIntegerField(default=0, editable=False)  # counts “connect anew”
    lease_owner = models.CharField(_("link process"), max_length=64, default="", editable=False)
    lease_until = models.DateTimeField(_("lease until"), null=True, editable=False)
    fence = models.PositiveBigIntegerField(_("fencing token"), default=0, editable=False)
    status = models.CharField(
        _("state"), max_length=12, choices=LinkStatus.choices, default=LinkStatus.WAITING, editable=False
    )
    fault = models.CharField(
        _("last fault"), max_length=16, choices=LinkFault.choices, default="", blank=True, editable=False
    )
    fault_at = models.DateTimeField(_("last fault at"), null=True, editable=False)
    connected_at = models.DateTimeField(_("reading since"), null=True, editable=False)
    last_message_at = models.DateTimeField(_("last message"), null=True, editable=False)
    messages_a_minute = models.PositiveIntegerField(_("messages a minute"), default=0, editable=False)
    modes = models.CharField(_("chat modes"), max_length=120, default="", blank=True, editable=False)

    class Meta:
        verbose_name = _("chat link")
        verbose_name_plural = _("chat links")
        ordering = ("platform", "channel")
        constraints = (models.UniqueConstraint(fields=("stream", "platform", "channel"), name="one_link_a_channel"),)
        indexes = (models.Index(fields=("lease_owner", "lease_until"), name="link_by_lease"),)

    def __str__(self) -> str:
        return f"{self.get_platform_display()}: {self.channel}"
