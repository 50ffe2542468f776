from __future__ import annotations

import re
from typing import Any

import pytest
import shapely
from sqlalchemy import Engine
from starlette.testclient import TestClient

from gisgrid.store.imports import begin
from gisgrid.store.notices import SAMPLE_NOTICE, SAMPLE_NOUN

from .district import BEGAN, level
from .waiting import until


def get(client: TestClient, address: str) -> dict[str, Any]:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_pages_by_key_hold_every_grid_once(client: TestClient) -> None:
    address: str | None = "/v1/grids?level=micro&limit=4"
    codes: list[str] = []
    sizes = []
    while address:
        answer = client.get(address)
        page = answer.json()
        codes += [grid["code"] for grid in page["grids"]]
        sizes.append(len(page["grids"]))
        address = page["next"]
        assert answer.headers.get("link") == (f'<{address}>; rel="next"' if address else None)
    assert codes == sorted(level("micro")["code"])
    assert sizes == [4, 4, 4, 3]


def test_a_last_page_that_is_full_has_no_next(client: TestClient) -> None:
    assert get(client, "/v1/grids?level=unit&limit=4")["next"] is None


def test_a_parent_holds_its_grids_at_any_depth(client: TestClient) -> None:
    found = get(client, "/v1/grids?parent=101002")
    assert [grid["code"] for grid in found["grids"]] == [f"101002{n:03d}" for n in (1, 2, 3, 4)]
    assert found["grids"][0]["path"] == ["101", "101002", "101002001"]
    assert found["grids"][0]["parent"] == "101002"
    assert len(get(client, "/v1/grids?parent=101")["grids"]) == 10
    assert client.get("/v1/grids?parent=999").status_code == 404


def test_before_the_boundaries_began_there_are_no_grids(client: TestClient) -> None:
    assert get(client, "/v1/grids?at=2023-01-01")["grids"] == []
    assert client.get("/v1/grids/101?at=2023-01-01").status_code == 404
    assert get(client, "/v1/outlines?level=unit&at=2023-01-01")["features"] == []


def test_a_grid_with_its_shape_and_what_lies_in_it(client: TestClient) -> None:
    found = get(client, "/v1/grids/101001")
    assert (found["level"], found["name"], found["parent"]) == ("unit", "白银一坊", "101")
    assert found["path"] == ["101", "101001"]
    assert found["children"] == [f"101001{n:03d}" for n in (1, 2, 3, 4)]
    # The tip is confidential.
    assert found["counts"] == {"addresses": 2, "households": 42, "hazards": 1, "patrols": 1}
    shape = shapely.geometry.shape(found["geometry"])
    assert shape.equals(level("unit").set_index("code").geometry["101001"])
    assert found["valid_from"].startswith("2024-01-01")


def test_counts_are_of_the_present_only(client: TestClient) -> None:
    assert get(client, f"/v1/grids/101001?at={BEGAN:%Y-%m-%dT%H:%M:%SZ}")["counts"] is None


def test_an_empty_grid_counts_nothing(client: TestClient) -> None:
    counts = get(client, "/v1/grids/102001001")["counts"]
    assert counts == {"addresses": 0, "households": 0, "hazards": 0, "patrols": 0}


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/v1/grids/nothing", 404),
        ("/v1/grids/10%00", 422),
        (f"/v1/grids/{'9' * 300}", 422),
        ("/v1/grids/%F0%9F%92%A5%27;--", 404),
        ("/v1/grids?level=street", 422),
        ("/v1/grids?limit=0", 422),
        ("/v1/grids?limit=1001", 422),
        ("/v1/grids?after=%00", 422),
        ("/v1/grids?page=2", 422),
        ("/v1/outlines", 422),
        ("/v1/outlines?level=street", 422),
    ],
)
def test_what_is_not_there_is_a_problem(client: TestClient, address: str, status: int) -> None:
    answer = client.get(address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_former_code_leads_to_the_present_one_and_to_the_past(
    client: TestClient, squares: Engine
) -> None:
    headers = {"If-Match": "*"}
    plan = client.post("/v1/plans", json={"name": "改码"}).headers["location"]
    recode = {"kind": "recode", "code": "101001", "new_code": "101777"}
    assert client.post(f"{plan}/edits", json=recode, headers=headers).status_code == 200
    assert client.post(f"{plan}/publish", headers=headers).status_code == 200
    answer = client.get("/v1/grids/101001")
    assert answer.status_code == 404
    assert "101777" in answer.json()["detail"]
    past = re.search(r"/v1/grids/\S+", answer.json()["fix"])
    assert past is not None
    assert client.get(past[0]).json()["code"] == "101777"
    # Of an earlier day it is the new code that has no grid yet.
    assert client.get(f"/v1/grids/101001?at={BEGAN:%Y-%m-%dT%H:%M:%SZ}").status_code == 200
    early = client.get(f"/v1/grids/101777?at={BEGAN:%Y-%m-%dT%H:%M:%SZ}").json()
    assert "101001" in early["detail"]
    assert "fix" not in client.get("/v1/grids/nothing").json()


def test_outlines_have_every_grid_and_neighbours_meet(client: TestClient) -> None:
    found = get(client, "/v1/outlines?level=unit")
    shapes = [shapely.geometry.shape(one["geometry"]) for one in found["features"]]
    assert [one["properties"]["code"] for one in found["features"]] == sorted(level("unit")["code"])
    assert found["revision"] == 4
    assert shapely.coverage_is_valid(shapes)
    assert shapely.union_all(shapes).geom_type == "Polygon"


def test_everything_drawn_from_the_sample_says_so(client: TestClient, squares: Engine) -> None:
    addresses = (
        "/v1/resolve?lon=121.2&lat=31.3",
        "/v1/grids?level=area",
        "/v1/grids/101",
        "/v1/outlines?level=area",
    )
    for address in addresses:
        assert "notice" not in get(client, address)
    with squares.begin() as connection:
        begin(connection, noun=SAMPLE_NOUN, source="made up", crs="wgs84")
    until(lambda: "notice" in get(client, addresses[0]))
    for address in addresses:
        assert get(client, address)["notice"] == SAMPLE_NOTICE
    batch = client.post("/v1/resolve/batch", json={"points": []}).json()
    assert batch["notice"] == SAMPLE_NOTICE
    for address in ("/", "/maps/grids", "/maps/hazards"):
        assert SAMPLE_NOTICE in client.get(address).text
