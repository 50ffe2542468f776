"""The hand-written tables, against pypinyin and what the sample's names are made of."""

from __future__ import annotations

import pytest
from pypinyin import Style, pinyin

from gisgrid.sample import District
from gisgrid.sample.damage.characters import (
    FORMAL_NUMERALS,
    NUMERALS,
    SHAPES,
    SOUNDS,
    TRADITIONAL,
)
from gisgrid.sample.damage.saying import split_name, split_town

_LOOSE = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ing", "in"), ("eng", "en"), ("ang", "an"))


def heard(character: str) -> set[str]:
    """Every reading as it is heard by one who parts neither -n from -ng nor s from sh."""
    readings = set()
    for reading in pinyin(character, heteronym=True, style=Style.NORMAL)[0]:
        for plain, loose in _LOOSE:
            reading = reading.replace(plain, loose)
        readings.add(reading)
    return readings


def test_what_sounds_alike_does() -> None:
    for one, others in SOUNDS.items():
        assert all(heard(one) & heard(other) for other in others), (one, others)


@pytest.mark.parametrize("table", [SHAPES, SOUNDS], ids=["shapes", "sounds"])
def test_no_slip_makes_a_numeral_or_a_word_of_structure(table: dict[str, str]) -> None:
    forbidden = NUMERALS | FORMAL_NUMERALS | set("路街巷弄号村镇区市县幢栋室")
    for one, others in table.items():
        assert others
        assert one not in others
        assert not set(others) & forbidden
        assert len(set(others)) == len(others)


def test_every_character_of_a_name_can_be_mistaken(district: District) -> None:
    addresses, aliases = district.addresses, district.aliases
    names = {*addresses["road"].dropna(), *addresses["estate"].dropna(), *aliases["name"]}
    areas = district.grids.query("level == 'area'")["name"]
    stems = [split_name(name)[0] for name in names] + [split_town(name)[0] for name in areas]
    characters = set("".join(stems)) - NUMERALS - set("（）村镇区路")
    assert characters <= set(SHAPES)
    assert characters <= set(SOUNDS)


def test_traditional_forms_are_in_no_simplified_character_set() -> None:
    for simple, full in TRADITIONAL.items():
        assert chr(simple).encode("gb2312")
        full_form = chr(full) if isinstance(full, int) else full
        with pytest.raises(UnicodeEncodeError):
            full_form.encode("gb2312")
        assert full_form.encode("big5hkscs")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("白银路", ("白银", "路")),
        ("槐穗新村", ("槐穗", "新村")),
        ("陈村村", ("陈村", "村")),
        ("水产村（方泰）", ("水产村（方泰）", "")),
        ("万商灯饰市场", ("万商灯饰", "市场")),
    ],
)
def test_the_last_word_of_a_name(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("town", "parts"),
    [
        ("马陆镇", ("马陆", "镇")),
        ("嘉定镇街道", ("嘉定镇", "街道")),
        ("新成路街道", ("新成", "路街道")),
        ("菊园新区", ("菊园", "新区")),
        ("嘉定工业区", ("嘉定工业区", "")),
    ],
)
def test_the_last_word_of_a_town(town: str, parts: tuple[str, str]) -> None:
    assert split_town(town) == parts
