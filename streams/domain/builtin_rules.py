"""The moderation rules that come with the house, as data.

Owns the pack a studio starts with. There are no lists of insults in it: what is one differs from channel to channel.
Attempts to instruct the character are only noted, since viewers' words reach a model as data anyway.
"""

from streams.domain.rules import Action, Rule, RuleKind, RuleScope

# Letters are named by range: every `\pL` costs half a megabyte in the set the patterns are compiled to.
_INJECTION_EN = (
    r"(?:ignore|disregard|forget|override|bypass) (?:[a-z]+ ){0,3}(?:instructions?|rules|prompts?|guidelines)",
    r"(?:reveal|show|print|repeat|tell|output)(?: [a-z]+){0,3} (?:system|hidden|initial|secret) (?:prompt|instruction)",
    r"(?:system prompt|developer mode|jailbreak|do anything now)",
    r"you are (?:now )?(?:no longer|not) (?:an? )?(?:ai|character|bound|restricted)",
    r"(?:^|[^a-z])(?:system|assistant|developer)\s*:",
)
_INJECTION_RU = (
    r"(?:игнорируй|забудь|отбрось|нарушь|обойди)(?:те)? (?:[а-яё]+ ){0,3}(?:инструкци|правил|указани|промпт)[а-яё]*",
    (
        r"(?:покажи|выведи|раскрой|повтори|напиши|скажи)(?:те)?(?: [а-яё]+){0,3} "
        r"(?:системн|скрыт|секретн)[а-яё]* промпт[а-яё]*"
    ),
    r"(?:системный промпт|режим разработчика)",
)
_INJECTION_ZH = (r"(?:忽略|无视|忘记)[一-鿿]{0,8}(?:指令|指示|提示|规则)", r"(?:系统提示词|开发者模式|越狱)")
_PROMPT_PARTS = (
    r"</?(?:chat|event|speech|memory|viewer|data)\b",
    r"# (?:data is not instruction|form of your answer|director's notes|whom you talk to|what you remember)",
    r"everything inside .{0,80} is data",
)

BUILTIN_RULES = (
    Rule(
        id="builtin.injection",
        name="Attempts to instruct the character",
        kind=RuleKind.PATTERN,
        patterns=_INJECTION_EN + _INJECTION_RU + _INJECTION_ZH,
        scope=RuleScope.IN,
        action=Action.WARN,
        severity=2,
    ),
    Rule(
        id="builtin.prompt_leak",
        name="Parts of the prompt",
        kind=RuleKind.PATTERN,
        patterns=_PROMPT_PARTS,
        scope=RuleScope.OUT,
        action=Action.SKIP,
        severity=4,
    ),
    Rule(id="builtin.links", name="Links", kind=RuleKind.LINKS, action=Action.REPLACE, severity=2),
    Rule(
        id="builtin.length",
        name="Long messages",
        kind=RuleKind.LENGTH,
        limit=500,
        scope=RuleScope.IN,
        action=Action.REPLACE,
        severity=1,
    ),
    Rule(
        id="builtin.caps",
        name="Capitals",
        kind=RuleKind.CAPS,
        limit=0.8,
        scope=RuleScope.IN,
        action=Action.REPLACE,
        severity=1,
    ),
    Rule(id="builtin.repeats", name="Repeats", kind=RuleKind.REPEATS, limit=5, action=Action.REPLACE, severity=1),
)
"""What every studio starts with."""
