"""What the models show is translatable. The catalogues themselves are test_catalogue's."""

from django.apps import apps
from django.utils.functional import Promise

from tests.architecture.sources import PACKAGES

# The admin has no page and no column for them.
NEVER_SHOWN = {"tenancy.Ticket", "tenancy.KeptAnswer", "personas.Revision.digest"}


def test_every_name_a_form_shows_can_be_translated() -> None:
    bare = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in PACKAGES or hasattr(model, "history_id"):
            continue
        meta = model._meta
        named = [("verbose_name", meta.verbose_name), ("verbose_name_plural", meta.verbose_name_plural)]
        for field in meta.local_fields:
            if field.editable and not field.auto_created:
                named += [(field.name, field.verbose_name), (f"{field.name} help", field.help_text or None)]
        bare += [f"{meta.label}.{name}" for name, text in named if text and not isinstance(text, Promise)]

    assert {name for name in bare if not any(name.startswith(one) for one in NEVER_SHOWN)} == set()
