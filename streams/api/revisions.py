"""REST of revisions, with the character a token is for. Its addresses."""

from django.urls import path

from personas.api import revisions
from streams.api.base import OfTheShow


class RevisionsView(OfTheShow, revisions.RevisionsView):
    """What a character was, is and is to become."""


class OneRevisionView(OfTheShow, revisions.OneRevisionView):
    """One revision."""


class DifferenceView(OfTheShow, revisions.DifferenceView):
    """In what a revision differs from another one."""


class PublishView(OfTheShow, revisions.PublishView):
    """A draft goes on air."""


class UnscheduleView(OfTheShow, revisions.UnscheduleView):
    """A publication that is called off."""


class RollBackView(OfTheShow, revisions.RollBackView):
    """The way back."""


OF = "personas/<uuid:persona_id>/revisions"
ONE = f"{OF}/<uuid:revision_id>"
urlpatterns = [
    path(OF, RevisionsView.as_view(), name="revisions"),
    path(ONE, OneRevisionView.as_view(), name="revision"),
    path(f"{ONE}/difference", DifferenceView.as_view(), name="revision-difference"),
    path(f"{ONE}/publish", PublishView.as_view(), name="revision-publish"),
    path(f"{ONE}/unschedule", UnscheduleView.as_view(), name="revision-unschedule"),
    path(f"{ONE}/rollback", RollBackView.as_view(), name="revision-rollback"),
]
