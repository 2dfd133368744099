"""The operator's tokenizers at work: where they are looked for, that budgets hold by them, and the estimate beside."""

import io
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import settings as rounds
from hypothesis import strategies as st

from personas.domain.inputs import EventText, LorePiece, PersonaText, PromptInputs, TranscriptLine
from personas.domain.prompt import MESSAGE_OVERHEAD, build
from personas.domain.tokens import ESTIMATE, TableCounter, TokenCounter
from personas.tokenizers import Lack, TokenizerMissing
from relationships.domain.card import BUDGET_TOKENS, ViewerCard, render
from tests.providers import tinytokens
from vtcontrol.kernel.events import EventKind
from workers.providers import tiktoken_tables
from workers.seeds import mira_en, mira_ru
from workers.tokenizing import OperatorsTables, folder_of

pytest.importorskip("tiktoken", reason="requirements/tokenizers.txt is not installed")
pytest.importorskip("tokenizers", reason="requirements/tokenizers.txt is not installed")

MODELS = [tinytokens.MODEL, "org/model"]
TEXTS = st.text(st.sampled_from("the hello привет 你好 <|endoftext|>\n😀/."), max_size=120)
CORPUS = Path(__file__).parents[2] / "locale" / "ru" / "LC_MESSAGES" / "django.po"


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Path:
    tinytokens.plug_in(monkeypatch, tmp_path / "plugins")
    folder = tmp_path / "tables"
    folder.mkdir()
    tinytokens.put_table(folder)
    tinytokens.put_tokenizer(folder / "org--model")
    settings.TOKENIZERS_DIR = str(folder)
    return folder


def lack_of(model: str) -> tuple[Lack, str]:
    with pytest.raises(TokenizerMissing) as missing:
        OperatorsTables().read(model)
    return missing.value.lack, missing.value.detail


def test_a_folder_of_the_models_name_comes_before_tiktokens_table(tables: Path) -> None:
    offered = OperatorsTables()

    before = offered.read(tinytokens.MODEL).name
    tinytokens.put_tokenizer(tables / tinytokens.MODEL)

    assert before == "tiny"
    assert offered.read(tinytokens.MODEL).name == "tiny-1/tokenizer.json"
    assert offered.read("org/model").name == "org--model/tokenizer.json"


def test_models_with_one_table_share_its_counter(tables: Path) -> None:
    offered = OperatorsTables()

    assert offered.read("tiny-1") is offered.read("tiny-2")


@pytest.mark.parametrize(
    ("model", "folder"),
    [
        ("llama3.2", "llama3.2"),
        ("qwen2.5:7b", "qwen2.5--7b"),
        ("meta-llama/Llama-3.2-3B", "meta-llama--Llama-3.2-3B"),
        ("..", ""),
        ("../../etc", ""),
        ("/etc/passwd", ""),
        ("a\\..\\b", ""),
        ("a\x00b", ""),
        ("модель", ""),
        ("x" * 500, ""),
        ("", ""),
    ],
)
def test_a_models_name_is_never_taken_for_a_path(model: str, folder: str) -> None:
    assert folder_of(model) == folder


def test_why_there_is_none_is_told(tables: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert lack_of("llama3.2") == (Lack.UNKNOWN, "llama3.2")
    assert lack_of("../org--model") == (Lack.BAD_NAME, "")
    assert lack_of("gpt-4o") == (Lack.NO_TABLE, "o200k_base")
    monkeypatch.setitem(sys.modules, "tiktoken", None)
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    assert lack_of("gpt-4o") == (Lack.NO_PACKAGE, "")
    assert lack_of("org/model") == (Lack.NO_PACKAGE, "")


def test_nothing_is_offered_without_a_folder(settings: Any) -> None:
    settings.TOKENIZERS_DIR = ""

    assert not OperatorsTables().is_offered


def inputs(budget: int, said: str, lines: list[str]) -> PromptInputs:
    return PromptInputs(
        persona=PersonaText(name="Mira", identity="You are Mira.", style=("Short.",), languages=("en",)),
        event=EventText(EventKind.CHAT, "Боб", said),
        lore=tuple(map(LorePiece, lines)),
        transcript=tuple(TranscriptLine("Ann", line) for line in lines),
        budget_tokens=budget,
    )


@pytest.mark.parametrize("model", MODELS)
def test_no_prompt_exceeds_its_budget_by_the_models_own_tokenizer(tables: Path, model: str) -> None:
    counter = OperatorsTables().read(model)
    least = build(inputs(1, "", []), counter).tokens_total

    @given(spare=st.integers(min_value=250, max_value=900), said=TEXTS, lines=st.lists(TEXTS, max_size=8))
    @rounds(max_examples=40)
    def check(spare: int, said: str, lines: list[str]) -> None:
        prompt = build(inputs(least + spare, said, lines), counter)

        total = sum(counter.count(message.content) + MESSAGE_OVERHEAD for message in prompt.messages)
        assert prompt.tokens_total == total <= prompt.budget_tokens
        assert prompt.counted_by == counter.name

    check()


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_a_card_takes_fewer_than_its_tokens_by_the_models_own_tokenizer(
    tables: Path, model: str, language: str
) -> None:
    counter = OperatorsTables().read(model)

    @given(name=TEXTS, notes=st.lists(TEXTS, max_size=5), facts=st.lists(TEXTS, max_size=5))
    @rounds(max_examples=25)
    def check(name: str, notes: list[str], facts: list[str]) -> None:
        known = ViewerCard(name=name, notes=tuple(notes), facts=tuple(facts), avoid=("politics",))

        card = render(known, language=language, counter=counter)

        assert card.tokens == counter.count(card.text) < BUDGET_TOKENS

    check()


@pytest.fixture(scope="module")
def realistic() -> TokenCounter:
    """A tokenizer trained on our own words, longer than those of real models: it has a tenth of their merges."""
    from tokenizers import Tokenizer

    lines = CORPUS.read_text().splitlines()
    words = tuple(line.partition('"')[2][:-1] for line in lines if line.startswith(("msgid", "msgstr")))
    trained = Tokenizer.from_str(tinytokens.trained(12_000, *words))
    trained.no_truncation()
    trained.no_padding()
    return TableCounter("realistic", lambda text: len(trained.encode(text).ids))


@pytest.mark.parametrize("told", [mira_en, mira_ru], ids=["en", "ru"])
def test_the_estimate_is_never_far_too_low(realistic: TokenCounter, told: Any) -> None:
    lines = [text for text in vars(told).values() if isinstance(text, str) and len(text) > 200]
    lines.append("\n".join(str(value) for name, value in vars(told).items() if name.isupper()))

    for text in lines:
        assert ESTIMATE.count(text) > 0.8 * realistic.count(text)


def fetched(model: str) -> str:
    said = io.StringIO()
    call_command("fetch_tokenizer", model, stdout=said)
    return said.getvalue()


def test_the_command_fetches_what_is_missing(
    tables: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tiktoken_tables, "_download", lambda _url: tinytokens.table())
    settings.TOKENIZERS_DIR = str(tmp_path / "new")

    said = fetched("tiny-1")

    assert "tiny is in" in said
    assert OperatorsTables().read("tiny-1").count("the") == 1


@pytest.mark.parametrize(
    ("model", "sentence"),
    [
        ("llama3.2", "tokenizer.json into llama3.2/"),
        ("../x", "No tokenizer is looked for"),
    ],
)
def test_the_command_says_what_to_do_instead(tables: Path, model: str, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        fetched(model)


def test_the_command_needs_a_folder(settings: Any) -> None:
    settings.TOKENIZERS_DIR = ""

    with pytest.raises(CommandError, match="VTCONTROL_TOKENIZERS_DIR"):
        fetched("tiny-1")


def test_the_command_without_a_network_says_what_to_bring(tables: Path) -> None:
    file = tinytokens.put_table(tables)
    file.unlink()

    with pytest.raises(CommandError, match="cannot be downloaded") as refusal:
        fetched("tiny-1")

    assert tinytokens.URL in str(refusal.value)
    assert str(file) in str(refusal.value)


def test_the_command_says_where_it_may_not_write(tables: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiktoken_tables, "_download", lambda _url: tinytokens.table())
    (tables / "file").write_text("in the way")
    settings.TOKENIZERS_DIR = str(tables / "file")

    with pytest.raises(CommandError, match="cannot be written"):
        fetched("tiny-1")
