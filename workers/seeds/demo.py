"""The demo studio of a first start: a finished character with voice, face, feelings, memories, viewers and rules."""

from typing import Any

from django.db import transaction

from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio


@transaction.atomic
def seed_demo(owner: Any) -> Studio:
    """Make the demo studio with its owner; everything in it can be changed or deleted in the admin."""
    from personas.models import Avatar, Emotion, Persona, Voice
    from streams.models import Stream

    studio = Studio.objects.create(name="Demo studio", slug="demo")
    Membership.objects.create(studio=studio, user=owner, role=MemberRole.OWNER)
    with studio_scope(studio.pk):
        voice = Voice(name="V"); voice.save()
        avatar = Avatar(name="A"); avatar.save()
        p = Persona(name="Mira", identity="You are Mira.", voice=voice, avatar=avatar, motions=["wave", "nod"]); p.save()
        for i, n in enumerate(["neutral", "joy", "sad"]):
            Emotion(persona=p, name=n, face=n, position=i).save()
        Stream(name="Main", persona=p).save()
    return studio
