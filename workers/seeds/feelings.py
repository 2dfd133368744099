"""What the demo character can feel. The tags are the same in every language; what else a model may write is not."""

from workers.seeds.content import Feeling

FEELINGS = (
    Feeling("neutral", "neutral", ("calm", "спокойствие", "спокойно"), intensity=0.6),
    Feeling("joy", "joy", ("happy", "smile", "радость", "улыбка"), rate=1.04, pitch=1.06, volume=1.03),
    Feeling(
        "laugh", "laugh", ("laughing", "giggle", "смех", "хохот"), rate=1.08, pitch=1.1, volume=1.05, intensity=0.9
    ),
    Feeling(
        "excited", "excited", ("excitement", "thrilled", "восторг"), rate=1.1, pitch=1.12, volume=1.08, intensity=0.9
    ),
    Feeling("love", "love", ("affection", "tender", "warm", "нежность", "любовь"), rate=0.95, pitch=1.03, volume=0.95),
    Feeling("shy", "shy", ("embarrassed", "blush", "смущение"), rate=0.94, pitch=1.08, volume=0.88),
    Feeling("smug", "smug", ("proud", "smirk", "гордость", "ухмылка"), rate=0.98, pitch=0.97),
    Feeling("playful", "playful", ("wink", "mischief", "teasing", "озорство", "игривость"), rate=1.03, pitch=1.05),
    Feeling(
        "surprised", "surprised", ("surprise", "wow", "удивление"), rate=1.06, pitch=1.14, volume=1.05, intensity=0.9
    ),
    Feeling(
        "thinking", "thinking", ("thoughtful", "curious", "задумчивость", "интерес"), rate=0.93, pitch=0.99, volume=0.97
    ),
    Feeling("confused", "confused", ("puzzled", "растерянность"), rate=0.96, pitch=1.05),
    Feeling("worried", "scared", ("worry", "fear", "nervous", "тревога", "страх"), rate=1.03, pitch=1.05, volume=0.95),
    Feeling("sad", "sad", ("sadness", "sympathy", "грусть", "сочувствие"), rate=0.88, pitch=0.94, volume=0.9),
    Feeling("angry", "angry", ("annoyed", "злость", "досада"), rate=1.02, pitch=0.93, volume=1.08, intensity=0.7),
    Feeling("pout", "pout", ("grumpy", "sulky", "ворчание", "обида"), rate=0.97, pitch=0.98),
    Feeling("determined", "determined", ("resolve", "brave", "решимость", "азарт"), rate=1.04, pitch=0.98, volume=1.06),
    Feeling("sleepy", "sleepy", ("tired", "yawn", "сонливость"), rate=0.86, pitch=0.95, volume=0.88),
)
"""The first is how the face rests."""
