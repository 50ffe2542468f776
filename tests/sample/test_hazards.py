"""Hazards of the sample: the account's totals, where and when they gather."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import shapely
from shapely import STRtree

from gisgrid.sample import District
from gisgrid.sample.naming import MARKET

LAST = datetime(2024, 9, 15, tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.mark.parametrize(
    ("category", "count"), [("fire", 23_000), ("security", 9_420), ("city", 1_340), ("tip", 37)]
)
def test_totals_of_the_account(district: District, category: str, count: int) -> None:
    assert (district.hazards["category"] == category).sum() == count


def test_values_are_in_range(district: District) -> None:
    hazards = district.hazards
    assert hazards["id"].is_unique
    assert hazards["id"].is_monotonic_increasing
    assert set(hazards["severity"]) == {1, 2, 3}
    assert set(hazards["origin"]) == {"patrol", "resident", "police_call", "courier", "tip"}
    assert hazards["description"].str.len().min() > 3


def test_only_tips_are_confidential(district: District) -> None:
    hazards = district.hazards
    assert (hazards["confidential"] == (hazards["category"] == "tip")).all()
    assert (hazards.loc[hazards["confidential"], "origin"] == "tip").all()


def test_times_are_aware_and_in_order(district: District) -> None:
    hazards = district.hazards
    assert str(hazards["found_at"].dt.tz) == "Asia/Shanghai"
    assert hazards["found_at"].min() >= datetime(2023, 3, 15, tzinfo=LAST.tzinfo)
    assert hazards["found_at"].max() < LAST
    fixed = hazards["state"] == "fixed"
    assert (hazards["fixed_at"].notna() == fixed).all()
    assert (hazards["fixed_at"] > hazards["found_at"])[fixed].all()
    assert hazards["fixed_at"].max() < LAST
    assert fixed.mean() > 0.97
    waiting = hazards.loc[~fixed, "found_at"]
    assert len(waiting) > 100
    assert waiting.min() > LAST - timedelta(days=90)


def test_all_lie_in_the_district(district: District) -> None:
    areas = district.grids[district.grids["level"] == "area"].geometry.to_numpy()
    hazard, _ = STRtree(areas).query(district.hazards.geometry.to_numpy(), predicate="intersects")
    assert len(set(hazard.tolist())) == len(district.hazards)


def test_they_gather_at_the_market_and_in_some_micro_grids(district: District) -> None:
    micros = district.grids[district.grids["level"] == "micro"]
    _, micro = STRtree(micros.geometry.to_numpy()).query(
        district.hazards.geometry.to_numpy(), predicate="within"
    )
    counts = np.bincount(micro, minlength=len(micros))
    market = counts[(micros["parent"] == MARKET).to_numpy()]
    assert market.min() > 8 * np.median(counts)
    # An even spread would have a variance near its mean.
    assert counts.var() > 5 * counts.mean()


def test_barbecue_trouble_comes_on_summer_nights_at_a_few_stalls(district: District) -> None:
    hazards = district.hazards
    barbecue = hazards[hazards["subject"] == "烧烤摊夜间扰序"]
    summer = barbecue["found_at"].dt.month.isin([6, 7, 8])
    night = barbecue["found_at"].dt.hour >= 20
    assert (summer & night).mean() > 0.6
    spots = shapely.union_all(shapely.buffer(barbecue.geometry.to_numpy(), 0.001))
    assert shapely.get_num_geometries(spots) < 40
