"""Names of the sample: real area and unit names, invented roads, rivers and estates."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np

__all__ = ["FIRST", "MARKET", "PILOT", "SECOND", "Division", "NameGiver", "read_divisions"]

PILOT = "310114106019"
"""Code of 白银一坊, the pilot unit."""

MARKET = "310114501901"
"""Made-up code of 万商灯饰市场, the special unit."""

FIRST = list(
    "金银玉秀锦翠兰桂松竹梅荷芙菱柳枫槐棠云霞星月晴朗清澄碧沐泽润汇涵思博雅文德惠和安康宁虹霁岚芸芷蕙葵樱桐梓"
)
SECOND = list(
    "川溪湖桥塘岸渡洲湾泉林园苑坡坪陵岭峰谷原野田禾穗丰盛昌隆瑞祥嘉庆旭辉晖照明远达通阳春秋台亭阁舟帆"
)
"""Characters that names begin with, and end with."""
_ESTATE_ENDS = ("新村", "花园", "名苑", "雅苑", "小区", "公寓", "新苑", "佳苑", "花苑", "华庭")


@dataclass(frozen=True)
class Division:
    """An area or a unit by code; ``kind`` is area, village, community or market."""

    code: str
    name: str
    kind: str

    @property
    def short(self) -> str:
        """The name as people say it: without the committee."""
        for tail in ("社区居委会", "居委会", "村委会"):
            if self.name.endswith(tail):
                return self.name[: -len(tail)]
        return self.name


def read_divisions() -> list[Division]:
    """Read the 12 areas, their 399 units and the market unit, by code."""
    text = resources.files("gisgrid.sample").joinpath("divisions.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return [Division(row["code"], row["name"], row["kind"]) for row in rows]


class NameGiver:
    """Gives invented two-character names, none of them twice.

    Parameters
    ----------
    rng : numpy.random.Generator
    """

    def __init__(self, rng: np.random.Generator) -> None:
        pairs: list[str] = [first + second for first in FIRST for second in SECOND]
        order = rng.permutation(len(pairs))
        self._roads: list[str] = [pairs[i] for i in order]
        self._rivers: list[str] = [pairs[i] for i in rng.permutation(len(pairs))]
        self._estates: list[str] = [pairs[i] for i in rng.permutation(len(pairs))]
        self._rng = rng
        self._estate_count = 0

    def _one_of(self, ends: str) -> str:
        return ends[int(self._rng.integers(len(ends)))]

    def road(self, main: bool) -> str:
        """Name a road."""
        end = "路" if main else self._one_of("路路路路路路街街街巷")
        return self._roads.pop() + end

    def river(self) -> str:
        """Name a river or a creek."""
        return self._rivers.pop() + self._one_of("河塘浜泾")

    def estate(self) -> str:
        """Name a housing estate."""
        self._estate_count += 1
        stem: str = self._estates[self._estate_count % len(self._estates)]
        return stem + _ESTATE_ENDS[self._estate_count // len(self._estates) % 10]
