"""An address in the parts that a person writes, still to be joined to one text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from gisgrid.sample.damage.characters import TRADITIONAL

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["CITY", "DISTRICT", "USUAL_ORDER", "Place", "Saying", "split_name", "split_town"]

CITY: Final = "上海市"
DISTRICT: Final = "嘉定区"
USUAL_ORDER: Final = ("city", "district", "town", "place", "lane", "number", "building", "room")

_NAME_ENDS: Final = re.compile(
    r"(新村|花园|名苑|雅苑|小区|公寓|新苑|佳苑|花苑|华庭|家园|市场|[路街巷村])$"
)
# What is left when a word goes, where it is not just the last word: 嘉定镇街道 is 嘉定镇 to all.
_TOWN_ENDS: Final = re.compile(r"(路街道|街道|新区|镇|)$")
_WIDE: Final = {code: code + 0xFEE0 for code in range(0x21, 0x7F)} | {0x20: 0x3000}


@dataclass(frozen=True, slots=True)
class Saying:
    """What is written of one address; an empty text was left out.

    ``stem`` and ``suffix`` are the name of the road, village or estate, ``town`` and
    ``town_suffix`` that of the town. ``gap`` stands between the parts, ``before`` and ``after``
    around them.
    """

    city: str
    district: str
    town: str
    town_suffix: str
    stem: str
    suffix: str
    lane: str
    number: str
    building: str
    lane_word: str = "弄"
    number_word: str = "号"
    room: str = ""
    before: str = ""
    after: str = ""
    gap: str = ""
    order: tuple[str, ...] = USUAL_ORDER
    wide: bool = False
    traditional: bool = False

    @property
    def head(self) -> str:
        """The division right before the name, if no word parts the two: 华亭 in 华亭桥村."""
        if self.town:
            return "" if self.town_suffix else self.town
        return "" if self.district == DISTRICT else self.district

    def text(self) -> str:
        """The parts joined to one text."""
        parts = {
            "city": self.city,
            "district": self.district,
            "town": self.town + self.town_suffix,
            "place": self.stem + self.suffix,
            "lane": self.lane and self.lane + self.lane_word,
            "number": self.number + self.number_word,
            "building": self.building and self.building + "幢",
            "room": self.room,
        }
        if parts["lane"] and self.lane_word != "弄":
            # 288-12号 is one word.
            parts["number"], parts["lane"] = parts["lane"] + parts["number"], ""
        if not self.number_word:
            parts["number"], parts["room"] = parts["number"] + parts["room"], ""
        body = self.gap.join(parts[name] for name in self.order if parts[name])
        text = self.before + body + self.after
        if self.traditional:
            text = text.translate(TRADITIONAL)
        return text.translate(_WIDE) if self.wide else text


@dataclass(frozen=True, slots=True)
class Place:
    """What is true of the address: its town, its other names if it has any, the towns there are."""

    town: str
    old_name: str
    estate: str
    towns: Sequence[str]


def split_name(name: str) -> tuple[str, str]:
    """The name of a road, village or estate without its last word, and that word or nothing."""
    found = _NAME_ENDS.search(name)
    if found is None or found.start() == 0:
        return name, ""
    return name[: found.start()], found[0]


def split_town(name: str) -> tuple[str, str]:
    """The name of a town without the word that may be left out, and that word or nothing."""
    found = _TOWN_ENDS.search(name)
    if found is None or found.start() == 0:
        return name, ""
    return name[: found.start()], found[0]
