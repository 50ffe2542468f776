"""Places held by hand over HTTP: made, listed, taken back, and named by a publish."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, insert, update
from starlette.testclient import TestClient

from gisgrid.store.tables import address, hazard

HERE = "SRID=4326;POINT(121.2025 31.3025)"


def hold(client: TestClient, kind: str, name: str, grid: str, reason: str = "门朝南") -> Any:
    path = f"/v1/places/{kind}/{quote(name, safe='')}/hold"
    return client.put(path, json={"grid": grid, "reason": reason})


def test_a_place_is_held_listed_and_let_go(client: TestClient) -> None:
    made = hold(client, "address", "a1", "102001001")
    assert made.status_code == 200, made.text
    item = made.json()
    assert item.pop("revision") == 4
    assert (item["grid"], item["lies_in"], item["reason"]) == ("102001001", "101001001", "门朝南")
    assert (item["kind"], item["source_id"], item["title"]) == ("address", "a1", "白银路1号")
    listed = client.get("/v1/held")
    assert listed.json()["held"] == [item]
    assert listed.headers["cache-control"] == "private, no-cache"
    # Counts are of what grids own; a point is looked up where it lies.
    counts = {code: client.get(f"/v1/grids/{code}").json() for code in ("101001001", "102001001")}
    assert [one["counts"]["households"] for one in counts.values()] == [0, 30]
    found = client.get("/v1/resolve?lon=121.2025&lat=31.3025").json()
    assert found["grids"][-1]["code"] == "101001001"
    gone = client.delete("/v1/places/address/a1/hold")
    assert gone.json() == {"revision": 4, **item}
    assert client.get("/v1/held").json()["held"] == []
    (past,) = client.get("/v1/held?ended=true").json()["held"]
    assert (past["id"], past["ended_why"]) == (item["id"], "withdrawn")
    assert client.delete("/v1/places/address/a1/hold").status_code == 404


def test_ids_of_any_kind_can_be_named(client: TestClient, squares: Engine) -> None:
    names = ["a/b", "a/hold", "路 1?#%", "/hold"]
    with squares.begin() as connection:
        connection.execute(insert(address), [{"source_id": name, "point": HERE} for name in names])
    for name in names:
        assert hold(client, "address", name, "102001001").json()["source_id"] == name
    found: list[str] = []
    page = "/v1/held?limit=3&kind=address"
    while page:
        answer = client.get(page).json()
        found += [one["source_id"] for one in answer["held"]]
        page = answer["next"]
    assert found == names


@pytest.mark.parametrize(
    ("kind", "name", "grid", "reason", "status"),
    [
        ("address", "z", "101001001", "x", 404),
        ("hazard", "h2", "101001001", "x", 404),
        ("street", "a1", "101001001", "x", 422),
        ("address", "a1", "999", "x", 404),
        ("address", "a1", "101001", "x", 422),
        ("address", "a1", "101001001", "  ", 422),
        ("address", "a1", "101001001", "x\ny", 422),
        ("address", "a1", "", "x", 422),
    ],
)
def test_what_cannot_be_held_is_a_problem(
    client: TestClient, kind: str, name: str, grid: str, reason: str, status: int
) -> None:
    answer = hold(client, kind, name, grid, reason)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/v1/held").json()["held"] == []


def test_a_confidential_hazard_is_not_listed(client: TestClient, squares: Engine) -> None:
    assert hold(client, "hazard", "h1", "102001001").status_code == 200
    with squares.begin() as connection:
        connection.execute(update(hazard).values(confidential=True))
    assert client.get("/v1/held").json()["held"] == []
    assert client.delete("/v1/places/hazard/h1/hold").status_code == 404


def test_who_may_not_change_plans_may_not_hold_places(client: TestClient) -> None:
    # Of another machine.
    other = TestClient(client.app)
    assert hold(other, "address", "a1", "102001001").status_code == 403
    assert other.delete("/v1/places/address/a1/hold").status_code == 403
    assert other.get("/v1/held").status_code == 200


def test_a_publish_and_its_preview_name_what_stays_held(client: TestClient) -> None:
    hold(client, "address", "a1", "101001001")
    hold(client, "patrol", "p1", "101001002")
    plan = client.post("/v1/plans", json={"name": "合并"})
    path = plan.headers["location"]
    merge = {"kind": "merge", "codes": ["101001001", "101001002"], "into": "101001002"}
    edited = client.post(f"{path}/edits", json=merge, headers={"If-Match": "*"})
    assert edited.status_code == 200, edited.text
    preview = client.get(f"{path}/preview").json()
    done = client.post(f"{path}/publish", headers={"If-Match": "*"}).json()
    assert preview["totals"]["held"] == 2
    assert preview["held"] == done["held"]
    told = [(one["source_id"], one["grid"], one["lies_in"], one["ended"]) for one in done["held"]]
    assert told == [
        ("a1", "101001001", "101001002", True),
        ("p1", "101001002", "101001002", False),
    ]
    assert [one["source_id"] for one in client.get("/v1/held").json()["held"]] == ["p1"]
