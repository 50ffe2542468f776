"""What a text means in a district small enough to know every answer."""

from __future__ import annotations

import pytest

from gisgrid.address import AddressBook, Match
from gisgrid.address.normal import normal
from gisgrid.address.scoring import THRESHOLD
from gisgrid.errors import InputError
from tests.address.small import PREFIX, TEXTS, row_of, small_book


def _best(match: Match) -> str:
    return match.candidates[0].text.removeprefix(PREFIX)


@pytest.mark.parametrize("row", range(len(TEXTS)))
def test_a_standard_address_is_itself(small: AddressBook, row: int) -> None:
    match = small.resolve(TEXTS[row])
    assert match.status == "found"
    best = match.candidates[0]
    assert (best.row, best.id, best.text) == (row, row + 100, TEXTS[row])
    assert (best.lon, best.lat) == (121 + row / 1000, 31 + row / 1000)
    assert best.score >= 0.99
    assert match.reason == ""


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("白银路288弄12号", "马陆镇白银路288弄12号"),
        ("白银路二百八十八弄十二号", "马陆镇白银路288弄12号"),
        ("嘉定区马陆镇白银路288弄12号301室", "马陆镇白银路288弄12号"),
        ("马陆白银路288-12号", "马陆镇白银路288弄12号"),
        ("马陆镇白很路288弄12号", "马陆镇白银路288弄12号"),
        ("马陆镇百银路288弄12号", "马陆镇白银路288弄12号"),
        ("马路镇白银路288弄12号", "马陆镇白银路288弄12号"),
        ("加定区白银路288弄12号", "马陆镇白银路288弄12号"),
        ("安亭镇白银路288弄12号", "马陆镇白银路288弄12号"),
        ("马陆镇白银288弄12号", "马陆镇白银路288弄12号"),
        ("银杏小区12号", "马陆镇白银路288弄12号"),
        ("马陆镇白银路288弄银杏小区12号", "马陆镇白银路288弄12号"),
        ("槐穗新村27号", "马陆镇沐峰路6弄27号"),
        ("惠民家园12号", "马陆镇惠民家园12号"),
        ("东市路153号2幢", "安亭镇德达路153号2幢"),
        ("塘庄村151号", "安亭镇塘庄村151号"),
        ("嘉定镇一号路12号", "嘉定镇街道一号路12号"),
        ("塘庄路9号甲", "嘉定镇街道塘庄路9号甲"),
    ],
)
def test_what_people_write_is_found(small: AddressBook, text: str, means: str) -> None:
    match = small.resolve(text)
    assert (match.status, _best(match)) == ("found", means)
    assert match.candidates[0].score >= THRESHOLD


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("马陆镇白银路288弄15号", "no-such-number"),
        ("马陆镇白银路289弄12号", "no-such-number"),
        ("马陆镇白银路288号", "no-such-number"),
        ("安亭镇德达路153号3幢", "no-such-number"),
        ("安亭镇塘庄村15号", "no-such-number"),
        ("塘庄路9号", "no-such-number"),
        ("新建路5号", "no-such-number"),
        ("人民路12号", "no-such-name"),
        ("马陆镇12号", "no-such-name"),
        ("XY1 9ZZ", "no-such-name"),
        ("无处路153号", "no-such-name"),
        ("", "empty"),
        ("  \t ", "empty"),
    ],
)
def test_what_does_not_exist_is_unknown(small: AddressBook, text: str, reason: str) -> None:
    match = small.resolve(text)
    assert (match.status, match.reason) == ("unknown", reason)
    assert all(c.score < 0.5 for c in match.candidates)


@pytest.mark.parametrize(
    "text",
    [
        "甘肃省白银市白银区人民路1号",
        "甘肃白银区白银路288弄12号",
        "白银市白银路288弄12号",
        "山东省惠民县惠民家园12号",
        "上海市宝山区白银路288弄12号",
        "上海宝山白银路288弄12号",
        "昆山市白银路288弄12号",
        "江苏省昆山市花桥镇塘庄村151号",
        "松江区大塘庄村151号",
        "12号白银路288弄,宝山区,上海市",
        "浦东新区白银路28号",
        "遂宁市船山区白银路28号",
    ],
)
def test_another_district_is_outside(small: AddressBook, text: str) -> None:
    match = small.resolve(text)
    assert (match.status, match.reason, match.candidates) == ("outside", "other-district", ())


@pytest.mark.parametrize("text", ["宝山路12号", "昆山新村3号", "马陆镇万商市场5号", "宝山小区5号"])
def test_a_road_called_after_another_place_is_no_other_place(small: AddressBook, text: str) -> None:
    assert small.resolve(text).status == "unknown"


def test_a_committee_with_a_number_gives_what_lies_in_it(small: AddressBook) -> None:
    match = small.resolve("马陆白银一坊12号", limit=10)
    assert (match.status, match.reason) == ("ambiguous", "many")
    assert {c.row for c in match.candidates} == {
        row_of("马陆镇白银路288弄12号"),
        row_of("马陆镇白银路300弄12号"),
    }
    assert len({c.score for c in match.candidates}) == 1


def test_a_lane_left_out_is_not_guessed(small: AddressBook) -> None:
    match = small.resolve("白银路12号", limit=10)
    assert (match.status, match.reason) == ("ambiguous", "many")
    assert len(match.candidates) == 2
    only = small.resolve("沐峰路27号")
    assert (only.status, only.reason) == ("ambiguous", "unsure")
    assert _best(only) == "马陆镇沐峰路6弄27号"


def test_a_building_left_out_shows_the_buildings(small: AddressBook) -> None:
    match = small.resolve("安亭镇德达路153号")
    assert match.status != "found"
    assert {_best(match), match.candidates[1].text.removeprefix(PREFIX)} == {
        "安亭镇德达路153号1幢",
        "安亭镇德达路153号2幢",
    }


def test_the_named_town_tells_two_roads_of_a_name_apart(small: AddressBook) -> None:
    assert _best(small.resolve("安亭镇沐峰路8号")) == "安亭镇沐峰路8号"
    there = small.resolve("安亭镇沐峰路8号").candidates[0].score
    elsewhere = small.resolve("马陆镇沐峰路8号").candidates[0]
    assert elsewhere.score < there
    assert "wrong-town" in elsewhere.notes


def test_a_name_without_a_number_gives_candidates(small: AddressBook) -> None:
    match = small.resolve("马陆镇白银路288弄", limit=20)
    assert (match.status, match.reason) == ("ambiguous", "no-number")
    assert len(match.candidates) == 14
    only = small.resolve("安亭镇塘庄村")
    assert (only.status, only.reason) == ("ambiguous", "no-number")


def test_beside_an_address_is_not_the_address(small: AddressBook) -> None:
    match = small.resolve("马陆镇白银路288弄12号旁")
    assert (match.status, match.reason) == ("ambiguous", "near")
    assert _best(match) == "马陆镇白银路288弄12号"


@pytest.mark.parametrize("text", ["白银路沐峰路口", "马陆镇沐峰路与白银路交叉口"])
def test_a_crossing_is_a_point_without_an_address(small: AddressBook, text: str) -> None:
    match = small.resolve(text)
    assert match.status == "found"
    best = match.candidates[0]
    assert (best.row, best.id, best.lon, best.lat) == (-1, -1, 121.3, 31.4)


def test_roads_that_do_not_meet_have_no_crossing(small: AddressBook) -> None:
    match = small.resolve("白银路德达路口")
    assert (match.status, match.reason) == ("unknown", "no-such-crossing")
    assert small.resolve("昆山市白银路沐峰路口").status == "outside"


def test_a_postcode_is_found_whole_or_by_its_beginning(small: AddressBook) -> None:
    assert small.resolve("ab101ab").candidates[0].text == "AB10 1AB"
    assert small.resolve("ＡＢ10　1ab").status == "found"
    several = small.resolve("AB10")
    assert (several.status, several.reason) == ("ambiguous", "many")
    assert [c.text for c in several.candidates] == ["AB10 1AB", "AB10 1AD"]
    assert small.resolve("ZE3").status == "found"


def test_what_a_person_decided_is_asked_first() -> None:
    text = "老地方小卖部"
    row = row_of("安亭镇塘庄村151号")
    match = small_book({normal(text): row}).resolve(text)
    assert match.status == "found"
    assert (match.candidates[0].row, match.candidates[0].score) == (row, 1.0)


def test_a_limit_cuts_the_candidates_and_not_their_scores(small: AddressBook) -> None:
    one = small.resolve("马陆镇白银路12号", limit=1)
    two = small.resolve("马陆镇白银路12号", limit=2)
    assert one.candidates == two.candidates[:1]


def test_too_long_a_text_is_refused(small: AddressBook) -> None:
    with pytest.raises(InputError, match="too long"):
        small.resolve("白银路" * 100)


def test_columns_must_be_as_long_as_each_other() -> None:
    with pytest.raises(InputError, match="differ in length"):
        AddressBook.build([1], TEXTS, [1.0], [1.0], divisions=[])


def test_a_book_may_be_empty() -> None:
    empty = AddressBook.build([], [], [], [], divisions=[])
    assert len(empty) == 0
    assert empty.resolve("白银路12号").status == "unknown"
    assert empty.suggest("白") == []
