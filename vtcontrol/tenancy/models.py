"""What every studio has: credentials, API tokens, tickets, budgets and usage."""

from vtcontrol.tenancy.access import ApiToken, Ticket, TokenKind
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.metering import Budget, Meter, Usage
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio

__all__ = [
    "ApiToken",
    "Budget",
    "Credential",
    "MemberRole",
    "Membership",
    "Meter",
    "Studio",
    "Ticket",
    "TokenKind",
    "Usage",
]
