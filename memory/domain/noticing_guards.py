"""What is said and not meant: jokes, quotes, wishes, games, other people; and the words that tell nothing. Data.

Errs towards not noticing: a fact that looks like a joke is lost, and will be said again.
"""

import re

from memory.domain.noticing_words import KIN_EN, KIN_RU, words_of

QUOTE = re.compile(r"[\"«“„][^\"»”]*[\"»”]|^>.*$|\*[^*]+\*|(?<![\w'])'[^']{8,}'(?![\w'])", re.MULTILINE)

JOKE = re.compile(
    r"\b(?:jk|j/k|kidding|joking|joke|kappa\w*|keepo|lul|lulw|omegalul|kekw|kek|pepelaugh|icant|clueless|copium|"
    r"copege|sarcasm|satire|/srs|troll(?:ing|ed)?|trust me bro|source|шучу|шутка|шутк[аиу]|прикол\w*|сарказм|каппа|"
    r"трол+\w*|рофл\w*|кек|лул)\b|(?<!\w)/[sj]\b|🤡|🙃|\b(?:la|na)[ -](?:la|na)\b|\b(?:ла|на)-(?:ла|на)\b|\bo{3,}h*\b|"
    r"\bо{3,}\b|[♪♫🎵🎶]",
    re.IGNORECASE,
)
"""A mark after which nothing of the line is taken at its word."""

NOT_MEANT = re.compile(
    # Wishes, guesses and what might be.
    r"\b(?:(?<!so )(?<!but )if|wish(?! me luck)|imagin\w*|pretend\w*|wouldn?'?t?|should|shoulda|could(?!n'?t)|coulda|"
    r"maybe|might|perhaps|unless|hypothetically|supposedly|allegedly|apparently|one day|some ?day|dreamt?|dreams|"
    r"dreamed|dreaming|another life|past life|previous life|next life|like to think|as if|as though|(?:feels?|felt|"
    r"sounds?|looks?) like|like i'?m|like im|like i|hope|hoping|promise you|swear|guess i|guess i'?m|trust me|"
    r"believe me|no way|sure i'?m|dw|don'?t worry|"
    r"(?:now|today) i'?m an?|i'?m an? (?:\w+ ){1,3}now|tell \w+ (?:that )?i|"
    # What others say, quotes, memes and orders.
    r"says|said|saying|told|tells|thinks?|claims?|quote|quoting|meme|lyrics?|copypasta|pov|tfw|mfw|be like|me when|"
    r"when you|when u|ignore|forget (?:all|every\w*|your|the)|say(?! h)|repeat|tell (?:me|us|chat|them|him|her|"
    r"everyone)|call yourself|call me (?:when|if|maybe|later)|"
    # Sarcasm.
    r"oh sure|yeah sure|sure sure|yeah right|oh yeah|oh yes|ah yes|oh great|yeah and|yes and|thanks devs|thanks dev|"
    r"of course i|obviously|totally not|definitely not|clearly|"
    # Games and roles.
    r"role ?-?play\w*|rp|cosplaying as|dress(?:ed)? (?:up )?as|in[ -]game|in (?:the|this|that|my|a) (?:\w+ )?(?:game|"
    r"lobby|run|playthrough|save|campaign|server|sim|sims|match|dungeon|raid|anime|movie|simulator|simulation)|"
    r"my (?:\w+ )?(?:char|character|sim|build|alt|oc|mains?|npc|avatar|toon)|lvl|level \d+|lv ?\d+|npcs?|"
    r"\w* ?simulator|sims|in (?:minecraft|skyrim|stardew|valheim|terraria|sims|rdr2?|gta|fallout|zelda|elden ring|"
    r"animal crossing|wow|runescape|osrs|the sims|ark|rust|roblox|vrchat)|"
    # The same in Russian.
    r"если(?! что\b| чо\b| чё\b)|бы|б|вот бы|представь\w*|представля\w*|допустим|наверно\w*|может|могла?|могли|"
    r"мечта\w*|хочу|хотела?|якобы|говорят|говорит|говорил\w*|пиш[еу]т\w*|писал\w*|думает|думают|считает|игнорируй|"
    r"сказал\w*|скажи\w*|повтори\w*|зуб даю|поверь\w*|доверьтесь|отвечаю|спокойно|напиши\w*|забудь\w*|назови\w*|"
    r"говори|типа|будто|словно|как в (?:меме|песне|кино|"
    r"том|фильме)|мем\w?|цитат\w*|(?<!у тебя )в (?:эт\w+ |тво\w+ )?игр[еу]|в игрушке|в песне|по[её]тся|в фильме|"
    r"в кино|в аниме|в симс\w*|в майне?|в майнкрафте?|в скайриме|в стардью|в гта|в варкрафте|в террарии|в доте|в рп|"
    r"мо[йяе]\w? (?:\w+ )?перс\w*|перс|нпс|лвл\w*|\d+ уровня|сорокового уровня|в лобби|в катке|ну да|ну конечно|"
    r"да конечно|ага|как же|спасибо разраб\w*|конечно|прям мечта|почти|чуть не|неправда|буквально)\b|\(c\)|\(с\)|©|"
    r"^\W*(?:me|him|her|npc|chat|mira|everyone|nobody|no one|streamer|boss|game|devs?|я|чат|он|она|мира|никто|все|"
    r"босс|игра|стример)\s*:",
    re.IGNORECASE,
)
"""A sentence that holds one of these is not stated, or not about the speaker's own life."""

ASKS = re.compile(
    r"\W*(?:(?:so|and|but|wait|chat|mira|hey|guys|а|и|ну|так|чат|мира),? )*+(?:what|whats|where|wheres|who|whos|how|"
    r"hows|why|when|which|do|does|did|is|are|am|was|were|can|could|have|has|should|would|will|any|anyone|r|u|you|"
    r"your|ur|isn'?t|aren'?t|don'?t|what's|кто|что|чё|че|где|как|какой|какая|какие|какое|когда|почему|зачем|сколько|"
    r"ты|вы|у тебя|у вас|твой|твоя|откуда|куда|чей|разве|неужели|правда|можно)\b|.*\bли\b",
    re.IGNORECASE,
)
TAG = re.compile(
    r"(?:right|huh|eh|yeah|yes|no|ok|okay|innit|really|correct|you|u|or (?:what|not|no)|so what|да|нет|правда|так|ок|"
    r"верно|ага|что ли|или (?:нет|что)|не так ли|а|ну и что|и что)?",
    re.IGNORECASE,
)
"""A question that takes back or doubts what it follows."""

SHOUTED = re.compile(r"\b[Ii] (?:[a-z]+ )?(?:LOVE|ADORE|ENJOY|LIKE)\b|\b(?:ОБОЖАЮ|ЛЮБЛЮ)\b")
"""Shouted in a sentence that is not: mostly sarcasm."""

FIRST_PERSON = re.compile(
    r"(?<![\w'])(?:i|i'?m|i'?ve|my|we|we'?ve|our|me|mine|irl|я|мы|мо[йяёеиюё]\w{0,3}|меня|мне|нас|нам|наш\w{0,3})\b",
    re.IGNORECASE,
)
OTHERS = re.compile(
    rf"(?<![\w'])(?:he|she|they|you|u|ur|your|youre|you're|his|her|hers|their|him|them|someone|somebody|anyone|who|"
    rf"hes|shes|he's|she's|that guy|this guy|the guy|dude who|streamer|{KIN_EN}(?:'?s)?|он|она|они|ты|вы|тебя|тебе|"
    rf"вас|вам|его|её|ее|их|ему|ей|им|тво\w+|ваш\w*|кто|кто-то|кто то|кое-кто|стример\w*|{KIN_RU})\b",
    re.IGNORECASE,
)
"""Before a statement without a subject, they may be its subject."""

EMPTY_OBJECT = words_of(
    """
    future past moon mars hell heaven void internet matrix dead sparta мимо будущего будущем прошлого аду луны it
    this that you u ya him her them us me everything everyone all how when what when's your ur yours yourself to
    seeing these those the my something nothing anything someone here there one ones way so too much more lot chat
    stream streams vibes song part bit game guys lol same being watching doing losing dying getting waiting paying
    having hearing lagging missing falling waking talking coming hanging making going knowing hugging mira it's its
    thats that's u're just not on off out up in for with at of from like is are if and or это этот эту эти этого
    этих этим этой этому тебя тебе вас вам его ее их все всех всё как когда что чтоб чтобы твой твою твои твоя твоё
    твое твоего твоей твоих ваш ваши вашу ваша свой себя так тут там сюда стрим стримы чат чё че момент момента мой
    моя мои мою нас сам сама кто где куда зачем почему такой такую такие такое на в по с со за не лагать умирать
    проигрывать страдать ждать оно она он они
    """
)
"""A catch that begins with one of these, or holds nothing else, says nothing."""

HERE_AND_NOW = words_of(
    """
    людей рандом рандома читеров дедлайны
    рейде рейд гильдии умер умерла умирает погиб погибла помер вышел вернулся сломался победу сердце
    this that these those you u ur your yours mira chat stream streams streamer streaming boss bosses level levels
    room enemy enemies mob mobs map overlay outfit voice model emote emotes song soundtrack music part ending vibe
    vibes energy design dungeon quest ads lag lags bug bugs it him her them he she they mods mod raid ping tutorial
    men women girls boys guys gang squad y'all yall playlist accent laugh hair face avatar mic camera game's here me
    myself people humans life rng campers camping sweats cheaters devs controls pain suffering chaos drama
    violence gambling crime big butts этого этой этих этому этот эта эту эти это твой твоя твои твоё твое твоего твоей
    твою твоих тебя тебе вас ваш ваша мира миру чат стрим стримы стримера босс босса боссов боссы уровень уровни
    локацию локация лаги лагов баги багов реклама рекламу музыку музыка песню песня голос смех мод модов девушки
    девушек парни парней мужчин женщин мальчиков девочек миры мире чате чата стриме катке катку смеха слёз слез l w ls
    ws его её ее их он она они меня нас всех всё все игру
    """
)
"""What is liked on screen now, and whom somebody likes: no taste to remember."""

NO_PLACE = words_of(
    """
    conclusions спарты луну марс рейд рейде гильдии
    fear denial pain chaos bed bath bathtub pajamas pyjamas hope peace poverty debt hell silence darkness shadows
    shadow lobby queue chat basement dreams dream sin stress panic vain general fact reality matrix simulation lava
    walls wall discord twitch reddit youtube tiktok twitter insta instagram kick work school home phone mobile couch
    sofa toilet car bus train tram office class gym kitchen shower pc tv desk floor ceiling attic closet fridge void
    space moon mars sun future past behind afar below above under inside outside safety shame sleep store shop shops
    church hospital jail prison dinner lunch breakfast battle spirit tears love me us them everyone all mods your my
    the a an this that his her their ur u you another tomorrow today yesterday yesterdays scratch beginning start end
    second first last next left right phase plan round lurk lurking airport break vacation holiday holidays raid
    stream streams vod vods nowhere somewhere everywhere anywhere here there narnia hogwarts mordor tamriel hyrule
    azeroth nightmare nightmares wales' tight trouble heaven game games limbo stealth secret silver gold bronze iron
    diamond platinum plat emerald lab library uni college university town city village country land underground grass
    zzz brb front back middle memory memories дискорде дискорда твиче твича ютубе ютуба телеграме телеграма тг доте
    доты кс чате чата игре игры стиме инете интернете космосе космоса луне луны марсе марса аду ада раю рая будущем
    будущего прошлом прошлого вальхалле хогвартсе хогвартса мордоре мордора нарнии тамриэле скайриме варкрафте
    майнкрафте матрице симуляции лобби стране мире вальхаллу вальгаллу мордор хогвартс нарнию скайрим вайтран вайтрана
    космос матрицу дискорд твич тамриэль ривии гондор гондора азерот азероте азерота ожидании кайф жопе мечтах леса
    """
)
"""Where chat is from, moves to and lives, and which is nowhere."""

PLACE_STARTS = words_of(
    "new san los las south north west east saint st sao são rio hong cape kuala buenos sri costa puerto el "
    "northern southern western eastern central upper lower great united saudi czech novi nizhny the rural upstate "
    "northwest southwest нижний нижнем нижнего великий великом великого новый старый ростов "
)
"""Beginnings of places of two words, in lower case too."""

NO_NAME = words_of(
    """
    away off bond al ishmael бонд базилио
    a an the so very just fat cute stupid sleeping asleep not weird being dead hungry mad evil lazy gone after in it
    him her by crazy old boring noob bad mean liar late here back there my your his this that really always also never
    still food and or but with for like about too what who when why how something nothing anything whatever nobody no
    yes is was has sick dying staring barking screaming snoring meowing judging loud cold warm good best worst lol
    lmao jeff mud inigo slim walter giovanni heisenberg chicken император господин бог босс капитан король королева
    хозяин daddy mommy king queen god boss chief captain dad mom weirdo idiot maybe potato on to from of at же так как
    что это там тут опять уже тоже сейчас никак просто очень вообще меня тебя его её ее их спать есть гулять домой мой
    твой картошка бэтмен никто ничего хорошо плохо павлова шрёдингера шредингера леопольд матроскин баскервилей
    """
)
"""What people and pets are called no more than jokingly."""

EMPTY_END = re.compile(
    r"(?:\s+(?:so much|very much|a lot|too|though|tbh|btw|lol|lmao|haha+|xd|please|now|right now|rn|today|again|here|"
    r"really|actually|honestly|chat|guys|mira|мира|очень|сильно|кстати|вообще|если честно|хах\w*|лол|сейчас|сегодня|"
    r"тоже|прям|же|просто|мира|больше всего|lately|ngl|fr|irl|the|a|an|my|ever|всегда|уже|теперь))+$",
    re.IGNORECASE,
)
