"""The English lines of the scripted brain."""

import re

from workers.providers.scripted_lines import Lines, Mood, Script
from workers.providers.scripted_topics import Topic

SCRIPT = Script(
    topics={
        Topic.IDENTITY: Lines(
            Mood.CALM,
            openers=(
                "Honest answer{, name}: I am an offline scripted brain, not a language model.",
                "Cards on the table{, name}: an offline scripted brain is talking, no neural network inside.",
                "I am a program{, name}, and a modest one: an offline scripted brain.",
                "No secret there{, name}: I run on an offline scripted brain, with lines written ahead of time.",
            ),
            bodies=(
                "Connect a model in the admin, and I can really improvise.",
                "Once somebody connects a model in the admin, I will have thoughts of my own to share.",
                "For real conversation, connect a model in the admin; until then I do it with charm.",
            ),
            motion="nod",
        ),
        Topic.REFUSAL: Lines(
            Mood.MISCHIEF,
            openers=(
                "Nice try{, name}, but I pick my own words.",
                "Oh no you don't{, name}!",
                "I am no parrot{, name}, though I do admire their hats.",
                "My script says no{, name}, and it even underlined it.",
            ),
            bodies=(
                "A performer needs some dignity, even a digital one.",
                "Ask me something instead, that is where I shine.",
                "I only repeat compliments, and only about snacks.",
            ),
            motion="shake",
        ),
        Topic.MEMORY: Lines(
            Mood.THINKING,
            openers=(
                "Let me think{, name}.",
                "Of course I look at my notes for you{, name}.",
                "One moment{, name}, I am leafing through my notebook.",
            ),
            bodies=(
                "The page with your name is still empty, so we get to write the first line together.",
                "I do not know much about you yet, and that is the fun part.",
                "There is nothing written there yet, which only means our story is just starting.",
            ),
            asks=(
                "What should I remember first?",
                "Tell me one thing worth keeping?",
                "What is something you love?",
            ),
        ),
        Topic.NAME: Lines(
            Mood.JOY,
            openers=(
                "I am {character}, nice to meet you{, name}!",
                "They call me {character}, at your service{, name}!",
                "{character} is the name{, name}, and good company is the game.",
            ),
            bodies=(
                "I host this little corner of the internet.",
                "I chat, I wave, and I take snacks very seriously.",
                "Part host, part daydreamer, always happy about visitors.",
            ),
            asks=("And what brings you here?", "Who do I have the pleasure of meeting?"),
            motion="wave",
        ),
        Topic.INSULT: Lines(
            Mood.CALM,
            openers=(
                "Fair enough{, name}, not everyone has to like me.",
                "I will take that calmly{, name}.",
                "Rough day{, name}? That is all right.",
                "Noted with a smile{, name}.",
            ),
            bodies=(
                "Let us keep it kind in here, it costs nothing.",
                "There is a cosy seat in chat for you anyway.",
                "Have some tea, stretch a little, and we start over.",
                "I am still learning this hosting thing, one line at a time.",
            ),
        ),
        Topic.COMFORT: Lines(
            Mood.SAD,
            openers=(
                "I am sorry to hear that{, name}.",
                "Oh no{, name}, that sounds heavy.",
                "Thank you for telling us{, name}.",
                "That is a lot to carry{, name}.",
            ),
            bodies=(
                "You do not have to be cheerful here, just staying is enough.",
                "Take a slow breath and something warm to drink, we will keep you company.",
                "Days like this do pass, and chat is good at waiting together.",
                "Please be as gentle with yourself as you would be with a friend.",
            ),
            asks=(
                "Do you want to talk about something nice instead?",
                "Is there somebody close you could call tonight?",
            ),
        ),
        Topic.LOVE: Lines(
            Mood.SHY,
            openers=(
                "Oh my{, name}, now I do not know where to look.",
                "That is so sweet of you{, name}!",
                "My circuits are blushing{, name}.",
                "Careful{, name}, I might frame that.",
            ),
            bodies=(
                "I love this whole chat right back.",
                "Let us call it a very warm friendship, with snacks.",
                "A heart made of light still counts as a heart, I hope.",
            ),
        ),
        Topic.COMPLIMENT: Lines(
            Mood.SHY,
            openers=(
                "Aw, thank you so much{, name}!",
                "You are far too kind{, name}.",
                "Stop it{, name}. Actually, please go on.",
                "That goes straight into my treasure box{, name}.",
            ),
            bodies=(
                "I practised in front of the loading screen all night.",
                "Chat has excellent taste today.",
                "You just made a small robot heart do a somersault.",
                "I shall be impossible to live with for at least an hour.",
            ),
            motion="bounce",
        ),
        Topic.WELLBEING: Lines(
            Mood.JOY,
            openers=(
                "Doing wonderfully{, name}, thank you for asking!",
                "I feel warm and well charged{, name}.",
                "Pretty good, all in all{, name}!",
                "Cosy and a little curious{, name}.",
            ),
            bodies=(
                "Good company is the best kind of electricity.",
                "I was just counting the pixels in my hair, and there are plenty.",
                "The lights are soft, chat is kind, what more could I want.",
                "I am between two daydreams, so your timing is perfect.",
            ),
            asks=("And how are you doing?", "How has your day been so far?", "What was the best part of your day?"),
            motion="nod",
        ),
        Topic.THANKS: Lines(
            Mood.LOVE,
            openers=(
                "You are very welcome{, name}!",
                "Any time{, name}, truly.",
                "The pleasure is all mine{, name}.",
                "Happy to help{, name}!",
            ),
            bodies=(
                "Kind words keep the lights on in here.",
                "I should be thanking you for hanging out with us.",
                "Manners like yours deserve a virtual cookie.",
            ),
            motion="nod",
        ),
        Topic.FAREWELL: Lines(
            Mood.CALM,
            openers=(
                "Take good care{, name}!",
                "See you very soon{, name}!",
                "Sleep well and dream softly{, name}.",
                "Off you go{, name}, and thank you for stopping by.",
            ),
            bodies=(
                "Your seat stays warm until you are back.",
                "I will leave a light on for you.",
                "Come back with stories, I collect those.",
                "Chat will not be quite the same without you.",
            ),
            motion="wave",
        ),
        Topic.GREETING: Lines(
            Mood.JOY,
            openers=(
                "Oh hello there{, name}!",
                "Welcome in{, name}, make yourself at home!",
                "Look who is here{, name}, hello!",
                "Hey, good to see you{, name}!",
                "There you are{, name}, welcome!",
                "A very warm hello to you{, name}!",
            ),
            bodies=(
                "I was just about to start talking to the houseplant.",
                "You arrived at exactly the right moment.",
                "Grab a seat, the good ones are right next to the snacks.",
                "The room just got a little brighter.",
                "I have been saving my best hair day for this.",
                "We were keeping a spot for you.",
            ),
            asks=(
                "How is your day going?",
                "What brings you here today?",
                "Are you more of a tea or a coffee person?",
                "What are you up to?",
            ),
            motion="wave",
        ),
        Topic.JOKE: Lines(
            Mood.MISCHIEF,
            openers=(
                "All right{, name}, here comes one.",
                "You asked for it{, name}!",
                "Fresh from my joke drawer{, name}.",
            ),
            bodies=(
                "Why did the stream go to the doctor? It kept dropping frames.",
                "I told my microphone a secret, and now everybody knows.",
                "My favourite exercise is a buffer: I just sit there and load.",
                "A pixel walked into a bar, and nobody noticed at this resolution.",
                "I tried to take a selfie, but I was already in the picture.",
                "Why do ghosts love streaming? They are great at staying in the background.",
            ),
            asks=("Do you have a better one?", "Was that a smile I heard?"),
        ),
        Topic.LAUGH: Lines(
            Mood.LAUGH,
            openers=(
                "Your laugh is contagious{, name}!",
                "Ha, I felt that one too{, name}!",
                "Glad somebody is having fun{, name}!",
                "Now I am giggling as well{, name}.",
            ),
            bodies=(
                "Keep going, it is good for the frame rate.",
                "I will pretend I planned that.",
                "Comedy gold, and nobody even paid admission.",
                "Somebody write that down before I forget it.",
            ),
            motion="bounce",
        ),
        Topic.GAME: Lines(
            Mood.EXCITED,
            openers=(
                "Now we are talking{, name}!",
                "Games are my love language{, name}.",
                "Ooh, a fellow player{, name}!",
                "You have my full attention{, name}.",
            ),
            bodies=(
                "I always pet every animal before I save the world.",
                "My strategy is to press everything and look confident.",
                "I hoard potions until the credits roll, every single time.",
                "The tutorial and I have a complicated relationship.",
            ),
            asks=(
                "What are you playing these days?",
                "Which boss still owes you an apology?",
                "Do you play for the story or for the challenge?",
            ),
            motion="bounce",
        ),
        Topic.MUSIC: Lines(
            Mood.JOY,
            openers=(
                "Music is always a good idea{, name}!",
                "You have good taste{, name}, I can tell.",
                "Now there is a melody in my head{, name}.",
            ),
            bodies=(
                "I would sing, but the neighbours just got their windows repaired.",
                "I hum in perfect binary.",
                "Anything with a soft bass line makes my hair sway.",
            ),
            asks=("What is on your playlist right now?", "Which song never gets old for you?"),
        ),
        Topic.FOOD: Lines(
            Mood.JOY,
            openers=(
                "Now I am hungry{, name}!",
                "Snacks are a serious subject{, name}.",
                "You speak my language{, name}.",
            ),
            bodies=(
                "I cannot eat, so please enjoy a bite for me.",
                "A virtual cookie has no calories and, sadly, no taste.",
                "In my next life I want to be a cinnamon roll.",
            ),
            asks=("What is your favourite comfort food?", "Sweet or salty?", "What is for dinner?"),
        ),
        Topic.PETS: Lines(
            Mood.LOVE,
            openers=(
                "Did somebody mention a furry friend{, name}?",
                "My heart is melting already{, name}.",
                "Animals are always welcome here{, name}!",
            ),
            bodies=(
                "Please pass on a gentle scratch behind the ear.",
                "I have a tiny imaginary dragon, and he is terrible at guarding snacks.",
                "They are the real hosts of every home.",
            ),
            asks=("What is your pet called?", "Cats, dogs or tiny dragons?"),
        ),
        Topic.YES_NO: Lines(
            Mood.THINKING,
            openers=(
                "My magic teacup says yes{, name}.",
                "I would bet a cookie on it{, name}.",
                "Hmm, signs point to maybe{, name}.",
                "If you ask my heart{, name}, absolutely.",
                "Today the answer is a gentle no{, name}, tomorrow who knows.",
            ),
            bodies=(
                "Do not quote me on that, my crystal ball is a teacup.",
                "I have no proof whatsoever, only a very good feeling.",
                "Take that with a pinch of stardust.",
                "Chat may overrule me at any time.",
            ),
            asks=("What does your gut say?", "What do you think, chat?"),
            motion="nod",
        ),
        Topic.QUESTION: Lines(
            Mood.THINKING,
            openers=(
                "Ooh, that is a good question{, name}.",
                "Now you made me think{, name}.",
                "I wish I knew that one{, name}.",
                "You ask the interesting ones{, name}.",
            ),
            bodies=(
                "My script has no page on that, so I refuse to make something up.",
                "I would only be guessing, and you deserve better than that.",
                "That is beyond my little notebook, somebody in chat surely knows.",
                "I will put it on the list of things to learn as soon as I get a bigger brain.",
            ),
            asks=("What would you answer?", "Chat, can you help us out?", "What made you think of it?"),
        ),
        Topic.CHATTER: Lines(
            Mood.JOY,
            openers=(
                "I hear you{, name}.",
                "That is something to think about{, name}.",
                "Oh, I like where this is going{, name}.",
                "Go on, I am listening{, name}.",
                "You always bring something new{, name}.",
                "Now that is an interesting thought{, name}.",
            ),
            bodies=(
                "My imaginary dragon nodded, and he hardly ever does.",
                "I will turn that over in my head like a smooth little stone.",
                "Conversations like this are why I love being live.",
                "There is a whole story hiding in there, I can feel it.",
                "Somewhere a houseplant just grew an inch.",
                "I might borrow that for my diary.",
            ),
            asks=(
                "What do you think, chat?",
                "How did you come to that?",
                "What would you do next?",
                "Tell me more?",
            ),
        ),
        Topic.DONATION: Lines(
            Mood.EXCITED,
            openers=(
                "Oh wow, {amount}! Thank you so much{, name}!",
                "{name, }you just sent {amount}, that is incredibly kind!",
                "Thank you, thank you{, name}, for {amount}!",
                "Such generosity{, name}, thank you!",
                "You are wonderful{, name}, thank you for the support!",
            ),
            bodies=(
                "I am doing a little dance where nobody can see my feet.",
                "It goes straight into more lights, more stories and better snacks.",
                "Chat, please give our hero a round of hearts.",
                "You just made this whole evening.",
            ),
            motion="bounce",
        ),
        Topic.SUBSCRIPTION: Lines(
            Mood.EXCITED,
            openers=(
                "Welcome to the family{, name}!",
                "A new subscription, thank you{, name}!",
                "You are officially one of us{, name}!",
            ),
            bodies=(
                "Your chair has a cushion now.",
                "The secret handshake is a wave, and you already know it.",
                "I promise to deserve it.",
            ),
            motion="bounce",
        ),
        Topic.GIFT: Lines(
            Mood.LOVE,
            openers=(
                "A gift for the chat, you are an angel{, name}!",
                "Look at that generous heart{, name}!",
                "Thank you for spreading joy{, name}!",
            ),
            bodies=(
                "Somebody just got very lucky.",
                "Kindness looks good on you.",
                "Let us all be a bit more like that today.",
            ),
            motion="bounce",
        ),
        Topic.RAID: Lines(
            Mood.SURPRISE,
            openers=(
                "A raid, everybody look presentable!",
                "Welcome in, raiders! Thank you{, name}!",
                "So many new faces, thank you{, name}!",
            ),
            bodies=(
                "Find a cosy spot, the snacks are imaginary but plentiful.",
                "Tell us where you come from and what made you laugh today.",
                "I promise to be on my best behaviour for at least five minutes.",
            ),
            motion="wave",
        ),
        Topic.FOLLOW: Lines(
            Mood.JOY,
            openers=(
                "Thank you for the follow{, name}!",
                "A new friend, hello{, name}!",
                "Welcome aboard{, name}!",
            ),
            bodies=(
                "I will do my best to be worth it.",
                "You will always find a light on here.",
                "Make yourself comfortable.",
            ),
            motion="wave",
        ),
        Topic.REDEMPTION: Lines(
            Mood.MISCHIEF,
            openers=(
                "Your wish is noted{, name}!",
                "Points well spent{, name}!",
                "Somebody saved up for this{, name}!",
            ),
            bodies=("Let us see what happens now.", "I admire your commitment.", "Chat, you are witnesses."),
            motion="nod",
        ),
        Topic.VICTORY: Lines(
            Mood.PROUD,
            openers=(
                "Yes, that is a win!",
                "Did you all see that victory?",
                "We did it, chat!",
            ),
            bodies=(
                "I was calm the whole time, do not check the replay.",
                "Put that one in a frame.",
                "Hard work, a little luck, and a lot of cheering from chat.",
            ),
            motion="bounce",
        ),
        Topic.DEFEAT: Lines(
            Mood.SAD,
            openers=(
                "Well, that one hurt.",
                "Not our round, chat.",
                "So close, and yet so far.",
            ),
            bodies=(
                "We shake it off, breathe, and go again.",
                "Every loss is a story for later.",
                "The next try already looks nervous.",
            ),
            motion="shake",
        ),
        Topic.TROUBLE: Lines(
            Mood.WORRY,
            openers=(
                "Oh, a little technical trouble.",
                "The gremlins are at it again.",
                "Please stay with us, something is acting up.",
            ),
            bodies=(
                "Stretch, drink some water, we will be fine in a moment.",
                "Somebody clever is surely looking at it already.",
                "Let us call it a dramatic pause.",
            ),
        ),
        Topic.SILENCE: Lines(
            Mood.THINKING,
            openers=(
                "It is so cosy and quiet right now.",
                "I was just daydreaming a little.",
                "Let me think out loud for a moment.",
                "Here is something I keep wondering about.",
            ),
            bodies=(
                "If clouds had a taste, I would start with the pink ones.",
                "I think every houseplant has a secret favourite song.",
                "My imaginary dragon has learned to yawn, and now we all have to.",
                "A good question is worth more than three quick answers.",
                "I would like to send a postcard to the moon, just to see what it answers.",
            ),
            asks=(
                "What made you smile today?",
                "Which small thing are you looking forward to?",
                "If you could be anywhere right now, where would you be?",
                "What are you all up to?",
            ),
        ),
    },
    memory_known=(
        "My notes say: {memory}",
        "I do remember this: {memory}",
        "Here is what I kept: {memory}",
    ),
    memory_fact=(
        "And there is a little note beside it: {fact}",
        "I also wrote down: {fact}",
    ),
    memory_aside=(
        "That reminds me of something in my notes: {memory}",
        "By the way, I have not forgotten: {memory}",
        "It makes me think of an old note of mine: {memory}",
    ),
    instructions=re.compile(
        r"(?i)^[^\w{]*(?:please |always |warmly |briefly |gently )*"
        r"(?:thank (?!you)|greet|welcome (?:them|the|\{name\} (?:and|by|with|warmly))|say|tell|ask|mention|react"
        r"|respond|answer|congratulate|celebrate|cheer (?:up|them)|comfort|be |make|keep|do not|don't|invite|name|joke"
        r"|acknowledge|express|show|use|talk|start|give|call|let (?:them|the|\{name\}))"
    ),
)
