"""The stage and dock links an embedded start prints. They must stay the same: OBS remembers them.

Tokens are stored only as digests, so the links' own copies lie sealed in the data folder, for this one purpose.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings

from streams.models import Stream
from vtcontrol.kernel.errors import AccessDenied, SecretUnreadable
from vtcontrol.tenancy.access import TokenKind
from vtcontrol.tenancy.scope import studio_scope, unscoped
from vtcontrol.tenancy.secrets import seal, unseal
from vtcontrol.tenancy.tokens import issue, read

LINKS_FILE = "links.sealed"


@dataclass(frozen=True, slots=True)
class Links:
    """Tokens of the first stream's pages.

    Attributes:
        stage: Opens the stage page.
        dock: Opens the dock page.
    """

    stage: str
    dock: str


def page_links() -> Links | None:
    """Return the links of the first stream, the same at every start; None when there is no stream."""
    with unscoped("the embedded start shows the first stream's links"):
        stream = Stream.objects.order_by("id").first()
    if stream is None:
        return None
    path = Path(settings.DATA_DIR) / LINKS_FILE
    kept = kept_links()
    if kept is not None and _opens(kept.stage, stream.pk) and _opens(kept.dock, stream.pk):
        return kept
    with studio_scope(stream.studio_id):
        links = Links(
            stage=issue(TokenKind.STAGE, "Stage link of ./run", stream_id=stream.pk)[1],
            dock=issue(TokenKind.DOCK, "Dock link of ./run", stream_id=stream.pk)[1],
        )
    path.write_text(seal(json.dumps({"stage": links.stage, "dock": links.dock})))
    path.chmod(0o600)
    return links


def kept_links() -> Links | None:
    """Return the links the data folder keeps, or None when there are none that can be read."""
    try:
        stored = json.loads(unseal((Path(settings.DATA_DIR) / LINKS_FILE).read_text()))
        return Links(stored["stage"], stored["dock"])
    except (OSError, SecretUnreadable, ValueError, KeyError):
        return None


def _opens(token: str, stream_id: UUID) -> bool:
    try:
        return read(token).stream_id == stream_id
    except AccessDenied:
        return False
