"""The campaign in the market: its windows, days and figures."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import shapely

from gisgrid.sample import District
from gisgrid.sample.naming import MARKET
from gisgrid.sample.plane import to_plane


def test_639_windows_each_on_a_facade_of_its_building(district: District) -> None:
    items = district.campaign.items
    assert len(items) == 639
    assert items["id"].is_unique
    buildings = district.buildings.set_index("id").geometry[items["building_id"]]
    walls = shapely.boundary(to_plane(buildings.to_numpy()))
    assert shapely.distance(walls, to_plane(items.geometry.to_numpy())).max() < 0.005
    market = district.grids.set_index("code").geometry[MARKET]
    assert shapely.within(items.geometry.to_numpy(), market).all()
    assert items["building_id"].nunique() == 22


def test_windows_are_on_the_floors_where_people_live(district: District) -> None:
    assert set(district.campaign.items["floor"]) == {2, 3}


def test_no_two_windows_are_one(district: District) -> None:
    items = district.campaign.items
    keys = items["floor"].astype(str) + items.geometry.to_wkt()
    assert keys.is_unique


def test_all_are_removed_within_three_months(district: District) -> None:
    campaign = district.campaign
    during = next(phase for phase in campaign.phases if phase.code == "during")
    days = campaign.items["done_on"]
    assert during.starts <= days.min()
    assert days.max() < during.ends
    assert timedelta(days=60) < days.max() - days.min() <= timedelta(days=92)
    assert days.nunique() > 40


def test_phases_follow_each_other(district: District) -> None:
    campaign = district.campaign
    assert [phase.code for phase in campaign.phases] == ["before", "during", "after"]
    for earlier, later in pairwise(campaign.phases):
        assert earlier.ends == later.starts
    assert campaign.phases[0].planned_percent == 0
    assert campaign.phases[1].planned_percent == 100
    assert campaign.unit_code == MARKET


def test_figures_keep_their_qualifier_and_source(district: District) -> None:
    tasks = {task.name_en: task for task in district.campaign.tasks}
    windows = tasks["anti-theft windows removed"]
    assert (windows.target, windows.actual, windows.unit_zh) == (639, None, "扇")
    assert (windows.item_zh, windows.done_zh) == ("防盗窗", "已拆除")
    waste = tasks["building waste cleared"]
    assert (waste.target, waste.target_qualifier, waste.actual) == (None, "数十", 11.5)
    cars = tasks["abandoned cars and e-bikes towed"]
    assert (cars.actual, cars.qualifier) == (70, "余")
    for task in tasks.values():
        assert task.source
        assert task.as_of is not None


def test_evidence_of_each_building_before_and_after(district: District) -> None:
    campaign = district.campaign
    evidence, items = campaign.evidence, campaign.items
    assert evidence["id"].is_unique
    assert set(evidence["item"]) - {""} <= set(items["id"])
    for stage in ("before", "after"):
        own = evidence[evidence["stage"] == stage].set_index("building")["taken_on"]
        days = items.groupby("building_id")["done_on"]
        assert set(own.index) == set(days.groups)
        early, late = days.min(), days.max()
        assert (own < early[own.index] if stage == "before" else own >= late[own.index]).all()
