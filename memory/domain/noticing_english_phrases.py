"""What the rules of noticing in English are built of: how a statement starts and ends, names, places, options. Data."""

from memory.domain.noticing_guards import HERE_AND_NOW
from memory.domain.noticing_rules import LEARNS
from memory.domain.noticing_words import (
    DAYS_EN,
    HOBBIES_EN,
    HOBBY_VERBS_EN,
    INSTRUMENTS_EN,
    JOB_TRAITS_EN,
    JOBS_EN,
    LANGUAGES_EN,
    MONTHS_EN,
    PET_TRAITS_EN,
    PETS_EN,
    SPORTS_EN,
    any_of,
    words_of,
)

END = (
    r"(?=\s*[.,!?;:)(…]|\s*$|\s+[^\w\s'\"#&-]|\s+-|\s+(?:and|but|because|cause|cuz|cos|so|since|when|where|who|which|"
    r"while|after|before|for|with|tho|though|in|at|on|yesterday|last|is|are|was|were|has|im|i'm|i|ive|its|it's|u|ur|"
    r"you|he|she|they|we|my|if|even|lol|lmao|rn|btw|today|tonight|tomorrow|this|next|here|too|atm|lately|ngl|tbh|"
    r"from|until|till|irl|hi|hello|now|just|then|xd|haha\w*|already|fr|myself|me|dont|don't|than|over|during|every|"
    r"as)\b|\s+\\?o[/7])"
)
SAY_I = r"(?<![\w'])i"
IM = r"(?<![\w'])(?:i'?m|i am)"
HAVE = r"(?<![\w'])(?:i|we)(?:'?ve| have)?(?: got)?"
START = (
    r"(?:^\W*|[,:()–—] ?| - |\b(?:and|but|so|btw|also|ok|okay|well|yo|omg|yay|woo|lol|ngl|tbh|update|hi|hey|hello|"
    r"chat|guys|all|everyone|then|plus|anyway|today|yesterday|fun fact),? )"
)
FILL = r"(?:(?:finally|just|literally|actually|honestly|recently|also|still|currently|now|today|only|totally) )*+"
DID = rf"(?:(?<![\w'])(?:i|i'?ve|i have|we|we'?ve|we have) |\bguess who (?:has )?|{START}){FILL}"
DOING = rf"(?:{IM} |(?<![\w'])(?:we'?re|we are) |{START}){FILL}"
STRONG = (
    r"(?:really |absolutely |just |honestly |still |also |totally |actually |always |do |kinda |lowkey |fucking )*+"
)
PLACE = r"(?:the (?=uk|us|usa|states|netherlands|philippines|alps|balkans|bay area|midwest|north|south|country))?"
HERE_NOW = (
    r"here(?=\s*[,.!:;)]|\s*$| (?:so|and|but|i|im|i'm|ive|can|my|its|it's|btw|lol|sorry|for|from|at|in|with|yes|"
    r"too|working|checking|been|just)\b)"
)
SKY = r"(?:(?:rainy|sunny|snowy|cold|hot|freezing|foggy|windy|cloudy|sleepy|beautiful|lovely|good old|warm|stormy) )*+"
WHEN = (
    rf"(?:(?:on |in |this |next |the |early |late |mid |end of )*+(?:{MONTHS_EN}(?: (?:the )?\d{{1,2}}(?:st|nd|rd|"
    rf"th)?)?|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {MONTHS_EN}|{DAYS_EN}|the \d{{1,2}}(?:st|nd|rd|th)|\d{{1,2}}(?:st|nd|"
    rf"rd|th)"
    r"|tomorrow|tonight|week|month|year|summer|winter|spring|fall|autumn|weekend|(?:a|two|three|\d) (?:days|weeks?|"
    r"months?)|soon)\b)"
)
NAME = r"((?-i:[A-Z][a-z'-]+)|[\w'-]++)"
PROPER = r"((?-i:[A-Z][a-z'-]++))"
PET = rf"(?:{PET_TRAITS_EN} )*+({PETS_EN})"
JOB = rf"(?:{JOB_TRAITS_EN} ){{0,2}}{JOBS_EN}"
TONGUE = rf"({LANGUAGES_EN})"
TUNE = rf"({INSTRUMENTS_EN})"
PASTIME = f"(?:{SPORTS_EN}|{HOBBIES_EN})"
KNITS = "|".join(HOBBY_VERBS_EN.split())
SAYS = {verb: f"{verb}s" for verb in HOBBY_VERBS_EN.split()}
LIKES = {
    "love": "loves", "adore": "adores", "like": "likes", "enjoy": "enjoys", "hate": "hates", "prefer": "prefers",
    "despise": "despises",
}  # fmt: skip
KIND_OF_FAVOURITE = any_of(
    "game games movie film show series anime manga book author food dish snack drink band singer artist album song "
    "season animal color colour flower genre character pokemon city place sport team holiday fruit cheese candy "
    "dessert cereal composer director podcast dinosaur bird instrument cuisine pizza tea beer sandwich word number "
    "month subject"
)
ON_SCREEN = HERE_AND_NOW | {"the", "a", "an"}
NOT_PLAYED = HERE_AND_NOW | words_of("it them support tank healer ranked solo games along better worse")
DONE = words_of(
    "work school dinner lunch breakfast eating homework shift watching my class stream him her guy game "
    "round fight match argument duel bet one gamble points gas first second third last loading raid "
)
NOT_LEARNT = words_of(
    "a new lot things to rn now atm today tonight hard way ropes for fight controls moves pattern patterns rules "
    "lesson mechanics combo combos as so timing lessons fast quickly slowly pain about from curve "
)
WORK = {"slot": "job", "importance": 0.6, "tags": ("work",), "most_words": 7, "is_listed": True}
LEARNT = {**LEARNS, "most_words": 4, "refused": HERE_AND_NOW | NOT_LEARNT}
TASTE = {"tags": ("likes",), "most_words": 4, "refused": ON_SCREEN}
