"""Likely duplicates are offered, the likeliest first; none is merged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from gisgrid.access import Sight
from gisgrid.cases.stages import Stage
from gisgrid.errors import NotFound
from gisgrid.store.cases import act, duplicates_of, get, likely_duplicates
from gisgrid.store.scope import look_as
from tests.store.cases.conftest import MEMBER, closed, place, told

METRE = 1 / 1110  # of a square of the town, northward


def test_near_by_of_one_kind_and_recent(connection: Connection) -> None:
    case = told(connection, 0.5, 0.5)
    near = told(connection, 0.5, 0.5 + 30 * METRE)
    at_once = told(connection, 0.5, 0.5)
    kin = told(connection, 0.5, 0.5 + 10 * METRE, category="goods-outside")
    for x, y, more in (
        (0.5, 0.5 + 190 * METRE, {}),
        (0.9, 0.5, {}),
        (0.5, 0.5, {"category": "strung-wires"}),
        (0.5, 0.5, {"reported_at": datetime.now(UTC) - timedelta(days=29)}),
        (0.5, 0.5, {"reported_at": datetime.now(UTC) - timedelta(days=40)}),
    ):
        told(connection, x, y, **more)
    found = duplicates_of(connection, case.number)
    assert [one.case.number for one in found] == [at_once.number, near.number, kin.number]
    assert found[1].distance_m == pytest.approx(30, abs=1)
    assert found[0].likeness > found[1].likeness > found[2].likeness
    assert get(connection, near.number).stage is Stage.REPORTED


def test_what_is_to_be_reported_is_compared_too(connection: Connection) -> None:
    case = told(connection, 0.5, 0.5)
    lon, lat = place(0.5, 0.5).values()
    now = datetime.now(UTC)
    (found,) = likely_duplicates(connection, "unlicensed-stall", lon, lat, now)
    assert found.case == case
    assert likely_duplicates(connection, "dispute", lon, lat, now) == []
    with pytest.raises(NotFound):
        likely_duplicates(connection, "ufo", lon, lat, now)


def test_what_is_over_is_no_duplicate_unless_it_was_closed_just_now(
    connection: Connection,
) -> None:
    case = told(connection)
    just = closed(connection)
    refused = told(connection)
    act(connection, refused.number, "refuse", actor=MEMBER, reason="x")
    assert [one.case.number for one in duplicates_of(connection, case.number)] == [just.number]


def test_nothing_out_of_sight_is_offered(connection: Connection) -> None:
    case = told(connection, 3.999, 0.5)
    told(connection, 4.001, 0.5)
    assert len(duplicates_of(connection, case.number)) == 1
    look_as(connection, Sight(grids=frozenset({case.grids["area"]})))
    assert duplicates_of(connection, case.number) == []


def test_at_most_as_many_as_asked_for(connection: Connection) -> None:
    case = told(connection)
    for _ in range(4):
        told(connection)
    assert len(duplicates_of(connection, case.number, limit=3)) == 3
