"""Seed files as they are read: entries, their lines, and what is wrong."""

import json
import time
from typing import Any

import pytest

from memory.domain.seeds import ENTRIES_MOST, FILE_LARGEST, NODES_MOST, Entry, Flaw, SeedsInvalid, read_seeds

HEAD = "format: vtcontrol.seeds\nversion: 1\n"
YAML = f"""{HEAD}
# what Mira knows
memories:
  - key: cat
    text: I have a cat.
  - {{key: sea, text: "I love the sea."}}

lore:
  - key: lane
    keys: [lane, alley]
    content: A street.
"""
CONTENT = {
    "format": "vtcontrol.seeds",
    "version": 1,
    "other": {"memories": [1, 2], "]": "}"},
    "memories": [{"key": "cat", "text": 'I have a cat: ["Biscuit"] {.}'}, {"key": "sea", "text": "\U0001f30a"}],
    "lore": [{"key": "lane", "keys": ["lane"], "content": "A street."}],
}


def lines(raw: str) -> list[tuple[str, str, int]]:
    entries, problems = read_seeds(raw.encode())
    assert problems == []
    return [(one.part.value, one.key, one.line) for one in entries]


def flaw_of(raw: bytes) -> tuple[Flaw, int]:
    with pytest.raises(SeedsInvalid) as caught:
        read_seeds(raw)
    return caught.value.problem.flaw, caught.value.problem.line


def test_yaml_is_read_with_the_line_of_each_entry() -> None:
    assert lines(YAML) == [("memories", "cat", 6), ("memories", "sea", 8), ("lore", "lane", 11)]


@pytest.mark.parametrize("indent", [None, 1, 4, "\t"])
def test_json_is_read_with_the_line_of_each_entry(indent: Any) -> None:
    text = json.dumps(CONTENT, indent=indent)
    rows = text.splitlines()

    found = lines(text)

    assert [(part, key) for part, key, _ in found] == [("memories", "cat"), ("memories", "sea"), ("lore", "lane")]
    for _part, key, line in found:
        assert "{" in rows[line - 1]
        assert f'"key": "{key}"' in "\n".join(rows[line - 1 : line + 1])


def test_both_forms_say_the_same() -> None:
    as_yaml = read_seeds(YAML.encode())[0]
    as_json = read_seeds(json.dumps({**CONTENT, "memories": [{"key": "cat", "text": "I have a cat."}]}).encode())[0]

    assert as_yaml[0] == Entry(as_json[0].part, "cat", 6, as_json[0].values)


@pytest.mark.parametrize(
    ("raw", "flaw", "line"),
    [
        (b"\xff\xfe", Flaw.NOT_A_FILE, 0),
        (b"", Flaw.OTHER_FORMAT, 0),
        (b"[]", Flaw.OTHER_FORMAT, 0),
        (b"format: vtcontrol.seeds\nversion: 2\n", Flaw.OTHER_FORMAT, 0),
        (f"{HEAD}memories: [".encode(), Flaw.NOT_A_FILE, 3),
        (b'{"format":\n "vtcontrol.seeds",\n oops}', Flaw.NOT_A_FILE, 3),
        (f"{HEAD}memories: cat".encode(), Flaw.NO_LIST, 0),
        (f"{HEAD}memories: []".encode(), Flaw.EMPTY, 0),
        (f"{HEAD}memories: &a [{{key: a, text: b}}]\nlore: *a".encode(), Flaw.NOT_A_FILE, 3),
        (f"{HEAD}memories: [!!python/object:os.system {{key: a}}]".encode(), Flaw.NOT_A_FILE, 3),
        (b"{" * 100_000, Flaw.NOT_A_FILE, 1),
        (b"[" * 100_000, Flaw.NOT_A_FILE, 1),
        (f"{HEAD}memories: [{{key: a}}, {{key: b}}]\nmemories:\n- {{key: c}}".encode(), Flaw.NAMED_TWICE, 4),
        (f"{HEAD}memories: []\n'memories': [{{key: a}}]".encode(), Flaw.NAMED_TWICE, 4),
        (f"{HEAD}memories:\n- key: a\n  text: b\n  text: c".encode(), Flaw.NAMED_TWICE, 6),
        (f"{HEAD}<<: {{memories: [{{key: a}}]}}\n<<: {{}}".encode(), Flaw.NAMED_TWICE, 4),
        (b'{"format": "vtcontrol.seeds", "memories": [1, 2], "memories": [{"key": "a"}]}', Flaw.NAMED_TWICE, 0),
        (b'{"format": "vtcontrol.seeds", "lore": [{"key": "a", "\\u006bey": "b"}]}', Flaw.NAMED_TWICE, 0),
        (b'{"format":\n' + b'{"a":' * 20, Flaw.NOT_A_FILE, 2),
        (f"{HEAD}memories:\n- {'[' * 12}{']' * 12}".encode(), Flaw.NOT_A_FILE, 4),
        (f"{HEAD}memories: [{'[],' * NODES_MOST}]".encode(), Flaw.TOO_MUCH, 3),
        (b"x" * (FILE_LARGEST + 1), Flaw.TOO_LARGE, 0),
        ((HEAD + "memories:\n" + "- {key: a}\n" * (ENTRIES_MOST + 1)).encode(), Flaw.TOO_MANY, 0),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(raw: bytes, flaw: Flaw, line: int) -> None:
    assert flaw_of(raw) == (flaw, line)


def test_every_entry_that_is_wrong_is_named_by_its_line() -> None:
    raw = (
        f'{HEAD}memories:\n- cat\n- {{text: a}}\n- {{key: a}}\n- {{key: a}}\n- {{key: "x", text: "a\\0"}}\n- {{key: 7}}'
    )

    entries, problems = read_seeds(raw.encode())

    assert [(one.key, one.line) for one in entries] == [("a", 6)]
    assert [(one.flaw, one.line) for one in problems] == [
        (Flaw.NO_ENTRY, 4), (Flaw.NO_KEY, 5), (Flaw.KEY_TWICE, 7), (Flaw.UNFIT, 8), (Flaw.NO_KEY, 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7", 7), ("-1", -1), ("0.5", 0.5), (".5", 0.5), ("1e3", "1e3"), ("1.5e3", 1500.0), ("yes", True), ("~", None),
        ("1:1:1", "1:1:1"), ("1:30.5", "1:30.5"), ("007", "007"), ("0x1f", "0x1f"), ("1_000", "1_000"), ("<<", "<<"),
    ],
)  # fmt: skip
def test_numbers_are_decimal(written: str, value: Any) -> None:
    ((entry,), _problems) = read_seeds(f"{HEAD}memories: [{{key: a, odd: {written}}}]".encode())

    assert entry.values == {"odd": value}


def test_what_could_take_long_does_not() -> None:
    for hostile in ("1" + ":1" * 400_000, "9" * 900_000, "1." + "9" * 900_000, "0b" + "1" * 900_000):
        begun = time.process_time()
        read_seeds(f"{HEAD}memories: [{{key: a, odd: {hostile}}}]".encode())
        assert time.process_time() - begun < 5


def test_a_full_file_is_read() -> None:
    fields = "".join(f"  field_{number}: [a, b, c]\n" for number in range(9))
    entries, problems = read_seeds(
        (HEAD + "memories:\n" + "".join(f"- key: k{n}\n{fields}" for n in range(1500))).encode()
    )

    assert (len(entries), problems) == (1500, [])
