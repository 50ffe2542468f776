"""Every page that is served, over a record whose every text wants to run."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import Engine

from api.app import create_app
from gisgrid.maps import recorded_hazards
from gisgrid.maps.text import clean
from gisgrid.settings import Settings
from gisgrid.store import drafts
from tests.hostile import TILES, Watched, watch
from tests.payloads import ALL, PAYLOADS, marked, seen
from tests.touring import tour_campaign, tour_grids, tour_hazards

from .at_planner import click, settled, tool
from .conftest import serving


def serve(engine: Engine, home: pytest.TempPathFactory) -> Settings:
    return Settings(home=home.mktemp("home"), tile_url=TILES, tile_attribution=ALL)


@pytest.fixture(scope="module")
def own(hostile: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server over it."""
    with serving(create_app(serve(hostile, tmp_path_factory), engine=hostile, demo=True)) as found:
        yield found


@pytest.fixture
def watched(chromium: Browser) -> Iterator[Watched]:
    with watch(chromium) as made:
        yield made


def require_all(watched: Watched, own: str, *columns: str) -> None:
    """These columns were shown and ran nothing; nor did the base map's attribution."""
    watched.require_harmless(own)
    watched.require_shown(*columns)
    said = watched.page.locator(".leaflet-control-attribution").first.text_content()
    assert seen(said or "").endswith((seen(ALL), seen(clean(ALL))))


def test_the_index_page(own: str, watched: Watched) -> None:
    page = watched.page
    page.goto(own)
    page.wait_for_selector("body[data-ready=true]", state="attached")
    for lon, lat in ((121.205, 31.305), (121.225, 31.315)):
        page.get_by_label("地址或经纬度").fill(f"{lon}, {lat}")
        page.get_by_role("button", name="查询").click()
        page.locator("#answer .micro .code").wait_for()
        watched.look()
    require_all(watched, own, "grid_version.name", "campaign.name_zh", "campaign.name_en")
    box = page.get_by_label("地址或经纬度")
    box.fill("<")
    expect(page.locator("#address-list [role=option]").first).to_be_visible()
    watched.look()
    for payload in PAYLOADS[::3]:
        box.fill(f"{payload} {marked('csv.text')}")
        box.press("Enter")
        expect(page.locator("#answer p").first).not_to_contain_text("正在查")
        watched.look()
    watched.require_shown("csv.text")
    page.locator("#campaigns a").first.click()
    page.locator("#tasks").wait_for()
    watched.require_harmless(own)


HAZARDS = ("grid_version.name", "hazard.category", "hazard.subject")


def test_the_page_of_hazards(own: str, watched: Watched) -> None:
    watched.page.goto(f"{own}/hazards")
    assert watched.page.evaluate("gisgrid.page.filters.data.rows !== null")
    tour_hazards(watched)
    require_all(watched, own, *HAZARDS)


def test_the_page_of_many_hazards(
    hostile: Engine,
    watched: Watched,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(recorded_hazards, "MOST_POINTS", 10)
    with serving(create_app(serve(hostile, tmp_path_factory), engine=hostile, demo=True)) as own:
        watched.page.goto(f"{own}/hazards")
        assert watched.page.evaluate("gisgrid.page.filters.data.rows === null")
        tour_hazards(watched)
        require_all(watched, own, *HAZARDS)
        watched.page.close()


def test_the_map_of_grids(own: str, watched: Watched) -> None:
    watched.page.goto(f"{own}/maps/grids")
    tour_grids(watched)
    require_all(watched, own, "grid_version.name")


CAMPAIGN = (
    *("campaign.name_zh", "campaign.name_en", "campaign_phase.name_zh", "campaign_phase.name_en"),
    *(f"campaign_task.{name}_zh" for name in ("name", "item", "done", "unit")),
    *(f"campaign_task.{name}_en" for name in ("name", "item", "done")),
    *(f"campaign_task.{name}" for name in ("source", "qualifier", "target_qualifier")),
    *("campaign_item.name", "building.name"),
    *(f"campaign_evidence.{name}" for name in ("note", "author", "file_name")),
)  # fmt: skip


def test_the_map_of_a_campaign(own: str, watched: Watched) -> None:
    watched.page.goto(f"{own}/maps/campaign")
    tour_campaign(watched)
    require_all(watched, own, *CAMPAIGN)


def test_the_page_of_patrols(own: str, watched: Watched) -> None:
    page = watched.page
    micro = page.request.get(f"{own}/v1/resolve?lon=121.2052&lat=31.3052").json()["grids"][-1]
    page.goto(f"{own}/patrols#grids={quote(micro['code'])}")
    page.locator(".sheet").first.wait_for(state="attached")
    page.locator("#gaps").check()
    expect(page.locator("#near")).to_be_visible()
    for stop in page.locator(".go").all()[:4]:
        stop.click()
        watched.look()
    page.locator(".done").first.click()
    expect(page.locator(".done").first).to_have_attribute("aria-pressed", "true")
    page.emulate_media(media="print")
    watched.look()
    assert micro["code"] in page.locator("#first").inner_text()
    require_all(watched, own, "grid_version.name", "hazard.category", "address.text")
    plan = page.url.rpartition("=")[2]
    stops = page.request.get(f"{own}/v1/patrols/plans/{plan}").json()["stops"]
    names = [stop["name"] for stop in stops if stop["patrol_point"]]
    assert names
    assert all(seen(name) in seen(watched.text) for name in names)


def test_the_page_of_addresses(own: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{own}/addresses")
    page.wait_for_selector("body[data-ready=true]", state="attached")
    expect(page.locator(".review")).to_have_count(2)
    watched.look()
    other = page.locator(".review").first.get_by_label("另一个地址")
    other.fill(f"{PAYLOADS[0]} {marked('csv.text')}")
    other.press("Enter")
    page.locator(".review").first.locator(".candidate input").last.check()
    page.locator("summary").first.click()
    box = page.get_by_role("combobox", name="查地址")
    box.fill("<")
    expect(page.locator("#address-list [role=option]").first).to_be_visible()
    watched.look()
    alias = ("address_alias.name", "address_alias.means")
    require_all(watched, own, "csv.text", *alias, "address_review.text", "address_review.source")


def test_the_planner(hostile: Engine, own: str, watched: Watched) -> None:
    page = watched.page
    unit = page.request.get(f"{own}/v1/resolve?lon=121.2052&lat=31.3052").json()["grids"][1]["code"]
    with hostile.begin() as connection:
        plan = drafts.new(connection, ALL, author=ALL)
    page.goto(f"{own}/planner#plan={plan}&unit={quote(unit)}")
    page.wait_for_selector("body[data-ready=true]", state="attached")
    expect(page.locator("#table tbody tr")).to_have_count(4)
    watched.look()
    tool(page, "p")
    click(page, 4, 7)
    settled(page)
    for tab in ("faults", "proposals", "compare", "preview"):
        page.locator(f"#tab-{tab}").click()
        settled(page)
        watched.look()
    page.locator("#publish").click()
    expect(page.locator("dialog")).to_be_visible()
    watched.look()
    page.keyboard.press("Escape")
    require_all(watched, own, "grid_version.name")


def test_the_documentation(own: str, watched: Watched) -> None:
    page = watched.page
    page.goto(f"{own}/docs")
    page.wait_for_selector(".opblock")
    page.locator(".opblock-summary:has([data-path='/v1/grids'])").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    page.locator(".live-responses-table").wait_for()
    watched.look()
    watched.require_harmless(own)
    watched.require_shown("grid_version.name")


@pytest.mark.parametrize(
    "path", ["/{}", "/v1/grids/{}", "/maps/campaign?code={}", "/maps/grids?at={}"]
)
def test_what_is_refused_is_no_page(own: str, watched: Watched, path: str) -> None:
    for payload in PAYLOADS:
        reply = watched.page.request.get(own + path.format(quote(payload, safe="")))
        kind = reply.headers["content-type"]
        assert not kind.startswith("text/html") or reply.ok, payload
        assert reply.headers["x-content-type-options"] == "nosniff"
