"""Lore that came with cards gets what its entries say beside keys and text; the cards were kept as they came."""

from dataclasses import asdict

from django.db import migrations

from personas.domain.cards.book import read_book
from personas.domain.cards.lore import text_of


def fill(apps, _editor):
    CardSource, Lore = apps.get_model("personas", "CardSource"), apps.get_model("memory", "Lore")
    for source in CardSource.objects.only("persona_id", "card").iterator():
        for entry in _entries(source.card):
            text = text_of(entry)
            row = text and Lore.objects.filter(persona_id=source.persona_id, **_as_it_was(entry, text)).first()
            if row:
                for name, value in asdict(text).items():
                    setattr(row, name, value)
                row.save()


def _entries(card):
    data = card.get("data") if isinstance(card.get("data"), dict) else card
    book = data.get("character_book")
    return read_book(book).entries if isinstance(book, dict) else ()


def _as_it_was(entry, text):
    """Return the fields an import filled before."""
    keys = ""
    for word in dict.fromkeys(word for key in entry.keys for part in key.split(",") if (word := part.strip())):
        longer = f"{keys}, {word}" if keys else word
        keys = longer if len(longer) <= 300 else keys
    return {
        "keys": keys, "content": text.content, "is_constant": entry.is_constant, "position": text.position,
        "is_enabled": entry.is_enabled and (entry.is_constant or bool(keys)),
    }  # fmt: skip


class Migration(migrations.Migration):
    dependencies = (("memory", "0003_lore_options"), ("personas", "0004_card_sources"))
    operations = (migrations.RunPython(fill, migrations.RunPython.noop),)
