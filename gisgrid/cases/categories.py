"""What cases are about: the categories, as data."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from gisgrid.cases.clocks import Clock
from gisgrid.errors import NotFound

__all__ = [
    "GROUPS",
    "HAZARD_GROUPS",
    "SOURCES",
    "STAFF_SOURCES",
    "Category",
    "categories",
    "category_of",
]

GROUPS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fire": ("消防隐患", "Fire hazards"),
        "security": ("治安隐患", "Security hazards"),
        "city": ("城市管理", "City management"),
        "dispute": ("矛盾纠纷", "Disputes"),
        "tip": ("治安线索", "Tips"),
        "service": ("求助咨询", "Requests and questions"),
    }
)
# A case of these groups is a hazard on the maps as long as it is open.
HAZARD_GROUPS: Final = frozenset({"fire", "security", "city", "tip"})

SOURCES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "patrol": ("网格巡查", "Patrols"),
        "resident": ("居民上报", "Residents"),
        "police_call": ("警情", "Police calls"),
        "courier": ("快递外卖员", "Couriers"),
        "tip": ("群众线索", "Tips"),
        "hotline": ("热线", "Hotline"),
        "campaign": ("整治攻坚", "Campaigns"),
        "facility": ("设施到期", "Facilities due"),
    }
)
# Whoever tells of these is of the staff: the problem was found before anyone reported it.
STAFF_SOURCES: Final = frozenset({"patrol", "campaign", "facility"})


@dataclass(frozen=True)
class Category:
    """What a case can be about.

    Attributes
    ----------
    code, group, name_zh, name_en : str
        ``name_zh`` is also the subject of its hazard.
    report_in : Clock
        Within which a department that is called has to report in.
    close : Clock
        Within which the case has to be closed.
    severity : int
        1 to 3, where nobody says.
    watch_days : int
        How long after closure a new one at the same place counts as a relapse.
    """

    code: str
    group: str
    name_zh: str
    name_en: str
    report_in: Clock
    close: Clock
    severity: int
    watch_days: int

    @property
    def public_source(self) -> str:
        """What a report of the public is from: a tip, by what it is about, or a resident."""
        return "tip" if self.group == "tip" else "resident"

    @property
    def hazard(self) -> bool:
        """Whether its cases are hazards on the maps."""
        return self.group in HAZARD_GROUPS


@cache
def categories() -> Mapping[str, Category]:
    """All categories by their codes, in the order of the file."""
    text = resources.files("gisgrid.cases").joinpath("categories.csv").read_text(encoding="utf-8")
    return MappingProxyType(
        {
            row["code"]: Category(
                row["code"],
                row["group"],
                row["name_zh"],
                row["name_en"],
                Clock.parse(row["report_in"]),
                Clock.parse(row["close"]),
                int(row["severity"]),
                int(row["watch_days"]),
            )
            for row in csv.DictReader(text.splitlines())
        }
    )


def category_of(code: str) -> Category:
    """The category of a code.

    Raises
    ------
    NotFound
        There is none.
    """
    found = categories().get(code)
    if found is None:
        raise NotFound("there is no such category", where=repr(code), fix="GET /v1/categories")
    return found
