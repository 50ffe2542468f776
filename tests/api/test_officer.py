"""A police officer's first look in a real browser: from the first page to the printed sheets."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine

from .browsing import Opener
from .conftest import serving
from .test_hazards_page import choose, settle

# The 30 days that end with the last day on record, as the page has to understand them.
_OF_THE_MONTH = """
    FROM gisgrid.hazard AS h
    JOIN gisgrid.grid_version AS g ON g.grid_id = h.micro_id AND g.valid @> now()
    WHERE h.category = 'fire' AND NOT h.confidential AND h.found_at >= (
        SELECT (date_trunc('day', max(found_at) AT TIME ZONE 'Asia/Shanghai')
                - interval '29 days') AT TIME ZONE 'Asia/Shanghai'
        FROM gisgrid.hazard WHERE NOT confidential)
"""


@pytest.fixture(scope="module")
def precinct(clone: Callable[[str], str], sample_template: str) -> Iterator[Engine]:
    """A sample district in which patrols may be planned."""
    made = make_engine(clone(sample_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def start(precinct: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over it."""
    home = Settings(home=tmp_path_factory.mktemp("home"))
    with serving(create_app(home, engine=precinct, demo=True)) as found:
        yield found


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (390, 844)])
def test_from_the_first_page_to_the_printed_sheets(
    precinct: Engine, start: str, visit: Opener, width: int, height: int
) -> None:
    opened = visit(start, width=width, height=height)
    page = opened.page
    door = page.get_by_role("navigation").get_by_role("link", name="隐患")
    expect(door).to_be_in_viewport()
    door.click()
    page.wait_for_url("**/hazards")
    settle(page)
    if page.locator("body.folded").count():
        page.get_by_role("button", name="筛选、排名与原因").click()
    choose(page, "category", "fire")
    worst = require_worst(page, precinct)
    require_reasons(page, precinct, worst[0])
    page.keyboard.press("Escape")
    settle(page)
    page.get_by_role("link", name="排今晚的巡逻").click()
    page.wait_for_selector(".sheet", state="attached", timeout=120_000)
    require_sheets(page, precinct, worst)
    opened.assert_quiet()


def require_worst(page: Page, engine: Engine) -> list[str]:
    """The first three grids have the largest counts, and no other ones are shown for them."""
    rows = page.locator("#worst li")
    codes = [str(rows.nth(k).locator("button").get_attribute("data-code")) for k in range(3)]
    shown = [int(rows.nth(k).locator(".much b").inner_text().replace(",", "")) for k in range(3)]
    with engine.connect() as connection:
        found = connection.execute(text(f"SELECT g.code, count(*) {_OF_THE_MONTH} GROUP BY g.code"))
        counts = {str(code): int(count) for code, count in found}
    assert shown == [counts[code] for code in codes]
    assert shown == sorted(counts.values(), reverse=True)[:3]
    return codes


def require_reasons(page: Page, engine: Engine, code: str) -> None:
    """What a grid's hazards are, as often as they are on record."""
    page.locator(f'#worst button[data-code="{code}"]').click()
    settle(page)
    expect(page.locator("#why")).to_contain_text("为什么")
    bars = page.locator("#why .bars").first.locator("> div")
    shown = {
        bar.locator("span").first.inner_text(): bar.locator("b").inner_text() for bar in bars.all()
    }
    with engine.connect() as connection:
        found = connection.execute(
            text(f"SELECT h.subject, count(*) {_OF_THE_MONTH} AND g.code = :code GROUP BY 1"),
            {"code": code},
        )
        assert shown == {subject: str(count) for subject, count in found}


def require_sheets(page: Page, engine: Engine, worst: list[str]) -> None:
    """Tonight's plan goes to all three, says so by name, and fits a sheet for each officer."""
    with engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT name FROM gisgrid.grid_version WHERE code = ANY(:codes) AND valid @> now()"
            ),
            {"codes": worst},
        )
        names = [name for (name,) in found]
    for name in names:
        expect(page.locator("#first")).to_contain_text(name)
    expect(page.locator("#told")).to_be_hidden()
    page.emulate_media(media="print")
    sheets = page.locator(".sheet")
    expect(sheets.first).to_be_visible()
    written = "\n".join(sheets.all_inner_texts())
    assert "指定必去" in written
    assert "数据截至" in written
    assert all(name in written for name in names)
    body = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", body)) == sheets.count()
