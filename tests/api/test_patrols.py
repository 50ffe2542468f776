"""Patrols over HTTP: planned, read, visited, measured."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine, insert
from starlette.testclient import TestClient

from gisgrid.store.tables import dividing_line

JSON = {"Content-Type": "application/json"}
PLAN = {"shift": "20:00-22:00", "officers": 1, "officer_hours": 2}


def planned(client: TestClient, **asked: Any) -> Any:
    answer = client.post("/v1/patrols/plans", json=PLAN | asked)
    assert answer.status_code == 201, answer.text
    return answer


def test_a_plan_is_made_listed_and_read(client: TestClient) -> None:
    made = planned(client, grids=["101001004"], date="2024-06-01")
    plan = made.json()
    assert made.headers["location"] == f"/v1/patrols/plans/{plan['plan']['id']}"
    assert plan["plan"]["starts"] == "2024-06-01T20:00:00+08:00"
    # No hazard has a time, so homes say where to go.
    assert plan["hazards_until"] is None
    stops = {stop["grid"]: stop for stop in plan["stops"]}
    assert (stops["101001001"]["patrol_point"], stops["101001001"]["name"]) == ("p1", "巡逻点")
    assert stops["101001004"]["patrol_point"] is None
    assert (stops["101001004"]["why"], stops["101001004"]["address"]) == ("asked", "白银路2号")
    read = client.get(made.headers["location"])
    assert read.json() == plan
    assert read.headers["cache-control"] == "private, no-cache"
    again = client.get(made.headers["location"], headers={"If-None-Match": read.headers["etag"]})
    assert again.status_code == 304
    (listed,) = client.get("/v1/patrols/plans").json()["plans"]
    assert listed == plan["plan"]
    assert planned(client, grids=["101001004"], date="2024-06-01").json()["stops"][0].keys()


def test_plans_are_listed_page_by_page(client: TestClient) -> None:
    for _ in range(3):
        planned(client)
    page, found = "/v1/patrols/plans?limit=2", []
    while page:
        answer = client.get(page).json()
        found += [one["id"] for one in answer["plans"]]
        page = answer["next"]
    assert found == [3, 2, 1]


def test_visits_are_recorded_and_counted(client: TestClient) -> None:
    plan = planned(client, date="2024-06-01").json()
    path, stop = f"/v1/patrols/plans/{plan['plan']['id']}", plan["stops"][0]["id"]
    when = "2024-06-01T20:30:00+08:00"
    made = client.post(f"{path}/visits", json={"stop": stop, "visited_at": when, "note": "好"})
    assert made.status_code == 201, made.text
    assert (made.json()["visited_at"], made.json()["note"]) == (when, "好")
    assert client.get(path).json()["stops"][0]["visited_at"] == when
    (row,) = client.get("/v1/patrols/done").json()["rows"]
    assert (row["planned"], row["visited"]) == (len(plan["stops"]), 1)
    (week,) = client.get("/v1/patrols/done?by=week").json()["rows"]
    assert (week["key"], week["visited"]) == ("2024-05-27", 1)
    taken = client.post(f"{path}/visits", json={"stop": stop, "done": False})
    assert taken.status_code == 201
    assert client.get(path).json()["stops"][0]["visited_at"] is None
    assert client.post(f"{path}/visits", json={"stop": 999}).status_code == 404
    assert client.post("/v1/patrols/plans/99/visits", json={"stop": stop}).status_code == 404


@pytest.mark.parametrize(
    "said",
    [
        # One of these on record, and the plan could be read by nobody.
        {"visited_at": "0001-01-01T00:00:00+14:00"},
        {"visited_at": "9999-12-31T23:59:59-12:00"},
        {"visited_at": "2999-01-01T00:00:00"},
        {"note": "a\x00b"},
        {"note": "\ud800"},
        {"visitor": "\x1b[31m"},
    ],
)
def test_what_cannot_be_recorded_is_a_problem(client: TestClient, said: dict[str, Any]) -> None:
    plan = planned(client, date="2024-06-01").json()
    path = f"/v1/patrols/plans/{plan['plan']['id']}"
    body = json.dumps({"stop": plan["stops"][0]["id"]} | said)
    assert client.post(f"{path}/visits", content=body, headers=JSON).status_code == 422
    assert client.get(path).json() == plan


def test_points_and_homes_near_them(client: TestClient) -> None:
    (point,) = client.get("/v1/patrols/points").json()["points"]
    assert (point["id"], point["grid"], point["visited_at"]) == ("p1", "101001001", None)
    near = client.get("/v1/patrols/coverage?level=area&within_m=100").json()
    # Thirty households live at the point, twelve and nine more than 500 m away.
    assert (near["all"]["near"], near["all"]["households"], near["all"]["points"]) == (30, 51, 1)
    shares = {one["grid"]: one["share"] for one in near["grids"]}
    assert shares == {"101": pytest.approx(30 / 42), "102": 0.0}
    gaps = client.get("/v1/patrols/gaps?within_m=100")
    assert gaps.headers["content-type"].startswith("application/geo+json")
    found = [one["properties"] for one in gaps.json()["features"]]
    assert [(one["grid"], one["households"]) for one in found] == [
        ("101001004", 12),
        ("102002001", 9),
    ]
    assert client.get("/v1/patrols/gaps?within_m=5000").json()["features"] == []
    assert len(client.get("/v1/patrols/gaps?limit=1").json()["features"]) == 1
    far = client.get("/v1/patrols/coverage?within_m=5000").json()
    assert far["all"]["share"] == 1.0


def test_the_ground_has_the_streets_near_the_stops(client: TestClient, squares: Engine) -> None:
    lines = [
        ("near", "MULTILINESTRING((121.2 31.3025, 121.21 31.3025))"),
        ("far", "MULTILINESTRING((121.3 31.4, 121.31 31.4))"),
    ]
    with squares.begin() as connection:
        rows = [
            {"source_id": name, "class": "main", "name": name, "geom": f"SRID=4326;{shape}"}
            for name, shape in lines
        ]
        connection.execute(insert(dividing_line), rows)
    plan = planned(client, within="101001001").json()
    ground = client.get(f"/v1/patrols/plans/{plan['plan']['id']}/ground").json()
    assert [one["properties"]["name"] for one in ground["lines"]["features"]] == ["near"]
    codes = {one["properties"]["code"] for one in ground["grids"]["features"]}
    assert {"101001001", "101001002"} <= codes


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"shift": "late"}, 422),
        ({"officers": 0}, 422),
        ({"officer_hours": 3}, 422),
        ({"grids": ["101"]}, 422),
        ({"grids": ["nope"]}, 404),
        ({"within": "nope"}, 404),
        ({"within": "101002001"}, 409),
        ({"colour": "red"}, 422),
        ({"date": "soon"}, 422),
        ({"date": "0001-01-01"}, 422),
        ({"date": "9999-12-31"}, 422),
        ({"categories": ["\ud800"]}, 422),
        ({"within": "\ud800"}, 422),
    ],
)
def test_what_cannot_be_planned_is_a_problem(
    client: TestClient, asked: dict[str, Any], status: int
) -> None:
    # With the escapes that programs write, and browsers too.
    answer = client.post("/v1/patrols/plans", content=json.dumps(PLAN | asked), headers=JSON)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/patrols/plans").json()["plans"] == []


def test_who_may_not_change_plans_may_not_plan_patrols(client: TestClient) -> None:
    number = planned(client).json()["plan"]["id"]
    # Of another machine.
    other = TestClient(client.app)
    assert other.post("/v1/patrols/plans", json=PLAN).status_code == 403
    path = f"/v1/patrols/plans/{number}"
    assert other.post(f"{path}/visits", json={"stop": 1}).status_code == 403
    assert other.get(path).status_code == 200
    assert client.get("/v1/patrols/plans/99").status_code == 404
