"""What people do at the pages of cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from playwright.sync_api import Page
from sqlalchemy import Engine, update

from gisgrid.access import Actor
from gisgrid.store import cases
from gisgrid.store.tables import case_file
from tests.api.browsing import Opened, Opener
from tests.api.district import SOUTH, STEP, WEST

__all__ = [
    "PASSWORD",
    "PHONE",
    "STAFF",
    "act",
    "at",
    "let_expire",
    "locate",
    "ready",
    "sign_in",
    "tap",
    "tell",
]

PASSWORD: Final = "three plain words"
PHONE: Final = {"width": 390, "height": 844}
STAFF: Final = Actor("account:1")


def at(column: float, row: float) -> dict[str, float]:
    """A place of the small district, counted in its squares."""
    return {"lon": WEST + column * STEP, "lat": SOUTH + row * STEP}


def tell(engine: Engine, column: float = 0.25, row: float = 0.25, **more: Any) -> cases.Case:
    """Put a case on record, past the pages."""
    words = {"category": "unlicensed-stall", "source": "patrol", **at(column, row), **more}
    with engine.begin() as connection:
        return cases.report(connection, cases.NewCase(**words), STAFF)


def act(engine: Engine, number: str, *actions: str, **words: Any) -> cases.Case:
    """Take a case through steps, past the pages."""
    with engine.begin() as connection:
        for action in actions:
            found = cases.act(connection, number, action, actor=STAFF, **words)
    return found


def let_expire(engine: Engine, number: str, *, days: int) -> None:
    """Let the time of a case have run out days ago: its clock began when it was put on record."""
    with engine.begin() as connection:
        due = datetime.now(UTC) - timedelta(days=days)
        change = update(case_file).where(case_file.c.number == number).values(due_at=due)
        connection.execute(change)


def ready(visit: Opener, address: str, **size: int) -> Opened:
    """Open a page of cases, and wait until it has all that it shows."""
    opened = visit(address, settled=False, **size)
    opened.page.wait_for_selector("body[data-ready=true]", state="attached")
    return opened


def sign_in(visit: Opener, address: str, name: str, path: str) -> Opened:
    """Come to a page without a session, and sign in where it leads."""
    opened = visit(f"{address}{path}")
    page = opened.page
    page.locator("input[name=name]").fill(name)
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_selector("body[data-ready=true]", state="attached")
    return opened


def locate(page: Page, column: float, row: float) -> None:
    """Let the device say where it is."""
    place = at(column, row)
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation({"longitude": place["lon"], "latitude": place["lat"]})


def tap(page: Page, group: str, category: str) -> None:
    """Choose what is wrong, in two taps."""
    page.locator(".tile", has_text=group).click()
    page.locator(".pick", has_text=category).click()
