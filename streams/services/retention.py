"""What time takes away: raw utterances after 30 days, expired memories, used-up tickets. Runs over all studios."""

from django.utils import timezone

from memory.models import Memory, Utterance
from vtcontrol.tenancy.access import Ticket

BATCH = 5000


def retain() -> dict[str, int]:
    """Delete what has expired, a batch of each; return how many rows went."""
    now = timezone.now()
    gone = {}
    for model in (Utterance, Memory, Ticket):
        ids = list(model.objects.filter(expires_at__lt=now).values_list("pk", flat=True)[:BATCH])
        gone[model.__name__] = model.objects.filter(pk__in=ids).delete()[0] if ids else 0
    return gone
