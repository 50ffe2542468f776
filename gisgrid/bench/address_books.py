"""Standard addresses to look up: the sample district's, or millions of the same shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import pandas as pd
import shapely

from gisgrid.address.book import AddressBook
from gisgrid.address.records import Alias, Division
from gisgrid.locate import CoverageIndex
from gisgrid.sample.naming import FIRST, SECOND
from gisgrid.sample.plane import BOX

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from gisgrid.sample import District

__all__ = ["Standards", "sample_standards", "synthetic_standards"]

_DISTRICT: Final = "上海市嘉定区"
# A named road or village of the synthetic ones has so many addresses, as in the sample.
_EACH, _VILLAGE_SHARE, _TOWNS = 100, 0.3, 200
_LANES, _LANE_NUMBERS, _STREET_NUMBERS = 4, 15, 25
# No more lanes have an estate's name: there are no more names of three characters.
_ESTATES = 110_000

_Row: TypeAlias = tuple[str, str | None, str | None, str, str | None, str | None]


@dataclass(frozen=True)
class Standards:
    """Standard addresses and what else a book is made of.

    Attributes
    ----------
    addresses : DataFrame
        ``address``, ``road``, ``lane``, ``number``, ``building``, ``estate``, as the sample's.
    aliases : DataFrame
        ``name``, ``means``, ``kind``.
    lonlat : ndarray of float64, shape (n, 2)
        Degrees.
    divisions : tuple of Division
    units : tuple of str or None
        The code of each one's unit.
    """

    addresses: pd.DataFrame
    aliases: pd.DataFrame
    lonlat: NDArray[np.float64]
    divisions: tuple[Division, ...]
    units: tuple[str, ...] | None = None

    @property
    def towns(self) -> list[str]:
        """Names of the towns."""
        return [division.name for division in self.divisions if division.level == "area"]

    def book(self) -> AddressBook:
        """The book of them all."""
        named = self.aliases[["name", "means", "kind"]].itertuples(index=False, name=None)
        return AddressBook.build(
            np.arange(len(self.addresses)),
            self.addresses["address"].tolist(),
            self.lonlat[:, 0],
            self.lonlat[:, 1],
            divisions=self.divisions,
            units=self.units,
            aliases=[Alias(*map(str, one)) for one in named],
            roads=sorted(map(str, self.addresses["road"].dropna().unique())),
        )


def sample_standards(district: District) -> Standards:
    """Those of the sample district: about 50,000."""
    grids = district.grids[district.grids["level"].isin(["area", "unit"])]
    divisions = tuple(
        Division(str(code), str(name), "area" if level == "area" else "unit", parent or "")
        for code, name, level, parent in zip(
            grids["code"], grids["name"], grids["level"], grids["parent"], strict=True
        )
    )
    lonlat = shapely.get_coordinates(district.addresses.geometry.to_numpy())
    units = grids[grids["level"] == "unit"]
    codes = [str(code) for code in units["code"]]
    owner = CoverageIndex(units.geometry.to_numpy(), codes).locate(lonlat[:, 0], lonlat[:, 1])
    return Standards(
        addresses=pd.DataFrame(district.addresses.drop(columns="geometry")),
        aliases=district.aliases,
        lonlat=lonlat,
        divisions=divisions,
        units=tuple(codes[i] if i >= 0 else "" for i in owner.tolist()),
    )


def synthetic_standards(count: int, seed: int) -> Standards:
    """So many addresses of a district that never was: as the sample's, with more of everything.

    Names have three characters instead of two, for two would not be enough.

    Parameters
    ----------
    count : int
        At least 1,000; rounded down to whole hundreds.
    seed : int
    """
    rng = np.random.default_rng([seed, 5])
    places = count // _EACH
    stems = _stems(FIRST, SECOND, FIRST, places, rng)
    is_village = rng.random(places) < _VILLAGE_SHARE
    ends = np.where(is_village, "村", rng.choice(list("路路路街巷"), places)).tolist()
    towns = [stem + "镇" for stem in _stems(FIRST, SECOND, [""], min(_TOWNS, places // 5 + 1), rng)]
    town = rng.integers(0, len(towns), places).tolist()
    first_lane = rng.integers(1, 160, places).tolist()
    estates = iter(_stems(FIRST, SECOND, SECOND, min(_LANES * places, _ESTATES), rng))
    rows: list[_Row] = []
    aliases: list[tuple[str, str, str]] = []
    for i, stem in enumerate(stems):
        name = stem + ends[i]
        head = _DISTRICT + towns[town[i]] + name
        if is_village[i]:
            rows += _village(head, name)
            continue
        rows += _road(head, name, first_lane[i])
        lanes = (head + lane for lane in _lanes(first_lane[i]))
        named = zip(lanes, estates, strict=False)
        aliases += [(f"{estate}新村", lane, "estate") for lane, estate in named]
    columns = ["address", "road", "lane", "number", "building", "estate"]
    return Standards(
        addresses=pd.DataFrame(rows, columns=columns),
        aliases=pd.DataFrame(aliases, columns=["name", "means", "kind"]),
        lonlat=rng.uniform(BOX[:2], BOX[2:], (len(rows), 2)),
        divisions=tuple(Division(f"T{i:03d}", name, "area") for i, name in enumerate(towns)),
    )


def _village(head: str, name: str) -> list[_Row]:
    numbers = [f"{n}号" for n in range(1, _EACH + 1)]
    return [(head + number, None, None, number, None, name) for number in numbers]


def _lanes(first: int) -> list[str]:
    return [f"{first + 12 * k}弄" for k in range(_LANES)]


def _road(head: str, name: str, first: int) -> list[_Row]:
    """Lanes with their numbers, numbers on the street, one number with many buildings."""
    lanes, numbers = _lanes(first), [f"{n}号" for n in range(1, _LANE_NUMBERS + 1)]
    street = [f"{first + 3 + 9 * k}号" for k in range(_STREET_NUMBERS)]
    large = f"{first + 1}号"
    buildings = [f"{n}幢" for n in range(1, _EACH - _LANES * _LANE_NUMBERS - len(street) + 1)]
    return [
        *((head + lane + no, name, lane, no, None, None) for lane in lanes for no in numbers),
        *((head + no, name, None, no, None, None) for no in street),
        *((head + large + house, name, None, large, house, None) for house in buildings),
    ]


def _stems(
    first: list[str], second: list[str], third: list[str], count: int, rng: np.random.Generator
) -> list[str]:
    """So many different names of a character out of each."""
    chosen = rng.choice(len(first) * len(second) * len(third), count, replace=False)
    rest, k = np.divmod(chosen, len(third))
    i, j = np.divmod(rest, len(second))
    return [
        first[a] + second[b] + third[c]
        for a, b, c in zip(i.tolist(), j.tolist(), k.tolist(), strict=True)
    ]
