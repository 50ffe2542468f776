"""Texts that no address of the district is the answer to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from gisgrid.sample.damage.register import Register
from gisgrid.sample.damage.saying import Saying
from gisgrid.sample.damage.ways import HARMLESS, pick

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

__all__ = ["UNANSWERABLE", "unanswerable"]

_DISTRICTS: Final = (
    "宝山区", "青浦区", "普陀区", "闵行区", "松江区", "浦东新区", "静安区", "长宁区", "杨浦区",
    "虹口区", "徐汇区", "黄浦区", "奉贤区", "金山区", "崇明区",
)  # fmt: skip
_CITIES: Final = (
    "江苏省昆山市", "昆山市", "江苏省太仓市", "苏州市相城区", "甘肃省白银市白银区", "白银市",
    "山东省滨州市惠民县", "山东省惠民县", "北京市朝阳区", "浙江省杭州市西湖区", "深圳市南山区",
)  # fmt: skip
_SHORT_CITIES: Final = (
    "浦东", "昆山", "太仓", "苏州", "无锡", "南京", "杭州", "宁波", "武汉", "深圳", "广州", "成都",
    "北京", "青岛", "厦门", "合肥",
)  # fmt: skip
_TOWNS: Final = (
    "顾村", "罗店", "九亭", "泗泾", "七宝", "川沙", "周浦", "朱家角", "浏河", "沙溪", "花桥",
    "周庄", "千灯", "同里", "乌镇",
)  # fmt: skip
_ROADS: Final = (
    "人民路", "中山北路", "解放街", "建设路", "红旗大街", "朝阳大道", "和平里路", "黄河路",
    "长江西路", "珠海街", "哈尔滨路", "五台山路", "凤凰大道", "学府街", "光复路", "迎宾大道",
)  # fmt: skip
_DIRECTIONS: Final = "东南西北中"
_OLDER: Final = ("新", "老", "东", "西", "前", "后")
_OTHER_KINDS: Final = {
    "路": ("街", "巷", "支路", "公路"),
    "街": ("路", "巷", "支路"),
    "巷": ("路", "街"),
    "村": ("路", "街"),
}
# Names this near to one that bears the numbers might be meant for it.
_TOO_NEAR: Final = 2
_WRITTEN_OTHERWISE: Final = 0.5


def unanswerable(addresses: pd.DataFrame, count: int, rng: np.random.Generator) -> pd.DataFrame:
    """Write texts that have no right answer; whoever is sure of one is wrong.

    Half of them are damaged in one harmless way: the digits, the order, the width.

    Parameters
    ----------
    addresses : pandas.DataFrame
        ``address``, ``road``, ``lane``, ``number``, ``building``, ``estate``, as the sample's.
    count : int
        How many; the kinds take turns.
    rng : numpy.random.Generator

    Returns
    -------
    pandas.DataFrame
        ``text`` and its ``kind``, one of `UNANSWERABLE`.
    """
    register = Register(addresses, pd.DataFrame({"name": [], "means": [], "kind": []}))
    rows: list[tuple[str, str]] = []
    while len(rows) < count:
        kind = UNANSWERABLE[len(rows) % len(UNANSWERABLE)]
        row = int(rng.integers(len(register)))
        said = _MAKERS[kind](register.plain(row), register, rng)
        # A name alone stays alone: a room would be a number.
        if said is not None and kind != "name-only" and rng.random() < _WRITTEN_OTHERWISE:
            said = pick(rng, tuple(HARMLESS.values()))(said, register.place(row), rng)
        if said is not None:
            rows.append((said.text(), kind))
    return pd.DataFrame(rows, columns=["text", "kind"])


def _no_such_number(said: Saying, book: Register, rng: np.random.Generator) -> Saying | None:
    """A neighbour of a number that is there."""
    number = int(said.number) + pick(rng, (-3, -2, -1, 1, 2, 3, 10, 100, 1000))
    if number < 1:
        return None
    changed = replace(said, number=str(number), building="")
    return changed if book.nearest(changed) > 0 else None


def _no_such_lane(said: Saying, book: Register, rng: np.random.Generator) -> Saying | None:
    if not said.lane:
        return None
    lane = int(said.lane) + pick(rng, (-2, -1, 1, 2, 10, 100))
    if lane < 1:
        return None
    changed = replace(said, lane=str(lane))
    return changed if book.nearest(changed) > 0 else None


def _no_such_road(said: Saying, book: Register, rng: np.random.Generator) -> Saying | None:
    changed = replace(said, stem=pick(rng, _ROADS), suffix="")
    return changed if book.nearest(changed) > _TOO_NEAR else None


def _no_such_direction(said: Saying, book: Register, rng: np.random.Generator) -> Saying | None:
    """白银东路 is another road than 白银路, and where it is not there neither is its number."""
    if said.suffix not in ("路", "街"):
        return None
    changed = replace(said, stem=said.stem + pick(rng, _DIRECTIONS))
    return changed if book.nearest(changed) > 0 else None


def _no_such_kind(said: Saying, book: Register, rng: np.random.Generator) -> Saying | None:
    """晴春街 or 新晴春路 where there is only a 晴春路."""
    if said.suffix not in _OTHER_KINDS:
        return None
    if rng.random() < 0.5:
        changed = replace(said, suffix=pick(rng, _OTHER_KINDS[said.suffix]))
    else:
        changed = replace(said, stem=pick(rng, _OLDER) + said.stem)
    return changed if book.nearest(changed) > 0 else None


def _two_numbers(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    """Two houses have no single answer, whether both are there or not."""
    other = int(said.number) + int(rng.integers(1, 4))
    between = pick(rng, ("", "或", "、", "和", "，"))
    return replace(said, number_word=f"号{between}{other}号", building="")


def _other_town(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    """A town of a neighbour, with no word of its district."""
    city = said.city if rng.random() < 0.3 else ""
    return replace(said, city=city, district="", town=pick(rng, _TOWNS), town_suffix="镇")


def _short_city(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    return replace(said, city=pick(rng, _SHORT_CITIES), district="", town="", town_suffix="")


def _other_district(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    city = said.city if rng.random() < 0.5 else ""
    return replace(said, city=city, district=pick(rng, _DISTRICTS), town="", town_suffix="")


def _other_city(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    return replace(said, city=pick(rng, _CITIES), district="", town="", town_suffix="")


def _name_only(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    nameless = replace(said, lane="", number="", number_word="", building="")
    if rng.random() < 0.2:
        nameless = replace(nameless, stem="", suffix="")
    return nameless


def _numbers_only(said: Saying, _: Register, rng: np.random.Generator) -> Saying:
    bare = replace(said, stem="", suffix="")
    if rng.random() < 0.5:
        bare = replace(bare, city="", district="", town="", town_suffix="")
    return bare


_MAKERS: Final[dict[str, Callable[[Saying, Register, np.random.Generator], Saying | None]]] = {
    "no-such-number": _no_such_number,
    "no-such-lane": _no_such_lane,
    "no-such-road": _no_such_road,
    "no-such-direction": _no_such_direction,
    "no-such-kind": _no_such_kind,
    "two-numbers": _two_numbers,
    "other-district": _other_district,
    "other-city": _other_city,
    "other-town": _other_town,
    "short-city": _short_city,
    "name-only": _name_only,
    "numbers-only": _numbers_only,
}

UNANSWERABLE: Final = tuple(_MAKERS)
"""The kinds of texts without an answer."""
