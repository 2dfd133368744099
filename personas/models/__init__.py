"""Characters: who they are, how they think, sound, look and react. Every change reaches the next line on air."""

from personas.models.characters import Emotion, Language, OutputFormat, Persona, Reaction
from personas.models.engines import AudioFormat, Brain, Voice, VoiceEngine
from personas.models.experiments import Experiment, ExperimentEnd
from personas.models.fields import TAG_NAME, unit_field
from personas.models.looks import Avatar
from personas.models.revisions import UNPUBLISHED, CardSource, Revision, RevisionState
from personas.models.scenarios import Scenario

__all__ = [
    "TAG_NAME",
    "UNPUBLISHED",
    "AudioFormat",
    "Avatar",
    "Brain",
    "CardSource",
    "Emotion",
    "Experiment",
    "ExperimentEnd",
    "Language",
    "OutputFormat",
    "Persona",
    "Reaction",
    "Revision",
    "RevisionState",
    "Scenario",
    "Voice",
    "VoiceEngine",
    "unit_field",
]
