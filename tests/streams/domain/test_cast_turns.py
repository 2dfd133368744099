"""Who of several characters answers: address, conversation, turns by weight; and how far they go on by themselves."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.cast import (
    Advance,
    CastPlan,
    Heard,
    Member,
    ScenePlan,
    Spoken,
    Why,
    chance_of,
    mentions,
    split_names,
    who_answers,
    who_follows,
)

MIRA, VEX, NORA = (uuid.UUID(int=number) for number in (1, 2, 3))
PAIR = (Member(MIRA, ("Mira",)), Member(VEX, ("Vex", "the captain")))
TRIO = (*PAIR, Member(NORA, ("Нора", "ночь", "娜拉")))


def plan(*members: Member, exchanges_most: int = 2, scene: ScenePlan | None = None) -> CastPlan:
    return CastPlan(members or PAIR, exchanges_most, scene)


def scene(advance: Advance = Advance.AUTO, lines_left: int = 10) -> ScenePlan:
    return ScenePlan(uuid.UUID(int=9), advance, 4.0, lines_left)


def answers(cast: CastPlan, heard: Heard, chance: float = 0.0) -> uuid.UUID | None:
    member = who_answers(cast, heard, chance).member
    return member.persona_id if member else None


@pytest.mark.parametrize(
    ("text", "whom"),
    [
        ("Vex, are you there?", VEX),
        ("@vex hi", VEX),
        ("ask THE CAPTAIN", VEX),
        ("Mira, is Vex asleep?", MIRA),
        ("is Vex asleep, Mira?", VEX),
        ("Нора, привет", NORA),
        ("娜拉你好", NORA),
    ],
)
def test_whoever_is_named_first_answers(text: str, whom: uuid.UUID) -> None:
    for chance in (0.0, 0.5, 0.99):
        found = who_answers(plan(*TRIO), Heard(text), chance)
        assert (found.member and found.member.persona_id, found.why) == (whom, Why.NAMED)


def test_a_name_inside_a_word_names_nobody() -> None:
    assert who_answers(plan(), Heard("what a vexing admiral"), 0.0).why is Why.TURN


def test_a_line_for_one_character_is_its_own_whoever_is_named() -> None:
    assert who_answers(plan(), Heard("Mira!", wanted=VEX), 0.0).why is Why.WANTED
    assert answers(plan(), Heard("Mira!", wanted=VEX)) == VEX


def test_a_reply_without_a_name_goes_to_whom_the_viewer_talked_with() -> None:
    reply = Heard("and then?", is_addressed=True, talked_with=VEX)

    assert {answers(plan(), reply, chance) for chance in (0.0, 0.5, 0.99)} == {VEX}


def test_nobody_answers_for_a_role_the_team_speaks_for() -> None:
    taken = (PAIR[0], Member(VEX, ("Vex",), is_taken=True))

    assert answers(plan(*taken), Heard("Vex?")) is None
    assert answers(plan(*taken), Heard("hello"), 0.99) == MIRA
    assert answers(plan(*taken), Heard("We are back!", wanted=VEX)) == VEX


def test_who_spoke_last_is_less_likely_to_speak_again() -> None:
    after_mira = [answers(plan(), Heard("hi", lately=(MIRA, VEX)), step / 100) for step in range(100)]

    assert after_mira.count(VEX) > after_mira.count(MIRA) > 0


def test_weights_share_the_lines() -> None:
    loud = (Member(MIRA, ("Mira",), weight=3), Member(VEX, ("Vex",), weight=1))

    drawn = [answers(plan(*loud), Heard("hi"), step / 100) for step in range(100)]

    assert drawn.count(MIRA) == 75


def test_weight_nought_speaks_only_when_it_is_meant() -> None:
    quiet = (PAIR[0], Member(VEX, ("Vex",), weight=0))

    assert {answers(plan(*quiet), Heard("hi"), step / 50) for step in range(50)} == {MIRA}
    assert answers(plan(*quiet), Heard("Vex?")) == VEX


def test_an_answer_follows_a_character_that_named_another_one() -> None:
    cue = who_follows(plan(), Spoken(MIRA, "What do you say, Vex?", "chat"), (MIRA,), 0.0)

    assert cue is not None
    assert (cue.persona_id, cue.exchange, cue.is_of_scene) == (VEX, 1, False)
    assert who_follows(plan(), Spoken(MIRA, "I am Mira and I like tea.", "chat"), (MIRA,), 0.0) is None


def test_words_the_team_put_into_a_mouth_are_not_answered_outside_a_scene() -> None:
    said = Spoken(MIRA, "Good night, Vex!", "director_say")

    assert who_follows(plan(), said, (MIRA,), 0.0) is None
    assert who_follows(plan(scene=scene(Advance.VIEWERS)), said, (MIRA,), 0.0) is not None


@given(st.integers(0, 6), st.lists(st.floats(0, 0.999), min_size=1, max_size=20))
def test_characters_never_talk_to_each_other_without_end(most: int, chances: list[float]) -> None:
    cast, spoken, lines = plan(*TRIO, exchanges_most=most), Spoken(MIRA, "Mira, Vex, Нора!", "chat"), 0
    for chance in chances:
        cue = who_follows(cast, spoken, (spoken.persona_id,), chance)
        if cue is None:
            break
        lines += 1
        spoken = Spoken(cue.persona_id, "Mira, Vex, Нора!", "cue", cue.exchange)

    assert lines <= most


@given(st.integers(0, 30), st.integers(0, 40))
def test_a_scene_that_goes_by_itself_ends_with_its_lines(left: int, draws: int) -> None:
    spoken, lines = Spoken(MIRA, "Once upon a time.", "cue"), 0
    for draw in range(draws):
        cue = who_follows(plan(scene=scene(lines_left=left - lines)), spoken, (spoken.persona_id,), draw / (draws + 1))
        if cue is None:
            break
        assert cue.persona_id != spoken.persona_id
        assert cue.after_s == 4.0
        lines += 1
        spoken = Spoken(cue.persona_id, "And then.", "cue", cue.exchange)

    assert lines == min(left, draws)


@pytest.mark.parametrize("advance", [Advance.VIEWERS, Advance.OPERATOR])
def test_a_scene_moved_by_hands_waits_for_them(advance: Advance) -> None:
    assert who_follows(plan(scene=scene(advance)), Spoken(MIRA, "So be it.", "chat"), (MIRA,), 0.0) is None


def test_a_scene_waits_for_the_person_whose_role_was_named() -> None:
    taken = (PAIR[0], Member(VEX, ("Vex",), is_taken=True), TRIO[2])

    assert who_follows(plan(*taken, scene=scene()), Spoken(MIRA, "Vex, speak!", "cue"), (MIRA,), 0.0) is None


@given(st.uuids(), st.lists(st.sampled_from([MIRA, VEX, NORA]), max_size=8))
def test_the_same_line_is_always_given_to_the_same_character(event_id: uuid.UUID, lately: list[uuid.UUID]) -> None:
    heard = Heard("hello", lately=tuple(lately))

    assert 0 <= chance_of(event_id) < 1
    assert who_answers(plan(*TRIO), heard, chance_of(event_id)) == who_answers(plan(*TRIO), heard, chance_of(event_id))
    assert who_answers(plan(*TRIO), heard, chance_of(event_id)).member in TRIO


def test_names_are_split_and_found() -> None:
    assert split_names(" Vex,  the  captain ;; Кэп\n") == ("Vex", "the captain", "Кэп")
    assert mentions("hello Кэп!", ("Vex", "кэп"))
    assert not mentions("hello", ("", "Vex"))
