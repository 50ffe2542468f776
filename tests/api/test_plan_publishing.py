"""Plans over HTTP: published, listed, rebased on what others published."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from sqlalchemy import Engine
from starlette.testclient import TestClient

from gisgrid.store import plans
from tests.api.drafting import RENAME, begin, send

from .district import square


def test_a_publish_puts_the_plan_in_force(client: TestClient) -> None:
    plan, tag = begin(client)
    _, tag = send(client, f"{plan}/edits", tag, RENAME)
    done, after = send(client, f"{plan}/publish", tag)
    assert (done["revision"], done["scheduled"]) == (5, False)
    assert after != tag
    assert client.get("/v1/grids/101001").json()["name"] == "新名"
    assert client.get(plan).json()["state"] == "published"
    again = client.post(f"{plan}/edits", json=RENAME, headers={"If-Match": after})
    assert again.status_code == 409


def test_a_plan_on_what_others_published_is_rebased(client: TestClient) -> None:
    mine, tag = begin(client)
    _, tag = send(client, f"{mine}/edits", tag, RENAME)
    theirs, other = begin(client)
    _, other = send(client, f"{theirs}/edits", other, {**RENAME, "name": "他名"})
    send(client, f"{theirs}/publish", other)
    assert client.get(mine).json()["behind"] == ["101001"]
    refused = client.post(f"{mine}/publish", headers={"If-Match": tag})
    assert refused.status_code == 409
    assert "101001" in refused.json()["detail"]
    done, tag = send(client, f"{mine}/rebase", tag)
    assert done["base_revision"] == 5
    assert client.get(mine).json()["behind"] == []
    send(client, f"{mine}/publish", tag)
    assert client.get("/v1/grids/101001").json()["name"] == "新名"


def test_plans_are_listed_a_page_at_a_time(client: TestClient) -> None:
    numbers = [int(begin(client, f"方案{k}")[0].rpartition("/")[2]) for k in range(3)]
    address: str | None = "/v1/plans?state=draft&limit=2"
    found: list[int] = []
    while address:
        page = client.get(address).json()
        found += [plan["id"] for plan in page["plans"]]
        address = page["next"]
    assert found == numbers[::-1]
    listed = client.get("/v1/plans?state=published").json()["plans"]
    assert {plan["kind"] for plan in listed} == {"listed"}
    number = listed[0]["id"]
    assert client.get(f"/v1/plans/{number}").json()["level"] == listed[0]["level"]
    assert client.get(f"/v1/plans/{number}/grids?level=unit").status_code == 409
    assert client.get("/v1/plans/999").status_code == 404
    assert client.get("/v1/plans/999/edits").status_code == 404
    assert client.post("/v1/plans", json={"name": "x", "listing": 999}).status_code == 404


def test_a_listing_is_rebased_like_what_is_drawn(client: TestClient, squares: Engine) -> None:
    shape = square(0, 0, 0.5, 0.5)
    frame = gpd.GeoDataFrame(
        {"code": ["101001001"], "name": ["导入"], "parent": ["101001"], "special": [False]}
        | {"households": pd.array([400], dtype="Int64")},
        geometry=[shape],
        crs="EPSG:4326",
    )
    with squares.begin() as connection:
        number = plans.add(connection, name="导入", level="micro", frame=frame)
    listed = f"/v1/plans/{number}"
    theirs, other = begin(client)
    _, other = send(client, f"{theirs}/edits", other, {**RENAME, "code": "101001001"})
    send(client, f"{theirs}/publish", other)
    tag = client.get(listed).headers["etag"]
    assert client.post(f"{listed}/publish", headers={"If-Match": tag}).status_code == 409
    done, newer = send(client, f"{listed}/rebase", tag)
    assert (done["version"], done["base_revision"]) == (1, 5)
    assert client.post(f"{listed}/publish", headers={"If-Match": tag}).status_code == 412
    send(client, f"{listed}/publish", newer)
    assert client.get("/v1/grids/101001001").json()["name"] == "导入"


def test_a_publish_answers_with_what_it_makes_odd(client: TestClient) -> None:
    plan, tag = begin(client)
    crowd = {"kind": "set-households", "code": "101001001", "households": 900}
    _, tag = send(client, f"{plan}/edits", tag, crowd)
    done, _ = send(client, f"{plan}/publish", tag)
    assert ("households", ["101001001"]) in [
        (one["kind"], one["codes"]) for one in done["warnings"]
    ]
