"""The map of findings in a real browser."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gisgrid.geometry.checking import Checked, Level, check_level
from gisgrid.maps import MapText
from gisgrid.maps.findings import findings_map
from tests.maps.browser import Opener
from tests.maps.frames import lattice
from tests.towns import square

HOSTILE = "</script><img src=x onerror='window.pwned=1'>${1}"


@pytest.fixture(scope="module")
def faulty() -> tuple[list[Level], Checked]:
    """A lattice with an overlap, a sliver of a few centimetres, a bow tie and a hostile code."""
    shapes = np.append(lattice(4, 4, 6), np.array([None] * 4))
    shapes[16:] = [
        square(30, 5, 1.2, 1),
        square(31, 5),
        square(31, 6 - 0.000003),
        shapely.Polygon([(121.6, 31.3), (121.61, 31.31), (121.61, 31.3), (121.6, 31.31)]),
    ]
    codes = [f"{k:03d}" for k in range(19)] + [HOSTILE]
    level = Level(shapes, codes, "micro")
    return [level], check_level(level)


def zoom(page: object) -> float:
    return float(page.evaluate("map_main.getZoom()"))  # type: ignore[attr-defined]


def test_opens_lists_and_zooms(
    open_page: Opener, faulty: tuple[list[Level], Checked], text: MapText
) -> None:
    opened = open_page(findings_map(*faulty, text))
    page = opened.page
    buttons = page.locator("#faults button")
    assert buttons.count() == len(faulty[1].findings) == 3
    assert "未通过" in page.locator("#verdict").inner_text()
    before = zoom(page)
    buttons.filter(has_text="狭长").click()
    assert zoom(page) > before + 2
    card = page.locator(".card")
    assert "017" in card.inner_text()
    assert "错误" in card.inner_text()
    assert "within" not in card.inner_text()
    sliver = faulty[1].findings[-1]
    assert sliver.place is not None
    centre = page.evaluate("[map_main.getCenter().lng, map_main.getCenter().lat]")
    assert centre == pytest.approx(sliver.place, abs=0.01)
    opened.quiet()


def test_kinds_and_codes_filter(
    open_page: Opener, faulty: tuple[list[Level], Checked], text: MapText
) -> None:
    opened = open_page(findings_map(*faulty, text))
    page = opened.page
    drawn = "document.querySelector('canvas.drawn').toDataURL()"
    before = page.evaluate(drawn)
    page.locator("input[value=overlap]").uncheck()
    assert page.locator("#faults button").count() == 2
    page.wait_for_timeout(100)
    assert page.evaluate(drawn) != before
    page.locator("#search").fill("018")
    assert page.locator("#faults button").count() == 1
    opened.quiet()


def test_a_click_on_the_fault_shows_it_on_a_phone_too(
    open_page: Opener, faulty: tuple[list[Level], Checked], text: MapText
) -> None:
    opened = open_page(findings_map(*faulty, text), width=390, height=800)
    page = opened.page
    place = faulty[1].findings[0].place
    assert place is not None
    at = page.evaluate(
        "([lon, lat]) => { const p = map_main.latLngToContainerPoint([lat, lon]);"
        " return [p.x, p.y]; }",
        list(place),
    )
    page.locator(".folium-map").click(position={"x": at[0], "y": at[1]})
    assert page.locator(".card h3").count() == 1
    opened.quiet()


def test_no_faults_and_no_grids(open_page: Opener, text: MapText) -> None:
    sound = Level(lattice(2, 2, 3), list("ABCD"))
    opened = open_page(findings_map([sound], check_level(sound), text))
    assert "没有问题" in opened.page.locator("#faults").inner_text()
    assert "通过" in opened.page.locator("#verdict").inner_text()
    opened.quiet()
    none = Level(np.array([None], dtype=object), [""])
    open_page(findings_map([none], check_level(none), text)).quiet()
