"""Who wants nothing remembered, who asked for what, and who on the team looked at or changed what."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from relationships.models.viewers import Viewer
from vtcontrol.tenancy.owned import StudioOwned


class RefusalKind(models.TextChoices):
    """Why nothing of an account is stored, or that it may be stored again."""

    OPTED_OUT = "opted_out", _("Opted out")
    ERASED = "erased", _("Erased")
    READMITTED = "readmitted", _("Opted in again")


class Refusal(StudioOwned):
    """What an account last said about being stored. It is known by a keyed digest only, which nobody can turn back.

    Opting in again changes the row and does not delete it: a restored backup has to know which word was the last.
    """

    digest = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=RefusalKind.choices)
    at = models.DateTimeField(_("since"), default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        ordering = ("-at",)
        constraints = (models.UniqueConstraint(fields=("studio", "digest"), name="one_refusal_an_account"),)

    def __str__(self) -> str:
        return str(self.get_kind_display())


class RequestKind(models.TextChoices):
    """What was asked for."""

    ERASE = "erase", _("Erase")
    EXPORT = "export", _("Export")
    SHOW = "show", _("Show")


class RequestOrigin(models.TextChoices):
    """Who asked."""

    CHAT = "chat", _("The viewer, in chat")
    TEAM = "team", _("The team")
    RESTORE = "restore", _("A backup was restored")


class RequestState(models.TextChoices):
    """Life of a request."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("At work")
    ERASED = "erased", _("Erased; the files are still to be rewritten")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed; it is tried again")


class PrivacyRequest(StudioOwned):
    """One request about one person, and what was done, in numbers. It names nobody once it is done.

    Attributes:
        viewer_id: The person's card; None once it is gone.
        counts: How many rows by table.
        sealed: While it is at work: whom to look for in other people's rows, encrypted; "" once it is done.
        problem: Kind of error of the last try, or "".
        claimed_at: When the worker that is at it took it up, or last said how far it is.
    """

    kind = models.CharField(_("asked for"), max_length=8, choices=RequestKind.choices)
    origin = models.CharField(_("asked by"), max_length=8, choices=RequestOrigin.choices)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("person")
    )
    viewer_id = models.UUIDField(_("viewer"), null=True)
    state = models.CharField(_("state"), max_length=8, choices=RequestState.choices, default=RequestState.WAITING)
    step = models.CharField(_("step"), max_length=60, blank=True)
    counts = models.JSONField(_("rows"), default=dict)
    sealed = models.TextField(default="", editable=False)
    problem = models.CharField(_("problem"), max_length=80, blank=True)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)
    claimed_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(_("finished"), null=True)
    rewritten_at = models.DateTimeField(_("files rewritten"), null=True)

    class Meta:
        verbose_name = _("privacy request")
        verbose_name_plural = _("privacy requests")
        ordering = ("-asked_at",)
        indexes = (
            models.Index(fields=("studio", "-asked_at"), name="privacy_request_by_time"),
            models.Index(
                fields=("state",),
                name="privacy_request_open",
                condition=models.Q(state__in=("waiting", "running", "erased", "failed")),
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.asked_at:%Y-%m-%d %H:%M}"


class PrivatePage(StudioOwned):
    """A page that shows one person, once, what is stored about them. Kept as a digest of its address."""

    viewer = models.ForeignKey(Viewer, on_delete=models.CASCADE, related_name="+", verbose_name=_("viewer"))
    digest = models.CharField(max_length=64, editable=False)
    expires_at = models.DateTimeField(db_index=True, editable=False)

    class Meta:
        verbose_name = _("private page")
        verbose_name_plural = _("private pages")
        ordering = ("-expires_at",)
        constraints = (models.UniqueConstraint(fields=("studio", "digest"), name="one_private_page"),)

    def __str__(self) -> str:
        return str(self.pk)


class Deed(models.TextChoices):
    """What somebody did with what is known about a person."""

    SAW = "saw", _("Looked at")
    CHANGED = "changed", _("Changed")
    DELETED = "deleted", _("Deleted")
    MERGED = "merged", _("Merged")
    SPLIT = "split", _("Undid a merge")
    EXPORTED = "exported", _("Exported")
    ERASED = "erased", _("Erased")
    IMPORTED = "imported", _("Imported")


class AccessRecord(StudioOwned):
    """Who did what with whose data, and when: names of fields, never what stands in them.

    Attributes:
        subject_id: The person's card; it leads nowhere once the person is erased.
        fields: Names of the fields that changed.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("person")
    )
    deed = models.CharField(_("did"), max_length=10, choices=Deed.choices)
    subject_id = models.UUIDField(_("viewer"), null=True)
    fields = models.JSONField(_("fields"), default=list)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ("-at",)
        indexes = (models.Index(fields=("studio", "-at"), name="access_by_time"),)

    def __str__(self) -> str:
        return f"{self.get_deed_display()} {self.at:%Y-%m-%d %H:%M}"
