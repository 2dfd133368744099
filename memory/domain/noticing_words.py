"""The words the rules of noticing go by, in English and Russian: animals, trades, instruments, tongues, months. Data.

A list is used where a list is the honest way to be precise: "my paladin is called Bo" is no pet, "as a pirate" no job.
Russian words are written as beginnings where the ending changes with the case.
"""


def any_of(text: str) -> str:
    """Return a pattern for any of the words of `text`, the longest first; "_" stands for a space."""
    found = sorted(set(text.split()), key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(word.replace('_', ' ') for word in found)})"


def words_of(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())


PETS_EN = any_of(
    "cat kitten kitty kitteh dog doggo puppy pup pupper hamster parrot budgie cockatiel cockatoo canary rabbit "
    "bunny turtle tortoise snake python rat mouse gerbil guinea_pig ferret lizard gecko iguana bearded_dragon "
    "chinchilla hedgehog axolotl tarantula corgi dachshund poodle husky labrador retriever beagle pug chihuahua "
    "pitbull collie shepherd greyhound terrier bulldog rottweiler spaniel dalmatian shiba golden_retriever "
    "german_shepherd tabby tomcat maine_coon ragdoll pony donkey horse"
)
PLAIN_PETS_EN = any_of(
    "cat cats kitten kittens kitty dog dogs doggo puppy pup hamster parrot budgie budgies cockatiel rabbit rabbits "
    "bunny bunnies tortoise guinea_pig guinea_pigs ferret ferrets gecko chinchilla corgi dachshund poodle husky "
    "labrador beagle pug chihuahua axolotl aquarium fish_tank"
)
PET_TRAITS_EN = any_of(
    "new little old baby tiny fat big cute lil small grumpy lazy orange black white grey gray ginger brown rescue "
    "elderly foster stupid silly dumb sweet senior young chonky chubby clingy beautiful blind deaf spoiled noisy "
    "crazy two three four five six of several few many rescued adopted stray"
)
JOBS_EN = any_of(
    "teacher tutor professor lecturer nurse paramedic dentist pharmacist vet veterinarian midwife developer "
    "programmer coder engineer sysadmin analyst tester artist animator illustrator designer architect student "
    "intern apprentice chef cook baker butcher barista bartender waiter waitress cashier driver trucker courier "
    "postman mailman mechanic welder electrician plumber carpenter roofer painter builder bricklayer mason "
    "machinist technician janitor cleaner pilot sailor fisherman farmer gardener florist beekeeper firefighter "
    "fireman cop police_officer soldier lifeguard lawyer paralegal judge accountant bookkeeper banker librarian "
    "archivist translator interpreter journalist editor writer novelist author photographer videographer musician "
    "drummer guitarist violinist pianist cellist singer composer producer dancer actor actress scientist researcher "
    "biologist chemist physicist astronomer geologist archaeologist historian linguist mathematician statistician "
    "economist receptionist secretary manager salesman realtor hairdresser barber tailor seamstress jeweler potter "
    "blacksmith zookeeper flight_attendant stewardess social_worker streamer postdoc phd_student grad_student "
    "med_student law_student warehouse_worker security_guard air_traffic_controller locksmith optician surveyor "
    "tattooist stagehand conductor train_driver bus_driver truck_driver taxi_driver lorry_driver tram_driver "
    "delivery_driver uber_driver forklift_driver forklift_operator crane_operator park_ranger ranger tour_guide "
    "copywriter recruiter logistician dispatcher luthier brewer sommelier caretaker"
)
JOB_TRAITS_EN = any_of(
    "junior senior lead head freelance part-time full-time part_time full_time retired former trainee apprentice "
    "software web data game graphic mechanical civil electrical sound audio night math maths science history "
    "english music art pe primary college university uni biology physics chemistry language yoga fitness swim "
    "swimming dance icu er vet legal flight pastry sous line interior fashion ux ui product project security park "
    "forest marine cyber network systems devops qa backend frontend full-stack embedded aerospace chemical "
    "structural 3d vfx concept tattoo voice film video wedding wildlife piano violin guitar driving ski tour "
    "registered certified licensed commercial airline train cargo ship truck car bike motorcycle aircraft cs "
    "compsci law med nursing engineering architecture design psych economics business philosophy phd grad masters "
    "exchange volunteer professional_wedding insurance tax school lab research hotel restaurant hospital dairy "
    "sheep organic landscape street session orchestra theatre theater opera ballet database cloud support it french "
    "german spanish latin drama geography german"
)
WORKPLACES_EN = any_of(
    "library bakery school zoo lab laboratory factory warehouse shop store bookstore bookshop bank office "
    "restaurant cafe coffee_shop bar pub hotel hostel museum gallery farm garage gym university college startup "
    "studio call_center call_centre airport post_office pharmacy theatre theater cinema kitchen supermarket "
    "grocery_store gas_station petrol_station shipyard brewery vineyard greenhouse nursery daycare aquarium "
    "observatory newspaper radio_station tv_station law_firm construction_site power_plant mine sawmill print_shop "
    "record_store pet_store shelter animal_shelter harbour harbor railway train_station vet_clinic pizzeria "
    "bike_shop hardware_store toy_store flower_shop game_studio data_center data_centre recycling_plant salon "
    "barbershop lighthouse car_wash dealership"
)
FIELDS_EN = any_of(
    "it retail logistics finance marketing accounting education hospitality construction insurance hr sales "
    "advertising customer_service tech_support customer_support cybersecurity software gamedev game_dev publishing "
    "healthcare agriculture aviation banking catering manufacturing engineering telecom real_estate tourism "
    "forestry nursing teaching biotech robotics film television theatre shipping carpentry landscaping plumbing "
    "animation"
)
SUBJECTS_EN = any_of(
    "law medicine math maths physics chemistry biology history philosophy architecture linguistics geology "
    "geography engineering nursing accounting economics finance marketing design art music journalism literature "
    "astronomy archeology archaeology anthropology sociology cs compsci computer_science data_science statistics "
    "robotics pharmacy dentistry forestry botany zoology ecology education translation film animation game_design "
    "graphic_design agriculture business art_history art_school law_school vet_school nursing_school "
    "culinary_school grad_school film_school music_school trade_school med_school mechanical_engineering "
    "civil_engineering electrical_engineering software_engineering marine_biology biochemistry neuroscience "
    "astrophysics meteorology oceanography uni university college conservatory"
)
INSTRUMENTS_EN = any_of(
    "guitar bass bass_guitar piano keyboards drums violin viola cello double_bass contrabass ukulele banjo mandolin "
    "flute clarinet oboe bassoon sax saxophone trumpet trombone tuba french_horn accordion harmonica harp organ "
    "synth synths bagpipes recorder theremin xylophone marimba kalimba handpan sitar djembe bongos cajon fiddle "
    "electric_guitar acoustic_guitar hurdy_gurdy didgeridoo balalaika koto shamisen erhu"
)
LANGUAGES_EN = any_of(
    "english spanish french german italian portuguese portugese dutch danish swedish norwegian finnish icelandic "
    "polish czech slovak hungarian romanian bulgarian serbian croatian slovenian greek turkish russian ukrainian "
    "belarusian lithuanian latvian estonian georgian armenian arabic hebrew persian farsi hindi urdu bengali tamil "
    "telugu punjabi thai vietnamese indonesian malay tagalog filipino chinese mandarin cantonese japanese korean "
    "mongolian kazakh swahili yoruba zulu afrikaans irish gaelic scottish_gaelic welsh breton basque catalan "
    "galician latin esperanto sign_language asl maori hawaiian yiddish sanskrit ancient_greek old_norse toki_pona"
)
PEOPLES_EN = any_of(
    "american canadian mexican brazilian argentinian chilean colombian peruvian british scottish irish welsh "
    "english french german italian spanish portuguese portugese dutch belgian danish swedish norwegian finnish "
    "icelandic polish czech slovak hungarian romanian bulgarian serbian croatian slovenian greek turkish russian "
    "ukrainian lithuanian latvian estonian georgian armenian egyptian moroccan nigerian kenyan south_african indian "
    "pakistani thai vietnamese indonesian malaysian filipino chinese taiwanese japanese korean mongolian kazakh "
    "australian aussie kiwi swiss austrian brit swede dane finn pole spaniard scot texan californian"
)
SPORTS_EN = any_of(
    "bouldering climbing rock_climbing judo karate bjj jiu_jitsu taekwondo kendo fencing muay_thai kickboxing "
    "archery tennis badminton table_tennis ping_pong volleyball handball basketball soccer football rugby hockey "
    "ice_hockey baseball softball cricket golf disc_golf swimming rowing kayaking sailing surfing snowboarding "
    "skiing skateboarding roller_derby figure_skating ice_skating cycling mountain_biking running trail_running "
    "jogging hiking weightlifting powerlifting crossfit yoga pilates ballet ballroom salsa swing_dancing parkour "
    "horse_riding equestrian diving scuba_diving freediving curling lacrosse darts bowling pole_dancing aikido sumo "
    "wrestling gymnastics triathlon"
)
HOBBIES_EN = any_of(
    "birdwatching birding knitting crocheting sewing embroidery quilting weaving pottery ceramics woodworking "
    "woodcarving whittling blacksmithing leatherworking painting watercolor drawing calligraphy origami photography "
    "astrophotography astronomy stargazing gardening bonsai beekeeping fishing fly_fishing foraging "
    "mushroom_picking camping backpacking geocaching baking homebrewing brewing cooking chess go shogi mahjong "
    "warhammer miniatures dnd d&d board_games tabletop larping cosplay speedrunning modding game_dev gamedev "
    "pixel_art blender 3d_printing soldering electronics ham_radio djing beatmaking songwriting "
    "metal_detecting genealogy lockpicking juggling magic_tricks model_trains model_kits gunpla lego puzzles "
    "crosswords sudoku birdhouses kombucha sourdough coffee film_photography creative_writing journaling thrifting "
    "restoring_furniture"
)
HOBBY_VERBS_EN = (
    "knit crochet sew embroider whittle sculpt birdwatch geocache cosplay skateboard snowboard ski surf bake brew "
    "juggle beatbox speedrun quilt woodwork longboard kayak homebrew larp"
)
KIN_EN = any_of(
    "brother brothers sister sisters bro sis mom mum mother dad father parents grandma grandpa grandmother "
    "grandfather gran granny nan uncle aunt auntie cousin cousins nephew niece friend friends bestie buddy mate "
    "roommate roomie flatmate housemate neighbour neighbor neighbours neighbors boss coworker coworkers colleague "
    "teacher professor classmate wife husband gf bf girlfriend boyfriend fiance fiancee partner ex kid kids son "
    "daughter stepdad stepmom landlord bf's teammate twin family"
)
MONTHS_EN = any_of(
    "january february march april may june july august september october november december jan feb mar apr jun jul "
    "aug sept sep oct nov dec"
)
DAYS_EN = any_of("monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thurs fri sat sun")
EVENTS_EN = any_of(
    "interview exam exams finals midterm midterms wedding graduation recital concert gig tournament marathon "
    "half_marathon triathlon flight trip competition audition presentation viva driving_test road_test "
    "thesis_defense thesis_defence defense defence job_interview bar_exam oral_exam final_exam exhibition art_show "
    "book_launch race match honeymoon convention hackathon first_gig first_concert engagement_party housewarming "
    "lessons classes internship apprenticeship"
)
OWN_EVENTS_EN = any_of(
    "interview job_interview exam midterm finals driving_test viva audition recital thesis_defense thesis_defence "
    "bar_exam"
)
PASSED_EN = any_of(
    "exam exams finals test tests license licence thesis dissertation phd degree masters bachelors course bootcamp "
    "internship apprenticeship certification certificate viva interview probation belt residency bar midterm "
    "midterms theory_test road_test diploma apprenticeship qualification audition boards checkride a-levels recital "
    "portfolio novel manuscript album ep demo marathon half_marathon triathlon 5k 10k semester training "
    "pottery_course classes"
)
PRIZES_EN = any_of(
    "tournament competition contest raffle medal trophy prize league championship scholarship hackathon award cup "
    "race quiz pub_quiz bake-off cook-off giveaway lottery title grant game_jam spelling_bee debate open regional "
    "regionals nationals"
)
RANKS_EN = any_of(
    "bronze silver gold platinum plat diamond emerald master masters grandmaster challenger immortal radiant legend "
    "champion champ predator ascendant mythic global ancient divine top_500 top_100 grand_master"
)
STOLEN_EN = any_of(
    "bike bicycle car wallet laptop bag backpack scooter motorcycle guitar package keys purse catalytic van"
)
COLLECTED_GAMES = words_of(
    "all every the enough coins coin gems stars souls runes rings loot points them dust xp wood stones resources "
    "taxes rent tears skins kills deaths achievements followers subs l ls l's w ws w's dust hearts монетки лут "
    "руны ресурсы души очки звезды вещи волю мысли дерево камни бутылки силы себя данные инфу команду пати группу "
    "чемодан "
)
FIRST_NAMES_RU = any_of(
    "леша алеша алексей саша александр александра женя евгений дима дмитрий миша михаил сережа сергей андрей антон "
    "артем тема вова владимир влад владислав ваня иван игорь илья кирилл коля николай костя константин макс максим "
    "никита олег паша павел петя петр рома роман слава стас тимур толя федя юра ярослав денис егор данил данила "
    "гриша гоша глеб витя виктор вадим боря аня анна настя анастасия катя екатерина лена елена маша мария оля ольга "
    "таня татьяна наташа юля ира ирина света вика виктория даша дарья полина ксюша лиза алиса алина соня софия "
    "кристина марина надежда люба люда галя нина рита яна ульяна варя камила диана карина жанна лера валерия арина "
    "милана руслан рустам тимофей матвей"
).replace("е", "[её]")
PETS_RU = any_of(
    "кошка кошку кошки кот кота коты котик котика котя кошак котейка котэ котёнок котенок котёнка котенка котята "
    "собака собаку собаки собачка собачку собакен пёс пес пса псы пёсель песель щенок щенка щенки такса таксу корги "
    "хаски лабрадор лабрадора овчарка овчарку шпиц шпица мопс мопса чихуахуа йорк йорка пудель пуделя бульдог "
    "бульдога спаниель далматинец хомяк хомяка хомячок хомячка хомячиха хомячиху попугай попугая попугайчик "
    "попугайчика крыса крысу крысы крыс крыска кролик кролика черепаха черепаху хорёк хорек хорька шиншилла "
    "шиншиллу морская_свинка морскую_свинку ящерица ящерицу геккон геккона игуана игуану улитка улитку ёжик ежик ёж "
    "еж аксолотль аксолотля канарейка канарейку доберман добермана ротвейлер ротвейлера дворняга дворнягу бигль "
    "бигля джек-рассел мейн-кун британец сфинкс"
)
JOBS_RU = (
    "повар сварщик электрик сантехник слесарь токарь фрезеровщик столяр плотник строитель маляр каменщик прораб "
    "водитель дальнобойщик таксист курьер машинист диспетчер логист механик автомеханик инженер конструктор "
    "проектировщик архитектор программист разработчик тестировщик аналитик сисадмин дизайнер верстальщик художник "
    "аниматор иллюстратор учитель учительница преподаватель репетитор воспитатель библиотекарь переводчик филолог "
    "историк лингвист физик химик биолог геолог эколог астроном математик бухгалтер экономист юрист нотариус "
    "адвокат менеджер маркетолог продавец кассир бариста бармен официант официантка пекарь кондитер мясник "
    "парикмахер барбер стилист визажист швея портной фотограф оператор монтажёр монтажер журналист редактор "
    "писатель музыкант звукорежиссёр звукорежиссер барабанщик гитарист скрипач пианист актёр актер актриса режиссёр "
    "режиссер танцор тренер пожарный спасатель полицейский военный моряк лётчик летчик пилот стюардесса проводник "
    "проводница почтальон кладовщик грузчик охранник дворник садовник агроном фермер пчеловод ветеринар фельдшер "
    "медсестра медбрат фармацевт провизор стоматолог лаборант лесник егерь рыбак монтажник кровельщик связист "
    "радист топограф геодезист маркшейдер металлург шахтёр шахтер нефтяник технолог студент студентка аспирант "
    "аспирантка стажёр стажер флорист гончар кузнец ювелир сомелье пивовар крановщик тракторист трамвайщик"
)
JOB_INSTRUMENTAL_RU = (
    r"(?:(?:старшим |младшим |главным |ведущим |помощником )?[а-яё-]+(?:щиком|чиком|истом|логом|графом|тором|тёром|"
    r"тером|"
    r"телем|ником|ёром|ером|аром|арем|овцом|евтом|оваром|вцом|нтом|ектом|ером|риком|хаником|рачом|екарем|изиком|имиком|"
    r"щицей|ницей|чицей|исткой|сестрой|ртом)|официанткой|бариста|курьером|няней|швеёй|швеей|юристом|физруком|сомелье)"
)
WORKPLACES_RU = any_of(
    "пекарне библиотеке школе банке офисе магазине аптеке кафе ресторане баре отеле гостинице музее театре кино "
    "зоопарке лаборатории университете универе институте колледже айти it автосервисе гараже студии типографии "
    "пиццерии кофейне столовой кухне теплице питомнике обсерватории депо аэропорту порту метро такси доставке "
    "саппорте техподдержке поддержке такси мчс геймдеве рекламе логистике бухгалтерии турфирме книжном зоомагазине "
    "цветочном пятёрочке пятерочке заводе складе стройке фабрике ферме почте вокзале шахте верфи корабле "
    "радио телевидении буровой вахте железной_дороге жд элеваторе пасеке азс заправке кассе ресепшене производстве "
    "пункте_выдачи"
)
SUBJECTS_RU = any_of(
    "физику математику химию биологию историю географию литературу русский английский информатику музыку рисование "
    "черчение физру экономику право философию танцы вокал йогу"
)
INSTRUMENTS_RU = (
    r"(?:гитар|бас-гитар|скрипк|виолончел|альт|контрабас|пианино|фортепиано|фано|роял|клавиш|синтезатор|синт|барабан|"
    r"ударн|укулеле|банджо|мандолин|флейт|кларнет|гобо|саксофон|сакс|труб[еу]|тромбон|туб[еу]|валторн|баян|аккордеон|"
    r"гармон|балалайк|домр|гусл|арф|орган[е]?\b|губн|калимб|варган|ксилофон|терменвокс|бас[еу]?\b|волынк)"
)
LANGUAGES_RU = (
    r"(?:английск|немецк|французск|испанск|итальянск|португальск|голландск|нидерландск|датск|шведск|норвежск|финск|"
    r"исландск|"
    r"польск|чешск|словацк|венгерск|румынск|болгарск|сербск|хорватск|греческ|турецк|украинск|белорусск|литовск|латышск|"
    r"эстонск|грузинск|армянск|азербайджанск|арабск|иврит|персидск|фарси|хинди|тайск|вьетнамск|индонезийск|китайск|"
    r"японск|"
    r"корейск|монгольск|казахск|узбекск|татарск|башкирск|чувашск|якутск|удмуртск|киргизск|таджикск|ирландск|валлийск|"
    r"латын|латинск|эсперанто|жестов|санскрит|инглиш|русск)"
)
MONTHS_RU = any_of(
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря январе феврале марте апреле "
    "мае июне июле августе сентябре октябре ноябре декабре"
)
EVENTS_RU = any_of(
    "экзамен экзамены собеседование собес свадьба концерт турнир поездка соревнования сессия зачёт зачет выпускной "
    "пересдача олимпиада прослушивание защита защита_диплома марафон полумарафон выступление отчётник отчетник "
    "выставка госы предзащита квартирник хакатон конференция переезд гонка"
)
OWN_EVENTS_RU = any_of(
    "экзамен экзамены собеседование собес свадьба сессия зачёт зачет пересдача защита_диплома предзащита госы "
    "полумарафон"
)
KIN_RU = any_of(
    "брат брата братан сестра сестру сеструха мама маму мать отец отца папа папу батя батю батей дед деда дедушка "
    "бабушка бабушку бабуля бабка дядя дядю тётя тетя тётю тётка кузен кузина друг друга друзья подруга подругу "
    "подружка кореш сосед соседа соседка соседи сосед_по коллега коллеги начальник босс одноклассник однокурсник "
    "одногруппник препод учитель жена жену муж мужа девушка парень невеста жених бывший бывшая племянник племянница "
    "тёща теща свекровь знакомый знакомая знакомого напарник сын дочь родители"
)
PLACES_RU = (
    r"(?:москв|питер|спб\b|мск\b|екб\b|екатеринбург|казан|новосиб|нск\b|самар|саратов|омск|томск|тюмен|перм|уф[аеуы]\b|"
    r"челябинск|красноярск|краснодар|ростов|воронеж|волгоград|иркутск|владивосток|хабаровск|калининград|мурманск|"
    r"архангельск|сочи\b|крым|тул[аеыу]\b|рязан|ярослав|твер[иь]\b|вологд|пенз|ижевск|барнаул|кемеров|сургут|якутск|"
    r"минск|"
    r"гомел|киев|харьков|одесс|львов|алматы|астан|ташкент|бишкек|ереван|тбилиси|батуми|баку|рига|риги|риге|вильнюс|"
    r"таллин|"
    r"берлин|прага|праге|праги|варшав|белград|стамбул|сибир|урал|камчатк|карели|финлянди|германи|польш|чехи[июя]|серби|"
    r"грузи[июя]|армени|казахстан|беларус|белорусси|украин|турци|израил|канад|норвеги|япони[июя]|коре[еию]\b|китае|"
    r"китай|китая)"
)
