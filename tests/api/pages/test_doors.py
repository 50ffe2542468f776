"""Pages lead to the pages that whoever looks at them may open, and to no others."""

from __future__ import annotations

from playwright.sync_api import Browser, expect

from api.pages.doors import DOORS, doors_for
from gisgrid.access import RIGHTS, Grant, Viewer
from tests.api.browsing import Opener

from .people import sign_in


def test_a_door_is_there_for_those_with_its_right() -> None:
    for role, rights in RIGHTS.items():
        found = doors_for(Viewer(grants=(Grant(role, whole=True),)))
        assert found == [one for one in DOORS if one.right is None or one.right in rights]
    assert {one.path for one in doors_for(Viewer())} == {"/report", "/docs"}


def test_a_stranger_is_led_to_reporting_and_to_the_login(
    guarded_address: str, visit: Opener
) -> None:
    opened = visit(guarded_address, width=390, height=844)
    page = opened.page
    links = [one.get_attribute("href") for one in page.get_by_role("link").all()]
    assert {"/report", "/login", "/docs"} == set(links)
    assert page.locator("#map").count() == 0
    opened.assert_accessible()
    opened.assert_fits()
    opened.assert_quiet()


def test_every_page_has_the_same_head(open_address: str, chromium: Browser) -> None:
    page = chromium.new_page()
    for path in ("/", *(one.path for one in DOORS if one.path not in ("/docs", "/maps/campaign"))):
        page.set_content(page.request.get(f"{open_address}{path}").text().partition("<main")[0])
        links = page.get_by_role("navigation", name="去哪里").get_by_role("link")
        found = links.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
        assert found == [one.path for one in DOORS]
        current = page.locator(".doors [aria-current=page]")
        assert (
            current.evaluate_all("(all) => all.map((one) => one.getAttribute('href'))")
            == [path][: path != "/"]
        )
    page.close()


def test_a_map_leads_its_viewer_to_no_page_that_refuses(
    guarded_address: str, visit: Opener
) -> None:
    page = sign_in(visit, guarded_address, "wang", "/board").page
    page.goto(f"{guarded_address}/hazards")
    links = page.get_by_role("navigation", name="去哪里").get_by_role("link")
    found = {one.get_attribute("href") for one in links.all()}
    assert {"/today", "/hazards", "/account"} <= found
    assert not {"/addresses", "/dashboard"} & found
    # There is no plan to draw on: the planner begins with the towns, not with the country.
    page.goto(f"{guarded_address}/planner")
    page.wait_for_selector("body[data-ready=true]", state="attached")
    assert page.evaluate("planner.map.getZoom()") > 9


def test_who_has_no_session_is_led_to_the_login_and_back(
    guarded_address: str, visit: Opener
) -> None:
    opened = sign_in(visit, guarded_address, "wang", "/board")
    expect(opened.page.locator("#board .column")).to_have_count(6)
    assert opened.page.url == f"{guarded_address}/board"
