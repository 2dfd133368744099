"""The look of a stage: changed in the admin, applied by every open page at once."""

from uuid import UUID

from django.db import transaction

from streams.hints import announce, page_frame, stage_group
from streams.models import StageLayout
from streams.selectors.cast import cast_stream
from streams.selectors.stage import look_of


def tell_look(stream_id: UUID) -> None:
    """Send the open pages what the stage looks like now, when the transaction commits."""
    stream = cast_stream(pk=stream_id).select_related("persona__avatar", "layout__guest__avatar").first()
    if stream is not None:
        announce(stage_group(stream_id), page_frame({"type": "look", **look_of(stream)}))


@transaction.atomic
def lay_out(layout: StageLayout) -> None:
    """Save a layout; open pages follow at once."""
    layout.save()
    tell_look(layout.stream_id)


@transaction.atomic
def reset_layout(layout: StageLayout) -> None:
    """Put a layout back to what a new stream has; the second character stays."""
    fresh = StageLayout()
    kept = {"id", "studio", "stream", "guest"}
    for field in StageLayout._meta.concrete_fields:
        if field.name not in kept:
            setattr(layout, field.attname, getattr(fresh, field.attname))
    lay_out(layout)
