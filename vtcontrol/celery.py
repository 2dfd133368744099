"""The Celery application. Queues: live (turns), speech (ASR and rendering), upkeep (the rest)."""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import worker_init

import vtcontrol.embedded_broker  # noqa: F401  # makes embedded:// known

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "vtcontrol.settings")

app = Celery("vtcontrol")
app.set_default()  # for every thread, not only the one that imports this
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.imports = (
    "workers.tasks.live",
    "workers.tasks.upkeep",
    "workers.tasks.memory",
    "workers.tasks.webhooks",
    "workers.tasks.privacy",
    "workers.tasks.rehearsal",
)
app.conf.task_routes = {"live.*": {"queue": "live"}, "speech.*": {"queue": "speech"}}
app.conf.beat_schedule = {
    "webhooks": {"task": "upkeep.webhooks", "schedule": 30.0, "options": {"expires": 20}},  # live workers ask sooner
    "broadcasts": {"task": "upkeep.broadcasts", "schedule": 60.0, "options": {"expires": 50}},
    "publications": {"task": "upkeep.publications", "schedule": 10.0, "options": {"expires": 9}},
    "privacy": {"task": "upkeep.privacy", "schedule": 300.0, "options": {"expires": 240}},
    "memory": {"task": "memory.sweep", "schedule": 300.0, "options": {"expires": 240}},
    "memory at night": {"task": "memory.nightly", "schedule": crontab(hour="4", minute="10")},
    "rehearsals": {"task": "rehearsal.sweep", "schedule": 60.0, "options": {"expires": 50}},
    "retention": {"task": "upkeep.retain", "schedule": 3600.0, "options": {"expires": 600}},
}


@worker_init.connect
def _check_environment(**_: Any) -> None:
    from vtcontrol.tenancy.checks import require_sound_environment

    require_sound_environment()
