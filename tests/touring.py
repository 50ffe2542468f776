"""Tours through pages: all that a page says is brought to the eye, and read at each step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from playwright.sync_api import Page

from tests.hostile import Watched
from tests.payloads import PAYLOADS, seen

__all__ = ["click_at", "tour_campaign", "tour_comparison", "tour_grids", "tour_hazards"]

_SOME: Final = 6
# Those that are more than text in a browser's own objects, and some others.
_CHOSEN: Final = ("__proto__", "constructor", *PAYLOADS[:4])


def click_at(page: Page, lon: float, lat: float) -> None:
    """Bring a place to the middle of the map and click it."""
    page.evaluate(f"map_main.setView([{lat}, {lon}], 18, {{ animate: false }})")
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.locator(".folium-map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})


def tour_grids(watched: Watched) -> None:
    """Look grids of every level up, and open their cards."""
    page = watched.page
    for word in ("grid_version.name", *PAYLOADS[:_SOME]):
        page.locator("#search").fill(word)
        watched.look()
        page.locator(".found button").first.click()
        assert watched.look().count(seen(word)) >= 1
    for level in page.locator("input[name=level]").all():
        level.check()
        page.mouse.move(500, 400)
        page.mouse.click(500, 400)
        watched.look()
    page.locator("input[name=police]").check()
    watched.look()


def tour_hazards(watched: Watched, chosen: Sequence[str] = _CHOSEN) -> None:
    """Choose by all filters, open the worst grids of every level, their lists, and a point."""
    page = watched.page

    def settle() -> None:
        page.evaluate("gisgrid.page.settled")
        watched.look()

    page.locator('input[name="span"]').last.check()
    page.locator("details.more summary").click()
    settle()
    for level in page.locator("input[name=level]").all():
        level.check()
        settle()
        page.locator("#worst button").first.click()
        settle()
        assert "⟦hazard.subject⟧" in page.locator("#why").inner_text()
        page.keyboard.press("Escape")
    for payload in chosen:
        page.evaluate("key => gisgrid.page.filters.set({ category: key })", payload)
        settle()
    page.evaluate("gisgrid.page.filters.set({ category: '' })")
    page.evaluate("map_main.setView([31.31, 121.22], 17, { animate: false })")
    page.wait_for_function("gisgrid.page.shown.points.length > 0")
    lon, lat = page.evaluate(
        "(() => { const p = gisgrid.page.shown.points[0], at = gisgrid.latLng(p.x, p.y);"
        " return [at.lng, at.lat]; })()"
    )
    click_at(page, lon, lat)
    page.locator(".leaflet-popup .card").wait_for()
    settle()
    page.locator('input[name="view"][value="grids"]').check()
    settle()


def tour_campaign(watched: Watched) -> None:
    """Run through the days and the tasks, open a building, an item and a place of evidence."""
    page = watched.page
    for day in range(0, 25, 4):
        page.locator("#day").fill(str(day))
        watched.look()
    for box in page.locator("input[name=task]").all():
        box.check()
        watched.look()
    page.locator("input[name=task]").first.check()
    for lon, lat in ((121.201, 31.301), (121.2, 31.305), (121.205, 31.301)):
        click_at(page, lon, lat)
        page.locator(".leaflet-popup .card").wait_for()
        watched.look()


def tour_comparison(watched: Watched) -> None:
    """Choose what is listed."""
    for button in watched.page.locator("button[data-index]").all()[:_SOME]:
        button.click()
        watched.look()
