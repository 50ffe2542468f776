"""The patrol page in a real browser: one click to a plan, a tap for a visit, a sheet for each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.patrols import by_id, listing

from .browsing import ELSEWHERE, Opened, Opener
from .conftest import serving


def ready(visit: Opener, address: str, hash_: str = "", **size: int) -> Opened:
    opened = visit(f"{address}/patrols{hash_}", settled=False, **size)
    opened.page.wait_for_selector("body[data-ready=true]", state="attached")
    return opened


def plan_tonight(page: Page) -> None:
    page.get_by_role("button", name="排今晚的巡逻").click()
    page.wait_for_selector(".sheet", state="attached")


def test_it_opens_on_the_district(address: str, visit: Opener) -> None:
    opened = ready(visit, address)
    # The towns of the squares are some kilometres wide, the country some thousands.
    expect(opened.page.locator(".leaflet-control-scale-line")).to_have_text(
        re.compile(r"\d m|^1 km")
    )
    opened.assert_quiet()


def test_one_click_plans_tonight_and_a_tap_records_a_visit(
    address: str, squares: Engine, visit: Opener
) -> None:
    opened = ready(visit, address)
    page = opened.page
    plan_tonight(page)
    with squares.connect() as connection:
        (summary,) = listing(connection)
        plan = by_id(connection, summary.id)
    assert page.url.endswith(f"#plan={summary.id}")
    items = page.locator(".officer li")
    expect(items).to_have_count(len(plan.stops))
    first = next(stop for stop in plan.stops if stop.patrol_point == "p1")
    row = page.locator(f'li[data-stop="{first.id}"]')
    expect(row).to_contain_text("巡逻点")
    expect(row).to_contain_text("白银路1号")
    tap = row.locator(".done")
    tap.click()
    expect(tap).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#facts")).to_contain_text("已到访 1")
    with squares.connect() as connection:
        assert listing(connection)[0].visited == 1
    tap.click()
    expect(tap).to_have_attribute("aria-pressed", "false")
    with squares.connect() as connection:
        assert listing(connection)[0].visited == 0
    # The address opens the same plan again, and makes no other.
    page.reload()
    expect(items).to_have_count(len(plan.stops))
    with squares.connect() as connection:
        assert len(listing(connection)) == 1
    opened.assert_quiet()


def test_an_address_asks_for_grids_first(address: str, squares: Engine, visit: Opener) -> None:
    opened = ready(visit, address, "#category=fire&grids=102002001,101001004")
    opened.page.wait_for_selector(".sheet", state="attached")
    with squares.connect() as connection:
        (summary,) = listing(connection)
        plan = by_id(connection, summary.id)
    assert plan.asked["grids"] == ["102002001", "101001004"]
    assert summary.categories == ("fire",)
    assert {stop.grid for stop in plan.stops if stop.why == "asked"} == set(plan.asked["grids"])
    expect(opened.page.locator("#officers")).to_contain_text("指定必去")
    opened.assert_quiet()


def test_each_officer_has_a_sheet_of_paper(address: str, visit: Opener, tmp_path: Path) -> None:
    opened = ready(visit, address)
    page = opened.page
    page.get_by_label("组数").fill("2")
    plan_tonight(page)
    sheets = page.locator(".sheet")
    officers = page.locator(".officer")
    assert sheets.count() == officers.count() > 0
    for k in range(sheets.count()):
        stops = officers.nth(k).locator("li").count()
        assert sheets.nth(k).locator("tbody tr").count() == stops
        places = sheets.nth(k).locator("svg .pin text").all_text_contents()
        assert sum(len(text.split("·")) for text in places) == stops
    page.emulate_media(media="print")
    assert page.locator("main").is_hidden()
    assert sheets.first.is_visible()
    body = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == sheets.count()


def test_the_gaps_are_shown_where_nobody_passes(address: str, visit: Opener) -> None:
    opened = ready(visit, address)
    plan_tonight(opened.page)
    opened.page.locator("#gaps").check()
    # 30 of 51 households live at the patrol point.
    expect(opened.page.locator("#near")).to_contain_text("59%")
    opened.page.locator("#gaps").uncheck()
    expect(opened.page.locator("#near")).to_be_hidden()
    opened.assert_quiet()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_page_is_accessible(address: str, visit: Opener, width: int) -> None:
    opened = ready(visit, address, width=width)
    opened.assert_accessible()
    plan_tonight(opened.page)
    opened.page.locator(".done").first.click()
    expect(opened.page.locator(".done").first).to_have_attribute("aria-pressed", "true")
    opened.assert_accessible()
    wide = opened.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width


def test_what_cannot_be_planned_is_said(squares: Engine, settings: Settings, visit: Opener) -> None:
    with serving(create_app(settings, engine=squares, demo=True)) as address:
        opened = ready(visit, address)
        opened.page.set_extra_http_headers(ELSEWHERE)
        opened.page.get_by_role("button", name="排今晚的巡逻").click()
        expect(opened.page.locator("#said")).to_contain_text("不能排巡逻")
        expect(opened.page.locator("#tonight")).to_be_enabled()
        opened.page.close()
