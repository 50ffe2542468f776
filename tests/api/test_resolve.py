from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from gisgrid.geometry.crs import Crs, from_wgs84

from .district import BEGAN, SOUTH, STEP, WEST, level


def ask(client: TestClient, column: float, row: float, **more: Any) -> dict[str, Any]:
    """The answer for a place of the lattice."""
    params = {"lon": WEST + column * STEP, "lat": SOUTH + row * STEP, **more}
    answer = client.get("/v1/resolve", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def codes(found: dict[str, Any]) -> list[str]:
    """The codes of an answer from the area down."""
    return [grid["code"] for grid in found["grids"]]


def test_a_point_inside_has_an_owner_at_every_level(client: TestClient) -> None:
    found = ask(client, 0.2, 0.2)
    assert found["status"] == "inside"
    assert found["revision"] == 4
    assert found["crs"] == "wgs84"
    assert found["nested"] is True
    assert found["missing"] == []
    assert "notice" not in found
    assert [(grid["level"], grid["code"], grid["name"]) for grid in found["grids"]] == [
        ("area", "101", "马陆镇"),
        ("unit", "101001", "白银一坊"),
        ("micro", "101001001", "网格101001001"),
    ]
    assert found["grids"][2]["path"] == ["101", "101001", "101001001"]
    assert found["police"]["code"] == "P1"


def test_a_shared_border_belongs_to_the_path_that_comes_first(client: TestClient) -> None:
    found = ask(client, 0.2, 1.0)
    assert found["status"] == "border"
    assert codes(found) == ["101", "101001", "101001003"]


def test_where_a_micro_grid_reaches_over_its_unit_the_answer_says_so(client: TestClient) -> None:
    lon = WEST + STEP + 5e-10
    found = client.get("/v1/resolve", params={"lon": lon, "lat": SOUTH + 0.75 * STEP}).json()
    assert codes(found) == ["101", "101002", "101001004"]
    assert found["nested"] is False


def test_a_level_without_an_owner_is_missing(client: TestClient) -> None:
    found = ask(client, 1.75, 1.75)
    assert found["status"] == "inside"
    assert codes(found) == ["102", "102002"]
    assert found["missing"] == ["micro"]


def test_outside_is_never_guessed(client: TestClient) -> None:
    found = ask(client, 2.5, 0.5)
    assert found["status"] == "outside"
    assert found["grids"] == []
    assert found["missing"] == []
    assert found["police"]["code"] == "P1"
    assert ask(client, 9, 9)["police"] is None


def test_before_the_boundaries_began_there_is_nothing(client: TestClient) -> None:
    found = ask(client, 0.2, 0.2, at=(BEGAN - timedelta(days=1)).isoformat())
    assert found["status"] == "outside"
    assert found["at"] == "2023-12-31T08:00:00+08:00"
    assert ask(client, 0.2, 0.2, at="1001-01-01")["status"] == "outside"
    assert ask(client, 0.2, 0.2, at="9999-12-31")["status"] == "inside"
    assert "at" not in ask(client, 0.2, 0.2, at="today")
    # A bare date is its midnight in Shanghai, eight hours before the boundaries began.
    assert ask(client, 0.2, 0.2, at="2024-01-01")["status"] == "outside"
    assert ask(client, 0.2, 0.2, at="2024-01-01T08:00")["status"] == "inside"


@pytest.mark.parametrize(
    ("given_name", "name"),
    [("gcj02", "gcj02"), ("BD09", "bd09"), ("EPSG:4490", "cgcs2000"), ("epsg:32651", "EPSG:32651")],
)
def test_the_system_of_the_coordinates_is_honoured_and_echoed(
    client: TestClient, given_name: str, name: str
) -> None:
    lon, lat = WEST + 0.6 * STEP, SOUTH + 0.2 * STEP
    x, y = from_wgs84(lon, lat, Crs.parse(given_name))
    answer = client.get(
        "/v1/resolve", params={"lon": float(x), "lat": float(y), "crs": given_name}
    ).json()
    assert answer["crs"] == name
    assert answer["point"] == pytest.approx([lon, lat], abs=1e-9)
    assert codes(answer) == ["101", "101001", "101001002"]


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"lon": 121.2, "lat": 31.3, "crs": "mars"}, "EPSG:n, wgs84"),
        ({"lon": 121.2, "lat": 31.3, "crs": "EPSG:999999"}, "EPSG:n, wgs84"),
        ({"lon": 121.2, "lat": 31.3, "at": "yesterday"}, "2024-09-15"),
        ({"lon": 121.2, "lat": 31.3, "at": ""}, "2024-09-15"),
        ({"lon": 121.2, "lat": 31.3, "at": "0001-01-01T00:00+14:00"}, "outside the calendar"),
        ({"lon": "1e308", "lat": "1e308", "crs": "bd09"}, "lon and lat in that order"),
        ({"lon": "inf", "lat": 0, "crs": "EPSG:32651"}, "lon and lat in that order"),
        ({"lon": "nan", "lat": 31.3}, "lon and lat in that order"),
        ({"lon": 31.3, "lat": 121.2}, "lon and lat in that order"),
        ({"lon": "east", "lat": 31.3}, "query.lon"),
        ({"lat": 31.3}, "query.lon"),
        ({"lon": 121.2, "lat": 31.3, "srs": "gcj02"}, "query.srs: there is no such parameter"),
        ({"lon": 121.2, "lat": 31.3, "crs": "w\x00"}, "control characters"),
    ],
)
def test_a_bad_value_is_a_problem_that_says_how_to_write_it(
    client: TestClient, params: dict[str, Any], says: str
) -> None:
    answer = client.get("/v1/resolve", params=params)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.text


SHAPES = {name: level(name) for name in ("area", "unit", "micro", "police")}
# Anywhere, and on the lattice's own lines and corners.
PLACE = st.one_of(
    st.floats(-0.2, 2.6, allow_nan=False), st.sampled_from([0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
)


def expected(name: str, lon: float, lat: float) -> str | None:
    """The owner by GEOS alone: of those that cover the point the first by path."""
    frame = SHAPES[name]
    hit = frame[shapely.covers(frame.geometry.to_numpy(), shapely.Point(lon, lat))]
    order = sorted(hit["code"], key=lambda code: (code[:3], code[:6], code))
    return order[0] if order else None


@given(column=PLACE, row=PLACE)
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_point_agrees_with_geos(client: TestClient, column: float, row: float) -> None:
    lon, lat = WEST + column * STEP, SOUTH + row * STEP
    answer = client.get("/v1/resolve", params={"lon": repr(lon), "lat": repr(lat)}).json()
    found = {grid["level"]: grid["code"] for grid in answer["grids"]}
    if answer["police"]:
        found["police"] = answer["police"]["code"]
    assert found == {
        name: code for name in SHAPES if (code := expected(name, lon, lat)) is not None
    }
    body = {"points": [[lon, lat]]}
    single = client.post("/v1/resolve/batch", json=body).json()["rows"][0]
    assert single["status"] == answer["status"]
    assert [single[name] for name in ("area", "unit", "micro")] == [
        found.get(name) for name in ("area", "unit", "micro")
    ]


def test_an_instant_of_an_answer_may_be_asked_for_again_unescaped(client: TestClient) -> None:
    at = ask(client, 0.2, 0.2, at="2024-09-15T12:00:00.25")["at"]
    assert at == "2024-09-15T12:00:00.250000+08:00"
    for address in ("/v1/resolve?lon=0&lat=0&at=", "/v1/grids?at=", "/v1/outlines?level=unit&at="):
        answer = client.get(address + at)
        assert answer.status_code == 200, answer.text
    assert client.get(f"/v1/resolve?lon=0&lat=0&at={at}").json()["at"] == at
    assert (
        client.get("/v1/resolve?lon=0&lat=0&at=2024-09-15 12:00")
        .json()["at"]
        .endswith("T12:00:00+08:00")
    )
