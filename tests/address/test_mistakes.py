"""What kind of slip it is: by hand, and against another library's edit distance."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rapidfuzz.distance import Levenshtein

from gisgrid.address.mistakes import mistake
from gisgrid.address.shapes import look_alike, share_a_part
from gisgrid.address.sounds import folded, letters, sound_alike, sound_the_same

# 新村 says only what kind of place it is: nobody meant a name by it.
_NAMES = st.text(st.sampled_from("白银路沐峰蜂锋新村"), min_size=1, max_size=6).filter(
    lambda name: name != "新村"
)


@pytest.mark.parametrize(
    ("said", "name", "kind"),
    [
        ("白银路", "白银路", "exact"),
        ("百银路", "白银路", "sound"),
        ("白英路", "白银路", "near-sound"),
        ("白很路", "白银路", "shape"),
        ("白溪路", "白泽路", "part"),
        ("白金路", "白户路", "character"),
        ("白路", "白银路", "missing"),
        ("白银大路", "白银路", "extra"),
        ("白银银路", "白银路", "doubled"),
        ("白白银路", "白银路", "doubled"),
        ("木锋路", "沐峰路", "sounds"),
        ("木很路", "沐银路", "two"),
        ("东海路", "白银路", None),
        ("白银大大路", "白银路", None),
        ("路", "白银路", None),
        ("新村", "新", None),
        ("新村", "新泽村", None),
    ],
)
def test_slips_are_told_apart(said: str, name: str, kind: str | None) -> None:
    assert mistake(said, name) == kind


@given(_NAMES, _NAMES)
def test_one_slip_is_one_edit(said: str, name: str) -> None:
    kind = mistake(said, name)
    distance = Levenshtein.distance(said, name)
    if distance <= 1:
        assert kind is not None
    if kind in ("exact", "sound", "shape", "part", "character", "missing", "extra", "doubled"):
        assert distance == int(kind != "exact")
    if kind in ("sounds", "two"):
        assert len(said) == len(name)
        assert distance > 1


@example("峰", "峰新")
@given(_NAMES, _NAMES)
def test_too_much_is_the_other_way_round_too_little(said: str, name: str) -> None:
    back = mistake(name, said)
    if mistake(said, name) == "missing":
        # 新 or 支 left out is a slip; added, it makes another road.
        assert back in ("extra", "doubled", "telling")
    else:
        assert back not in ("extra", "doubled")


@pytest.mark.parametrize("pair", ["峰蜂", "银很", "未末", "睛晴", "沐木", "州川", "土士"])
def test_what_looks_alike_shares_the_rarer_part(pair: str) -> None:
    assert look_alike(*pair)
    assert look_alike(*reversed(pair))


@pytest.mark.parametrize("pair", ["溪泽", "村桥", "鹅路", "a1"])
def test_a_common_radical_is_not_enough(pair: str) -> None:
    assert not look_alike(*pair)
    assert share_a_part(*pair) == (pair in ("溪泽", "村桥"))


@pytest.mark.parametrize(
    ("one", "other", "same", "alike"),
    [
        ("白", "百", True, True),
        ("山", "三", False, True),
        ("金", "京", False, True),
        ("南", "兰", False, True),
        ("白", "银", False, False),
    ],
)
def test_sounds_are_compared_over_what_people_mix_up(
    one: str, other: str, same: bool, alike: bool
) -> None:
    assert sound_the_same(one, other) == same
    assert sound_alike(one, other) == alike


def test_letters_are_plain() -> None:
    assert [letters(c) for c in "白银1a"] == ["bai", "yin", "1", "a"]
    assert folded("山") == folded("三")
