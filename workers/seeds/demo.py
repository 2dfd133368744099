"""The demo studio of a first start: a finished character in English and in Russian, each with a stream of its own.

The words are `mira_en` and `mira_ru`. Everything made here can be changed or deleted in the admin.
"""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from memory.models import Lore, Memory
from memory.services import remember_many
from personas.appearance import fields_of
from personas.models import Avatar, Emotion, Persona, Reaction, Scenario, Voice
from personas.services import record_revision
from relationships.models import Identity, Relationship, Viewer
from streams.models import DirectorNote, ModerationRule, Stream
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import MemberRole, Membership, Studio
from workers.seeds import mira_en, mira_ru
from workers.seeds.content import Barrier, Guest, Show
from workers.seeds.feelings import FEELINGS
from workers.seeds.language import home_language

SHOWS = (mira_en.SHOW, mira_ru.SHOW)
NOTE_LINES = 12
FIRST_SEEN = dt.timedelta(days=120)


@transaction.atomic
def seed_demo(owner: User) -> Studio:
    """Make the demo studio with its owner; the stream in the newcomer's language comes first."""
    home = home_language()
    shows = sorted(SHOWS, key=lambda show: show.language != home)
    studio = Studio.objects.create(name=shows[0].studio, slug="demo")
    Membership.objects.create(studio=studio, user=owner, role=MemberRole.OWNER)
    with studio_scope(studio.pk):
        for rule in (*shows[0].house_rules, *(rule for show in shows for rule in show.own_rules)):
            _add_rule(rule)
        for show in shows:
            _add_show(show, owner)
    return studio


def _add_show(show: Show, owner: User) -> None:
    persona = _add_character(show)
    record_revision(persona, by=owner)
    guests = {guest.name: _add_guest(guest, persona) for guest in show.guests}
    _add_memories(show, persona, guests)
    stream = Stream(name=show.stream, persona=persona, language=show.language)
    stream.save()
    DirectorNote(stream=stream, text=show.note, turns_left=NOTE_LINES).save()


def _add_character(show: Show) -> Persona:
    """Make the persona with everything it is made of."""
    voice = Voice(name=show.sound.name, voice_name=show.sound.voice_name, rate=show.sound.rate, pitch=show.sound.pitch)
    voice.save()
    avatar = Avatar(name=show.look.name, **fields_of(show.look.look, show.look.palette))
    avatar.save()
    script = show.script
    persona = Persona(
        name=show.character,
        language=show.language,
        identity=script.identity,
        style_rules="\n".join(script.style),
        do_rules="\n".join(script.always),
        dont_rules="\n".join(script.never),
        speech_samples="\n".join(script.samples),
        knowledge="\n".join(script.knowledge),
        phrases={topic: list(lines) for topic, lines in script.phrases.items()},
        consistency=show.consistency,
        creativity=show.creativity,
        adaptability=show.adaptability,
        motions=list(show.motions),
        voice=voice,
        avatar=avatar,
    )
    persona.save()
    _add_parts(show, persona)
    return persona


def _add_parts(show: Show, persona: Persona) -> None:
    Emotion.objects.bulk_create(
        Emotion(
            persona=persona,
            name=feeling.name,
            face=feeling.face,
            aliases=", ".join(feeling.aliases),
            rate=feeling.rate,
            pitch=feeling.pitch,
            volume=feeling.volume,
            intensity=feeling.intensity,
            position=place,
        )
        for place, feeling in enumerate(FEELINGS)
    )
    Reaction.objects.bulk_create(
        Reaction(persona=persona, kind=answer.kind, template=answer.template, emotion=answer.emotion)
        for answer in show.reactions
    )
    Scenario.objects.bulk_create(
        Scenario(persona=persona, name=one.name, script=one.script, must_not_say="\n".join(one.must_not_say))
        for one in show.rehearsals
    )
    Lore.objects.bulk_create(
        Lore(
            persona=persona,
            keys=", ".join(entry.keys),
            content=entry.content,
            is_constant=not entry.keys,
            position=place,
        )
        for place, entry in enumerate(show.lore)
    )


def _add_guest(guest: Guest, persona: Persona) -> Viewer:
    now = timezone.now()
    seen_at = now - dt.timedelta(days=guest.days_away)
    viewer = Viewer(
        name=guest.name,
        notes="\n".join(guest.notes),
        never_mention="\n".join(guest.never_mention),
        tags=list(guest.tags),
        is_ignored=guest.bond is None,
        messages=guest.messages,
        last_seen_at=seen_at,
    )
    viewer.save()
    Viewer.objects.filter(pk=viewer.pk).update(first_seen_at=now - FIRST_SEEN)
    Identity.objects.bulk_create(
        Identity(viewer=viewer, platform=platform, platform_id=_account_id(platform, account), name=guest.name)
        for platform, account in guest.accounts.items()
    )
    if guest.bond is not None:
        Relationship(
            viewer=viewer,
            persona=persona,
            affinity=guest.bond.affinity,
            trust=guest.bond.trust,
            familiarity=guest.bond.familiarity,
            loyalty=guest.bond.loyalty,
            warmth=guest.bond.warmth,
            warmth_at=seen_at,
        ).save()
    return viewer


def _account_id(platform: str, account: str) -> str:
    """Return the id of an account: the dock's own for its chat box, elsewhere one no real account can have."""
    return account.lower() if platform == "dock" else f"demo:{account}"


def _add_memories(show: Show, persona: Persona, guests: dict[str, Viewer]) -> None:
    remember_many(
        Memory(
            persona_id=persona.pk,
            viewer_id=guests[one.about].pk if one.about else None,
            text=one.text,
            kind=one.kind,
            tags=list(one.tags),
            importance=one.importance,
            emotion=one.emotion,
            is_pinned=one.is_pinned,
            is_locked=one.is_pinned,
        )
        for one in show.memories
    )


def _add_rule(rule: Barrier) -> None:
    ModerationRule(
        name=rule.name,
        kind=rule.kind,
        content=rule.content,
        scope=rule.scope,
        action=rule.action,
        replacement=rule.replacement,
    ).save()
