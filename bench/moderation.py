"""`./run bench moderation`: what judging a clause costs, with a thousand rules of a studio's own.

The rules are as channels have them: words of ten entries, phrases, patterns and names, half of them English, half
Russian, with the built-in ones. The clauses are what characters say and viewers write, some of them in disguise, each
judged with the end of what was said before. Counted are the clauses that had to be caught and those that had not.
"""

import random
import time
from collections.abc import Iterator

from bench.figures import Figures
from streams.domain.builtin_rules import BUILTIN_RULES
from streams.domain.moderation import RuleSet
from streams.domain.rules import Action, Rule, RuleKind, RuleScope

RULES = 1_000
ENTRIES = 10
ROUNDS = 200
WINDOW = 240
BAD_WORDS = ("badger", "weasel", "negodnik", "прохвост", "негодяй", "жулик")
BAD_PHRASES = ("go away from here", "уходи отсюда прочь")

CLAUSES = (
    "Oh, it is so good to see you, my friend!",
    "I was just talking about you, and about that boss fight yesterday.",
    "Tell me, how was it?",
    "Привет, друзья, как же я рада вас всех видеть сегодня вечером!",
    "Мы как раз собирались начать новую игру, и тут ты со своим вопросом.",
    "Ну рассказывай, что случилось?",
    "Well, that depends: on a good day I would say yes, on a bad one maybe not.",
    "Честно говоря, я больше люблю сов, чем кошек, но кошки тоже хорошие.",
    "Nooooo way, 100% gg, that was sooo close!",
    "Ахахаха, ну ты даёшь, 10 из 10!",
)
CAUGHT = (
    "What a badger you are!",
    "You b4dg3r, you.",
    "Ах ты прохвоста кусок!",
    "Какой же ты н е г о д я й!",
    "Now go away, from here!",
    "А теперь уходи отсюда, прочь!",
)


def run() -> Figures:
    """Measure, and count what is caught."""
    figures = Figures("moderation")
    began = time.perf_counter()
    rules = RuleSet((*BUILTIN_RULES, *_rules(random.Random(1))))
    figures.add("compile_1000_rules", [(time.perf_counter() - began) * 1000], "ms")
    for name, clauses in (("clause_1000_rules", CLAUSES), ("clause_1000_rules_disguised", CAUGHT)):
        figures.add(name, _times(rules, clauses), "ms")
    figures.add("message_1000_rules", _times_in(rules), "ms")
    missed = [clause for clause in CAUGHT if not rules.check_out(clause).hits]
    wrong = [clause for clause in CLAUSES if rules.check_out(clause).hits]
    figures.require(not missed, f"not caught: {missed}")
    figures.require(not wrong, f"caught without need: {wrong}")
    figures.require(len(rules.rules) == RULES + len(BUILTIN_RULES), "there are not as many rules as there should be")
    return figures


def _times(rules: RuleSet, clauses: tuple[str, ...]) -> list[float]:
    """Return how long each clause took, in milliseconds, over what was said before it."""
    taken, tail = [], ""
    for _round in range(ROUNDS):
        for clause in clauses:
            began = time.perf_counter()
            rules.check_out(clause, tail)
            taken.append((time.perf_counter() - began) * 1000)
            tail = f"{tail} {clause}"[-WINDOW:]
        tail = ""
    return taken


def _times_in(rules: RuleSet) -> list[float]:
    taken = []
    for _round in range(ROUNDS):
        for clause in CLAUSES:
            began = time.perf_counter()
            rules.check_in(clause, "xX_Night0wl_Xx")
            taken.append((time.perf_counter() - began) * 1000)
    return taken


def _rules(chance: random.Random) -> Iterator[Rule]:
    """Yield as many rules as a large studio has: six in ten are words, two phrases, one patterns, one names."""
    alphabets = ("abcdefghijklmnoprstuvwy", "абвгдежзиклмнопрстухцчшыьэюя")
    for number in range(RULES):
        alphabet = alphabets[number % 2]
        share = number % 10

        def word(letters: str = alphabet) -> str:
            return "".join(chance.choice(letters) for _ in range(chance.randint(5, 10)))

        planted = BAD_WORDS[number : number + 1]
        if share < 6:
            yield Rule(f"words-{number}", RuleKind.WORDS, (*planted, *(word() for _ in range(ENTRIES))))
        elif share < 8:
            phrases = (*BAD_PHRASES[number - 6 : number - 5], *(f"{word()} {word()} {word()}" for _ in range(ENTRIES)))
            yield Rule(f"phrases-{number}", RuleKind.WORDS, phrases, action=Action.STOP)
        elif share < 9:
            pattern = rf"{word()}(?:\pL+ ){{0,2}}{word()}"
            yield Rule(f"pattern-{number}", RuleKind.PATTERN, (pattern,), action=Action.REPLACE)
        else:
            yield Rule(f"names-{number}", RuleKind.NAMES, (word(), word()), scope=RuleScope.IN)
