"""Addresses, buildings and patrol points of the sample."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import STRtree

from gisgrid.sample import District
from gisgrid.sample.naming import MARKET, PILOT
from gisgrid.sample.plane import to_plane


def test_near_fifty_thousand_addresses_each_written_once(district: District) -> None:
    addresses = district.addresses
    assert 47_500 < len(addresses) < 52_500
    assert addresses["id"].is_unique
    assert addresses["id"].is_monotonic_increasing
    assert addresses["address"].is_unique


def test_addresses_lie_strictly_inside_the_town_they_name(district: District) -> None:
    grids = district.grids
    micros = grids[grids["level"] == "micro"]
    areas = grids[grids["level"] == "area"].set_index("code")["name"]
    points = district.addresses.geometry.to_numpy()
    # contains_properly: a point on a border is no match.
    micro, point = STRtree(points).query(micros.geometry.to_numpy(), predicate="contains_properly")
    assert sorted(point) == list(range(len(points)))
    town = np.empty(len(points), dtype=object)
    town[point] = areas[micros["parent"].str[:9]].to_numpy(dtype=object)[micro]
    text = district.addresses["address"]
    assert all(a.startswith(f"上海市嘉定区{t}") for a, t in zip(text, town, strict=True))


def test_parts_make_up_the_address(district: District) -> None:
    parts = district.addresses[["road", "lane", "number", "building", "estate"]].fillna("")
    head = parts["road"].where(parts["road"] != "", parts["estate"])
    tail = head + parts["lane"] + parts["number"] + parts["building"]
    text = district.addresses["address"]
    assert all(a.endswith(t) for a, t in zip(text, tail, strict=True))
    assert parts["number"].str.fullmatch(r"\d+号").all()
    assert parts["lane"].str.fullmatch(r"(\d+弄)?").all()


def test_known_addresses(district: District) -> None:
    addresses = district.addresses.set_index("address")
    pilot = district.grids.set_index("code").geometry[PILOT]
    door = addresses.loc["上海市嘉定区马陆镇白银路288弄12号"]
    assert pilot.contains(door["geometry"])
    estate = addresses[addresses["estate"] == "惠民家园"]
    assert len(estate) >= 10
    assert estate.index.str.startswith("上海市嘉定区马陆镇惠民家园").all()


def test_roads_are_shared_by_several_units(district: District) -> None:
    grids = district.grids
    units = grids[grids["level"] == "unit"].geometry.to_numpy()
    addresses = district.addresses.dropna(subset="road")
    point, unit = STRtree(units).query(addresses.geometry.to_numpy(), predicate="within")
    reach = addresses.iloc[point].assign(unit=unit).groupby("road")["unit"].nunique()
    assert (reach > 1).sum() > 100


def test_pilot_has_four_thousand_six_hundred_residents(district: District) -> None:
    grids = district.grids
    assert (grids["parent"] == PILOT).sum() == 4
    pilot = grids.set_index("code").geometry[PILOT]
    inside = shapely.within(district.addresses.geometry.to_numpy(), pilot)
    assert district.addresses["residents"][inside].sum() == 4600


def test_everybody_has_a_household(district: District) -> None:
    addresses = district.addresses
    assert (addresses["households"] >= 1).all()
    assert (addresses["residents"] >= addresses["households"]).all()


def test_buildings_hold_the_households_of_their_doors(district: District) -> None:
    sums = district.addresses.groupby("building_id")["households"].sum()
    buildings = district.buildings.set_index("id")
    assert (buildings["households"] == sums.reindex(buildings.index)).all()
    assert buildings.index.is_monotonic_increasing
    home = buildings.geometry[district.addresses["building_id"]].to_numpy()
    assert shapely.contains_properly(home, district.addresses.geometry.to_numpy()).all()


def test_doors_are_near_a_wall(district: District) -> None:
    buildings = district.buildings.set_index("id").geometry
    walls = shapely.boundary(to_plane(buildings[district.addresses["building_id"]].to_numpy()))
    away = shapely.distance(walls, to_plane(district.addresses.geometry.to_numpy()))
    assert away.max() < 1.1


def test_buildings_do_not_overlap(district: District) -> None:
    polygons = district.buildings.geometry.to_numpy()
    a, b = STRtree(polygons).query(polygons, predicate="intersects")
    assert (a == b).all()


def test_the_market_has_22_buildings_of_three_floors(district: District) -> None:
    market = district.grids.set_index("code").geometry[MARKET]
    inside = district.buildings[shapely.within(district.buildings.geometry.to_numpy(), market)]
    assert len(inside) == 22
    assert (inside["floors"] == 3).all()
    assert inside["name"].tolist() == [f"万商灯饰市场{i}号楼" for i in range(1, 23)]


def test_every_micro_grid_has_a_patrol_point(district: District) -> None:
    micros = district.grids[district.grids["level"] == "micro"]
    patrols = district.patrols
    point, micro = STRtree(micros.geometry.to_numpy()).query(
        patrols.geometry.to_numpy(), predicate="within"
    )
    assert sorted(point) == list(range(len(patrols)))
    assert len(set(micro.tolist())) == len(micros)
    assert 2800 < len(patrols) < 3300
    assert patrols["id"].is_unique
    names = zip(patrols["name"].iloc[point], micros["name"].iloc[micro], strict=True)
    assert all(patrol.startswith(name) for patrol, name in names)
