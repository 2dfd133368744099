"""Offers an Ollama on this machine: when one answers, a brain for it stands ready in the admin.

Only where the operator allows private addresses, and only for a studio without such a brain yet.
"""

import json
import logging
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from django.conf import settings

from personas.models import Brain
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

logger = logging.getLogger(__name__)

PROBE_S = 0.5
LONGEST_ANSWER = 200_000


def models_of(base_url: str) -> list[str]:
    """Return the models a local server offers; none when there is no server."""
    direct = build_opener(ProxyHandler({}))
    try:
        with direct.open(f"{base_url}/models", timeout=PROBE_S) as answer:
            listed = json.loads(answer.read(LONGEST_ANSWER))
        return [str(model["id"])[:120] for model in listed["data"]]
    except (URLError, OSError, ValueError, KeyError, TypeError):
        return []


def offer_ollama() -> Brain | None:
    """Make a brain for the Ollama on this machine if it runs, has a model, and no brain leads to it yet.

    Runs over all studios of an embedded installation: the first one gets the offer.
    """
    base_url = settings.OLLAMA_URL
    studio = Studio.objects.order_by("id").first()
    if not settings.ALLOW_PRIVATE_URLS or not base_url or studio is None:
        return None
    with studio_scope(studio.pk):
        if Brain.objects.filter(base_url=base_url).exists():
            return None
        models = models_of(base_url)
        if not models:
            return None
        brain = Brain(name="Ollama", base_url=base_url, model=models[0])
        if Brain.objects.filter(name=brain.name).exists():
            return None
        brain.save()
        logger.info("an Ollama on this machine is offered as a brain")
        return brain
