from __future__ import annotations

import pytest
from playwright.sync_api import Page
from sqlalchemy import Engine

from api.pages.doors import DOORS
from gisgrid.store.imports import begin
from gisgrid.store.notices import SAMPLE_NOTICE, SAMPLE_NOUN

from .browsing import Opener
from .district import SOUTH, STEP, WEST


def ready(page: Page) -> None:
    """Wait until the borders are drawn."""
    page.wait_for_selector("body[data-ready=true]", state="attached")


def type_in(page: Page, lon: object, lat: object, crs: str = "wgs84") -> None:
    """Ask by the box, with the keyboard alone."""
    page.get_by_label("地址或经纬度").fill(f"{lon}, {lat}")
    page.get_by_label("坐标系").select_option(crs)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="查询").press("Enter")


def test_it_leads_a_newcomer_to_everything(address: str, visit: Opener) -> None:
    opened = visit(address)
    page = opened.page
    ready(page)
    assert page.locator("html").get_attribute("lang") == "zh-CN"
    shown = page.inner_text("body")
    for words in ("这里归哪个网格？", "Whose grid is this?", "Draw the grid", "街镇区域网格"):
        assert words in shown
    assert f"curl '{address}/v1/resolve?lon=" in shown
    doors = page.get_by_role("navigation").get_by_role("link")
    assert [door.get_attribute("href") for door in doors.all()] == [one.path for one in DOORS]
    places = [link.get_attribute("href") for link in page.get_by_role("link").all()]
    assert {"/maps/grids", "/hazards", "/maps/campaign", "/docs"} <= set(places)
    opened.assert_quiet()


def test_a_click_on_the_map_is_answered(address: str, visit: Opener) -> None:
    opened = visit(address)
    page = opened.page
    ready(page)
    page.locator("#map").click(position={"x": 250, "y": 380})
    page.wait_for_selector("#answer .micro .code")
    lon, lat = page.get_by_label("地址或经纬度").input_value().split(", ")
    reply = page.request.get(f"{address}/v1/resolve?lon={lon}&lat={lat}").json()
    assert [one.inner_text() for one in page.locator("#answer .code").all()] == [
        *(grid["code"] for grid in reply["grids"]),
        reply["police"]["code"],
    ]
    assert reply["grids"][0]["name"] in page.inner_text("#answer .area .name")
    page.wait_for_load_state("networkidle")
    opened.assert_quiet()


def test_the_box_answers_by_keyboard_and_says_what_is_wrong(address: str, visit: Opener) -> None:
    opened = visit(address)
    page = opened.page
    ready(page)
    type_in(page, WEST + STEP, SOUTH + 0.2 * STEP)
    page.wait_for_selector("#answer .unit .code")
    assert "边界上" in page.inner_text("#answer")
    # The map is told of its new height, or clicks below would miss.
    drawn = page.locator("#map canvas").first.bounding_box()
    frame = page.locator("#map").bounding_box()
    assert drawn is not None
    assert frame is not None
    # Leaflet draws a tenth more on every side of what it takes for the map's height.
    assert drawn["height"] == pytest.approx(1.2 * frame["height"], rel=0.01)
    type_in(page, WEST + 9 * STEP, SOUTH)
    page.locator("#answer").get_by_text("不在任何网格内").wait_for()
    opened.assert_quiet()
    type_in(page, "31.3", "121.2")
    page.wait_for_selector("#answer .verdict.bad")
    assert "give lon and lat in that order" in page.inner_text("#answer")


def test_a_made_up_district_says_so(squares: Engine, address: str, visit: Opener) -> None:
    with squares.begin() as connection:
        begin(connection, noun=SAMPLE_NOUN, source="made up", crs="wgs84")
    page = visit(address).page
    assert page.locator("header .notice").inner_text() == SAMPLE_NOTICE
    assert page.locator(".stamp").is_visible()


def test_it_fits_a_phone(address: str, visit: Opener) -> None:
    opened = visit(address, width=420, height=800)
    ready(opened.page)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 420
    assert opened.page.locator("#map").evaluate("map => map.offsetHeight") >= 300
    opened.assert_quiet()


def test_every_control_has_a_label(address: str, visit: Opener) -> None:
    page = visit(address).page
    nameless = page.evaluate(
        "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length).length"
    )
    assert nameless == 0
    for name in ("地址或经纬度", "坐标系"):
        assert page.get_by_label(name).count() == 1
