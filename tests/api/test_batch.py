from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.geometry.crs import Crs, from_wgs84
from gisgrid.settings import Settings

from .district import BEGAN, SOUTH, STEP, WEST, level, put
from .waiting import until_served

INSIDE = [WEST + 0.2 * STEP, SOUTH + 0.2 * STEP]
OUTSIDE = [WEST + 9 * STEP, SOUTH]


def post(client: TestClient, points: Any, **more: Any) -> Any:
    return client.post("/v1/resolve/batch", json={"points": points, **more})


def test_rows_come_in_the_order_of_the_points(client: TestClient) -> None:
    points = [OUTSIDE, INSIDE, [WEST + 1.75 * STEP, SOUTH + 1.75 * STEP], [WEST, SOUTH], INSIDE]
    answer = post(client, points)
    assert answer.status_code == 200
    found = answer.json()
    assert found["revision"] == 4
    assert found["crs"] == "wgs84"
    assert found["rows"][1] == {
        "status": "inside",
        "area": "101",
        "unit": "101001",
        "micro": "101001001",
        "error": None,
    }
    assert [row["status"] for row in found["rows"]] == [
        "outside",
        "inside",
        "inside",
        "border",
        "inside",
    ]
    assert [row["micro"] for row in found["rows"]] == [
        None,
        "101001001",
        None,
        "101001001",
        "101001001",
    ]


BAD = [
    '"121.2,31.3"',
    "null",
    "[]",
    "[121.2]",
    "[121.2, 31.3, 5]",
    '["121.2", "31.3"]',
    "[121.2, null]",
    "[true, false]",
    "[NaN, 31.3]",
    "[121.2, Infinity]",
    "[31.3, 121.2]",
    "[181, 0]",
    "[1e400, 0]",
    f"[1{'0' * 400}, 0]",
    '{"lon": 121.2}',
]


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_point_is_an_error_in_its_own_row(client: TestClient, bad: str) -> None:
    body = f'{{"points": [{json.dumps(INSIDE)}, {bad}, {json.dumps(INSIDE)}]}}'
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/resolve/batch", content=body, headers=headers)
    assert answer.status_code == 200, answer.text
    first, row, last = answer.json()["rows"]
    assert first == last
    assert first["micro"] == "101001001"
    assert row["status"] == "error"
    assert row["error"]
    assert (row["area"], row["unit"], row["micro"]) == (None, None, None)


@pytest.mark.parametrize("crs", ["gcj02", "bd09", "EPSG:32651", "EPSG:27700"])
def test_numbers_that_no_system_has_are_errors_in_their_rows(client: TestClient, crs: str) -> None:
    x, y = from_wgs84(INSIDE[0], INSIDE[1], Crs.parse(crs))
    points = [[1e308, -1e308], [float(x), float(y)], [-1e300, 0]]
    rows = post(client, points, crs=crs).json()["rows"]
    assert [row["status"] for row in rows] == ["error", "inside", "error"]


def test_an_empty_batch_has_no_rows(client: TestClient) -> None:
    assert post(client, []).json()["rows"] == []


def test_the_system_of_the_coordinates_is_honoured(client: TestClient) -> None:
    x, y = from_wgs84(INSIDE[0], INSIDE[1], Crs.parse("bd09"))
    found = post(client, [[float(x), float(y)]], crs="bd09").json()
    assert found["crs"] == "bd09"
    assert found["rows"][0]["micro"] == "101001001"
    assert post(client, [[float(x), float(y)]]).json()["rows"][0]["micro"] != "101001001"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "points"),
        (b"{}", "points"),
        (b'{"points": 3}', "points"),
        (b'{"points": [], "srs": "gcj02"}', "srs"),
        (b'{"points": [], "crs": "mars"}', "EPSG:n, wgs84"),
        (b'{"points": [], "crs": ""}', "EPSG:n, wgs84"),
        (b'{"points": [], "at": "soon"}', "2024-09-15"),
    ],
)
def test_a_batch_that_cannot_be_read_is_a_problem(
    client: TestClient, body: bytes, says: str
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = client.post("/v1/resolve/batch", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.text


def test_more_than_the_limit_is_refused_and_the_limit_is_named(
    squares: Engine, settings: Settings
) -> None:
    settings.batch_limit = 3
    settings.body_limit_bytes = 300
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        assert post(client, [INSIDE] * 3).status_code == 200
        many = post(client, [INSIDE] * 4)
        large = post(client, [], crs="w" * 300)
    for answer in (many, large):
        assert answer.status_code == 413
        assert answer.headers["content-type"] == "application/problem+json"
    assert "limit of 3" in many.json()["detail"]
    assert "300 bytes" in large.json()["detail"]


@pytest.mark.parametrize(
    "points",
    ["[]," * 400, "{}," * 400, '[{"lon": 1}],' * 300, "0," * 4000, f"[{'1,' * 4000}1],"],
    ids=lambda points: points[:9],
)
def test_a_body_of_too_many_values_is_refused_before_they_are_made(
    squares: Engine, settings: Settings, monkeypatch: pytest.MonkeyPatch, points: str
) -> None:
    def made(body: bytes) -> None:
        raise AssertionError("it was read")

    monkeypatch.setattr("api.batch.json_points._parsed", made)
    settings.batch_limit = 300
    body = f'{{"points": [{points[:-1]}]}}'
    headers = {"Content-Type": "application/json"}
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        answer = client.post("/v1/resolve/batch", content=body, headers=headers)
    assert answer.status_code == 413
    assert "300" in answer.json()["detail"]


@pytest.mark.parametrize("bad", BAD)
def test_as_many_points_as_the_limit_may_all_be_bad(
    squares: Engine, settings: Settings, bad: str
) -> None:
    settings.batch_limit = 50
    body = f'{{"at": "today", "points": [{", ".join([bad] * 50)}], "crs": "wgs84"}}'
    headers = {"Content-Type": "application/json"}
    with TestClient(create_app(settings, engine=squares, demo=True)) as client:
        answer = client.post("/v1/resolve/batch", content=body, headers=headers)
    assert {row["status"] for row in answer.json()["rows"]} == {"error"}


def test_a_publish_shows_in_the_next_batch(client: TestClient, squares: Engine) -> None:
    before = post(client, [INSIDE]).json()
    frame = level("micro")
    frame = frame[frame["parent"] == "101001"].iloc[[0, 1]].copy()
    # The first two quarters of the unit change places.
    frame.geometry = frame.geometry.iloc[::-1].to_numpy()
    with squares.begin() as connection:
        put(connection, "micro", frame)
    until_served(client, 5)
    after = post(client, [INSIDE]).json()
    assert (before["revision"], before["rows"][0]["micro"]) == (4, "101001001")
    assert (after["revision"], after["rows"][0]["micro"]) == (5, "101001002")
    past = post(client, [INSIDE], at=BEGAN.isoformat()).json()
    assert (past["revision"], past["rows"][0]["micro"]) == (5, "101001001")
    assert past["at"] == "2024-01-01T08:00:00+08:00"


def test_without_boundaries_every_point_is_outside(engine: Engine, settings: Settings) -> None:
    with TestClient(create_app(settings, engine=engine, demo=True)) as client:
        found = post(client, [INSIDE, None]).json()
        assert found["revision"] == 0
        assert [row["status"] for row in found["rows"]] == ["outside", "error"]
        assert client.get("/v1/resolve?lon=121&lat=31").json()["status"] == "outside"
        assert client.get("/v1/grids").json() == {"revision": 0, "grids": [], "next": None}
        assert client.get("/v1/outlines?level=unit").json()["features"] == []
        assert client.get("/").status_code == 200
