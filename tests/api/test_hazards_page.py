"""The page of hazards in a real browser: of few hazards, and of more than a page carries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import Engine, text

from api.app import create_app
from gisgrid.maps.recorded_hazards import MOST_POINTS
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine

from .browsing import Opened, Opener
from .conftest import serving
from .test_hazards import made, put
from .waiting import until

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_MORE = MOST_POINTS + 1


def settle(page: Page) -> None:
    page.evaluate("gisgrid.page.settled")


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()
    settle(page)


def total(page: Page) -> int:
    settle(page)
    return int(page.locator("#shown").inner_text().replace(",", ""))


@pytest.fixture(scope="module")
def crowded(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """The small district with more hazards than a page carries, most of them in one micro-grid."""
    engine = make_engine(clone(district_template))
    with engine.begin() as connection:
        # Owners are found all at once, for one by one takes half a minute.
        connection.execute(text("ALTER TABLE gisgrid.hazard DISABLE TRIGGER USER"))
        connection.execute(text("DELETE FROM gisgrid.hazard"))
        connection.execute(
            text(
                "INSERT INTO gisgrid.hazard"
                " (source_id, point, category, subject, severity, state, origin, found_at)"
                " SELECT 'H' || k, ST_SetSRID(ST_MakePoint("
                "121.2 + 0.02 * abs(sin(k)) * (k % 5 > 1)::int + 0.001,"
                " 31.3 + 0.02 * abs(cos(k * 3)) * (k % 5 > 1)::int + 0.001), 4326),"
                " CASE WHEN k % 3 = 0 THEN 'fire' ELSE 'city' END, '私拉电线', 1 + k % 3,"
                " 'fixed', CASE WHEN k % 2 = 0 THEN 'patrol' ELSE 'resident' END,"
                " timestamptz '2024-01-01' + k * interval '20 minutes'"
                " FROM generate_series(1, :count) AS k"
            ),
            {"count": _MORE},
        )
        for name in ("area", "unit", "micro"):
            connection.execute(
                text(
                    f"UPDATE gisgrid.hazard SET {name}_id = v.grid_id FROM"
                    " gisgrid.boundary_version AS v"
                    " WHERE v.level = :level AND ST_Covers(v.geom, point)"
                ),
                {"level": name},
            )
        connection.execute(text("ALTER TABLE gisgrid.hazard ENABLE TRIGGER USER"))
    yield engine
    engine.dispose()


@pytest.fixture(scope="module")
def crowded_address(crowded: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = Settings(home=tmp_path_factory.mktemp("home"))
    with serving(create_app(home, engine=crowded, demo=True)) as found:
        yield found


@pytest.fixture
def few(squares: Engine, address: str, visit: Opener) -> Opened:
    """The page of some hundred hazards."""
    put(squares, made(300))
    return visit(f"{address}/hazards")


def test_the_old_address_leads_here(address: str, visit: Opener) -> None:
    opened = visit(f"{address}/maps/hazards#category=fire")
    assert opened.page.url == f"{address}/hazards#category=fire"
    opened.assert_quiet()


def test_few_hazards_come_with_the_page(few: Opened) -> None:
    page = few.page
    choose(page, "span", "Infinity")
    assert total(page) == 270
    assert page.evaluate("gisgrid.page.filters.data.rows !== null")
    assert not [one for one in few.requests if "/v1/hazards" in one]
    few.assert_quiet()


def test_from_the_first_look_to_the_patrol(few: Opened) -> None:
    page = few.page
    choose(page, "category", "fire")
    assert "数据截至" in page.locator("#panel").inner_text()
    worst = page.locator("#worst button")
    codes = [worst.nth(k).get_attribute("data-code") for k in range(3)]
    link = page.locator(".plan a")
    expect(link).to_have_attribute(
        "href", f"/patrols#category=fire&grids={','.join(map(str, codes))}"
    )
    expect(link).to_be_in_viewport()
    worst.first.focus()
    page.keyboard.press("Enter")
    settle(page)
    assert "为什么" in page.locator("#why").inner_text()
    expect(page.locator("#why a.main")).to_have_attribute(
        "href", f"/patrols#category=fire&grids={codes[0]}"
    )
    page.keyboard.press("Escape")
    settle(page)
    expect(worst.first).to_be_focused()
    few.assert_quiet()


def test_many_hazards_stay_on_the_server(crowded_address: str, visit: Opener) -> None:
    opened = visit(f"{crowded_address}/hazards")
    page = opened.page
    assert page.evaluate("gisgrid.page.filters.data.rows === null")
    choose(page, "span", "Infinity")
    assert total(page) == _MORE
    choose(page, "category", "fire")
    assert total(page) == _MORE // 3
    assert page.locator("#worst button").first.get_attribute("data-code") == "101001001"
    tiles = "[...document.querySelectorAll('img.leaflet-tile')].map(one => one.naturalWidth)"
    until(lambda: set(page.evaluate(tiles)) == {256})
    page.locator("#worst button").first.click()
    settle(page)
    assert page.locator("#why .item").count() == 20
    page.locator("#why").get_by_role("button", name="更多").last.click()
    expect(page.locator("#why .item")).to_have_count(40)
    page.locator("#why .plain").first.click()
    settle(page)
    choose(page, "view", "grids")
    assert page.locator("img.leaflet-tile").count() == 0
    page.evaluate("map_main.setView([31.301, 121.201], 18, { animate: false })")
    until(lambda: page.evaluate("gisgrid.page.shown.points.length") > 0)
    opened.assert_quiet()


def test_both_makings_say_the_same(few: Opened) -> None:
    """The server's counts and reasons equal those of the rows."""
    page = few.page
    choose(page, "span", "Infinity")
    script = """async () => {
      const { filters } = gisgrid.page, data = filters.data, server = new gisgrid.Server(data);
      const rows = new gisgrid.Rows(data), level = gisgrid.page.shown.level, out = [];
      for (const change of [{}, { category: "fire" }, { severity: 2 }, { state: "open" },
                            { found: "reported" }, { from: 10, to: 40 }, { from: 50, to: 70 },
                            { from: 50, to: 70, found: "discovered" }]) {
        const filter = { ...filters.state, ...change };
        const [a, b] = [await rows.counts(filter, level), await server.counts(filter, level)];
        const [c, d] = [await rows.why(filter, level, 0), await server.why(filter, level, 0)];
        const plain = (found) => [[...found.count], found.before && [...found.before],
                                  found.total, found.totalBefore];
        const reasons = ({ total, open, discovered, reported, hours, weekdays, subjects }) =>
          [total, open, discovered, reported, hours, weekdays,
           Object.fromEntries(subjects.map((s) => [s.name, s.count]))];
        out.push([plain(a), plain(b), reasons(c), reasons(d)]);
      }
      return out;
    }"""
    for rows, server, why, said in page.evaluate(script):
        assert rows == server
        assert why == said
        assert rows[2] > 0


def test_a_server_that_does_not_answer_is_said(crowded_address: str, visit: Opener) -> None:
    opened = visit(f"{crowded_address}/hazards")
    page = opened.page
    page.route("**/v1/hazards/counts*", lambda route: route.abort())
    choose(page, "category", "fire")
    expect(page.get_by_role("alert")).to_contain_text("服务器没有回答")
    page.unroute("**/v1/hazards/counts*")
    choose(page, "category", "city")
    expect(page.locator(".trouble")).to_be_hidden()


@pytest.mark.parametrize("size", [(1280, 800), (390, 844)])
def test_axe_finds_nothing_serious(few: Opened, visit: Opener, size: tuple[int, int]) -> None:
    page = few.page
    page.set_viewport_size({"width": size[0], "height": size[1]})
    script = AXE.read_text()
    for look in ("", "#view=grids&by=rate", f"#grid={'101001001'}"):
        page.evaluate("hash => { location.hash = hash; }", look)
        page.wait_for_timeout(50)
        settle(page)
        page.locator("details.more").evaluate("one => { one.open = true; }")
        if size[0] < 720 and page.locator("body.folded").count():
            page.locator("#fold").click()
        page.evaluate(script)
        found = page.evaluate(
            "axe.run(document, { resultTypes: ['violations'] }).then(r => r.violations.map("
            "v => [v.impact, v.id, v.nodes.map(n => n.target.join(' ')).slice(0, 3)]))"
        )
        assert [one for one in found if one[0] in ("serious", "critical")] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
