"""What every studio has: credentials, API tokens, tickets, budgets and usage."""

from vtcontrol.tenancy.access import ApiToken, Scope, Ticket, TokenKind
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.idempotency import KeptAnswer
from vtcontrol.tenancy.metering import Budget, Meter, Usage
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio
from vtcontrol.tenancy.webhooks import Delivery, DeliveryState, Topic, Webhook

__all__ = [
    "ApiToken",
    "Budget",
    "Credential",
    "Delivery",
    "DeliveryState",
    "KeptAnswer",
    "MemberRole",
    "Membership",
    "Meter",
    "Scope",
    "Studio",
    "Ticket",
    "TokenKind",
    "Topic",
    "Usage",
    "Webhook",
]
