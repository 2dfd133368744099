"""REST of held lines: what waits for a person, and the person's decision. Moderators decide, observers only see."""

from typing import ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from streams.api.base import READS, StreamView
from streams.api.shapes import Anything
from streams.api.wishes import Wish
from streams.domain.approval import NOTE_LONGEST, TEXT_LONGEST, ApprovalMode, HeldBy, HeldState
from streams.domain.decisions import Decision
from streams.selectors.approval import held_item, held_of, held_one, held_record
from streams.services import approval
from vtcontrol.tenancy.access import ApiToken
from vtcontrol.tenancy.idempotency import once
from vtcontrol.tenancy.rates import Rate

NAMELESS = "?"


class HeldLineSerializer(Anything):
    """A line that waits, or waited, for a person."""

    id = serializers.UUIDField()
    kind = serializers.ChoiceField(
        choices=["answer", "event"], help_text="`event`: the viewer's line itself is held, before it may be answered."
    )
    state = serializers.ChoiceField(choices=[state.value for state in HeldState])
    event = serializers.UUIDField()
    turn = serializers.UUIDField(allow_null=True)
    viewer = serializers.UUIDField(allow_null=True)
    who = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    question = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True, help_text="What would be said, with tags such as `[joy]`.")
    is_edited = serializers.BooleanField()
    held_by = serializers.ChoiceField(choices=[one.value for one in HeldBy])
    rule = serializers.CharField(allow_blank=True, help_text="The rule that asked for a person.")
    held_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(help_text="Undecided by then, it is not said.")
    decided_at = serializers.DateTimeField(allow_null=True)
    decided_by = serializers.CharField(allow_blank=True)
    decision = serializers.ChoiceField(
        choices=[one.value for one in Decision], allow_null=True, help_text="What became of it; null while it is held."
    )
    reason = serializers.CharField(allow_blank=True, help_text="Why it ended, as a code.")
    note = serializers.CharField(allow_blank=True, help_text="Why it was rejected, in the team's words.")


class HeldSerializer(Anything):
    """What a stream holds, oldest first, and what was decided in the last 15 minutes."""

    version = serializers.IntegerField()
    now = serializers.DateTimeField()
    is_panicked = serializers.BooleanField()
    approval = serializers.ChoiceField(choices=[mode.value for mode in ApprovalMode])
    is_always = serializers.BooleanField(help_text="The character wants a person asked about every answer.")
    timeout_s = serializers.IntegerField()
    most = serializers.IntegerField()
    held = HeldLineSerializer(many=True)
    recent = HeldLineSerializer(many=True)


class ApproveSerializer(Wish):
    """What is said instead, if anything."""

    text = serializers.CharField(
        max_length=TEXT_LONGEST, allow_null=True, default=None,
        help_text="Other words, with tags; they go through moderation. Null: as they are.",
    )  # fmt: skip


class RejectSerializer(Wish):
    """Why it is not said."""

    reason = serializers.CharField(max_length=NOTE_LONGEST, allow_blank=True, default="")


class HeldView(StreamView):
    """What waits for a person."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: HeldSerializer})
    def get(self, request: Request, stream_id: UUID) -> Response:
        """Return the held lines."""
        return Response(held_of(stream_id))


class HeldOneView(StreamView):
    """One line that waits, or waited, for a person."""

    rate: ClassVar[Rate | None] = READS

    @extend_schema(responses={200: HeldLineSerializer})
    def get(self, request: Request, stream_id: UUID, held_id: UUID) -> Response:
        """Return it."""
        return Response(held_item(held_one(stream_id, held_id)))


class DecisionView(StreamView):
    """A person decides. The answer may be kept for a repetition, so words kept in memory only are not in it."""

    @property
    def decider(self) -> str:
        """The name of whoever decides: the member, or the link or token they hold."""
        found = ApiToken.objects.filter(pk=self.claims.token_id).values_list("name", flat=True).first()
        return found or NAMELESS


class ApproveView(DecisionView):
    """Lets a held line be said, or a held viewer's line be answered."""

    @extend_schema(request=ApproveSerializer, responses={202: HeldLineSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, held_id: UUID) -> Response:
        """Approve; 409 when it was decided otherwise, is too late or panic holds; 400 when new words break a rule."""
        form = ApproveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = approval.approve(stream_id, held_id, by=self.decider, text=form.validated_data["text"])
        return Response(held_record(row), status=202)


class RejectView(DecisionView):
    """Has a held line not said."""

    @extend_schema(request=RejectSerializer, responses={202: HeldLineSerializer})
    @once
    def post(self, request: Request, stream_id: UUID, held_id: UUID) -> Response:
        """Reject; 409 when it was approved, or its time is over."""
        form = RejectSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row = approval.reject(stream_id, held_id, by=self.decider, note=form.validated_data["reason"])
        return Response(held_record(row), status=202)
