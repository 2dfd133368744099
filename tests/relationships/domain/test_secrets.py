"""What is never to be mentioned, found in any dress."""

import pytest

from relationships.domain.secrets import mentions, secrets_of


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("his divorce", "So how is the divorce going?"),
        ("his divorce", "All those DIVORCES, dear me"),
        ("his divorce", "the di\u200bvorce"),
        ("the old job", "Do you miss your old job?"),
        ("the old job", "your job, the old one"),
        ("the day he capsized", "Remember the day you capsized?"),
        ("контролёры", "Опять контролеров видел?"),
        ("как он спалил подъездный щиток", "Ты же спалил щиток подъездный!"),
        ("他的离婚", "听说他的离婚了吗"),
        ("alarm clocks", "I hate an alarm clock"),
    ],
)
def test_a_secret_is_found(secret: str, text: str) -> None:
    assert mentions(text, secrets_of([secret]))


@pytest.mark.parametrize(
    ("secret", "text"),
    [
        ("his divorce", "He is diverse and divine"),
        ("the old job", "An old friend gave me a hat"),
        ("the old job", "That was an old song, " + "and a very long one it was " * 3 + "about a job"),
        ("кот", "который час"),
        ("", "anything"),
        ("…", "dots…"),
    ],
)
def test_other_words_are_not(secret: str, text: str) -> None:
    assert not mentions(text, secrets_of([secret]))
