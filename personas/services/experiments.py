"""Starting and ending experiments. The live streams take either from their next line."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from personas.models import Experiment, ExperimentEnd, Revision, RevisionState
from personas.selectors import character_from
from personas.selectors.revisions import on_air_of
from personas.services.revisions import lock_persona, publish, roll_back
from vtcontrol.kernel.errors import Conflict, InputInvalid


@transaction.atomic
def start_experiment(revision: Revision, share: int, *, by: Any, note: str = "") -> Experiment:
    """Let a share of the viewers hear a revision (B) while the others hear what is on air (A).

    Args:
        revision: A draft or an earlier revision; as long as it is in an experiment, its content stays as it is.
        share: Percent of the viewers who hear B, 1 to 99.
        by: Who starts it.
        note: What they want to find out.

    Raises:
        Conflict: Another experiment of the persona runs, or B is what is on air.
        InputInvalid: The share is none, or what B links to is gone.
    """
    persona = lock_persona(revision.persona_id)
    revision = Revision.objects.get(pk=revision.pk)
    if not 1 <= share <= 99:
        raise InputInvalid(_("Choose a share of 1 to 99 percent."), field="share")
    if revision.state == RevisionState.PUBLISHED:
        raise Conflict(_("It is on air already: choose a draft or an earlier revision."))
    if Experiment.objects.filter(persona=persona, ended_at=None).exists():
        raise Conflict(_("Another experiment of this persona runs. Stop it first."))
    if character_from(persona, revision.content, revision.pk).gone:
        raise InputInvalid(_("Its brain, voice or avatar is no more: choose another and save the draft."))
    experiment = Experiment(persona=persona, other=revision, control=on_air_of(persona), share=share, note=note)
    experiment.started_by = by
    experiment.save()
    return experiment


@transaction.atomic
def stop_experiment(experiment: Experiment, *, by: Any) -> None:
    """End an experiment: everybody hears what is on air.

    Raises:
        Conflict: It ended already.
    """
    running = Experiment.objects.filter(pk=experiment.pk, ended_at=None)
    if not running.update(ended_at=timezone.now(), ended_by=by, outcome=ExperimentEnd.STOPPED):
        raise Conflict(_("It ended already."))


@transaction.atomic
def take_other(experiment: Experiment, *, by: Any) -> Revision:
    """Put B on air for everybody, and end the experiment if it still runs.

    Raises:
        Conflict: B is on air already.
        InputInvalid: B no longer validates; the sentence says why.
    """
    persona = lock_persona(experiment.persona_id)
    other: Revision = Revision.objects.get(pk=experiment.other_id)
    on_air = on_air_of(persona)
    if other.state == RevisionState.RETIRED:
        taken = roll_back(other, by=by)
    else:
        taken = publish(other, by=by, over=on_air.pk if on_air else None)
    running = Experiment.objects.filter(pk=experiment.pk, ended_at=None)
    running.update(ended_at=timezone.now(), ended_by=by, outcome=ExperimentEnd.TAKEN)
    return taken
