"""The audit log over HTTP: for those who may read it, in the whole district."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.store import audit
from gisgrid.store.engine import snapshot

from .signing import signed_in


def test_what_is_done_over_http_is_noted_as_done_by_whoever_did_it(
    client: TestClient, squares: Engine
) -> None:
    made = client.post("/v1/accounts", json={"name": "wang"})
    assert made.status_code == 201, made.text
    subject = f"account:{made.json()['id']}"
    content = client.get("/v1/audit", params={"subject": subject}).json()
    (entry,) = content["entries"]
    assert (entry["actor"], entry["action"], entry["subject"]) == (
        "demo",
        "account.insert",
        subject,
    )
    assert content["before"] is None
    assert "wang" not in client.get("/v1/audit").text


def test_pages_of_the_log_follow_one_another_and_the_head_holds(
    client: TestClient, squares: Engine
) -> None:
    for number in range(3):
        client.post("/v1/accounts", json={"name": f"account-{number}"})
    listed, before = [], None
    while True:
        params = {"limit": 2} | ({"before": before} if before else {})
        content = client.get("/v1/audit", params=params).json()
        listed += [one["position"] for one in content["entries"]]
        before = content["before"]
        if before is None:
            break
    assert listed == list(range(len(listed), 0, -1)) and len(listed) > 3
    answer = client.get("/v1/audit/head")
    assert answer.headers["cache-control"] == "private, no-cache"
    known = audit.head_from(answer.json())
    with snapshot(squares) as connection:
        assert audit.check(connection, known=known).fault is None
        assert audit.check(connection, known=replace(known, hash="00" * 32)).fault is not None


@pytest.mark.parametrize("path", ["/v1/audit", "/v1/audit/head"])
def test_a_part_of_the_district_is_not_enough_to_read_the_log(
    squares: Engine, settings, path: str
) -> None:

    with TestClient(create_app(settings, engine=squares, demo=False)) as client:
        part = signed_in(None, squares, "reviewer", grids=["101"])
        whole = signed_in(None, squares, "reviewer", whole=True)
        member = signed_in(None, squares, "member", whole=True)
        assert [client.get(path, headers=one).status_code for one in (part, member, whole, {})] == [
            403,
            403,
            200,
            401,
        ]


@pytest.mark.parametrize(("crs", "actions"), [("bd09", ["crs.bd09"]), ("wgs84", [])])
def test_a_batch_of_shifted_coordinates_is_noted_once(
    client: TestClient, crs: str, actions: list[str]
) -> None:
    points = {"points": [[121.21, 31.31]] * 3, "crs": crs}
    assert client.post("/v1/resolve/batch", json=points).status_code == 200
    entries = client.get("/v1/audit", params={"subject": "batch:resolve"}).json()["entries"]
    assert [one["action"] for one in entries] == actions
    assert all(len(one["digest"]) == 64 for one in entries)
