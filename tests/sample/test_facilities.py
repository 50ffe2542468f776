"""The made-up facilities: enough of each kind, where people live, some of them due."""

from __future__ import annotations

from datetime import date

import numpy as np
import shapely
from sqlalchemy import Engine, select

from gisgrid.cases.facilities import FACILITY_KINDS
from gisgrid.sample import District
from gisgrid.sample.facilities import HONGDE
from gisgrid.store import clock
from gisgrid.store.tables import facility
from gisgrid.store.works.facilities import facility_listing
from tests.campaigns import ZONE


def test_there_are_some_hundred_of_every_kind(district: District) -> None:
    frame = district.facilities
    assert 400 < len(frame) < 900
    assert frame["id"].is_unique
    assert set(frame["kind"]) == set(FACILITY_KINDS)
    names = district.addresses["address"]
    assert frame["name"].str.startswith(tuple(names.str[:6].unique())).all()


def test_residents_of_hongde_have_their_drying_area(district: District) -> None:
    grids = district.grids.set_index("code")
    made = district.facilities[district.facilities["name"].str.endswith("共享晾晒区")]
    (place,) = made.geometry
    assert shapely.contains(grids.geometry[HONGDE], place)


def test_some_have_expired_and_most_have_not(district: District) -> None:
    frame = district.facilities.dropna(subset=["expires_on"])
    gone = np.array([day <= date(2026, 11, 1) for day in frame["expires_on"]])
    assert 5 < gone.sum() < 0.3 * len(gone)
    assert all(frame["expires_on"] > frame["installed_on"])


def test_they_are_loaded_with_their_days(sample: Engine, district: District) -> None:
    with sample.connect() as connection:
        rows = connection.execute(select(facility).order_by(facility.c.source_id)).all()
        due = facility_listing(connection, clock.now(connection, ZONE), due_by=date(2026, 11, 1))
    frame = district.facilities
    assert [row.source_id for row in rows] == list(frame["id"])
    assert [row.expires_on for row in rows] == list(frame["expires_on"])
    every = frame["upkeep_every_days"].astype(object)
    assert [row.upkeep_every_days for row in rows] == list(every.where(every.notna(), None))
    assert all(row.micro_id for row in rows)
    assert 20 < len(due) < 200
