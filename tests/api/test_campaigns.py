"""Campaigns over HTTP: what they come to, their items and evidence, and marking what is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from api.app import create_app
from gisgrid.settings import Settings
from tests.campaigns import ZONE, bring, small_campaign
from tests.payloads import PAYLOADS

from .browsing import Opener

ITEMS = "/v1/campaigns/c1/items"


@pytest.fixture
def drive(squares: Engine, tmp_path: Path) -> Engine:
    """Seven windows, the first three of them done, with evidence of one."""
    items = [
        {
            "id": f"W/{k}",
            "lon": 121.2025 + 0.005 * (k % 3),
            "lat": 31.3025,
            "done_on": f"2024-04-{10 + k}" if k < 3 else "",
        }
        for k in range(7)
    ]
    look = {"id": "e1", "stage": "before", "taken_on": "2024-03-02", "item": "W/1", "note": "封"}
    place = {"id": "e2", "stage": "after", "taken_on": "2024-04-30", "lon": 121.2, "lat": 31.3}
    tasks = [
        {"code": "windows", "name_zh": "拆窗", "target": 7},
        {"code": "cars", "name_zh": "拖车", "actual": 70, "qualifier": "余"},
    ]
    for item in items:
        item["task"] = "windows"
    sheets = small_campaign(items=items, tasks=tasks, evidence=[look, place])
    bring(squares, tmp_path / "campaign", sheets)
    return squares


def ok(reply: Any) -> Any:
    assert reply.status_code == 200, reply.text
    return reply.json()


def test_what_a_campaign_comes_to(drive: Engine, client: TestClient) -> None:
    (listed,) = ok(client.get("/v1/campaigns"))["campaigns"]
    assert (listed["code"], listed["items"], listed["done"], listed["left"]) == ("c1", 7, 3, 4)
    found = ok(client.get("/v1/campaigns/c1"))
    windows, cars = found["tasks"]
    assert (windows["target"], windows["actual"], windows["figure"]) == (7.0, None, 3.0)
    assert (cars["figure"], cars["qualifier"]) == (70.0, "余")
    assert found["phases"][0]["ends"] == "2024-05-01"
    assert found["by_building"] == [{"id": None, "name": "", "items": 7, "done": 3, "left": 4}]
    shares = {one["id"]: (one["items"], one["done"]) for one in found["by_grid"]}
    assert shares == {"101001001": (3, 1), "101001002": (2, 1), "101002001": (2, 1)}
    past = ok(client.get("/v1/campaigns/c1?at=2024-04-11"))
    assert (past["as_of"], past["done"]) == ("2024-04-11", 2)
    assert sum(one["done"] for one in past["by_grid"]) == 2


def test_what_is_left_day_by_day(drive: Engine, client: TestClient) -> None:
    found = ok(client.get("/v1/campaigns/c1/burn-down?at=2024-04-20"))
    days = {one["on"]: one for one in found["days"]}
    assert (found["total"], len(days)) == (7, 30)
    assert [days[f"2024-04-{d}"]["left"] for d in ("09", "10", "12", "20")] == [7, 6, 4, 4]
    assert days["2024-04-21"]["left"] is None
    assert days["2024-04-15"]["planned"] == 3.5
    assert ok(client.get("/v1/campaigns/c1/burn-down?task=cars"))["total"] == 0
    assert client.get("/v1/campaigns/c1/burn-down?task=none").status_code == 404


def test_items_and_evidence_page_by_page(drive: Engine, client: TestClient) -> None:
    seen, address = [], f"{ITEMS}?limit=3&task=windows"
    while address:
        page = ok(client.get(address))
        seen += page["items"]
        address = page["next"]
    assert [one["id"] for one in seen] == [f"W/{k}" for k in range(7)]
    assert seen[0] | {"lon": 0, "lat": 0} == {
        **{"id": "W/0", "task": "windows", "name": "", "building": None, "floor": None},
        **{"lon": 0, "lat": 0, "grid": "101001001", "done_on": "2024-04-10"},
    }
    done = ok(client.get(f"{ITEMS}?done=true"))["items"]
    assert [one["id"] for one in done] == ["W/0", "W/1", "W/2"]
    # Of a day, as its campaign counts them: the third was done on the 12th.
    past = ok(client.get(f"{ITEMS}?done=false&at=2024-04-11"))["items"]
    assert [one["id"] for one in past] == [f"W/{k}" for k in range(2, 7)]
    in_grid = ok(client.get(f"{ITEMS}?grid=101001002&done=false"))["items"]
    assert [one["id"] for one in in_grid] == ["W/4"]
    evidence = ok(client.get("/v1/campaigns/c1/evidence?limit=1"))
    assert (evidence["evidence"][0]["item"], evidence["evidence"][0]["note"]) == ("W/1", "封")
    after = ok(client.get(evidence["next"]))
    assert (after["evidence"][0]["stage"], after["next"]) == ("after", None)
    one = ok(client.get(f"{ITEMS}/W/1"))
    assert [look["id"] for look in one["evidence"]] == ["e1"]
    assert [(mark["done_on"], mark["author"]) for mark in one["marks"]] == [
        ("2024-04-11", "tester")
    ]


def test_marking_an_item_and_taking_it_back(drive: Engine, client: TestClient) -> None:
    done = ok(client.post(f"{ITEMS}/W/5/done", json={"on": "2024-04-20", "note": "复查"}))
    assert (done["done_on"], done["changed"]) == ("2024-04-20", True)
    again = ok(client.post(f"{ITEMS}/W/5/done", json={"on": "2024-04-20"}))
    assert again["changed"] is False
    today = datetime.now(ZONE).date()
    assert ok(client.post(f"{ITEMS}/W/6/done", json={}))["done_on"] == today.isoformat()
    assert ok(client.delete(f"{ITEMS}/W/5/done"))["done_on"] is None
    marks = ok(client.get(f"{ITEMS}/W/5"))["marks"]
    assert [(one["done_on"], one["note"]) for one in marks] == [("2024-04-20", "复查"), (None, "")]
    assert {one["author"] for one in marks} == {"demo"}


def test_a_mark_shows_at_once_and_an_unchanged_answer_is_a_304(
    drive: Engine, client: TestClient
) -> None:
    paths = ("/v1/campaigns", "/v1/campaigns/c1", f"{ITEMS}/W/5", "/maps/campaign?code=c1")
    first = {path: client.get(path) for path in paths}
    for path, reply in first.items():
        assert "private" in reply.headers["cache-control"]
        tag = {"If-None-Match": reply.headers["etag"]}
        assert client.get(path, headers=tag).status_code == 304
    ok(client.post(f"{ITEMS}/W/5/done", json={"on": "2024-04-20"}))
    for path, reply in first.items():
        tag = {"If-None-Match": reply.headers["etag"]}
        assert client.get(path, headers=tag).status_code == 200, path


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/v1/campaigns/none", None, 404),
        ("GET", f"{ITEMS}/none", None, 404),
        ("GET", f"{ITEMS}?colour=red", None, 422),
        ("GET", f"{ITEMS}?limit=0", None, 422),
        ("GET", "/v1/campaigns/c1?at=soon", None, 422),
        ("POST", f"{ITEMS}/none/done", {}, 404),
        ("POST", f"{ITEMS}/W/5/done", {"on": "soon"}, 422),
        ("POST", f"{ITEMS}/W/5/done", {"when": "2024-04-20"}, 422),
        ("POST", f"{ITEMS}/W/5/done", {"note": "a\x00"}, 422),
        ("POST", f"{ITEMS}/W/5/done", {"note": "x" * 1001}, 422),
    ],
)
def test_what_does_not_fit_is_a_problem(
    drive: Engine, client: TestClient, method: str, path: str, body: Any, status: int
) -> None:
    reply = client.request(method, path, json=body)
    assert reply.status_code == status
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["status"] == status


def test_nothing_is_done_on_a_day_to_come(drive: Engine, client: TestClient) -> None:
    later = (datetime.now(ZONE) + timedelta(days=2)).date().isoformat()
    reply = client.post(f"{ITEMS}/W/5/done", json={"on": later})
    assert reply.status_code == 422
    assert "day to come" in reply.json()["detail"]


def test_only_planners_mark(drive: Engine, settings: Settings) -> None:
    with TestClient(
        create_app(settings, engine=drive, demo=True), client=("10.1.1.1", 5)
    ) as stranger:
        assert stranger.post(f"{ITEMS}/W/5/done", json={}).status_code == 403
        assert stranger.delete(f"{ITEMS}/W/1/done").status_code == 403
        assert ok(stranger.get(f"{ITEMS}/W/1"))["done_on"] == "2024-04-11"


def test_the_first_page_leads_to_each_campaign(
    squares: Engine, address: str, visit: Opener, tmp_path: Path
) -> None:
    for number, payload in enumerate([*PAYLOADS, "<&?#%'\"> +"]):
        head = {"code": f"{number} <&?#%'\"> +", "name_zh": payload, "name_en": payload}
        bring(squares, tmp_path / "campaign", small_campaign(campaign=[head]))
    opened = visit(address)
    links = opened.page.locator("#campaigns a")
    assert links.count() == len(PAYLOADS) + 1
    said = {" ".join(text.split()) for text in links.all_text_contents()}
    assert said == {" ".join(text.split()) for text in [*PAYLOADS, "<&?#%'\"> +"]}
    assert "0 / 3" in opened.page.locator("#campaigns li").first.inner_text()
    opened.page.wait_for_load_state("networkidle")
    opened.assert_quiet()
    links.last.click()
    opened.page.wait_for_selector("canvas.drawn")
    assert opened.page.locator("#left").inner_text() == "3"
    assert opened.page.evaluate("window.pwned === undefined")
