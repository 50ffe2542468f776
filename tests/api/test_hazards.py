"""Hazards over the web: listed, by grid, and what those of a grid have in common."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import Engine, delete, insert
from starlette.testclient import TestClient

from gisgrid.store.tables import address, hazard

from .district import SOUTH, STEP, WEST, level

BEGAN = datetime(2024, 3, 1, tzinfo=UTC)
CATEGORIES = ("fire", "city")
SUBJECTS = ("楼道堆物", "私拉电线", "乱扔垃圾")
ORIGINS = ("patrol", "resident", "police_call")

FILTERS: list[tuple[dict[str, Any], Any]] = [
    ({"category": "fire"}, lambda row: row["category"] == "fire"),
    ({"severity": [2, 3]}, lambda row: row["severity"] in (2, 3)),
    ({"state": "open"}, lambda row: row["state"] == "open"),
    ({"found_by": "reported"}, lambda row: row["origin"] != "patrol"),
    ({"found_by": "discovered"}, lambda row: row["origin"] == "patrol"),
    (
        {"since": "2024-03-20", "until": "2024-04-10T12:00+08:00"},
        lambda row: (
            row["found_at"] is not None
            and datetime(2024, 3, 19, 16, tzinfo=UTC)
            <= row["found_at"]
            < datetime(2024, 4, 10, 4, tzinfo=UTC)
        ),
    ),
]


def made(count: int, seed: int = 5) -> list[dict[str, Any]]:
    """Hazards all over the district and a little beyond; each tenth is confidential."""
    rng = np.random.default_rng(seed)
    x, y = rng.uniform(-0.1, 2.1, count), rng.uniform(-0.1, 2.1, count)
    minutes = rng.integers(0, 90 * 1440, count)
    return [
        {
            "source_id": f"H{k:05d}",
            "point": f"SRID=4326;POINT({WEST + x[k] * STEP} {SOUTH + y[k] * STEP})",
            "lon": WEST + x[k] * STEP,
            "lat": SOUTH + y[k] * STEP,
            "category": CATEGORIES[k % 2],
            "subject": SUBJECTS[k % 3],
            "severity": None if k % 7 == 0 else 1 + k % 3,
            "state": "open" if k % 4 == 0 else "fixed",
            "origin": ORIGINS[k % 3],
            "confidential": k % 10 == 9,
            "description": f"王五 13800000000 {k}",
            "found_at": None if k % 11 == 0 else BEGAN + timedelta(minutes=int(minutes[k])),
        }
        for k in range(count)
    ]


def put(engine: Engine, rows: list[dict[str, Any]]) -> None:
    stored = [{key: row[key] for key in row if key not in ("lon", "lat")} for row in rows]
    with engine.begin() as connection:
        connection.execute(delete(hazard))
        connection.execute(insert(hazard), stored)


@pytest.fixture
def rows(squares: Engine) -> list[dict[str, Any]]:
    """What anyone may see of the hazards in the database."""
    found = made(400)
    put(squares, found)
    return [row for row in found if not row["confidential"]]


def ask(client: TestClient, path: str, **asked: Any) -> Any:
    answer = client.get(f"/v1/hazards{path}", params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def moment(row: dict[str, Any]) -> tuple[bool, Any]:
    return row["found_at"] is not None, row["found_at"] or BEGAN


def owners(rows: list[dict[str, Any]], name: str) -> list[str | None]:
    """The grid of each hazard, by GEOS."""
    grids = level(name)
    points = shapely.points([row["lon"] for row in rows], [row["lat"] for row in rows])
    at, found = shapely.STRtree(grids.geometry.to_numpy()).query(points, "intersects")
    codes: list[str | None] = [None] * len(rows)
    for position, grid in zip(at, found, strict=True):
        codes[position] = grids["code"].iloc[grid]
    return codes


def test_all_are_listed_once_the_newest_first(
    client: TestClient, rows: list[dict[str, Any]]
) -> None:
    seen: list[dict[str, Any]] = []
    asked: str | None = "/v1/hazards?limit=37"
    while asked:
        answer = client.get(asked)
        said = answer.json()
        seen += said["hazards"]
        assert len(said["hazards"]) <= 37
        asked = said["next"]
        assert ("Link" in answer.headers) == (asked is not None) == (said["after"] is not None)
    expected = sorted(rows, key=lambda row: row["source_id"])
    assert sorted(one["id"] for one in seen) == [row["source_id"] for row in expected]
    by_id = {row["source_id"]: row for row in rows}
    order = [moment(by_id[one["id"]]) for one in seen]
    assert order == sorted(order, reverse=True)
    for one in seen:
        row = by_id[one["id"]]
        assert (one["category"], one["subject"], one["severity"], one["state"]) == tuple(
            row[key] for key in ("category", "subject", "severity", "state")
        )
        assert one["found_by"] == ("discovered" if row["origin"] == "patrol" else "reported")
        assert (one["lon"], one["lat"]) == pytest.approx((row["lon"], row["lat"]))
        found_at = one["found_at"] and datetime.fromisoformat(one["found_at"])
        assert found_at == row["found_at"]


def test_nothing_of_a_person_and_nothing_confidential_is_told(
    client: TestClient, rows: list[dict[str, Any]]
) -> None:
    hidden = {f"H{k:05d}" for k in range(9, 400, 10)}
    for path in ("/v1/hazards?limit=1000", "/v1/hazards/summary?grid=101", "/hazards"):
        text = client.get(path).text
        assert "13800000000" not in text
        assert not [one for one in hidden if one in text]
    assert ask(client, "/counts", level="area")["total"] == len(rows)


def test_filters_select_the_same_everywhere(client: TestClient, rows: list[dict[str, Any]]) -> None:
    for asked, wanted in FILTERS:
        kept = [row for row in rows if wanted(row)]
        assert 0 < len(kept) < len(rows)
        same_everywhere(client, kept, asked)


def same_everywhere(client: TestClient, kept: list[dict[str, Any]], asked: dict[str, Any]) -> None:
    said = ask(client, "", limit=1000, **asked)["hazards"]
    assert {one["id"] for one in said} == {row["source_id"] for row in kept}
    counts = ask(client, "/counts", level="unit", **asked)
    assert counts["total"] == len(kept)
    by_grid = Counter(owners(kept, "unit"))
    assert {one["code"]: one["count"] for one in counts["grids"]} == {
        code: by_grid[code] for code in sorted(level("unit")["code"])
    }
    grid = by_grid.most_common(1)[0][0]
    assert ask(client, "/summary", grid=grid, **asked)["total"] == by_grid[grid]


def test_counts_say_how_it_was_before_and_how_many_live_there(
    client: TestClient, rows: list[dict[str, Any]]
) -> None:
    since, until = datetime(2024, 4, 1, tzinfo=UTC), datetime(2024, 4, 21, tzinfo=UTC)
    said = ask(client, "/counts", since=since.isoformat(), until=until.isoformat())
    earlier = [
        row for row in rows if row["found_at"] and since - timedelta(20) <= row["found_at"] < since
    ]
    before = Counter(owners(earlier, "micro"))
    assert {one["code"]: one["before"] for one in said["grids"]} == {
        code: before[code] for code in level("micro")["code"]
    }
    assert said["before_total"] == len(earlier) > 0
    homes = {one["code"]: one["households"] for one in said["grids"]}
    assert homes["101001001"] == 30
    assert homes["101001002"] == 400
    whole = ask(client, "/counts")
    assert whole["before_total"] is None
    assert {one["before"] for one in whole["grids"]} == {None}


def test_by_grid_and_by_box(client: TestClient, rows: list[dict[str, Any]]) -> None:
    for name in ("area", "unit", "micro", "police"):
        codes = owners(rows, name)
        for code in set(codes) - {None}:
            said = ask(client, "", grid=code, limit=1000)["hazards"]
            expected = {
                row["source_id"] for row, own in zip(rows, codes, strict=True) if own == code
            }
            assert {one["id"] for one in said} == expected
            assert {one["grids"][name] for one in said} == {code}
    west, south, east, north = WEST + 0.3 * STEP, SOUTH, WEST + 1.2 * STEP, SOUTH + 0.7 * STEP
    said = ask(client, "", bbox=f"{west},{south},{east},{north}", limit=1000)["hazards"]
    assert {one["id"] for one in said} == {
        row["source_id"]
        for row in rows
        if west <= row["lon"] <= east and south <= row["lat"] <= north
    }


def test_a_summary_adds_up(client: TestClient, rows: list[dict[str, Any]]) -> None:
    own = [row for row, code in zip(rows, owners(rows, "area"), strict=True) if code == "101"]
    said = ask(client, "/summary", grid="101")
    assert said["total"] == len(own) == said["reported"] + said["discovered"]
    assert said["open"] == sum(row["state"] == "open" for row in own)
    assert said["discovered"] == sum(row["origin"] == "patrol" for row in own)
    assert {one["name"]: one["count"] for one in said["subjects"]} == Counter(
        row["subject"] for row in own
    )
    local = [row["found_at"] + timedelta(hours=8) for row in own if row["found_at"]]
    assert said["hours"] == [sum(at.hour == k for at in local) for k in range(24)]
    assert said["weekdays"] == [sum(at.weekday() == k for at in local) for k in range(7)]


def test_places_that_come_up_again_are_called_after_the_nearest_entrance(
    client: TestClient, squares: Engine
) -> None:
    found = made(6)
    for k, row in enumerate(found):
        # Four in the middle of a square of twenty metres, the others each in one of their own.
        lon, lat = (121.2024 + k * 1e-6, 31.3024) if k < 4 else (121.204, 31.301 + k / 5000)
        row["point"] = f"SRID=4326;POINT({lon} {lat})"
    put(squares, found)
    said = ask(client, "/summary", grid="101001001")["places"]
    assert [(one["count"], one["near"]) for one in said] == [(4, "白银路1号")]
    assert (said[0]["lon"], said[0]["lat"]) == pytest.approx((121.2024015, 31.3024), abs=1e-9)
    with squares.begin() as connection:
        connection.execute(delete(address))
    assert [one["near"] for one in ask(client, "/summary", grid="101001001")["places"]] == [""]


def test_an_answer_is_asked_for_again_by_its_tag(
    client: TestClient, rows: list[dict[str, Any]], squares: Engine
) -> None:
    for path in ("", "/counts", "/summary?grid=101"):
        first = client.get(f"/v1/hazards{path}")
        assert first.headers["cache-control"] == "private, no-cache"
        assert first.json()["revision"] > 0
        tag = {"If-None-Match": first.headers["etag"]}
        assert client.get(f"/v1/hazards{path}", headers=tag).status_code == 304
    before = {path: client.get(f"/v1/hazards{path}").headers["etag"] for path in ("", "/counts")}
    put(squares, made(401))
    for path, tag in before.items():
        assert client.get(f"/v1/hazards{path}").headers["etag"] != tag


REFUSED = [
    ("?bbox=1,2,3", 422),
    ("?bbox=3,2,1,4", 422),
    ("?bbox=nan,nan,nan,nan", 422),
    ("?after=nonsense", 422),
    ("?after=99999999999999999999.1", 422),
    ("?after=1.-1", 422),
    ("?limit=0", 422),
    ("?severity=4", 422),
    ("?colour=red", 422),
    ("?since=2024-05-01&until=2024-04-01", 422),
    ("?grid=nobody", 404),
    ("/summary", 422),
    ("/summary?grid=nobody", 404),
    ("/counts?level=street", 422),
]


def test_periods_may_reach_to_the_ends_of_the_calendar(client: TestClient, rows: Any) -> None:
    dated = sum(row["found_at"] is not None for row in rows)
    asked = "/v1/hazards/counts?since=1000-01-01&until="
    whole = client.get(f"{asked}9999-12-31").json()
    assert (whole["total"], whole["before_total"]) == (dated, 0)
    assert client.get(f"{asked}2024-01-01").json()["total"] == 0


def test_what_cannot_be_meant_is_refused(client: TestClient) -> None:
    for path, status in REFUSED:
        answer = client.get(f"/v1/hazards{path}")
        assert answer.status_code == status, path
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["detail"]
