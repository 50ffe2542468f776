"""Made-up people of the sample: members, chiefs, deputies with dual posts, teams, party groups."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd

from gisgrid.sample.naming import FIRST, MARKET, PILOT, SECOND
from gisgrid.store.people import HOME_JOBS, PartyCount, Team

__all__ = ["PARTY_GROUPS", "PARTY_MEMBERS", "PeopleSample", "draw_people"]

PARTY_GROUPS, PARTY_MEMBERS = 325, 4_350

_SOURCE: Final = "报道 2024-09 / newspaper report, September 2024"
_AS_OF: Final = date(2024, 9, 15)
_SURNAMES: Final = list("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗")
# How often a micro-grid has three members, two, one, none.
_STRENGTHS: Final = ((3, 2, 1, 0), (0.93, 0.045, 0.015, 0.01))
_FEWEST_OF_A_GROUP: Final = 3


@dataclass(frozen=True)
class PeopleSample:
    """People of the sample; all names are invented, and nobody has a telephone.

    Attributes
    ----------
    persons : DataFrame
        ``code``, ``name``, ``home_job``, ``department`` (or missing).
    posts : DataFrame
        ``person`` and ``grid`` (codes), ``kind``, ``own_post``.
    teams : tuple of Team
    party : tuple of PartyCount
        325 groups and 4,350 members in all.
    """

    persons: pd.DataFrame
    posts: pd.DataFrame
    teams: tuple[Team, ...]
    party: tuple[PartyCount, ...]


def draw_people(grids: gpd.GeoDataFrame, rng: np.random.Generator) -> PeopleSample:
    """Give every grid its people: three members in most micro-grids, gaps in the others.

    Parameters
    ----------
    grids : GeoDataFrame
        ``level``, ``code``, ``name``, ``parent``.
    rng : numpy.random.Generator
    """
    codes = {level: list(found["code"]) for level, found in grids.groupby("level")}
    posts = pd.concat([_members(codes["micro"], rng), _heads(grids)], ignore_index=True)
    posts.insert(0, "person", [f"R{number:05d}" for number in range(1, len(posts) + 1)])
    persons = pd.DataFrame(
        {
            "code": posts["person"],
            "name": _names(len(posts), rng),
            "home_job": np.where(
                posts["kind"] == "member", rng.choice(list(HOME_JOBS), len(posts)), ""
            ),
            "department": posts.pop("department"),
        }
    )
    return PeopleSample(persons, posts, _teams(codes["unit"]), _party(codes["unit"], rng))


def _members(micros: list[str], rng: np.random.Generator) -> pd.DataFrame:
    known = np.array([code.startswith((PILOT, MARKET)) for code in micros])
    have = np.where(known, 3, rng.choice(_STRENGTHS[0], len(micros), p=_STRENGTHS[1]))
    return pd.DataFrame(
        {"grid": np.repeat(micros, have), "kind": "member", "own_post": "", "department": None}
    )


def _heads(grids: gpd.GeoDataFrame) -> pd.DataFrame:
    """A chief and a deputy of every area and unit; the deputies are of the police."""
    areas, units = (grids[grids["level"] == level] for level in ("area", "unit"))
    stations = _stations(grids)
    rows: list[tuple[str, str, str, str | None]] = []
    for code, name in zip(areas["code"], areas["name"], strict=True):
        rows += [
            (code, "chief", f"{name}负责人", None),
            (code, "deputy", f"{stations[code]}所长", "police"),
        ]
    for code, parent in zip(units["code"], units["parent"], strict=True):
        led_by_police = code == MARKET
        rows += [
            (code, "chief", "社区民警", "police")
            if led_by_police
            else (code, "chief", "村居书记", "committee"),
            (code, "deputy", f"{stations[parent]}社区民警", "police"),
        ]
    return pd.DataFrame(rows, columns=["grid", "kind", "own_post", "department"])


def _stations(grids: gpd.GeoDataFrame) -> dict[str, str]:
    """The police station whose officer is a deputy in each area: its namesake, or any other."""
    areas = grids[grids["level"] == "area"]
    names = list(grids.loc[grids["level"] == "police", "name"])
    own = {
        code: station
        for code, name in zip(areas["code"], areas["name"], strict=True)
        for station in names
        if station[:2] == name[:2]
    }
    others = [station for station in names if station not in own.values()]
    left = [code for code in areas["code"] if code not in own]
    return own | dict(zip(left, others, strict=True))


def _names(count: int, rng: np.random.Generator) -> list[str]:
    first, second, third = (rng.choice(letters, count) for letters in (_SURNAMES, FIRST, SECOND))
    short = rng.random(count) < 0.2
    return [
        a + b + ("" if brief else c)
        for a, b, c, brief in zip(first, second, third, short, strict=True)
    ]


def _teams(units: list[str]) -> tuple[Team, ...]:
    volunteers = Team(
        code="market-volunteers",
        grid=MARKET,
        kind="volunteers",
        name_zh="万商灯饰市场志愿者",
        name_en="Volunteers of the lighting market",
        people=100,
        as_of=_AS_OF,
        source=_SOURCE,
        qualifier="近",
    )
    coalition = Team(
        code="pilot-coalition",
        grid=PILOT,
        kind="coalition",
        name_zh="白银一坊平安联盟",
        name_en="Safety coalition of the pilot unit",
        people=24,
        as_of=_AS_OF,
    )
    return tuple(one for one in (volunteers, coalition) if one.grid in units)


def _party(units: list[str], rng: np.random.Generator) -> tuple[PartyCount, ...]:
    even = np.full(len(units), 1 / len(units))
    groups = rng.multinomial(PARTY_GROUPS, even)
    more = rng.multinomial(PARTY_MEMBERS - _FEWEST_OF_A_GROUP * PARTY_GROUPS, groups / groups.sum())
    return tuple(
        PartyCount(code, int(own), int(_FEWEST_OF_A_GROUP * own + others), _AS_OF, _SOURCE)
        for code, own, others in zip(units, groups, more, strict=True)
        if own
    )
