"""The made-up district as a whole: every stage in order, into one value."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gisgrid.sample.addresses import name_pilot_road, write_addresses
from gisgrid.sample.aliases import write_aliases
from gisgrid.sample.cases import CasesSample, draw_cases
from gisgrid.sample.facilities import HONGDE, draw_facilities
from gisgrid.sample.grids import MicroGrids, build_grids, build_micros, draw_police
from gisgrid.sample.hazards import Places, draw_hazards
from gisgrid.sample.homes import build_homes
from gisgrid.sample.land import Land, divide_land
from gisgrid.sample.market import CampaignSample, draw_campaign
from gisgrid.sample.naming import read_divisions
from gisgrid.sample.network import Network, build_network
from gisgrid.sample.outline import draw_towns
from gisgrid.sample.people import PeopleSample, draw_people
from gisgrid.sample.plane import FloatArray, IntArray, generator, to_degrees, to_plane

__all__ = ["NOTICE", "SEED", "District", "build_district"]

NOTICE = "示例数据 / made-up data"
"""What every map, page and answer drawn from the sample says."""

SEED = 20240915
"""The seed of the district that ``data/boundaries`` holds."""

_PLACE_DECIMALS = 7


@dataclass(frozen=True)
class District:
    """A made-up district: frames in EPSG:4326 (longitude, latitude), sorted, with stable ids.

    Attributes
    ----------
    grids : GeoDataFrame
        ``level`` (area, unit, micro, police), ``code``, ``name``, ``parent`` (code or None),
        ``special``, ``households`` (Int64: the sum of the addresses inside, NA for police),
        Polygon.
        Areas are the exact union of their units, units of their micro-grids.
    addresses : GeoDataFrame
        ``id``, ``address``, ``road``, ``lane``, ``number``, ``building``, ``estate`` (text or
        missing), ``households``, ``residents``, ``building_id``, Point strictly inside its
        micro-grid.
    aliases : DataFrame
        ``name``, ``means``, ``kind`` (estate: the name of a lane's estate, means the beginning of
        its addresses; old-name: what a road was called, means the road).
    buildings : GeoDataFrame
        ``id``, ``name``, ``floors``, ``households``, Polygon inside one street block.
    lines : GeoDataFrame
        ``id``, ``cls`` (river, main, minor, wall), ``name`` (or missing), ``level`` of the
        border it draws (district, area, unit, micro; block: no border), LineString.
    hazards : GeoDataFrame
        ``id``, ``category`` (fire, security, city, tip), ``subject``, ``severity`` 1-3, ``state``
        (open, fixed), ``origin``, ``found_at``, ``fixed_at`` (aware, NaT while open),
        ``confidential``, ``description``, Point.
    patrols : GeoDataFrame
        ``id``, ``name``, Point; at least one in every micro-grid.
    campaign : CampaignSample
    people : PeopleSample
    cases : CasesSample
    facilities : GeoDataFrame
        ``id``, ``kind``, ``name``, ``installed_on``, ``expires_on`` (dates or None),
        ``upkeep_every_days`` (Int64), Point at a door.
    """

    grids: gpd.GeoDataFrame
    addresses: gpd.GeoDataFrame
    aliases: pd.DataFrame
    buildings: gpd.GeoDataFrame
    lines: gpd.GeoDataFrame
    hazards: gpd.GeoDataFrame
    patrols: gpd.GeoDataFrame
    campaign: CampaignSample
    people: PeopleSample
    cases: CasesSample
    facilities: gpd.GeoDataFrame


def _frame(frame: pd.DataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(frame, geometry="geometry", crs="EPSG:4326")


def _ids(letter: str, count: int) -> list[str]:
    return [f"{letter}{i:06d}" for i in range(1, count + 1)]


def _addresses(doors: pd.DataFrame, texts: pd.DataFrame) -> gpd.GeoDataFrame:
    building_ids = np.array(_ids("B", int(doors["building"].max()) + 1))
    frame = texts.assign(
        households=doors["households"],
        residents=doors["residents"],
        building_id=building_ids[doors["building"].to_numpy()],
        geometry=to_degrees(doors["geometry"].to_numpy(), _PLACE_DECIMALS),
    )
    frame.insert(0, "id", _ids("A", len(frame)))
    return _frame(frame)


def _buildings(
    buildings: pd.DataFrame, doors: pd.DataFrame, texts: pd.DataFrame
) -> gpd.GeoDataFrame:
    first = np.flatnonzero(np.r_[True, np.diff(doors["building"].to_numpy()) > 0])
    parts = texts.iloc[first].fillna("")
    street = (parts["road"] + parts["lane"]).where(parts["road"] != "", parts["estate"])
    name = (street + parts["number"] + parts["building"]).to_numpy(dtype=object)
    market = np.flatnonzero((buildings["kind"] == "market").to_numpy())
    name[market] = [f"万商灯饰市场{i}号楼" for i in range(1, len(market) + 1)]
    frame = pd.DataFrame(
        {
            "id": _ids("B", len(buildings)),
            "name": name,
            "floors": buildings["floors"],
            "households": buildings["households"],
            "geometry": to_degrees(buildings["geometry"].to_numpy(), _PLACE_DECIMALS),
        }
    )
    return _frame(frame)


def _patrols(
    micros: pd.DataFrame, doors: pd.DataFrame, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """One patrol point at a door of every micro-grid, a second in every fifth."""
    count = np.where(rng.random(len(micros)) < 0.2, 2, 1)
    ends = np.flatnonzero(np.diff(doors["micro"].to_numpy())) + 1
    rows, names = [], []
    for micro, doors_here in enumerate(np.split(np.arange(len(doors)), ends)):
        chosen = rng.choice(doors_here, count[micro], replace=False)
        rows += chosen.tolist()
        names += [f"{micros['name'][micro]}巡逻点{i + 1}" for i in range(len(chosen))]
    points = to_degrees(doors["geometry"].to_numpy()[rows], _PLACE_DECIMALS)
    return _frame(pd.DataFrame({"id": _ids("P", len(rows)), "name": names, "geometry": points}))


def _places(
    doors: pd.DataFrame, network: Network, areas: gpd.GeoDataFrame, rng: np.random.Generator
) -> Places:
    lines = network.lines
    roads = lines[lines["name"].notna() & lines["cls"].isin(["main", "minor"])]
    length = shapely.length(to_plane(roads["geometry"].to_numpy()))
    # City life is where the streets are short and many: the long country roads count less.
    chance = 1 / length / (1 / length).sum()
    pick = rng.choice(len(roads), 6000, p=chance)
    along = shapely.line_interpolate_point(
        to_plane(roads["geometry"].to_numpy()[pick]), rng.random(6000), normalized=True
    )
    xy: FloatArray = shapely.get_coordinates(doors["geometry"].to_numpy())
    return Places(
        homes=xy,
        households=doors["households"].to_numpy(),
        micro=doors["micro"].to_numpy(),
        streets=shapely.get_coordinates(along),
        market=xy[(doors["kind"] == "market").to_numpy()],
        district=areas.geometry.to_numpy(),
    )


def _lay_out(seed: int) -> tuple[Land, Network, MicroGrids]:
    """Land, lines and micro-grids."""
    towns, arcs = draw_towns(generator(seed, 1))
    divisions = read_divisions()
    land = divide_land(towns, arcs, divisions, generator(seed, 2))
    network = build_network(land, generator(seed, 3))
    micros = build_micros(network.faces, land, divisions)
    return land, name_pilot_road(network, micros), micros


def _lines(network: Network) -> gpd.GeoDataFrame:
    frame = network.lines.copy()
    frame.insert(0, "id", _ids("L", len(frame)))
    return _frame(frame)


def build_district(seed: int = SEED) -> District:
    """Build the sample district: the same for the same seed, in about 20 s.

    Parameters
    ----------
    seed : int
        Another seed gives another district of the same size; a few seeds fail with a
        RuntimeError, because their lines meet too closely.
    """
    land, network, micros = _lay_out(seed)
    divisions = read_divisions()
    buildings, doors = build_homes(network.faces, land, micros, generator(seed, 4))
    texts = write_addresses(doors, network, micros, divisions, generator(seed, 5))
    households: IntArray = np.bincount(doors["micro"], weights=doors["households"]).astype(np.int64)
    police = draw_police(network.faces, land, generator(seed, 6))
    grids = build_grids(micros, households, police, divisions)
    houses = _buildings(buildings, doors, texts)
    market = houses[(buildings["kind"] == "market").to_numpy()]
    rng = generator(seed, 7)
    places = _places(doors, network, grids[grids["level"] == "area"], rng)
    addresses = _addresses(doors, texts)
    return District(
        grids=grids,
        addresses=addresses,
        aliases=write_aliases(texts, generator(seed, 10)),
        buildings=houses,
        lines=_lines(network),
        hazards=draw_hazards(places, rng),
        patrols=_patrols(micros.frame, doors, generator(seed, 8)),
        campaign=draw_campaign(market, generator(seed, 9)),
        people=draw_people(grids, generator(seed, 11)),
        cases=draw_cases(addresses, generator(seed, 12)),
        facilities=draw_facilities(
            addresses,
            market["id"],
            grids.set_index("code").geometry[HONGDE],
            generator(seed, 13),
        ),
    )
