"""The map of a comparison in a real browser."""

from __future__ import annotations

from datetime import UTC

import numpy as np
import pytest
from sqlalchemy import Engine, text

from gisgrid.maps import MapText
from gisgrid.maps.comparison import comparison_map
from gisgrid.store import plans
from gisgrid.store.comparing import compare
from gisgrid.store.places import OWNED
from gisgrid.store.states import state_named
from tests.maps.browser import Opener
from tests.store.redraws import put
from tests.towns import SIDE, SOUTH, WEST, frame, square

HOSTILE = "</script><img src=x onerror='window.pwned=1'>${1}"
HERE = WEST + 0.6 * SIDE, SOUTH + 0.5 * SIDE


@pytest.fixture
def page_of(town: Engine, text_of_map: MapText) -> str:
    """Half of a micro-grid goes to its neighbour, with whoever lives there."""
    rows = frame(
        [
            ("A1U1M1", "A1U1", square(0, 0, 0.5, 1)),
            ("A1U1M2", "A1U1", square(0.5, 0, 1.5, 1)),
        ]
    )
    rows["name"] = [HOSTILE, "乙"]
    with town.begin() as connection:
        put(connection, np.repeat([HERE], len(OWNED), axis=0), "here")
        connection.execute(
            text("UPDATE gisgrid.address SET households = 30, text = :t"), {"t": HOSTILE}
        )
        plan_id = plans.add(connection, name="test", level="micro", frame=rows)
        states = [state_named(connection, name, UTC) for name in ("now", f"plan {plan_id}")]
        found = compare(connection, *states)
    return comparison_map(*states, found, text_of_map)


@pytest.fixture
def text_of_map() -> MapText:
    """What the head says."""
    return MapText("比较", "Compared", revision=4)


@pytest.mark.parametrize("width", [1200, 390])
def test_borders_places_and_grids_are_shown(open_page: Opener, page_of: str, width: int) -> None:
    opened = open_page(page_of, width=width, height=800)
    page = opened.page
    panel = page.locator("#panel")
    said = panel.text_content() or ""
    assert "A1U1M1 → A1U1M2" in said
    assert "30 → —" not in said
    assert "户 households 30 → 0" in said
    assert HOSTILE in said
    x, y = page.evaluate(
        "([lon, lat]) => { const p = map_main.latLngToContainerPoint([lat, lon]);"
        " return [p.x, p.y]; }",
        list(HERE),
    )
    page.locator(".folium-map").click(position={"x": x, "y": y})
    assert "A1U1M1 → A1U1M2" in (page.locator(".card").text_content() or "")
    opened.quiet()


def test_kinds_are_hidden_and_a_grid_is_gone_to(open_page: Opener, page_of: str) -> None:
    opened = open_page(page_of)
    page = opened.page
    dots = "document.querySelectorAll('canvas.drawn')[1].toDataURL()"
    before = page.evaluate(dots)
    for kind in page.locator("input[name=kind]").all():
        kind.uncheck()
    page.wait_for_timeout(100)
    assert page.evaluate(dots) != before
    far = "map_main.setView([0, 0], 4, {animate: false})"
    page.evaluate(far)
    page.locator("button[data-index='1']").click()
    centre = page.evaluate("[map_main.getCenter().lng, map_main.getCenter().lat]")
    assert centre == pytest.approx([WEST + 1.25 * SIDE, SOUTH + 0.5 * SIDE], abs=1e-3)
    opened.quiet()


def test_nothing_differs(open_page: Opener, town: Engine, text_of_map: MapText) -> None:
    with town.connect() as connection:
        now = state_named(connection, "now", UTC)
        found = compare(connection, now, now)
    opened = open_page(comparison_map(now, now, found, text_of_map))
    assert "没有差别" in (opened.page.locator("#panel").text_content() or "")
    opened.quiet()
