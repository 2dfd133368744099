"""Where people stand in the database: every table, and what erasing a person does to it.

Owns the list; `streams.services.erasure` works through it. A test compares it with all installed models, so a new table
has to say here what it holds.

Names are model labels. *Own* rows belong to one person and go with them. *Mentions* are rows of others that may name
them: the name is taken out. *Team's words* are what the team wrote about its show: mentions are counted for the team to
change, as taking words out of a character would change the show. *Nobody's* rows name no viewer.
"""

OWN = {
    "memory.ConsolidationEntry": "deleted by viewer and by memory",
    "memory.Memory": "deleted by viewer, and by the turns it was taken from",
    "memory.MemoryEvidence": "deleted with its memory and by turn",
    "memory.MemoryVector": "deleted with its memory",
    "memory.Utterance": "deleted by viewer and by turn",
    "relationships.FormerName": "deleted with the card",
    "relationships.Identity": "deleted with the card",
    "relationships.Interaction": "deleted with the card",
    "relationships.LinkCode": "deleted with the card",
    "relationships.PrivatePage": "deleted with the card",
    "relationships.Relationship": "deleted with the card",
    "relationships.Viewer": "deleted",
    "relationships.ViewerMerge": "deleted with the card",
    "streams.HeldLine": "emptied, and cancelled while it waits or is still to be said",
    "streams.InboxEvent": "emptied: who, words and ids go, kind, time and amount stay",
    "streams.RehearsalAnswer": "deleted with every rehearsal that replays the person",
    "streams.Segment": "emptied",
    "streams.Turn": "emptied: words and prompt go, times and cost stay",
    "streams.Verdict": "emptied",
    "tenancy.KeptAnswer": "emptied where it shows the person",
}
MENTIONS: dict[str, tuple[str, ...]] = {
    "memory.ConsolidationEntry": ("text", "before"),
    "memory.ConsolidationRun": ("output", "note"),
    "memory.Memory": ("text",),
    "memory.Utterance": ("name", "text"),
    "streams.Command": ("arguments", "result"),
    "streams.HeldLine": ("text", "edited_text", "note"),
    "streams.InboxEvent": ("text",),
    "streams.RehearsalAnswer": ("said_name", "said_text", "text", "findings", "prompt"),
    "streams.RehearsalRun": ("scenarios",),
    "streams.Segment": ("text",),
    "streams.Turn": ("text", "heard_text"),
    "tenancy.Delivery": ("body",),
}
TEAMS_WORDS: dict[str, tuple[str, ...]] = {
    "memory.SeedMark": ("key",),
    "memory.Lore": ("keys", "content", "secondary_keys", "excluded_keys"),
    "personas.CardSource": ("card",),
    "personas.Persona": ("identity", "style_rules", "do_rules", "dont_rules", "speech_samples", "knowledge", "phrases"),
    "personas.Reaction": ("template",),
    "personas.Experiment": ("note",),
    "personas.Revision": ("content", "note"),
    "personas.Scenario": ("name", "script", "must_not_say", "must_say_any"),
    "relationships.Viewer": ("notes", "never_mention", "avoid", "tags"),
    "streams.DirectorNote": ("text",),
    "streams.ModerationRule": ("content",),
    "streams.RolePart": ("role", "goal", "secret"),
    "streams.RolePlay": ("scene", "narration"),
    "streams.StreamCharacter": ("names", "about"),
}
NOBODYS = {
    "memory.ConsolidationCursor": "places in a stream of words",
    "memory.EmbeddingEngine": "settings",
    "personas.Avatar": "settings",
    "personas.Brain": "settings",
    "personas.Emotion": "settings",
    "personas.Voice": "settings",
    "relationships.AccessRecord": "the team's deeds; a card's id leads nowhere once the card is gone",
    "relationships.PrivacyRequest": "numbers; whom it is about is sealed while it runs, and gone afterwards",
    "relationships.Refusal": "keyed digests, which are what must stay",
    "streams.Broadcast": "times",
    "streams.ChannelLink": "the team's own channels",
    "streams.ModerationModel": "settings",
    "streams.ObsEffect": "settings",
    "streams.StageLayout": "settings",
    "streams.StagePage": "the team's own pages",
    "streams.Stream": "settings",
    "streams.StreamState": "the live state",
    "tenancy.ApiToken": "the team's keys",
    "tenancy.Budget": "settings",
    "tenancy.Credential": "the team's keys",
    "tenancy.Ticket": "the team's keys",
    "tenancy.Usage": "numbers",
    "tenancy.Webhook": "settings",
}
EMPTIED_EVENT = {"viewer": None, "author_id": "", "author_name": "", "text": "", "digest": "", "is_first": False}
EMPTIED_TURN = {"text": "", "heard_text": "", "prompt": None}
"""Fields of emptied rows; what else is written of an event or turn is found by type (`erasure.words_about`)."""
