"""Shapes of what the dock's panels show. They describe; the selectors make the answers."""

from rest_framework import serializers

from streams.api.shapes import EVENT_KINDS, EVENT_STATES, Anything


class QueueRowSerializer(Anything):
    """An event as the queue shows it."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    kind = serializers.ChoiceField(choices=EVENT_KINDS)
    who = serializers.CharField()
    name = serializers.CharField(allow_blank=True)
    platform = serializers.CharField()
    viewer = serializers.UUIDField(allow_null=True)
    text = serializers.CharField(allow_blank=True)
    amount = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=EVENT_STATES)
    reason = serializers.CharField(allow_blank=True)
    is_pinned = serializers.BooleanField()


class WaitingRowSerializer(QueueRowSerializer):
    """An event that waits, and why it stands where it stands."""

    rank = serializers.CharField(help_text="Its class, such as `support`, `direct`, `question`, `chatter`.")
    eligible_at = serializers.DateTimeField(help_text="From when it may be answered.")
    expires_at = serializers.DateTimeField(help_text="When it will be too old.")
    held_by = serializers.CharField(allow_blank=True, help_text="What holds it back until then, or empty.")


class ReasonCountSerializer(Anything):
    """How many came to the same end."""

    state = serializers.ChoiceField(choices=EVENT_STATES)
    reason = serializers.CharField(allow_blank=True)
    count = serializers.IntegerField()


class QueueSerializer(Anything):
    """The queue. Counts tell of all; the lists show the first ones."""

    version = serializers.IntegerField()
    now = serializers.DateTimeField()
    is_panicked = serializers.BooleanField()
    total = serializers.IntegerField()
    counts = serializers.DictField(child=serializers.IntegerField(), help_text="Waiting events by class.")
    answering = QueueRowSerializer(allow_null=True)
    waiting = WaitingRowSerializer(many=True)
    recent = QueueRowSerializer(many=True, help_text="Passed over in the last 15 minutes, newest first.")
    recent_counts = ReasonCountSerializer(many=True)


class AccountSerializer(Anything):
    """A viewer's account on a platform."""

    platform = serializers.CharField()
    name = serializers.CharField(allow_blank=True)


class FormerNameSerializer(Anything):
    """A name a viewer wrote under before."""

    name = serializers.CharField()
    last_at = serializers.DateTimeField()


class MoveSerializer(Anything):
    """What an event did to a relationship."""

    kind = serializers.CharField()
    at = serializers.DateTimeField()
    deltas = serializers.DictField(child=serializers.FloatField())


class BondSerializer(Anything):
    """What binds a viewer to the character: 0 to 100, warmth 0 to 1."""

    affinity = serializers.FloatField()
    trust = serializers.FloatField()
    familiarity = serializers.FloatField()
    loyalty = serializers.FloatField()
    warmth = serializers.FloatField()
    scars = serializers.IntegerField()
    ledger = MoveSerializer(many=True)


class SaidSerializer(Anything):
    """A line the viewer wrote."""

    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    text = serializers.CharField(allow_blank=True)
    status = serializers.ChoiceField(choices=EVENT_STATES)
    reason = serializers.CharField(allow_blank=True)


class ViewerCardSerializer(Anything):
    """A viewer, as the stream's character knows them."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    accounts = AccountSerializer(many=True)
    names = FormerNameSerializer(many=True)
    first_seen_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField(allow_null=True)
    messages = serializers.IntegerField()
    notes = serializers.ListField(child=serializers.CharField())
    never_mention = serializers.ListField(child=serializers.CharField())
    tags = serializers.ListField(child=serializers.CharField())
    is_muted = serializers.BooleanField()
    muted_until = serializers.DateTimeField(allow_null=True, help_text="Null while muted: until unmuted.")
    has_opted_out = serializers.BooleanField()
    character = serializers.CharField()
    bond = BondSerializer(allow_null=True)
    lines = SaidSerializer(many=True)


class ViewerPanelSerializer(Anything):
    """Whose card it is, or why there is none."""

    is_now = serializers.BooleanField(help_text="This viewer is being answered at this moment.")
    name = serializers.CharField(allow_blank=True)
    why_none = serializers.CharField(allow_blank=True, help_text="`nobody_yet` or `no_card`; empty with a card.")
    viewer = ViewerCardSerializer(allow_null=True)


class NoteMadeSerializer(Anything):
    """A new note."""

    id = serializers.UUIDField()


class LinkSerializer(Anything):
    """A part the stream hangs on."""

    kind = serializers.CharField(help_text="`brain`, `voice`, `stage`, or a platform.")
    name = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(choices=["ok", "idle", "off", "waiting", "trouble"])
    note = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField(allow_null=True, help_text="When it last worked.")


class LatencySerializer(Anything):
    """How long a turn took from being chosen to its first sound."""

    turn = serializers.UUIDField()
    at = serializers.DateTimeField()
    ms = serializers.IntegerField()


class BudgetSerializer(Anything):
    """What was used today (UTC)."""

    meter = serializers.CharField()
    scope = serializers.CharField(help_text="`stream` or `studio`.")
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True, help_text="Null: no limit.")


class TroubleSerializer(Anything):
    """A turn that went wrong."""

    turn = serializers.UUIDField()
    at = serializers.DateTimeField()
    status = serializers.CharField()
    reason = serializers.CharField(allow_blank=True)
    brain = serializers.CharField(allow_blank=True)
    voice = serializers.CharField(allow_blank=True)
    text = serializers.CharField(allow_blank=True)


class HealthSerializer(Anything):
    """How a stream is."""

    version = serializers.IntegerField()
    now = serializers.DateTimeField()
    links = LinkSerializer(many=True)
    latency = LatencySerializer(many=True, help_text="Of the last 40 turns, oldest first.")
    budgets = BudgetSerializer(many=True)
    troubles = TroubleSerializer(many=True, help_text="Of the last 24 hours, newest first.")
