"""Tokenizers really read: what they count, which files are refused, and that nothing is ever downloaded by itself."""

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from personas.domain.tokens import TableCounter
from personas.tokenizers import Lack, TokenizerMissing
from tests.providers import tinytokens
from workers.providers import tiktoken_tables, tokenizer_json
from workers.providers.tiktoken_tables import TableUnreachable, encoding_of, fetch_encoding, read_encoding
from workers.providers.tokenizer_json import read_tokenizer

pytest.importorskip("tiktoken", reason="requirements/tokenizers.txt is not installed")
pytest.importorskip("tokenizers", reason="requirements/tokenizers.txt is not installed")

HOSTILE = ["<|endoftext|>", "<|im_end|>", "\ud800", "\x00", "a" * 20_000, "\n" * 5_000, "😀" * 50, "^" * 9_000, ""]


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    tinytokens.plug_in(monkeypatch, tmp_path / "plugins")
    folder = tmp_path / "tables"
    folder.mkdir()
    return folder


@pytest.fixture(params=["tiktoken", "tokenizer.json"])
def counter(request: Any, tables: Path) -> TableCounter:
    if request.param == "tiktoken":
        tinytokens.put_table(tables)
        return TableCounter("tiny", read_encoding(tinytokens.ENCODING, tables))
    tinytokens.put_tokenizer(tables / "model")
    return TableCounter("model", read_tokenizer(tables / "model"))


def test_a_table_counts_its_own_merges(tables: Path) -> None:
    tinytokens.put_table(tables)

    tokens_of = read_encoding(tinytokens.ENCODING, tables)

    assert tokens_of("the") == 1
    assert tokens_of("hello the") == 2
    assert tokens_of("xyz") == 3


def test_a_tokenizer_counts_whole_texts_though_its_file_cuts_and_pads(tables: Path) -> None:
    tinytokens.put_tokenizer(tables / "model")

    tokens_of = read_tokenizer(tables / "model")

    assert tokens_of("") == 0
    assert 4 < tokens_of("Hello there, how are you today?") < 31


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_viewers_write_is_counted(counter: TableCounter, text: str) -> None:
    counted = counter.count(f"Bo: {text}")

    assert counted >= counter.count("Bo: ")


@pytest.mark.parametrize("special", ["<|endoftext|>", "<|im_end|>"])
def test_a_special_token_in_a_text_is_plain_text(counter: TableCounter, special: str) -> None:
    assert counter.count(special) > 3


TEXTS = st.lists(
    st.sampled_from(
        ["the ", "Hello", "\n", "\n\n", " ", "/", "<chat>", ".", "!", "привет", "12", "\t", "\r\n", "你", "-"]
    )
).map("".join)


def test_line_by_line_is_exact_for_the_pattern_of_todays_models(tables: Path) -> None:
    tinytokens.put_table(tables)
    whole = read_encoding(tinytokens.ENCODING, tables)
    by_line = TableCounter("tiny", whole)

    @given(text=st.one_of(TEXTS, st.text(max_size=80)))
    @settings(max_examples=150)
    def check(text: str) -> None:
        assert by_line.count(text) == whole(text)

    check()


def test_a_table_that_is_not_there_is_missing_and_not_downloaded(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connects(*_address: Any, **_options: Any) -> None:
        pytest.fail("it went to the network")

    monkeypatch.setattr(socket.socket, "connect", connects)
    monkeypatch.setattr(tiktoken_tables, "_download", connects)

    with pytest.raises(TokenizerMissing) as missing:
        read_encoding(tinytokens.ENCODING, tables)

    assert (missing.value.lack, missing.value.detail) == (Lack.NO_TABLE, "tiny")


@pytest.mark.parametrize("content", [b"", b"garbage", b"\xff\x00" * 99, tinytokens.table()[:-9]])
def test_a_table_that_is_none_is_refused_and_left_where_it_is(tables: Path, content: bytes) -> None:
    file = tinytokens.put_table(tables, content)

    with pytest.raises(TokenizerMissing) as missing:
        read_encoding(tinytokens.ENCODING, tables)

    assert missing.value.lack is Lack.BROKEN
    assert file.read_bytes() == content


def test_tiktoken_reads_its_own_way_again_afterwards(tables: Path) -> None:
    import tiktoken.load

    before = tiktoken.load.read_file_cached

    with pytest.raises(TokenizerMissing):
        read_encoding(tinytokens.ENCODING, tables)

    assert tiktoken.load.read_file_cached is before


@pytest.mark.parametrize(
    "content", ["", "{}", "no json", "[" * 10_000, '{"version": "1.0", "model": 5}', tinytokens.silenced()]
)
def test_a_tokenizer_that_is_none_is_refused(tables: Path, content: str) -> None:
    tinytokens.put_tokenizer(tables / "model", content)

    with pytest.raises(TokenizerMissing) as missing:
        read_tokenizer(tables / "model")

    assert (missing.value.lack, missing.value.detail) == (Lack.BROKEN, "model/tokenizer.json")


def test_a_huge_file_is_refused_before_it_is_read(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokenizer_json, "FILE_LARGEST", 1000)
    monkeypatch.setattr(tiktoken_tables, "TABLE_LARGEST", 1000)
    tinytokens.put_tokenizer(tables / "model")
    tinytokens.put_table(tables)

    with pytest.raises(TokenizerMissing) as too_large:
        read_tokenizer(tables / "model")
    with pytest.raises(TokenizerMissing) as also:
        read_encoding(tinytokens.ENCODING, tables)

    assert (too_large.value.lack, also.value.lack) == (Lack.TOO_LARGE, Lack.TOO_LARGE)


def test_a_folder_with_the_name_of_a_file_is_no_file(tables: Path) -> None:
    (tables / "model" / "tokenizer.json").mkdir(parents=True)

    with pytest.raises(TokenizerMissing) as missing:
        read_tokenizer(tables / "model")

    assert missing.value.lack is Lack.NO_TABLE


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-4o-2024-08-06", "o200k_base"),
        ("openai/gpt-4o-mini", "o200k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("ft:gpt-4o:somebody", "o200k_base"),
    ],
)
def test_a_model_has_the_encoding_of_its_family(model: str, encoding: str) -> None:
    assert encoding_of(model) == encoding


def test_a_model_of_somebody_else_has_none() -> None:
    with pytest.raises(TokenizerMissing) as missing:
        encoding_of("llama3.2")

    assert missing.value.lack is Lack.UNKNOWN


def test_a_table_is_fetched_once_and_then_read(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(tiktoken_tables, "_download", lambda url: asked.append(url) or tinytokens.table())

    fetch_encoding(tinytokens.ENCODING, tables / "new")
    monkeypatch.setattr("tiktoken.registry.ENCODINGS", {})
    fetch_encoding(tinytokens.ENCODING, tables / "new")

    assert asked == [tinytokens.URL]
    assert [file.name for file in (tables / "new").iterdir()] == [tiktoken_tables.file_of(tinytokens.URL)]
    assert read_encoding(tinytokens.ENCODING, tables / "new")("the") == 1


def test_a_broken_table_is_fetched_anew(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tinytokens.put_table(tables, b"broken")
    monkeypatch.setattr(tiktoken_tables, "_download", lambda _url: tinytokens.table())

    fetch_encoding(tinytokens.ENCODING, tables)

    assert read_encoding(tinytokens.ENCODING, tables)("the") == 1


def test_something_else_at_the_address_is_not_kept(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiktoken_tables, "_download", lambda _url: b"<html>sign in</html>")

    with pytest.raises(TokenizerMissing) as missing:
        fetch_encoding(tinytokens.ENCODING, tables)

    assert missing.value.lack is Lack.BROKEN
    assert not list(tables.iterdir())


def test_without_a_network_it_says_from_where_and_under_which_name(tables: Path) -> None:
    with pytest.raises(TableUnreachable) as failure:
        fetch_encoding(tinytokens.ENCODING, tables)

    assert failure.value.url == tinytokens.URL
    assert failure.value.file == tiktoken_tables.file_of(tinytokens.URL)
