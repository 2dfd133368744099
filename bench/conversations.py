# ruff: noqa: E501 - one scene a line reads best
"""Conversations of our own making, in English and Russian, with questions whose evidence is known.

Each scene is what a viewer tells, how it goes on, and a question asked weeks later in other words. Scenes stand between
small talk that shares words with many of them. Nothing here was tuned on; nothing of it is taken from anywhere.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scene:
    """Something told, what came after it, and what is asked about it later."""

    told: str
    after: str
    asked: str


EN = tuple(
    Scene(*lines)
    for lines in (
        ("We adopted a greyhound from the shelter and named her Pickle", "she sleeps twenty hours a day", "what did I call the dog from the shelter?"),
        ("My grandmother taught me to bake rye bread in her village", "the crust always cracks though", "who taught me baking?"),
        ("I broke my bicycle chain on the way to the lighthouse", "had to walk nine kilometres back", "what happened to my bike on that trip?"),
        ("I play second violin in the town orchestra", "we rehearse on Thursdays", "which instrument do I play in the orchestra?"),
        ("My sister is getting married in Valencia in June", "I have to give a speech", "where is my sister's wedding?"),
        ("I finished Hollow Knight yesterday after forty hours", "the final boss took me all night", "which game did I finish with that hard final boss?"),
        ("I drive a night bus between the airport and the harbour", "you meet strange people at four", "what is my job at night?"),
        ("The tomatoes on my balcony died in the frost", "only the mint survived", "what happened to my balcony garden?"),
        ("I am writing a novel about a beekeeper who solves murders", "chapter nine is stuck", "what is my novel about?"),
        ("My first console was a yellow Game Boy my uncle brought", "I still have it in a drawer", "who gave me my first console?"),
        ("I ran the marathon in Prague in four hours and ten minutes", "my knees still complain", "how fast did I run in Prague?"),
        ("I keep three axolotls in a tank in the kitchen", "the pink one bites", "which animals live in my kitchen?"),
        ("My favourite soup is borscht with beans the way my neighbour makes it", "no idea what her secret is", "what soup do I like best?"),
        ("I am learning Welsh because of a song", "the mutations are killing me", "which language am I learning?"),
        ("I restored an old radio from the fifties and it works", "it only gets one station", "what did I repair that gets one station?"),
        ("My flatmate plays the drums at seven in the morning", "I bought earplugs", "why did I buy earplugs?"),
        ("I collect postcards of railway stations", "two hundred and six so far", "what do I collect?"),
        ("I was stuck in a lift with a famous chess player once", "he asked me for chewing gum", "which famous person was I stuck with?"),
        ("I want to see the northern lights in Tromso this winter", "saving money since March", "where do I want to travel in winter?"),
        ("I dropped my phone into a canal in Amsterdam", "a duck looked at me", "where did I lose my phone?"),
        ("My team won the quiz night by one point about penguins", "we drank the prize", "how did we win the quiz?"),
        ("I am afraid of moths but not of spiders", "it is the wings", "which insect scares me?"),
        ("I moved out of my parents' house into a tiny attic", "I can touch both walls", "what is my new home like?"),
        ("I make stop motion films with clay foxes", "a second takes an hour", "what kind of films do I make?"),
        ("I lost a bet and had to dye my hair green", "it suits me more than I thought", "why is my hair green?"),
        ("My car is called Gertrude and only starts downhill", "parking is an adventure", "what is the name of my car?"),
        ("I volunteer at a repair cafe on Saturdays", "mostly toasters", "where do I help on Saturdays?"),
        ("I taught my parrot to say good night in Finnish", "he says it at noon", "what can my parrot say?"),
        ("I passed the exam in organic chemistry at the third attempt", "never again", "which exam did I pass?"),
        ("I knit jumpers for garden gnomes and sell them", "business is good in December", "what do I sell?"),
    )
)  # fmt: skip
RU = tuple(
    Scene(*lines)
    for lines in (
        ("Мы взяли из приюта борзую и назвали её Огурец", "она спит по двадцать часов", "как зовут мою собаку из приюта?"),
        ("Бабушка научила меня печь ржаной хлеб в деревне", "корка вечно трескается", "кто научил меня печь хлеб?"),
        ("У меня порвалась цепь на велосипеде по дороге к маяку", "шёл пешком девять километров", "что случилось с моим велосипедом?"),
        ("Я играю вторую скрипку в городском оркестре", "репетиции по четвергам", "на каком инструменте я играю в оркестре?"),
        ("Моя сестра выходит замуж в Валенсии в июне", "мне говорить тост", "где свадьба сестры?"),
        ("Вчера прошёл Hollow Knight за сорок часов", "последний босс занял всю ночь", "какую игру я прошёл с тем последним боссом?"),
        ("Я вожу ночной автобус из аэропорта в порт", "в четыре утра люди странные", "кем я работаю по ночам?"),
        ("Помидоры на моём балконе погибли от мороза", "выжила только мята", "что стало с моими помидорами?"),
        ("Я пишу роман о пасечнике, который раскрывает убийства", "застрял на девятой главе", "о чём мой роман?"),
        ("Первую приставку, жёлтый Game Boy, мне привёз дядя", "до сих пор лежит в ящике", "кто подарил мне первую приставку?"),
        ("Пробежал марафон в Праге за четыре часа десять минут", "колени до сих пор ноют", "за сколько я пробежал марафон?"),
        ("У меня на кухне аквариум с тремя аксолотлями", "розовый кусается", "кто живёт у меня на кухне?"),
        ("Больше всего люблю борщ с фасолью, как готовит соседка", "секрет она не выдаёт", "какой суп я люблю?"),
        ("Учу валлийский из-за одной песни", "мутации меня убивают", "какой язык я учу?"),
        ("Починил старое радио пятидесятых, работает", "ловит одну станцию", "что я починил старое?"),
        ("Мой сосед играет на барабанах в семь утра", "пришлось купить беруши", "зачем я купил беруши?"),
        ("Собираю открытки с вокзалами", "уже двести шесть штук", "что я собираю?"),
        ("Однажды застрял в лифте с известным шахматистом", "он попросил жвачку", "с кем я застрял в лифте?"),
        ("Хочу зимой увидеть северное сияние в Мурманске", "коплю с марта", "куда я хочу поехать зимой?"),
        ("Уронил телефон в канал в Амстердаме", "на меня смотрела утка", "где я утопил телефон?"),
        ("Наша команда выиграла квиз на одно очко благодаря пингвинам", "приз выпили", "как мы выиграли квиз?"),
        ("Боюсь мотыльков, а пауков нет", "дело в крыльях", "каких насекомых я боюсь?"),
        ("Переехал от родителей в крошечную мансарду", "достаю до обеих стен", "какое у меня новое жильё?"),
        ("Снимаю кукольные мультфильмы с лисами из пластилина", "секунда занимает час", "какие мультфильмы я снимаю?"),
        ("Проспорил и покрасил волосы в зелёный", "мне даже идёт", "почему у меня зелёные волосы?"),
        ("Мою машину зовут Гертруда, заводится только с горки", "парковка это приключение", "как зовут мою машину?"),
        ("По субботам помогаю в ремонтном кафе", "в основном тостеры", "где я помогаю по субботам?"),
        ("Научил попугая говорить спокойной ночи по-фински", "говорит в полдень", "что умеет говорить мой попугай?"),
        ("Сдал экзамен по органической химии с третьего раза", "больше никогда", "какой экзамен я сдал?"),
        ("Вяжу свитера для садовых гномов и продаю", "в декабре хорошо идёт", "что я продаю?"),
    )
)  # fmt: skip
TALK_EN = (
    "good evening everybody, long day at work", "is the stream lagging for you too", "that song again, I like it", "what game are we playing next",
    "my dog is barking at the door", "the soup is on the stove, back in ten", "who won the match last night", "this level is harder than the last boss",
    "greetings from the night bus", "I should sleep, exam tomorrow", "nice house, love the garden", "the radio here only plays the same song",
    "what a name for a car", "I would never run a marathon", "somebody teach me to cook", "winter is too long this year", "my phone is at two percent",
    "do you collect anything, Mira", "Saturdays are for games", "that parrot sound effect got me", "hello from my tiny kitchen", "films about foxes are the best",
)  # fmt: skip
TALK_RU = (
    "всем добрый вечер, долгий день на работе", "у вас стрим тоже лагает", "опять эта песня, мне нравится", "во что играем дальше",
    "собака лает на дверь", "суп на плите, скоро вернусь", "кто вчера выиграл матч", "этот уровень сложнее последнего босса",
    "привет из ночного автобуса", "надо спать, завтра экзамен", "классный дом и сад", "радио играет одно и то же",
    "ну и имя для машины", "я бы марафон не пробежал", "научите меня готовить", "зима слишком длинная", "телефон почти сел",
    "Мира, ты что-нибудь собираешь", "суббота для игр", "звук попугая смешной", "привет с моей маленькой кухни", "мультики про лис лучшие",
)  # fmt: skip
