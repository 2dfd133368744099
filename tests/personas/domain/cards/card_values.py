"""Cards of every shape, for tests by properties: known fields, unknown fields, and fields of the wrong kind."""

from typing import Any

from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_characters="\x00<=", exclude_categories=["Cs"]), max_size=30)
LEAVES = (
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False) | TEXT
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3), max_leaves=8
)
UNKNOWN = st.dictionaries(TEXT.map(lambda name: f"x_{name}"), VALUES, max_size=3)
FIRST = ("name", "description", "personality", "scenario", "first_mes", "mes_example")


@st.composite
def entries(draw: st.DrawFn) -> dict[str, Any]:
    known = {
        "keys": draw(st.lists(TEXT, max_size=3)),
        "content": draw(TEXT | TEXT.map(lambda text: f"@@depth 3\n@@role user\n{text}")),
        "enabled": draw(st.booleans()),
        "insertion_order": draw(st.integers(-50, 500)),
        "extensions": draw(UNKNOWN),
        "use_regex": draw(st.booleans()),
    }
    return {**known, **draw(UNKNOWN)}


@st.composite
def books(draw: st.DrawFn) -> dict[str, Any]:
    return {"entries": draw(st.lists(entries(), max_size=3)), "extensions": draw(UNKNOWN), **draw(UNKNOWN)}


@st.composite
def first_cards(draw: st.DrawFn) -> dict[str, Any]:
    return {**{name: draw(TEXT) for name in FIRST}, **draw(UNKNOWN)}


@st.composite
def later_cards(draw: st.DrawFn) -> dict[str, Any]:
    spec, number = draw(st.sampled_from([("chara_card_v2", "2.0"), ("chara_card_v3", "3.0"), ("chara_card_v3", "3.9")]))
    data = {
        **draw(first_cards()),
        "alternate_greetings": draw(st.lists(TEXT, max_size=2)),
        "tags": draw(st.lists(TEXT, max_size=2) | VALUES),
        "extensions": draw(UNKNOWN),
        **draw(
            st.fixed_dictionaries({}, optional={"character_book": books(), "nickname": TEXT, "system_prompt": TEXT})
        ),
    }
    return {"spec": spec, "spec_version": number, "data": data, **draw(UNKNOWN)}


CARDS = first_cards() | later_cards()
