"""Writing brains, voices and what else has an address and a key: their keys, fallbacks, and how they did last."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from personas.models import Brain, Voice
from vtcontrol.kernel.errors import InputInvalid
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.names import free_name
from vtcontrol.tenancy.owned import LiveConfig

Engine = Any
"""A brain, a voice, or a row of a higher floor that has a name and a `credential` as they have."""
CHAIN_LONGEST = 4


@transaction.atomic
def store_key(engine: Engine, secret: str) -> None:
    """Give an engine a new key; a key it shares with another engine stays the other's.

    The engine itself is not saved yet.
    """
    credential = engine.credential
    if credential is None or _is_shared(engine):
        credential = Credential(name=free_name(Credential, f"{engine._meta.verbose_name}: {engine.name}"))
    credential.put(secret)
    credential.save()
    engine.credential = credential


@transaction.atomic
def remove_key(engine: Engine) -> None:
    """Take an engine's key away, and forget it when nobody else uses it. The engine itself is saved."""
    credential, is_shared = engine.credential, _is_shared(engine)
    engine.credential = None
    engine.save()
    if credential is not None and not is_shared:
        credential.delete()


def _is_shared(engine: Engine) -> bool:
    users = [model.objects.filter(credential=engine.credential_id) for model in _key_holders()]
    return any(rows.exclude(pk=engine.pk).exists() for rows in users)


def _key_holders() -> Iterator[Any]:
    """Yield every model whose rows use a key."""
    for relation in Credential._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if isinstance(model, type) and issubclass(model, LiveConfig) and relation.auto_created:
            yield model


def check_fallback(engine: Engine, fallback: Brain | Voice | None) -> None:
    """Refuse a chain of fallbacks that comes back to where it began.

    Raises:
        InputInvalid: It does, or it is longer than anybody waits for.
    """
    seen = {engine.pk}
    following: Brain | Voice | None = fallback
    while following is not None:
        if following.pk in seen:
            raise InputInvalid(_("This chain of fallbacks comes back to its beginning."), field="fallback")
        seen.add(following.pk)
        if len(seen) > CHAIN_LONGEST:
            raise InputInvalid(_("At most %(count)d in a chain.") % {"count": CHAIN_LONGEST}, field="fallback")
        following = following.fallback


def note_engine(row_id: UUID, fault: str, kinds: Iterable[Any] = (Brain, Voice)) -> None:
    """Keep how an engine did last: its fault, or "" for a success. The live loop is not told of it.

    Args:
        row_id: Its row.
        fault: What went wrong.
        kinds: The models it may be a row of.
    """
    values = {"last_fault": fault[:120]} if fault else {"last_fault": "", "last_ok_at": timezone.now()}
    for model in kinds:
        model.objects.filter(pk=row_id).update(**values)
