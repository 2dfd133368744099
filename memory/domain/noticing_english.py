"""The rules of noticing in English: what people type about themselves, with and without "I". Data, no decisions."""

from memory.domain.noticing_english_phrases import (
    DID,
    DOING,
    DONE,
    END,
    FILL,
    HAVE,
    HERE_NOW,
    IM,
    JOB,
    KIND_OF_FAVOURITE,
    KNITS,
    LEARNT,
    LIKES,
    NAME,
    NOT_PLAYED,
    ON_SCREEN,
    PASTIME,
    PET,
    PLACE,
    PROPER,
    SAY_I,
    SAYS,
    SKY,
    START,
    STRONG,
    TASTE,
    TONGUE,
    TUNE,
    WHEN,
    WORK,
)
from memory.domain.noticing_guards import HERE_AND_NOW
from memory.domain.noticing_rules import (
    LEARNS,
    LIVED,
    ORIGIN,
    PETS,
    PHRASE,
    WORD,
    Rule,
    happened,
    planned,
    rule,
)
from memory.domain.noticing_words import (
    COLLECTED_GAMES,
    EVENTS_EN,
    FIELDS_EN,
    INSTRUMENTS_EN,
    KIN_EN,
    LANGUAGES_EN,
    OWN_EVENTS_EN,
    PASSED_EN,
    PEOPLES_EN,
    PET_TRAITS_EN,
    PETS_EN,
    PLAIN_PETS_EN,
    PRIZES_EN,
    RANKS_EN,
    SPORTS_EN,
    STOLEN_EN,
    SUBJECTS_EN,
    WORKPLACES_EN,
    words_of,
)
from memory.domain.ranking import MemoryKind

_HOME: tuple[Rule, ...] = (
    rule(rf"{SAY_I} (?:no longer|don'?t) (live) in ({PHRASE})(?: any ?more)?{END}", "{name} no longer lives in {1}",
         slot="home", is_end=True, tags=("home",)),
    rule(rf"{SAY_I} {FILL}(?:live in|moved (?:back )?to) {PLACE}({PHRASE}){END}", "{name} lives in {0}", **LIVED),
    rule(rf"{IM} {FILL}(?:based|living) in {PLACE}({PHRASE}){END}", "{name} lives in {0}", **LIVED),
    rule(rf"{START}{FILL}(?:moved (?:back )?to|living in|ended up in|relocated to) {PLACE}({PHRASE}){END}",
         "{name} lives in {0}", **LIVED),
    rule(rf"{SAY_I} {FILL}live (?:in|on) (an? (?:\w+ )?(?:flat|village|town|city|dorm|van|boat|houseboat|cabin|farm|"
         rf"island|campervan|caravan|studio|cottage)){END}", "{name} lives in {0}", tags=("home",)),
    rule(rf"{SAY_I} used to live in {PLACE}({PHRASE}){END}", "{name} used to live in {0}",
         tags=("past home",), is_place=True,
         most_words=3),
    rule(rf"{IM} (?:originally )?from {PLACE}({PHRASE}){END}", "{name} is from {0}", **ORIGIN),
    rule(rf"{START}(?:originally )?from {PLACE}({PHRASE})(?: originally| here| btw){END}", "{name} is from {0}",
         **ORIGIN),
    rule(rf"{START}originally from {PLACE}({PHRASE}){END}", "{name} is from {0}", **ORIGIN),
    rule(rf"(?:{START}|{SAY_I} was |{IM} ){FILL}born (?:and raised )?in {PLACE}({PHRASE}){END}",
         "{name} was born in {0}",
         **ORIGIN),
    rule(rf"{DID}grew up (?:in|on|near) {PLACE}({PHRASE}){END}", "{name} grew up in {0}", **ORIGIN),
    rule(rf"(?:\b(?:greetings|hello|hola|bonjour|ciao|hi|hey|hiya|cheers|love|regards|salutations|hallo|good "
         rf"(?:morning|evening)) from|{START}(?:{IM} )?(?:watching|tuning in|tuned in|lurking|listening)(?: (?:this|"
         rf"u|you|live|all the way))? from) {SKY}{PLACE}({PHRASE}){END}",
         "{name} was watching from {0}", **{**LIVED, "slot": "", "importance": 0.6}),
    rule(rf"\b(?:it'?s|its) (?:[\w:]+ ){{1,4}}?here in {SKY}{PLACE}({PHRASE}){END}", "{name} was watching from {0}",
         **{**LIVED, "slot": "", "importance": 0.6}),
    rule(rf"\b(?:it'?s|its) (?:already |almost |like )?\d{{1,2}}(?::\d\d)? ?(?:am|pm)(?: here)? in "
         rf"{PLACE}({PHRASE}){END}",
         "{name} was watching from {0}", **{**LIVED, "slot": "", "importance": 0.6}),
    rule(rf"(?:{START}(?:(?:a|fellow) )?({PEOPLES_EN}) {HERE_NOW})", "{name} is {0}", slot="origin",
         tags=("origin",)),
    rule(rf"(?:{IM}|{START}as an?) (?:an? )?({PEOPLES_EN}){END}", "{name} is {0}", slot="origin", tags=("origin",)),
)  # fmt: skip

_ABOUT: tuple[Rule, ...] = (
    rule(rf"\bmy (?:(?:real|actual|irl) )?name(?: is|'?s)(?: actually)? {NAME}{END}", "{name}'s name is {0}",
         slot="name",
         importance=0.9, tags=("name",), most_words=2, is_name=True),
    rule(rf"^\W*(?:(?:hi|hey|hello|yo),? )?(?:the )?name'?s {NAME}{END}", "{name}'s name is {0}", slot="name",
         importance=0.9, tags=("name",), most_words=2, is_name=True),
    rule(rf"\b(?:irl|in real life) (?:everyone|everybody|people|friends|they|my friends)? ?(?:just )?calls? me "
         rf"{NAME}{END}",
         "{name}'s name is {0}", slot="name", importance=0.9, tags=("name",), most_words=2, is_name=True),
    rule(rf"\b(?:you|u|y'?all|chat) can (?:just )?call me {PROPER}{END}", "{name}'s name is {0}", slot="name",
         importance=0.9, tags=("name",), most_words=2, is_name=True),
    rule(rf"\b(?:everyone|everybody|people|friends|my friends) calls? me {NAME} (?:irl|in real life)\b",
         "{name}'s name is {0}", slot="name", importance=0.9, tags=("name",), most_words=2, is_name=True),
    rule(rf"\b(?:it'?s|its|my (?:nick|name|username)(?: is|'s)?)(?: \w+)?(?: just)? short for {NAME}{END}",
         "{name}: short for {0}", slot="name",
         importance=0.8, tags=("name",), most_words=2, is_name=True),
    rule(rf"\bmy (?:birthday|bday|b-day)(?: is|'?s) (?:on |in )?((?:the )?\w+(?: of)? ?\w*){END}",
         "{name}'s birthday is {0}", slot="birthday", importance=0.8, tags=("birthday",), most_words=4,
         refused=words_of("ruined over coming so the")),
    happened(r"\b(?:it'?s|its|today is|today'?s|tomorrow is|tomorrow'?s) my (birthday|bday|b-day|cake day)\b(?! "
             r"(?:cake|suit|gift|present|party|month|wish))",
             "{name} celebrated a {0}", tags=("birthday",)),
    rule(rf"{IM} {FILL}(vegan|vegetarian|left[- ]handed|ambidextrous|an? (?:cat|dog|coffee|tea|morning|night) person|"
         rf"a night owl|an early bird|a lefty){END}", "{name} is {0}", tags=("about",)),
)  # fmt: skip

_ANIMALS: tuple[Rule, ...] = (
    rule(rf"\b(?:my|our) {PET} (died|passed away|passed|ran away)()\b", "{name}'s {0} {1}", slot="pet.{0}.name",
         is_end=True,
         importance=0.8, emotion="sad", tags=("pets",)),
    happened(rf"\b(?:lost|had to put(?: down)?|said goodbye to) (?:my|our) {PET}\b", "{name} lost a {0}",
             emotion="sad",
             tags=("pets",), importance=0.8),
    rule(rf"\b(?:my|our) {PET}(?:'?s name)? is (?:called|named) {NAME}{END}", "{name}'s {0} is called {1}", **PETS),
    rule(rf"\b(?:my|our) {PET}'?s name(?: is|'s) {NAME}{END}", "{name}'s {0} is called {1}", **PETS),
    rule(rf"\b(?:my|our) {PET} is {PROPER}{END}", "{name}'s {0} is called {1}", **PETS),
    rule(rf"(?:{HAVE}|{DID}(?:got|adopted|rescued|have|own)) (?:just |finally )?(?:got |adopted |rescued |own "
         rf")?an? {PET}(?:,? (?:called|named|whose name is)) {NAME}{END}", "{name} has a {0} called {1}", **PETS),
    rule(rf"\b(?:my|our|this is my) {PET},? (?:called |named |mr\.? |sir |miss )?{PROPER}(?!\w)",
         "{name}'s {0} is called {1}", **PETS),
    rule(rf"\b(?:my|our) {PET} (?:called|named) {NAME}\b", "{name}'s {0} is called {1}", **PETS),
    rule(rf"\b(?:my|our) {PET} ([\w'-]++)(?= (?:is|was|has|keeps|loves|hates|likes|does|did|wants|woke|says hi)\b)",
         "{name}'s {0} is called {1}", **PETS),
    rule(rf"\b(?:me and|with|and|meet|thanks to|pet) (?:my|our) {PET},? ([\w'-]++)(?=\s*$|\s*[,.!])",
         "{name}'s {0} is called {1}", **{**PETS, "refused": words_of("died ate passed left food park toys")}),
    rule(rf"\b(?:named|called) (?:my|our) {PET} (?:after )?{NAME}(?!\w)", "{name}'s {0} is called {1}", **PETS),
    rule(rf"\b(?:my|our|got an?|adopted an?|have an?) {PET}\b[^.?!]{{0,40}}?\b(?:named|called|naming) (?:him|her|it|"
         rf"them) {NAME}{END}", "{name}'s {0} is called {1}", **PETS),
    rule(rf"(?:{HAVE}|{DID}(?:got|adopted|rescued|have|own)) (?:just |finally )?(?:got |adopted |rescued |own )?"
         rf"((?:a|an|two|three|four|five|2|3|4|5) (?:{PET_TRAITS_EN} )*+{PETS_EN}s?)(?! (?:in|food|person|park|hat|"
         rf"skin|named|called|mom|dad|mount|card|emote)\b)\b", "{name} has {0}", importance=0.6, tags=("pets",)),
    rule(rf"(?:^|\b(?:brb|omg|lol|and|but|so|sorry|cause|cos|bc|because|ok|while|as|feeding|walking|petting|with|me "
         rf"and) |, ?)my (?:two |three |old |new |little |other |poor )?({PLAIN_PETS_EN})(?= (?!food|in|would|person|"
         rf"aims?|plays?|is better|is literally|could|can|park|"
         rf"of)\w)", "{name} has a {0}", importance=0.6, tags=("pets",)),
    rule(rf"^\W*(?:brb |omg |sorry |lol )?((?:two|three|four|five|2|3|4|5) {PLAIN_PETS_EN}) \w+ing\b", "{name} has {0}",
         importance=0.6, tags=("pets",)),
)  # fmt: skip

_TRADE: tuple[Rule, ...] = (
    rule(rf"{DID}(?:quit|left|lost) my (job)()\b", "{name} no longer has the old {0}", slot="job", is_end=True),
    rule(rf"{SAY_I} used to be (an? {JOB}){END}", "{name} used to be {0}", tags=("past work",), most_words=7),
    rule(rf"(?:{SAY_I} {FILL}work|{DOING}working) as (an? (?:{JOB}|(?:{WORD} ){{0,2}}?(?!\w*(?:player|streamer|"
         rf"number|loser))\w+(?:er|or|ist|ant|ian|man|woman))){END}", "{name} works as {0}", **{**WORK,
         "most_words": 5, "is_listed": False}),
    rule(rf"(?:{IM}|{SAY_I} was|{SAY_I}'?ve been|{START}{FILL}been) {FILL}(an? {JOB}(?: (?:in|from|based in) "
         rf"{WORD})?){END}",
         "{name} is {0}", **WORK),
    rule(rf"{IM} {FILL}(an? {JOB}){END}", "{name} is {0}", **WORK),
    rule(rf"(?:{START}|\bspeaking ){FILL}as (an? {JOB})(?: myself)?(?=,| i\b| im\b| i'm\b| my\b| that| this| it| "
         rf"the\b| who\b| in\b| ur\b| u\b| can\b| from\b|$)", "{name} is {0}", **WORK),
    rule(rf"{START}({JOB})(?: from {WORD})? {HERE_NOW}", "{name} works as {0}", **WORK),
    rule(rf"{START}({JOB} (?:at|in) an? (?:\w+ )?(?:{WORKPLACES_EN}|company|firm|agency|hospital)){END}",
         "{name} is {0}", **WORK),
    rule(rf"(?:{SAY_I} {FILL}work|{DOING}working|{DID}(?:started|starting)(?: work(?:ing)?| a job)?|\bmy (?:first |"
         rf"last |new )?(?:job|shift|day)|\bshift|{SAY_I} got a job) (?:at|in) ((?:the|a|an|"
         rf"my) (?:\w+ )?{WORKPLACES_EN})\b",
         "{name} works at {0}", **WORK),
    rule(rf"(?:{SAY_I} {FILL}work|{DOING}working|{IM}) in ({FIELDS_EN}){END}", "{name} works in {0}", **WORK),
    rule(rf"\b((?:\w+|\d+) years (?:in {FIELDS_EN}|as an? {JOB})){END}", "{name} works: {0}", **WORK),
    rule(rf"{SAY_I} (?:drive|operate|fly) (?:a |the )?((?:\w+ )?(?:bus|buses|truck|trucks|lorry|taxi|cab|tram|trams|"
         rf"trains|forklift|crane|tractor|school bus|cargo planes?)){END}", "{name} drives a {0}", **WORK),
    rule(rf"{SAY_I} ((?!cry|suffer|die|lose|play games|watch|lurk|do|meme){WORD}(?: {WORD}){{0,3}}) for a living\b",
         "{name}, for a living: {0}", **{**WORK, "is_listed": False}),
    rule(rf"{SAY_I} (teach) ({SUBJECTS_EN}|{LANGUAGES_EN}|{SPORTS_EN}|{INSTRUMENTS_EN})\b", "{name} teaches {1}",
         **WORK),
    happened(rf"{DID}got (?:the|a|a new) job (?:as|at) ({PHRASE}){END}", "{name} got a job: {0}", tags=("work",),
             is_listed=True, refused=HERE_AND_NOW | {"last"}),
    happened(rf"{DID}(got (?:a new job|a job offer|hired|promoted|a promotion|the internship|an internship))\b",
             "{name} {0}",
             tags=("work",), is_listed=True),
    happened(rf"(?:{DID}(?:got )?|\b(?:i was|im getting) )(laid off|promoted|made redundant)\b(?! to (?:mod|vip))",
             "{name} was {0}",
             tags=("work",)),
    happened(rf"(?:{DOING}|{DID})(?:started|starting) (?:my |a )(new job|internship|apprenticeship|residency|phd|"
             rf"masters)\b",
             "{name}: {0}", tags=("work",)),
)  # fmt: skip

_STUDY: tuple[Rule, ...] = (
    rule(rf"(?:{DOING}|{DID}been )learning (?:how )?to ((?!\w+ (?:this|that|it|around|the "
         rf"(?!{TUNE[1:-1]}))\b){PHRASE}){END}",
         "{name} is learning to {0}", **LEARNT),
    rule(rf"(?:{DOING}|{DID}been )(?:learning|studying|practicing|practising) (?:the )?({PHRASE}){END}",
         "{name} is learning {0}", **LEARNT),
    rule(rf"{SAY_I} {FILL}(?:study|major in|studied|majored in) ({SUBJECTS_EN}|{LANGUAGES_EN}|{PHRASE}){END}",
         "{name} studies {0}", **{**LEARNS, "refused": HERE_AND_NOW | {"the", "for", "hard"}}),
    rule(rf"(?:\b(?:my|an?)|{DOING}(?:doing|finishing|getting) (?:my|a)) (?:\w+ )?(?:degree|masters|major|bachelors|"
         rf"phd|minor|postdoc) in ({PHRASE}){END}", "{name} studies {0}", **LEARNS),
    rule(rf"{DOING}majoring in ({PHRASE}){END}", "{name} studies {0}", **LEARNS),
    rule(rf"(?:{START}{FILL}|{IM} {FILL}(?:in |a )?(?:my )?|\bmy |\bas an? )((?:first|second|third|fourth|fifth|"
         rf"sixth|final|last|1st|2nd|3rd|4th|5th|6th)[ -](?:year|semester|term|yr)(?: of| in)? (?:{SUBJECTS_EN}|"
         rf"(?:\w+ )?(?:school|student|college|uni|university|engineering|studies|"
         rf"degree))){END}", "{name}: {0}", slot="study",
         **LEARNS, is_listed=True),
    rule(rf"(?:{IM} {FILL}(?:in|at)|\bgot into|\bstarting|\bstarted) ((?:law|vet|nursing|art|film|music|med|grad|"
              rf"culinary|trade|drama|flight|dental|pharmacy|design) school)\b", "{name} is in {0}", slot="study",
              **LEARNS),
    rule(rf"\b(?:my|a) (?:\w+ )?(?:thesis|dissertation|phd|capstone|bachelors?|masters?)(?: thesis| project)?(?: is)? "
         rf"(?:on|about) ({PHRASE}){END}", "{name}'s thesis is on {0}", slot="thesis",
         **{**LEARNS, "refused": ON_SCREEN}),
    rule(rf"{START}((?!a |the ){WORD}) (?:student|major|undergrad) here\b", "{name} studies {0}", **LEARNS),
    rule(rf"(?:\bday \d+ of (?:learning |duolingo )?|\b(?:get(?:ting)?|improve|improving|brush(?:ing)? up)(?: on)? my |"
         rf"\b(?:trying|started|starting|begun|began|decided) (?:to )?(?:learn(?:ing)?|study(?:ing)?|speak) |"
         rf"\bmy (?=\w+ (?:lesson|lessons|class|classes|teacher|tutor|exam|homework|course)\b)|\b(?:taking|started|"
         rf"starting|in|after) (?=\w+ (?:lessons|classes)\b)|"
         rf"\bduolingo )(?:{TONGUE})\b", "{name} is learning {0}", **LEARNS),
    rule(rf"{SAY_I} {FILL}(?:speak|can speak) (?:some |a bit of |a little |fluent |basic |native "
         rf")?(?!english){TONGUE}\b",
         "{name} speaks {0}", tags=("languages",)),
    rule(rf"(?:{IM} {FILL}(?:a )?(?:fluent in|native) |\bmy (?:native|first|mother) (?:language|tongue) is "
         rf"){TONGUE}\b",
         "{name} speaks {0}", tags=("languages",)),
    rule(rf"{START}(?:native )?{TONGUE} (?:speaker|native) here\b", "{name} speaks {0}", tags=("languages",)),
)  # fmt: skip

_PLAY: tuple[Rule, ...] = (
    rule(rf"(?:{DID}(?:play|played|been playing|picked up|took up|started|bought|got|practice|been (?:on|learning|"
         rf"practicing))|{DOING}(?:playing|learning|practicing|practising|taking)|\bback (?:into|to)(?: playing)?|"
         rf"\bon) (?:the |a |my |an )?(?:new |first |old )?{TUNE}(?= (?:since|for \w+ years|again|in a|in an|myself|"
         rf"too|lessons|now|as a hobby|during|over|as|to|at|irl|and|but|so|this|last|every|yesterday|today)\b|"
         rf"\s*[,.!;:(]|\s*$)", "{name} plays {0}", tags=("music",)),
    rule(rf"\bmy {TUNE} (?:lessons?|teacher|recital|practice|class(?:es)?|playing|skills)\b", "{name} plays {0}",
         tags=("music",)),
    rule(rf"{SAY_I} (?:play|have been playing|'?ve been playing) {TUNE}\b", "{name} plays {0}", tags=("music",)),
    rule(rf"(?:{SAY_I} {FILL}(?:play|main|have been playing)|{SAY_I}'?ve been playing|{START}been playing) "
         rf"({PHRASE}){END}", "{name} plays {0}", tags=("games",), most_words=4, refused=NOT_PLAYED | {"the"}),
    rule(rf"{IM} (?:currently )?playing ({PHRASE}){END}", "{name} is playing {0}", kind=MemoryKind.CHAT, days=30,
         tags=("games",), most_words=4, refused=NOT_PLAYED),
    rule(rf"{SAY_I} {FILL}(speedrun) ({PHRASE}){END}", "{name} {0} {1}", said=SAYS, tags=("hobbies",), most_words=4,
         refused=HERE_AND_NOW | {"games", "a"}),
    rule(rf"{SAY_I} (?:also |mostly |sometimes |still |usually |do )*+({KNITS})\b(?! (?:this|that|your|ur|it|you|u|my|"
         rf"the|better|worse|under|than|like|up|off)\b)",
              "{name} {0}", is_listed=True, said=SAYS, tags=("hobbies",)),
    rule(rf"{SAY_I} (?:also |mostly |still )*+(restore|repair|refurbish|carve|breed|brew|bake|sculpt|build) "
         rf"({PHRASE})(?: myself| for fun| as a hobby| on weekends| in my (?:free|spare) time){END}", "{name}: {0} {1}",
         tags=("hobbies",), most_words=4, refused=HERE_AND_NOW),
    rule(rf"{SAY_I} ((?!cry|suffer|die|lose|break|watch|do|come|lurk|hurt|eat|throw|int|feed|fail|am|have|breathe|live|"
         rf"just){WORD}(?: {WORD}){{0,3}}) (?:for fun|as a hobby|in my (?:free|spare) time|on (?:the )?weekends)\b",
         "{name}'s hobby: {0}", tags=("hobbies",), most_words=5, refused=HERE_AND_NOW),
    rule(rf"(?:{SAY_I} {FILL}(?:do|make|practice|train|teach|go|tried|started)|{DID}(?:been doing|started|"
         rf"took up|picked up|got into|been getting into|signed up for)|{DOING}(?:doing|into|really into|super into|"
         rf"so into|getting into|hooked on|obsessed with|addicted to)|\bweekends are for|\bmy hobb(?:y is|ies are)|"
         rf"\bcan'?t get enough of|\bback from|\b(?:into|tried) (?=\w+ (?:lately|"
         rf"recently))) (?:some )?({PASTIME})\b(?! (?:game|sim|simulator|minigame|stream)s?\b)",
         "{name} is into {0}", tags=("hobbies",), refused=HERE_AND_NOW),
    rule(rf"\bmy ({SPORTS_EN}) (?:class|classes|training|team|practice|club|coach|lesson|lessons|gear)\b",
         "{name} is into {0}", tags=("hobbies",)),
    rule(rf"(?:{IM}|{START}) ?{FILL}(?:really |super |huge |so |very |big )?(?:into|hooked on) ({PHRASE}) (?:lately|"
         rf"recently|these days|atm|this year|rn)\b", "{name} is into {0}", **{**TASTE, "tags": ("hobbies",)}),
    rule(rf"(?:{SAY_I} {FILL}collect|{DID}(?:been |started )collecting|{IM} {FILL}collecting) ({PHRASE}){END}",
         "{name} collects {0}", tags=("hobbies",), most_words=4, refused=HERE_AND_NOW | COLLECTED_GAMES),
    rule(rf"\bmy ({WORD}(?: {WORD})?) collection\b", "{name} collects {0}", tags=("hobbies",), most_words=2,
         refused=HERE_AND_NOW | COLLECTED_GAMES | words_of("whole game steam entire huge massive old own new")),
)  # fmt: skip

_TASTES: tuple[Rule, ...] = (
    rule(rf"\bmy (?:all[- ]time )?(?:favou?rite|fav|fave) "
         rf"((?!part|thing|moment|bit|streamer|person|mod|emote|chatter){WORD}(?: {WORD})?)(?: (?:ever|"
         rf"of all time))? is (?:called |still |probably |definitely )?({PHRASE}){END}",
         "{name}'s favourite {0} is {1}", slot="favourite.{0}", importance=0.6, tags=("likes",), refused=HERE_AND_NOW),
    rule(rf"(?:{START})({WORD}(?: {WORD}){{0,3}}?) (?:is|are) (?:still |probably |definitely |easily )?my (?:all[- "
         rf"]time )?(?:favou?rite|fav|fave|comfort|"
         rf"go-to) {KIND_OF_FAVOURITE}\b", "{name}'s favourite: {0}", importance=0.6,
         tags=("likes",), refused=ON_SCREEN | words_of("which who what one")),
    rule(rf"(?:{START})({WORD}(?: {WORD}){{0,3}}?) (?:is|are) (?:still |forever |easily )?my (?:goat|all[- ]time "
         rf"(?:favou?rite|fav|fave))\b", "{name}'s favourite: {0}", importance=0.6, tags=("likes",), refused=ON_SCREEN),
    rule(rf"\bnothing beats ({PHRASE}) (?:for me|imo|ever|in my book)\b", "{name}'s favourite: {0}",
         tags=("likes",), most_words=4,
         refused=ON_SCREEN | {"a", "an"}),
    rule(rf"(?:{SAY_I} |{START}){STRONG}(?:can'?t|cannot|cant) (?:stand|bear) ({PHRASE}){END}",
         "{name} can't stand {0}",
         **TASTE),
    rule(rf"(?:{SAY_I} |{START}){STRONG}can'?t (?:live without|get enough of) ({PHRASE}){END}",
         "{name} can't live without {0}",
         **TASTE),
    rule(rf"{SAY_I} {STRONG}(love|adore|like|enjoy|hate|prefer|despise) ({PHRASE}){END}", "{name} {0} {1}", said=LIKES,
         **TASTE),
    rule(rf"(?:{IM} an?|{START}) ?(?:\w+ )?(?:big|huge|massive|lifelong|avid|die-?hard|long-?time|total) (?!brain|"
         rf"cat |man |bad |boss|boy)({PHRASE}) "
         rf"(?:guy|fan|nerd|enjoyer|girl|girlie|head|lover|enthusiast|geek|addict)\b", "{name} is a fan of {0}",
         **TASTE),
    rule(rf"(?:{IM}|{START}) ?(?:an? )?(?:big|huge|massive|lifelong|avid|die-?hard|long-?time) fan of ({PHRASE}){END}",
         "{name} is a fan of {0}",
         **TASTE),
    rule(rf"{IM} (?:really )?not (?:a |an )?(?:big |huge )?fan of ({PHRASE}){END}", "{name} doesn't like {0}", **TASTE),
)  # fmt: skip

_DEEDS: tuple[Rule, ...] = (
    happened(rf"{DID}(passed|failed|aced|defended|finished|submitted|handed in|completed|published|started) "
             rf"(?:my|a|the|their|his|her) ((?:{WORD} ){{0,2}}?{PASSED_EN})\b(?! (?:plate|key|stream|boss|run|quest))",
             "{name} {0} the {1}",
             refused=HERE_AND_NOW | words_of("results result")),
    happened(rf"{DID}(won|entered) ((?:an?|my|our|the|first|second|third|1st|2nd|3rd) (?:{WORD} ){{0,3}}?{PRIZES_EN})"
             rf"\b(?! of\b)", "{name} {0} {1}", refused=HERE_AND_NOW),
    happened(rf"{DID}(?:came|got|took|placed|finished|won) ((?:first|second|third|fourth|1st|2nd|3rd|4th)(?: "
             rf"place)? (?:at|in) {PHRASE}){END}", "{name} came {0}", refused=HERE_AND_NOW),
    happened(rf"{DID}(?:hit|reached|made it to|climbed to|got to|peaked|peaked at) ({RANKS_EN}(?: (?:\d|rank|tier|"
             rf"elo))?){END}",
             "{name} hit {0}"),
    happened(rf"{DID}(?:100 ?%(?:'?e?d)|platinum(?:ed|'d)|platted) ({PHRASE}){END}", "{name} completed {0}",
             refused=HERE_AND_NOW),
    happened(rf"{DID}(finished|beat|completed|cleared) (?:the )?({PHRASE}) (?:yesterday|last night|this morning|last "
             rf"week|today|this weekend)\b", "{name} {0} {1}", most_words=5, refused=HERE_AND_NOW | DONE),
    happened(rf"{START}(?:finally |just )++(beat|finished|completed|cleared) (?:the )?(?!\w+ing\b)({PHRASE}){END}",
             "{name} {0} {1}",
             most_words=4, refused=HERE_AND_NOW | DONE),
    happened(rf"{SAY_I} (?:just |finally )?(finished|beat|completed|passed|won|graduated from) (?:the |my "
             rf")?({PHRASE}){END}",
             "{name} {0} {1}", most_words=5, refused=HERE_AND_NOW - {"boss"} | DONE),
    happened(rf"(?:{DID}|\bguess who )(?:got|have|has|passed) (?:my|a|an|the|their) ((?:{WORD} "
             rf"){{0,2}}?(?:licen[cs]e|degree|phd|masters|diploma))\b"
             r"(?! (?:plate|key|to kill))", "{name} got the {0}"),
    happened(rf"{DID}(?:got accepted|got in|accepted|got) (?:in)?to ((?:the )?(?:{WORD} ){{0,3}}?(?:uni|university|"
             rf"college|school|academy|program|conservatory|institute))\b", "{name} got into {0}",
             refused=words_of("a an my old this for")),
    happened(rf"{DID}(graduated|got engaged|got married|got divorced|got my degree|moved out)\b(?! by\b)",
             "{name} {0}", is_listed=True),
    happened(rf"{DID}(?:became|becoming|gonna be|just became) (an? (?:proud )?(?:uncle|aunt|auntie|godfather|"
             rf"godmother|grandpa|grandma|citizen|homeowner))\b", "{name} became {0}"),
    happened(rf"{DID}(sold|published|released|launched|wrote|finished|ran) my (?:very )?((?:first|second|third|"
             rf"debut|new|own)"
                  rf" (?:{WORD} )?(?:painting|novel|book|album|ep|song|single|game|print|commission|comic|zine|app|"
                  rf"story|poem|marathon|5k|10k|film|track|sweater|scarf))\b", "{name} {0} the {1}"),
    happened(rf"{DID}(bought|built) (?:a|an|my) ((?:first |own |new |used |second hand |custom )*+(?:house|car|"
             rf"motorcycle|motorbike|van|boat|pc|keyboard|guitar|bike|telescope|camera|flat|cabin|synth|"
             rf"sewing machine))\b(?! in)",
             "{name} {0} a {1}"),
    happened(rf"{DID}(?:ran|finished|completed) (?:a|my|my first|the) ((?:{WORD} ){{0,2}}?(?:marathon|half marathon|"
             rf"5k|10k|triathlon|ultra|ironman))\b(?! (?:boss|stream|run|fight))", "{name} ran the {0}"),
    happened(rf"\b(?:some(?:one|body) stole|they stole) my ({STOLEN_EN})\b", "{name}'s {0} was stolen", emotion="sad"),
    happened(rf"\bmy ({STOLEN_EN}) (?:got|was|has been) stolen\b", "{name}'s {0} was stolen", emotion="sad"),
)  # fmt: skip

_PLANS: tuple[Rule, ...] = (
    planned(rf"{SAY_I}(?: have|'?ve got| got) (?:an? |my )((?:{WORD} )?(?:{EVENTS_EN}) (?:on|in|tomorrow|next|this)(?: "
            rf"\w+)?){END}",
            "{name} has a {0}", most_words=7),
    planned(rf"\bmy ((?:(?:{KIN_EN})'?s )?(?:{WORD} )?{EVENTS_EN} (?:is|are|starts?|begins?) {WHEN})", "{name}: {0}",
            most_words=8, is_listed=True, refused=HERE_AND_NOW - {"this"}),
    planned(rf"{START}(?:got (?:an? |my )?|have (?:an? |my )?|my )?((?:{WORD} )??{OWN_EVENTS_EN} {WHEN})",
            "{name}: {0}",
            most_words=7, refused=words_of("good gl luck ur your the u no")),
    planned(rf"{DOING}((?:getting|tying the) (?:married|knot) {WHEN})(?! to\b)", "{name} is {0}",
            most_words=6, is_listed=True),
    planned(rf"(?:{DOING}(?:going(?! to (?:cry|sleep|die|eat|work|play|watch|lose|win|try|be|go|do|make|get|have|see|"
            rf"buy|start|stop|"
            rf"quit|miss|need|sub|beat|finish|stream|scream|lurk|cook|study|call|take|come|bed|run)\b)|flying|"
            rf"travell?ing|heading|driving|off|leaving|moving|visiting|(?:gonna|going to) "
            rf"visit)(?: back)?(?: to| for)?|{SAY_I} (?:fly|leave|move)(?: to| for)|\bmy (?:trip|flight|move|"
            rf"vacation|holiday)(?: is)? (?:to|in)|\b(?:trip|flight) to) {PLACE}({PHRASE}) "
            rf"({WHEN})", "{name} is going to {0} {1}",
            most_words=4, is_place=True),
    planned(rf"{DOING}moving (?:back )?to {PLACE}({PHRASE}) for (?:uni|work|college|school|a job|my|a new|love|good|"
            rf"the|grad)\b",
            "{name} is moving to {0}", most_words=3, is_place=True),
    planned(rf"{DOING}(?:running|doing|training for|signed up for) (?:a|my first|the|my) ((?:{WORD} )?(?:marathon|"
            rf"half marathon|5k|10k|triathlon|ironman)){END}", "{name} is running a {0}"),
    planned(rf"\bmy (?:first )?({INSTRUMENTS_EN} lessons? (?:starts?|is|are) {WHEN})", "{name}: {0}", most_words=7),
    rule(rf"{IM} (?:so |really |very |super |pretty )(nervous|stressed|scared|excited|worried|proud) about (?!this|"
         rf"that|it|u\b|you|the boss)(?:{WORD})", "{name} felt {0}", kind=MemoryKind.EMOTIONS, days=14, importance=0.4),
    rule(rf"{IM} (?:so |really |very |super |pretty )(lonely|heartbroken|homesick)\b", "{name} felt {0}",
         kind=MemoryKind.EMOTIONS, days=14, importance=0.4),
    rule(rf"@(\w+) (?:really )?(is|has|loves|hates|plays|lives in|moved to|works as) ({PHRASE}){END}",
         "According to {name}, {0} {1} {2}", kind=MemoryKind.THIRD_PARTY, importance=0.3, most_words=5),
)  # fmt: skip

ENGLISH: tuple[Rule, ...] = (
    *_HOME, *_ABOUT, *_ANIMALS, *_TRADE, *_STUDY, *_PLAY, *_DEEDS, *_PLANS, *_TASTES,
)  # fmt: skip
