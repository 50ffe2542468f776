"""A planner's page that is open in a real browser, and what a hand does there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, select

from gisgrid.store import drafts
from gisgrid.store.tables import address
from tests.village import MICROS, UNIT, house, households

from .browsing import Opened, Opener


@dataclass(frozen=True)
class Planner:
    """A page with the unit of the village open in a new plan."""

    engine: Engine
    address: str
    plan: int
    opened: Opened

    @property
    def page(self) -> Page:
        return self.opened.page


def open_page(engine: Engine, address: str, visit: Opener) -> Planner:
    with engine.begin() as connection:
        plan = drafts.new(connection, "方案一")
    opened = visit(f"{address}/planner#plan={plan}&unit={UNIT}", settled=False)
    opened.page.wait_for_selector("body[data-ready=true]", state="attached")
    expect(opened.page.locator("#table tbody tr")).to_have_count(4)
    return Planner(engine, address, plan, opened)


def settled(page: Page) -> None:
    """Wait until the tool is ready, every change is answered, and its numbers are shown."""
    page.evaluate("""async () => {
        const app = window.planner;
        await app.entered;
        for (;;) {
            await app.plan.settled;
            await app.settle();
            if (!app.plan.waiting) return;
        }
    }""")


def spot(page: Page, lon: float, lat: float) -> tuple[float, float]:
    """Where a place is on the screen."""
    x, y = page.evaluate(
        """([lon, lat]) => {
            const { map } = window.planner, at = map.latLngToContainerPoint([lat, lon]);
            const frame = map.getContainer().getBoundingClientRect();
            return [frame.left + at.x, frame.top + at.y];
        }""",
        [lon, lat],
    )
    return x, y


def click(page: Page, column: int, row: int) -> None:
    """Click on a house."""
    page.mouse.click(*spot(page, *house(column, row)))


def tool(page: Page, key: str) -> None:
    page.locator("#map").focus()
    page.keyboard.press(key)


def shown(page: Page) -> dict[str, int]:
    """The households of each grid by its code as the table has them."""
    return {
        str(row.get_attribute("data-code")): int(row.locator(".count").inner_text().split()[0])
        for row in page.locator("#table tbody tr").all()
    }


def counted(engine: Engine, plan: int) -> dict[str, int]:
    """The households by the grids' shapes and the addresses, without the code under test."""
    with engine.connect() as connection:
        grids = drafts.frame(connection, plan, "micro")
        rows = connection.execute(
            select(address.c.point.ST_X(), address.c.point.ST_Y(), address.c.households)
        ).all()
    grids = grids[grids["parent"] == UNIT]
    lon, lat, weight = np.array([tuple(row) for row in rows], dtype=np.float64).T
    return {
        code: int(weight[shapely.contains_xy(shape, lon, lat)].sum())
        for code, shape in zip(grids["code"], grids.geometry, strict=True)
    }


def require_coverage(engine: Engine, plan: int) -> None:
    with engine.connect() as connection:
        frames = {level: drafts.frame(connection, plan, level) for level in ("unit", "micro")}
    unit, micro = frames["unit"], frames["micro"]
    for grids in (unit, micro):
        assert shapely.coverage_is_valid(grids.geometry.to_numpy())
    below = shapely.coverage_union_all(micro[micro["parent"] == UNIT].geometry.to_numpy())
    assert shapely.equals(below, unit.geometry[unit["code"] == UNIT].iloc[0])


def at_first() -> dict[str, int]:
    sums = dict.fromkeys(MICROS, 0)
    for row in range(10):
        for column in range(10):
            sums[MICROS[column // 5 + 2 * (row // 5)]] += households(column, row)
    return sums
