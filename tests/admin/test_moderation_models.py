"""Moderation models in the admin: trying them, choosing one on a stream, thresholds, keys."""

import pytest
from django.test import Client

from streams.models import ModerationModel, Stream
from tests.admin.pages import address, errors, page_text, save
from tests.admin.test_engines import KEY, local_servers_are_allowed, stub, tried
from tests.factories.personas import make_brain
from tests.factories.streams import make_moderation_model
from tests.factories.tenancy import make_credential
from tests.fakes.openai_server import OpenAIStub
from vtcontrol.tenancy.credentials import Credential
from vtcontrol.tenancy.scope import studio_scope
from vtcontrol.tenancy.studios import Studio

__all__ = ["local_servers_are_allowed", "stub"]  # fixtures


@pytest.fixture
def model(studio: Studio, stub: OpenAIStub) -> ModerationModel:
    with studio_scope(studio.pk):
        key = make_credential(secret=KEY)
        return make_moderation_model(base_url=stub.base_url, credential=key, model="stub")


def test_a_model_that_works_says_so(as_manager: Client, model: ModerationModel, stub: OpenAIStub) -> None:
    told = tried(as_manager, model)

    assert told["ok"], told
    assert "It works" in told["sentence"]
    assert told["models"] == ["stub"]
    assert stub.bodies[-1]["model"] == "stub"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("unauthorised", "refuses the key"),
        ("not_found", "404"),
        ("rate_limited", "too much to do"),
        ("error_500", "fails"),
        ("html", "not what this API promises"),
        ("wrong_shape", "not what this API promises"),
        ("close_mid", "breaks the connection off"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    mode: str, words: str, as_manager: Client, model: ModerationModel, stub: OpenAIStub
) -> None:
    stub.fail("moderation", mode, times=0)

    told = tried(as_manager, model)

    assert not told["ok"]
    assert words in told["sentence"]
    assert KEY not in told["sentence"]


@pytest.mark.parametrize(
    ("text", "changed", "sentence"),
    [
        ("you maggot", {}, "“harassment” counts: drop it. Surest of: harassment 0.71, harassment/threatening 0.00"),
        ("you maggot", {"threshold": "0.8"}, "Nothing counts. Surest of: harassment 0.71"),
        ("you maggot", {"thresholds": "harassment off"}, "Nothing counts."),
        ("what a night", {}, "Nothing counts. Surest of: harassment 0.00"),
    ],
)
def test_a_line_is_judged_as_the_form_stands(
    as_manager: Client, model: ModerationModel, text: str, changed: dict[str, str], sentence: str
) -> None:
    told = tried(as_manager, model, "judge", text=text, **changed)

    assert told["ok"], told
    assert told["sentence"].lower().startswith(sentence.lower())
    with studio_scope(model.studio_id):
        assert ModerationModel.objects.get().thresholds == ""


def test_without_scores_the_server_is_taken_at_its_word(
    as_manager: Client, model: ModerationModel, stub: OpenAIStub
) -> None:
    stub.has_scores = False

    assert "The server tells no scores" in tried(as_manager, model, "judge", text="you maggot")["sentence"]


@pytest.mark.parametrize(("text", "words"), [("  ", "Write the line"), ("x" * 2_000, "Nothing counts")])
def test_no_line_and_a_long_one(
    as_manager: Client, model: ModerationModel, stub: OpenAIStub, text: str, words: str
) -> None:
    assert words in tried(as_manager, model, "judge", text=text)["sentence"]
    assert all(len(body.get("input", "")) <= 500 for body in stub.bodies)


def test_a_key_goes_in_and_never_comes_out(as_manager: Client, model: ModerationModel, studio: Studio) -> None:
    save(as_manager, address(model), api_key="sk-new-0123456789")

    page = as_manager.get(address(model)).content.decode()

    assert "sk-new" not in page
    with studio_scope(studio.pk):
        model.refresh_from_db()
        assert model.credential.reveal() == "sk-new-0123456789"


def test_a_key_another_engine_uses_stays_when_it_is_taken_from_a_model(
    as_manager: Client, model: ModerationModel, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        brain = make_brain(credential=model.credential)

    save(as_manager, address(model), remove_key="on")

    with studio_scope(studio.pk):
        brain.refresh_from_db()
        model.refresh_from_db()
        assert (brain.credential.reveal(), model.credential) == (KEY, None)


def test_a_key_a_model_uses_stays_when_it_is_taken_from_a_brain(
    as_manager: Client, model: ModerationModel, studio: Studio
) -> None:
    with studio_scope(studio.pk):
        brain = make_brain(credential=model.credential)

    save(as_manager, address(brain), remove_key="on")

    with studio_scope(studio.pk):
        assert Credential.objects.get().reveal() == KEY
        model.refresh_from_db()
        assert model.credential is not None


@pytest.mark.parametrize("line", ["harassment", "harassment 7", "0.5"])
def test_a_threshold_that_is_none_is_named(line: str, as_manager: Client, model: ModerationModel) -> None:
    answer = save(as_manager, address(model), thresholds=f"hate 0.5\n{line}")

    assert f"“{line}” is no category" in errors(answer)


def test_a_stream_chooses_its_model_and_the_live_loop_reads_anew(
    as_manager: Client, model: ModerationModel, stream: Stream, studio: Studio
) -> None:
    before = Studio.objects.get(pk=studio.pk).config_version

    save(as_manager, address(stream), moderation_model=str(model.pk))

    with studio_scope(studio.pk):
        stream.refresh_from_db()
        assert stream.moderation_model == model
    assert Studio.objects.get(pk=studio.pk).config_version > before
    assert stream.name in page_text(as_manager, address(ModerationModel, "changelist"))


def test_a_model_of_another_studio_cannot_be_chosen(
    as_manager: Client, stream: Stream, other_studio: Studio, studio: Studio
) -> None:
    with studio_scope(other_studio.pk):
        theirs = make_moderation_model("theirs-")

    save(as_manager, address(stream), moderation_model=str(theirs.pk))

    with studio_scope(studio.pk):
        stream.refresh_from_db()
        assert stream.moderation_model_id is None


def test_what_failed_last_is_shown(as_observer: Client, model: ModerationModel, studio: Studio) -> None:
    with studio_scope(studio.pk):
        ModerationModel.objects.update(last_fault="timeout")

    text = page_text(as_observer, address(ModerationModel, "changelist"))

    assert "Failing: timeout" in text


def test_a_model_that_is_asked_by_a_stream_can_be_deleted(stream: Stream, studio: Studio) -> None:
    with studio_scope(studio.pk):
        stream.moderation_model = make_moderation_model()
        stream.save()

        ModerationModel.objects.get().delete()

        stream.refresh_from_db()
        assert stream.moderation_model is None
