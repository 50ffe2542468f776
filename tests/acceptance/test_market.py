"""万商灯饰市场: a market unit led by the police, 639 windows, and a watch over what was solved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from PIL import Image

from gisgrid.sample.naming import MARKET
from gisgrid.store.works.springing import spring_due

from .conftest import District, Person

CAMPAIGN = "/v1/campaigns/wanshang-2024"
ZONE = ZoneInfo("Asia/Shanghai")


def test_the_market_has_its_people(jiading: District) -> None:
    chief = jiading.person("chief", MARKET)
    staffing = chief.get("/v1/staffing", level="micro")["grids"]
    assert [(row["have"], row["missing"]) for row in staffing] == [(3, 0)] * 4
    posts = chief.get("/v1/posts", grid=MARKET)["posts"]
    (head,) = [one for one in posts if one["kind"] == "chief"]
    assert (head["department"], head["own_post"]) == ("police", "社区民警")
    (team,) = [one for one in chief.get("/v1/teams")["teams"] if one["kind"] == "volunteers"]
    assert 90 <= team["people"] <= 110


def test_a_window_that_comes_back_is_a_case_and_is_removed_again(jiading: District) -> None:
    chief = jiading.person("chief", MARKET)
    planner = jiading.person("planner", MARKET)
    assert windows(chief) == 639
    item = chief.get(f"{CAMPAIGN}/items", task="windows", limit=1)["items"][0]
    path = f"{CAMPAIGN}/items/{item['id']}"
    planner.ask("DELETE", f"{path}/done", json={"note": "又装上了"})
    assert windows(chief) == 638
    sprung = chief.post(f"{path}/case", 201, category="anti-theft-window")
    number = sprung["number"]
    show(chief, number, "before")
    for action in ("accept", "begin"):
        chief.step(number, action)
    chief.step(number, "feedback", reason="已拆除")
    show(chief, number, "after")
    chief.step(number, "verify")
    chief.step(number, "close", reason="复查合格")
    assert windows(chief) == 639
    assert [one["stage"] for one in chief.get(f"/v1/cases/{number}/evidence")["evidence"]] == [
        "before",
        "after",
    ]


def test_a_blocked_lane_is_cleared_on_the_spot_and_watched(jiading: District) -> None:
    micro = jiading.codes("micro", MARKET)[1]
    lon, lat = jiading.place(micro)
    member = jiading.person("member", micro)
    told: dict[str, Any] = {"category": "blocked-fire-lane", "lon": lon, "lat": lat}
    first = member.post("/v1/cases", 201, **told, description="消防通道停车")
    assert first["found_by_staff"]
    closed = member.step(first["number"], "close-on-spot", reason="车主已移车")
    assert closed["stage"] == "closed"
    again = jiading.resident.post("/v1/reports", 201, **told, description="又停在消防通道")
    assert member.get(f"/v1/cases/{again['number']}")["relapse_of"] == first["number"]
    # It came back, so it is a case of its own: nothing is merged by itself.
    assert member.get(f"/v1/cases/{again['number']}")["stage"] == "reported"


def test_an_alarm_that_expires_becomes_a_case_once(jiading: District) -> None:
    micro = jiading.codes("micro", MARKET)[2]
    lon, lat = jiading.place(micro)
    member = jiading.person("member", micro)
    made = member.post(
        "/v1/facilities",
        201,
        kind="smoke-alarm",
        name="3号楼烟感",
        lon=lon,
        lat=lat,
        expires_on="2024-01-01",
    )
    now = datetime.now(UTC)
    with jiading.engine.begin() as connection:
        found = spring_due(connection, now, zone=ZONE, most=10_000)
    (sprung,) = [one for one in found if one.facility == made["id"]]
    with jiading.engine.begin() as connection:
        again = spring_due(connection, now + timedelta(hours=1), zone=ZONE, most=10_000)
    assert made["id"] not in [one.facility for one in again]
    case = member.get(f"/v1/cases/{sprung.number}")
    assert (case["category"], case["source"]) == ("fire-equipment", "facility")


def windows(viewer: Person) -> int:
    """How many windows are removed, by the campaign's own count."""
    tasks = viewer.get(CAMPAIGN)["tasks"]
    return int(next(task["done"] for task in tasks if task["code"] == "windows"))


def show(viewer: Person, number: str, stage: str) -> None:
    """Add a picture to a case."""
    file = BytesIO()
    Image.new("RGB", (320, 240), {"before": "grey", "after": "white"}[stage]).save(file, "JPEG")
    viewer.ask(
        "POST",
        f"/v1/cases/{number}/evidence",
        201,
        files={"picture": ("window.jpg", file.getvalue(), "image/jpeg")},
        data={"stage": stage},
    )
