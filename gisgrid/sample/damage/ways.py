"""The fifteen ways in which an address is damaged, in the order in which they are done.

A way takes what is written so far and gives what is written then, or None where it cannot be done.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias, TypeVar

from gisgrid.sample.damage.characters import SHAPES, SOUNDS
from gisgrid.sample.damage.saying import USUAL_ORDER, Place, Saying, split_name, split_town
from gisgrid.sample.damage.spoken import MANNERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

__all__ = ["CHANGING", "CONTRADICTIONS", "HARMLESS", "pick"]

_T = TypeVar("_T")
_Way: TypeAlias = "Callable[[Saying, Place, np.random.Generator], Saying | None]"

_TOWN_IS_HIT: Final = 0.2
_SEVERAL: Final = 0.3
_STRAY: Final = "的在子啊呢qwsdy"
_DROPS: Final = (
    {"city"},
    {"district"},
    {"city", "district"},
    {"town"},
    {"city", "district", "town"},
)
_REVERSED: Final = ("room", "building", "number", "lane", "place", "town", "district", "city")
_NUMBERS_FIRST: Final = (
    "city", "district", "town", "lane", "number", "building", "room", "place",
)  # fmt: skip
_DIVISIONS_LAST: Final = (
    "place", "lane", "number", "building", "room", "city", "district", "town",
)  # fmt: skip
_DIVISIONS_TURNED: Final = (
    "town", "district", "city", "place", "lane", "number", "building", "room",
)  # fmt: skip
_BEFORE: Final = (
    "收货地址：", "收件地址:", "地址：", "地址 ", "住址：", "客户地址：", "送到", "送至", "寄到",
    "寄往", "配送至", "我住在", "家住", "本人住", "我家在", "快递请送", "请送到", "麻烦送到",
    "发货到", "201800 ", "邮编201800，", "报警地点：", "事发地：",
)  # fmt: skip
_AFTER: Final = (
    "（后门）", "(近地铁站)", "（门口有树）", "，电话{phone}", " {phone}", "，联系人{name}",
    " {name}收", "（{name}）", "，{name} {phone}", " 请放门口", "请放门口", "放门卫", "门卫代收",
    "，放丰巢柜", "，放快递柜", "，谢谢", "，到了打电话", "，请按门铃", " 送货上门", "，周末不收",
    "，勿敲门",
)  # fmt: skip
_PEOPLE: Final = ("张先生", "王阿姨", "李女士", "陈师傅", "老周", "小刘", "吴老师", "赵医生")


def pick(rng: np.random.Generator, options: Sequence[_T]) -> _T:
    """One of several, all alike."""
    return options[int(rng.integers(len(options)))]


def _old_name(said: Saying, place: Place, _: np.random.Generator) -> Saying | None:
    if not place.old_name:
        return None
    stem, suffix = split_name(place.old_name)
    return replace(said, stem=stem, suffix=suffix)


def _estate_name(said: Saying, place: Place, _: np.random.Generator) -> Saying | None:
    if not place.estate:
        return None
    stem, suffix = split_name(place.estate)
    return replace(said, stem=stem, suffix=suffix, lane="")


def _dropped_parts(said: Saying, _: Place, rng: np.random.Generator) -> Saying:
    gone = pick(rng, _DROPS)
    return replace(
        said,
        city="" if "city" in gone else said.city,
        district="" if "district" in gone else said.district,
        town="" if "town" in gone else said.town,
        town_suffix="" if "town" in gone else said.town_suffix,
    )


def _wrong_town(said: Saying, place: Place, rng: np.random.Generator) -> Saying | None:
    if not said.town:
        return None
    town, suffix = split_town(pick(rng, [town for town in place.towns if town != place.town]))
    return replace(said, town=town, town_suffix=suffix)


def _hits_town(said: Saying, place: Place, rng: np.random.Generator) -> bool:
    """Whether a slip falls into the name of the town; never into that of a wrong one."""
    return said.town + said.town_suffix == place.town and rng.random() < _TOWN_IS_HIT


def _mistaken(name: str, alike: Mapping[str, str], rng: np.random.Generator) -> str | None:
    spots = [i for i, character in enumerate(name) if character in alike]
    if not spots:
        return None
    spot = pick(rng, spots)
    return name[:spot] + pick(rng, alike[name[spot]]) + name[spot + 1 :]


def _wrong_character(
    said: Saying, place: Place, rng: np.random.Generator, alike: Mapping[str, str]
) -> Saying | None:
    if _hits_town(said, place, rng):
        town = _mistaken(said.town, alike, rng)
        return None if town is None else replace(said, town=town)
    stem = _mistaken(said.stem, alike, rng)
    return None if stem is None else replace(said, stem=stem)


def _wrong_by_shape(said: Saying, place: Place, rng: np.random.Generator) -> Saying | None:
    return _wrong_character(said, place, rng, SHAPES)


def _wrong_by_sound(said: Saying, place: Place, rng: np.random.Generator) -> Saying | None:
    return _wrong_character(said, place, rng, SOUNDS)


def _missing_character(said: Saying, _: Place, rng: np.random.Generator) -> Saying | None:
    stem = said.stem
    if len(stem) < 2:
        return None
    spot = int(rng.integers(len(stem)))
    return replace(said, stem=stem[:spot] + stem[spot + 1 :])


def _extra_character(said: Saying, place: Place, rng: np.random.Generator) -> Saying:
    """A character typed twice, or a stray one from the keyboard."""
    in_town = _hits_town(said, place, rng)
    name = said.town if in_town else said.stem
    spot = int(rng.integers(1, len(name) + 1))
    extra = name[spot - 1] if rng.random() < 0.5 else pick(rng, _STRAY)
    name = name[:spot] + extra + name[spot:]
    return replace(said, town=name) if in_town else replace(said, stem=name)


def _dropped_suffix(said: Saying, _: Place, rng: np.random.Generator) -> Saying | None:
    """Mostly one word goes, sometimes several."""
    shorter: list[Callable[[Saying], Saying]] = []
    if said.city:
        shorter.append(lambda one: replace(one, city=one.city[:-1]))
    if said.district:
        shorter.append(lambda one: replace(one, district=one.district[:-1]))
    if said.town_suffix:
        shorter.append(lambda one: replace(one, town_suffix=""))
    # A single character with nothing behind it is no name any more.
    if said.suffix and len(said.stem) > 1:
        shorter.append(lambda one: replace(one, suffix=""))
    if not said.building:
        shorter.append(lambda one: replace(one, number_word=""))
    if not shorter:
        return None
    several = rng.random() < _SEVERAL
    count = int(rng.integers(1, len(shorter) + 1)) if several else 1
    for i in rng.choice(len(shorter), count, replace=False).tolist():
        said = shorter[i](said)
    return said


def _missing_lane_word(said: Saying, _: Place, rng: np.random.Generator) -> Saying | None:
    return replace(said, lane_word=pick(rng, ("-", " ", "－"))) if said.lane else None


def _chinese_digits(said: Saying, _: Place, rng: np.random.Generator) -> Saying:
    """All numbers, or sometimes one of them."""
    write = pick(rng, MANNERS)
    parts = {"lane": said.lane, "number": said.number, "building": said.building}
    there = [part for part, digits in parts.items() if digits]
    if rng.random() < _SEVERAL:
        there = [pick(rng, there)]
    written = {
        part: write(int(digits)) if part in there else digits for part, digits in parts.items()
    }
    return replace(
        said, lane=written["lane"], number=written["number"], building=written["building"]
    )


def _swapped_order(said: Saying, _: Place, rng: np.random.Generator) -> Saying | None:
    divisions = sum(1 for part in (said.city, said.district, said.town) if part)
    orders = []
    if said.number_word:
        orders += [_REVERSED, _NUMBERS_FIRST]
    if divisions:
        orders.append(_DIVISIONS_LAST)
    if divisions > 1:
        orders.append(_DIVISIONS_TURNED)
    if not orders:
        return None
    return replace(said, order=pick(rng, orders), gap=pick(rng, ("", " ", ", ")))


def _extra_words(said: Saying, _: Place, rng: np.random.Generator) -> Saying:
    where = rng.random()
    if where < 0.4:
        return replace(said, room=_room(said, rng))
    if where < 0.7:
        return replace(said, before=pick(rng, _BEFORE))
    after = pick(rng, _AFTER).format(
        name=pick(rng, _PEOPLE), phone=f"1{int(rng.integers(3 * 10**9, 10**10))}"
    )
    ends_in_name = said.order in (_REVERSED, _NUMBERS_FIRST, _DIVISIONS_LAST)
    if ends_in_name and after[0] not in "（(，, ":
        after = "，" + after
    return replace(said, after=after)


def _room(said: Saying, rng: np.random.Generator) -> str:
    floor, door, unit = (int(rng.integers(1, most)) for most in (25, 9, 5))
    room = f"{floor}{door:02d}"
    if not said.number_word:
        return f"-{room}室"
    rooms = [f"{room}室", f"{room}室", f"{unit}单元{room}室", f"{floor}楼", f"{floor}楼{room}室"]
    # Bare digits in front of others would be one number with them.
    if said.order in (USUAL_ORDER, _DIVISIONS_LAST, _DIVISIONS_TURNED):
        rooms += [room, room]
    return pick(rng, rooms)


def _full_width(said: Saying, _: Place, rng: np.random.Generator) -> Saying:
    return replace(said, wide=True, gap=said.gap or pick(rng, ("", " ", ",", "-")))


def _traditional(said: Saying, _: Place, __: np.random.Generator) -> Saying | None:
    there = replace(said, traditional=True)
    return None if there.text() == said.text() else there


CHANGING: Final[Mapping[str, _Way]] = {
    "old-name": _old_name,
    "estate-name": _estate_name,
    "dropped-parts": _dropped_parts,
    "wrong-town": _wrong_town,
    "wrong-by-shape": _wrong_by_shape,
    "wrong-by-sound": _wrong_by_sound,
    "missing-character": _missing_character,
    "extra-character": _extra_character,
    "dropped-suffix": _dropped_suffix,
    "missing-lane-word": _missing_lane_word,
}
"""After these another address might be meant."""

HARMLESS: Final[Mapping[str, _Way]] = {
    "chinese-digits": _chinese_digits,
    "swapped-order": _swapped_order,
    "extra-words": _extra_words,
    "full-width": _full_width,
    "traditional": _traditional,
}
"""These leave what is meant as it was."""

_OF_THE_NAME: Final = ("wrong-by-shape", "wrong-by-sound", "missing-character", "extra-character")

CONTRADICTIONS: Final = frozenset(
    {frozenset({one, other}) for one in _OF_THE_NAME for other in _OF_THE_NAME if one != other}
    | {
        frozenset({"estate-name", "old-name"}),
        frozenset({"estate-name", "missing-lane-word"}),
        frozenset({"chinese-digits", "full-width"}),
    }
)
"""Pairs that are not done to one text: both would fall on the same characters."""
