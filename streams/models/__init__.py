"""On air: streams and their live state, what came in, what was said and by whom, rules of it, stage and links."""

from streams.models.approval import HELD_BY, HELD_STATES, HeldLine
from streams.models.cast import RolePart, RolePlay, SceneState, StreamCharacter
from streams.models.direction import Command, CommandState, DirectorNote, ObsEffect
from streams.models.inbox import EVENT_KINDS, EVENT_STATES, InboxEvent
from streams.models.links import ChannelLink, LinkFault, LinkStatus, Platform
from streams.models.model_check import ModerationModel
from streams.models.moderation import CONTENT_LONGEST, ModerationRule, Verdict
from streams.models.rehearsals import RehearsalAnswer, RehearsalRun, RehearsalSide, RehearsalSource, RehearsalState
from streams.models.rule_choices import RULE_ACTIONS, RULE_KINDS, RULE_SCOPES
from streams.models.stage import RANGES, BadgePlace, SecondPages, StageLayout, StagePage, SubtitleWords
from streams.models.streams import Broadcast, Stream, StreamState
from streams.models.turns import HeardSource, Segment, Turn, TurnState

__all__ = [
    "CONTENT_LONGEST",
    "EVENT_KINDS",
    "EVENT_STATES",
    "HELD_BY",
    "HELD_STATES",
    "RANGES",
    "RULE_ACTIONS",
    "RULE_KINDS",
    "RULE_SCOPES",
    "BadgePlace",
    "Broadcast",
    "ChannelLink",
    "Command",
    "CommandState",
    "DirectorNote",
    "HeardSource",
    "HeldLine",
    "InboxEvent",
    "LinkFault",
    "LinkStatus",
    "ModerationModel",
    "ModerationRule",
    "ObsEffect",
    "Platform",
    "RehearsalAnswer",
    "RehearsalRun",
    "RehearsalSide",
    "RehearsalSource",
    "RehearsalState",
    "RolePart",
    "RolePlay",
    "SceneState",
    "SecondPages",
    "Segment",
    "StageLayout",
    "StagePage",
    "Stream",
    "StreamCharacter",
    "StreamState",
    "SubtitleWords",
    "Turn",
    "TurnState",
    "Verdict",
]
