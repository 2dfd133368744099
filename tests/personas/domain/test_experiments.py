import pytest
from hypothesis import given
from hypothesis import strategies as st

from personas.domain.experiments import compare, hears_other

COUNT = st.integers(0, 500)


@given(st.text(), st.text(), st.integers(1, 99))
def test_a_person_always_hears_the_same_arm_and_a_larger_share_moves_nobody_back(
    experiment: str, who: str, share: int
) -> None:
    hears = hears_other(experiment, who, share)

    assert hears == hears_other(experiment, who, share)
    assert not hears or hears_other(experiment, who, 99) or share == 99


def test_nobody_in_particular_hears_a() -> None:
    assert not hears_other("one", "", 99)


@pytest.mark.parametrize("share", [1, 10, 50, 90])
def test_about_the_share_of_a_crowd_hears_b(share: int) -> None:
    crowd = sum(hears_other("experiment", f"viewer {number}", share) for number in range(10_000))

    assert abs(crowd / 100 - share) < 2


def test_two_experiments_draw_apart() -> None:
    both = sum(hears_other("one", str(n), 50) and hears_other("two", str(n), 50) for n in range(10_000))

    assert 2_300 < both < 2_700


@given(COUNT, COUNT, COUNT, COUNT)
def test_a_comparison_is_even_handed_and_stays_a_chance(hits_a: int, misses_a: int, hits_b: int, misses_b: int) -> None:
    there = compare(hits_a, hits_a + misses_a, hits_b, hits_b + misses_b)
    back = compare(hits_b, hits_b + misses_b, hits_a, hits_a + misses_a)

    assert there.chance == back.chance
    assert there.chance is None or 0 <= there.chance <= 1


def test_small_numbers_say_nothing_and_clear_ones_do() -> None:
    assert compare(0, 0, 5, 10).difference is None
    assert compare(3, 8, 6, 8).chance is None
    assert compare(50, 200, 52, 200).is_telling is False
    assert compare(50, 200, 90, 200).is_telling is True
    assert compare(50, 200, 70, 200).chance == pytest.approx(0.0291, abs=0.0005)
