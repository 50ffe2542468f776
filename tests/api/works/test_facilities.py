"""Facilities over HTTP, and cases that items of campaigns become."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from gisgrid.cases.facilities import FACILITY_KINDS
from tests.campaigns import bring, small_campaign
from tests.towns import SIDE, SOUTH, WEST

from .conftest import Headers
from .test_deliberations import post

HERE = {"lon": WEST + 0.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}
THERE = {"lon": WEST + 2.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}


def test_one_is_put_up_seen_to_and_taken_away(served: TestClient, member: Headers) -> None:
    new = {"kind": "fire-equipment", "name": "灭火器", "expires_on": "2026-01-01"}
    made = post(served, "/v1/facilities", member, 201, **new, **HERE)
    path = f"/v1/facilities/{made['id']}"
    assert (made["grid"], made["due_on"], made["due_for"]) == ("A1U1M1", "2026-01-01", "expiry")
    due = served.get("/v1/facilities?due=true", headers=member).json()["facilities"]
    assert [one["id"] for one in due] == [made["id"]]
    again = {"done_on": "2026-01-02", "expires_on": "2036-01-01", "note": "更换"}
    kept = post(served, f"{path}/upkeep", member, 201, **again)
    assert (kept["expires_on"], kept["upkeep"][0]["note"]) == ("2036-01-01", "更换")
    assert served.get("/v1/facilities?due=true", headers=member).json()["facilities"] == []
    assert served.get(path, headers=member).json() | {"notice": None} == kept | {"notice": None}
    assert post(served, f"{path}/retire", member)["retired_on"]
    post(served, f"{path}/retire", member, 409)
    post(served, f"{path}/upkeep", member, 409)


def test_pages_follow_each_other(served: TestClient, chief: Headers) -> None:
    for _ in range(3):
        post(served, "/v1/facilities", chief, 201, kind="meter-box", **HERE)
    found: list[str] = []
    path: str | None = "/v1/facilities?kind=meter-box&grid=A1U1M1&limit=2"
    while path:
        page = served.get(path, headers=chief).json()
        found += [one["id"] for one in page["facilities"]]
        path = page["next"]
    assert len(found) == 3 and found == sorted(found)


def test_elsewhere_one_is_as_if_it_did_not_exist(
    served: TestClient, member: Headers, stranger: Headers
) -> None:
    made = post(served, "/v1/facilities", stranger, 201, kind="ramp", **THERE)["id"]
    for method, path in (("GET", ""), ("POST", "/upkeep"), ("POST", "/retire")):
        said = []
        for asked in (made, "f-none"):
            address = f"/v1/facilities/{asked}{path}"
            body: Any = {} if path == "/upkeep" else None
            answer = served.request(method, address, json=body, headers=member)
            assert answer.status_code == 404
            said.append(answer.text.replace(asked, "…"))
        assert said[0] == said[1]
    post(served, "/v1/facilities", member, 422, kind="ramp", **THERE)
    listed = served.get("/v1/facilities?kind=ramp", headers=member).json()["facilities"]
    assert made not in [one["id"] for one in listed]
    assert served.get("/v1/facilities").status_code == 401


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "bridge"},
        {"upkeep_every_days": 0},
        {"installed_on": "2026-02-01", "expires_on": "2026-01-01"},
        {"name": "x\n"},
        {"lon": 181},
        {"id": "mine"},
    ],
)
def test_what_does_not_fit_is_refused(
    served: TestClient, member: Headers, more: dict[str, Any]
) -> None:
    post(served, "/v1/facilities", member, 422, **{"kind": "ramp", **HERE, **more})


def test_kinds_are_told(served: TestClient, member: Headers) -> None:
    kinds = served.get("/v1/facility-kinds", headers=member).json()["kinds"]
    assert [one["code"] for one in kinds] == list(FACILITY_KINDS)


def test_an_item_becomes_a_case_that_marks_it(
    served: TestClient, works_engine: Engine, member: Headers, stranger: Headers, tmp_path: Path
) -> None:
    bring(works_engine, tmp_path / "c", small_campaign())
    path, new = "/v1/campaigns/c1/items/W0/case", {"category": "anti-theft-window"}
    post(served, path, stranger, 404, **new)
    made = post(served, path, member, 201, **new)
    post(served, path, member, 409, **new)
    case = served.get(f"/v1/cases/{made['number']}", headers=member).json()
    assert (case["source"], case["found_by_staff"]) == ("campaign", True)
    step = {"version": case["version"], "reason": "已拆除"}
    post(served, f"/v1/cases/{made['number']}/close-on-spot", member, **step)
    item = served.get("/v1/campaigns/c1/items/W0", headers=member).json()
    assert item["done_on"]
