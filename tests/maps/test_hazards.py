"""The map of hazards as a file, in a real browser."""

from __future__ import annotations

from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
import shapely
from playwright.sync_api import Page

from gisgrid.errors import ColumnError, CoordinateError, InputError
from gisgrid.maps import HazardView, MapText, hazards_map
from tests.api.waiting import until
from tests.maps.browser import Opened, Opener

Levels = dict[str, geopandas.GeoDataFrame]
NAMES = {
    "fire": ("消防隐患", "fire"),
    "security": ("治安隐患", "security"),
    "city": ("城市管理", "city"),
}
VIEW = HazardView(names=NAMES)
DAYS = 200
FIRST = pd.Timestamp("2024-01-01", tz="Asia/Shanghai")


def some_hazards(counts: dict[str, int], *, spread: float = 0.02) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    category = np.repeat(list(counts), list(counts.values()))
    total = len(category)
    places = rng.normal((121.23, 31.36), spread, (total, 2))
    minutes = rng.integers(0, DAYS * 1440, total)
    return pd.DataFrame(
        {
            "lon": places[:, 0],
            "lat": places[:, 1],
            "category": category,
            "subject": np.where(np.arange(total) % 3 == 0, "私拉电线", "楼道堆物"),
            "severity": rng.integers(1, 4, total),
            "state": np.where(np.arange(total) % 4 == 0, "open", "fixed"),
            "discovered": np.arange(total) % 5 < 3,
            "found_at": FIRST + pd.to_timedelta(minutes, "min"),
            "area": None,
            "unit": None,
            "micro": None,
        }
    )


def owned(hazards: pd.DataFrame, levels: Levels) -> pd.DataFrame:
    """Say of each hazard which grids it lies in, by GEOS."""
    points = shapely.points(hazards["lon"], hazards["lat"])
    columns = {}
    for level in ("area", "unit", "micro"):
        if level in levels:
            grids = levels[level]
            at, found = shapely.STRtree(grids.geometry.to_numpy()).query(points, "intersects")
            code = pd.Series(None, index=hazards.index, dtype=object)
            code.iloc[at] = grids["code"].to_numpy()[found]
            columns[level] = code
    return hazards.assign(**columns)


def within(levels: Levels) -> Levels:
    return {key: levels[key] for key in ("area", "unit", "micro")}


def drawn(
    open_page: Opener,
    hazards: pd.DataFrame,
    levels: Levels,
    text: MapText,
    view: Any = VIEW,
    **at: int,
) -> Opened:
    levels = {key: frame for key, frame in levels.items() if key != "police"}
    return open_page(hazards_map(owned(hazards, levels), levels, text, view), **at)


def shown(page: Page) -> int:
    page.evaluate("gisgrid.page.settled")
    return int(page.locator("#shown").inner_text().replace(",", ""))


def choose(page: Page, name: str, value: object) -> None:
    page.locator(f'input[name="{name}"][value="{value}"]').check()
    page.evaluate("gisgrid.page.settled")


def days(page: Page, first: int, end: int) -> None:
    page.evaluate(f"gisgrid.page.filters.set({{ from: {first}, to: {end} }})")
    page.evaluate("gisgrid.page.settled")


def whole(page: Page) -> None:
    choose(page, "span", "Infinity")


def heat(page: Page, *places: tuple[float, float]) -> list[float]:
    """Return how dark the ground is at places: green falls all along the ramp."""
    value: list[float] = page.evaluate(
        """places => {
          const canvas = document.querySelector("canvas.drawn");
          const at = canvas.getBoundingClientRect();
          const box = document.querySelector(".folium-map").getBoundingClientRect();
          const copy = document.createElement("canvas");
          copy.width = canvas.width;
          copy.height = canvas.height;
          const ctx = copy.getContext("2d", { willReadFrequently: true });
          ctx.drawImage(canvas, 0, 0);
          return places.map(([lon, lat]) => {
            const p = map_main.latLngToContainerPoint([lat, lon]);
            return 252 - ctx.getImageData(p.x + box.x - at.x, p.y + box.y - at.y, 1, 1).data[1];
          });
        }""",
        [list(place) for place in places],
    )
    return value


def go(page: Page, lon: float, lat: float, zoom: float) -> None:
    page.evaluate(f"map_main.setView([{lat}, {lon}], {zoom}, {{animate: false}})")
    page.wait_for_timeout(120)


def listed(page: Page) -> list[tuple[str, int]]:
    """The names and counts of the worst grids as the list shows them."""
    page.evaluate("gisgrid.page.settled")
    return [
        (row.locator(".name").inner_text(), int(row.locator(".much b").first.inner_text()))
        for row in page.locator("#worst button").all()
    ]


def test_opens_with_nothing_loaded(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = drawn(open_page, some_hazards({"fire": 30, "city": 5}), small, text)
    whole(opened.page)
    assert shown(opened.page) == 35
    assert "消防隐患" in opened.page.locator("#panel").inner_text()
    assert opened.page.locator("a[href*=patrols]").count() == 0
    opened.quiet()


def test_each_filter_counts_what_the_frame_counts(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 400, "security": 300, "city": 11})
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    picture = "document.querySelector('canvas.drawn').toDataURL()"
    whole(page)
    page.wait_for_timeout(100)
    before = page.evaluate(picture)
    assert shown(page) == 711
    choose(page, "category", "security")
    kept = hazards["category"] == "security"
    assert shown(page) == kept.sum()
    page.wait_for_timeout(100)
    assert page.evaluate(picture) != before
    page.locator("details.more summary").click()
    choose(page, "state", "open")
    kept &= hazards["state"] == "open"
    assert shown(page) == kept.sum()
    choose(page, "severity", 3)
    kept &= hazards["severity"] == 3
    assert shown(page) == kept.sum() > 0
    choose(page, "found", "reported")
    kept &= ~hazards["discovered"]
    assert shown(page) == kept.sum() > 0
    choose(page, "severity", 0)
    choose(page, "state", "")
    kept = (hazards["category"] == "security") & ~hazards["discovered"]
    assert shown(page) == kept.sum()
    first = hazards["found_at"].min().normalize()
    at = (hazards["found_at"].dt.normalize() - first).dt.days
    days(page, 50, 120)
    assert shown(page) == (kept & at.between(50, 119)).sum() > 0
    opened.quiet()


def test_the_worst_grids_are_those_with_most(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = owned(some_hazards({"fire": 900, "city": 100}, spread=0.05), within(small))
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    last = hazards["found_at"].max().normalize()
    recent = hazards["found_at"] >= last - pd.Timedelta(29, "D")
    earlier = ~recent & (hazards["found_at"] >= last - pd.Timedelta(59, "D"))
    choose(page, "category", "fire")
    fire = hazards["category"] == "fire"
    names = small["micro"].set_index("code")["name"]
    expected = hazards[fire & recent]["micro"].value_counts()
    found = listed(page)
    assert (
        dict(found) == {names[code]: count for code, count in expected.head(10).items()}
        or [count for _, count in found] == expected.head(10).tolist()
    )
    assert [count for _, count in found] == sorted(expected, reverse=True)[:10]
    before = hazards[fire & earlier]["micro"].value_counts()
    for row, (name, count) in zip(page.locator("#worst button").all(), found, strict=True):
        code = names.index[names == name][0]
        difference = count - int(before.get(code, 0))
        said = row.locator(".change").inner_text()
        assert said == ("＝" if not difference else f"{'▲▼'[difference < 0]} {abs(difference)}")
    choose(page, "level", "unit")
    by_unit = hazards[fire & recent]["unit"].value_counts()
    assert [count for _, count in listed(page)] == by_unit.tolist()
    opened.quiet()


def test_rates_are_steadied_as_marshall_says(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = owned(some_hazards({"fire": 700}, spread=0.06), within(small))
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    whole(page)
    choose(page, "by", "rate")
    years = page.evaluate("gisgrid.yearsOf(gisgrid.page.filters.state)")
    assert years == pytest.approx(DAYS / 365.25, abs=1.01 / 365)
    micro = small["micro"]
    known = micro[micro["households"].notna()]
    count = hazards["micro"].value_counts().reindex(known["code"]).fillna(0).to_numpy()
    homes = known["households"].to_numpy(dtype=float)
    raw, mean = count / homes, count.sum() / homes.sum()
    variance = (homes * (raw - mean) ** 2).sum() / homes.sum() - mean / homes.mean()
    weight = variance / (variance + mean / homes)
    expected = 100 * (weight * raw + (1 - weight) * mean) / years
    rates = page.evaluate("[...gisgrid.page.shown.rates].map(x => Number.isNaN(x) ? null : x)")
    assert [rate is None for rate in rates] == micro["households"].isna().tolist()
    assert [rate for rate in rates if rate is not None] == pytest.approx(expected, rel=1e-9)
    ranked = page.evaluate("gisgrid.page.shown.ranked.map(one => one.rate)")
    assert ranked == sorted(ranked, reverse=True)


def test_a_grid_says_why(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = owned(some_hazards({"fire": 600}, spread=0.04), within(small))
    hazards.loc[:3, ["lon", "lat"]] = (121.2301, 31.3601)
    hazards = owned(hazards, within(small))
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    whole(page)
    worst = hazards["micro"].value_counts().index[0]
    page.evaluate(f"gisgrid.page.filters.set({{ grid: '{worst}' }})")
    page.evaluate("gisgrid.page.settled")
    inside = hazards[hazards["micro"] == worst]
    panel = page.locator("#why")
    said = " ".join(panel.inner_text().split())
    assert small["micro"].set_index("code")["name"][worst] in said
    for subject, count in inside["subject"].value_counts().items():
        assert f"{subject} {count}" in said
    assert f"群众报告 {(~inside['discovered']).sum()}" in said
    assert f"巡查发现 {inside['discovered'].sum()}" in said
    assert f"未整改 open {(inside['state'] == 'open').sum()}" in said
    hours = inside["found_at"].dt.hour.value_counts().reindex(range(24)).fillna(0)
    heights = (
        panel.locator(".columns")
        .first.locator("i")
        .evaluate_all("bars => bars.map(bar => parseFloat(bar.style.height))")
    )
    assert heights == pytest.approx((100 * hours / hours.max()).tolist(), abs=0.01)
    weekdays = inside["found_at"].dt.day_of_week.value_counts().reindex(range(7)).fillna(0)
    titles = (
        panel.locator(".columns")
        .nth(1)
        .locator("i")
        .evaluate_all("bars => bars.map(bar => Number(bar.title.split(' ')[1]))")
    )
    assert titles == weekdays.tolist()
    items = panel.locator(".item")
    assert items.count() == 20
    panel.get_by_role("button", name="更多").click()
    assert items.count() == min(40, len(inside))
    newest = inside["found_at"].max().strftime("%Y-%m-%d")
    assert newest in items.first.inner_text()
    page.keyboard.press("Escape")
    page.evaluate("gisgrid.page.settled")
    assert page.locator("#worst").is_visible()
    opened.quiet()


def test_places_that_come_up_again_are_listed(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 8}).assign(lon=121.2301, lat=31.3601)
    hazards.loc[5:, "lat"] = [31.3620, 31.3630, 31.3640]
    hazards = owned(hazards, within(small))
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    opened.page.evaluate(f"gisgrid.page.filters.set({{ grid: '{hazards['micro'].iloc[0]}' }})")
    opened.page.evaluate("gisgrid.page.settled")
    assert opened.page.locator("#why .items button b", has_text="5 处").count() == 1


def test_the_address_keeps_what_was_chosen(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 400, "city": 100}, spread=0.05)
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    assert page.evaluate("location.hash") == ""
    choose(page, "category", "city")
    choose(page, "view", "grids")
    choose(page, "by", "rate")
    choose(page, "level", "unit")
    days(page, 20, 80)
    page.locator("#worst button").first.click()
    page.evaluate("gisgrid.page.settled")
    before = shown(page), page.locator("#why .title").inner_text()
    page.reload()
    assert (shown(page), page.locator("#why .title").inner_text()) == before
    for name, value in [("category", "city"), ("view", "grids"), ("by", "rate"), ("level", "unit")]:
        assert page.locator(f'input[name="{name}"][value="{value}"]').is_checked()
    page.evaluate("location.hash = 'category=fire&grid=nonsense&since=x&level=<b>'")
    page.wait_for_timeout(50)
    assert page.locator('input[name="category"][value="fire"]').is_checked()
    assert page.locator('input[name="level"][value="micro"]').is_checked()
    assert page.locator("#worst").is_visible()
    assert opened.complaints == opened.dialogs == []


def test_the_span_of_time_is_dragged_and_played_by_the_keyboard(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    opened = drawn(open_page, some_hazards({"fire": 500}), small, text)
    page = opened.page
    state = "gisgrid.page.filters.state"
    start, end = (page.get_by_role("slider", name=name) for name in ("first day", "last day"))
    length = page.evaluate(f"{state}.to")
    assert page.evaluate(f"{state}.from") == length - 30
    start.focus()
    page.keyboard.press("ArrowLeft")
    assert page.evaluate(f"{state}.from") == length - 31
    end.focus()
    page.keyboard.press("Home")
    assert page.evaluate(f"[{state}.from, {state}.to]") == [0, 1]
    assert "2024-01-01 – 2024-01-01" in page.locator("#period").inner_text()
    days(page, length - 60, length)
    page.locator("#play").press("Enter")
    # It begins anew at the first day, and walks.
    until(lambda: 0 < page.evaluate(f"{state}.from") < length - 60)
    assert page.evaluate(f"{state}.to - {state}.from") == 60
    page.locator("#play").press("Enter")
    stood = page.evaluate(f"{state}.from")
    page.wait_for_timeout(500)
    assert page.evaluate(f"{state}.from") == stood
    opened.quiet()


def test_the_record_that_ended_is_said(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 50})
    end = (hazards["found_at"].max() + pd.Timedelta(1, "D")).date()
    view = HazardView(until=end, ended=True)
    opened = drawn(open_page, hazards, small, text, view)
    last = hazards["found_at"].max().strftime("%Y-%m-%d")
    assert f"数据截至 {last}" in opened.page.locator("#panel").inner_text()
    alive = HazardView(until=end + pd.Timedelta(10, "D"), ended=False)
    opened = drawn(open_page, hazards, small, text, alive)
    assert "数据截至" not in opened.page.locator("#panel").inner_text()
    recent = hazards["found_at"].dt.date >= alive.until - pd.Timedelta(30, "D")
    assert shown(opened.page) == recent.sum() > 0


def test_radius_is_in_metres_at_every_zoom(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = pd.concat([some_hazards({"fire": 1})] * 50, ignore_index=True)
    hazards = hazards.assign(lon=121.23, lat=31.36)
    metre_north = 1 / 110_900
    for radius in (150.0, 600.0):
        opened = drawn(open_page, hazards, small, text, HazardView(radius_m=radius))
        # All on one day: a year of such days.
        opened.page.evaluate(
            "gisgrid.page.shown.points = []; gisgrid.page.filters.set({ view: 'heat' })"
        )
        seen = []
        for zoom in (13.5, 15):
            go(opened.page, 121.23, 31.36, zoom)
            near, far = (31.36 + share * radius * metre_north for share in (0.5, 1.8))
            darkness = heat(opened.page, (121.23, near), (121.23, far))
            assert darkness[0] > 100
            assert darkness[1] < 12
            seen.append(darkness[0])
        assert max(seen) - min(seen) < 12
        opened.quiet()


def test_density_is_in_hazards_per_hectare_and_year(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    # Over one square kilometre, evenly, in as many days as the map knows of.
    side = (np.arange(96) + 0.5) / 96 - 0.5
    east, north = (axis.ravel() for axis in np.meshgrid(side, side))
    hazards = some_hazards({"fire": 9216}).assign(
        lon=121.23 + 1000 * east / 95_150, lat=31.36 + 1000 * north / 110_880
    )
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    span = opened.page.evaluate("gisgrid.page.filters.state.to")
    middle = opened.page.evaluate(
        """() => {
          const { heat, filters } = gisgrid.page;
          const values = heat.values(gisgrid.yearsOf(filters.state));
          const { west, north, cell, width } = heat.frame;
          const x = gisgrid.worldX(121.23), y = gisgrid.worldY(31.36);
          return values[Math.floor((y - north) / cell) * width + Math.floor((x - west) / cell)];
        }"""
    )
    assert middle == pytest.approx(9216 / 100 / (span / 365.25), rel=0.03)
    mass = opened.page.evaluate(
        "gisgrid.page.heat.values(1).reduce((a, b) => a + b, 0) * gisgrid.page.heat.frame.hectares"
    )
    assert mass == pytest.approx(9216, rel=1e-3)


def test_colours_do_not_change_with_zoom(open_page: Opener, small: Levels, text: MapText) -> None:
    side = np.arange(80) * 0.0002
    lon, lat = (axis.ravel() for axis in np.meshgrid(121.222 + side, 31.352 + side))
    hazards = some_hazards({"fire": 6400}).assign(lon=lon, lat=lat)
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    seen = []
    for zoom in (12, 13, 14, 15):
        go(opened.page, 121.23, 31.36, zoom)
        seen += heat(opened.page, (121.2301, 31.3604))
    assert min(seen) > 60
    assert max(seen) - min(seen) < 12


def test_classes_of_grids_stay_whatever_is_filtered(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 900, "city": 30}, spread=0.05)
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    choose(page, "view", "grids")
    legend = page.locator(".legend").inner_text()
    choose(page, "category", "city")
    days(page, 0, 10)
    assert page.locator(".legend").inner_text() == legend
    choose(page, "level", "unit")
    assert page.locator(".legend").inner_text() != ""


def test_a_click_on_the_map_opens_the_grid(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 900}, spread=0.05)
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    whole(page)
    micro = small["micro"].iloc[6]
    inner = micro.geometry.representative_point()
    go(page, inner.x, inner.y, 13)
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.locator(".folium-map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    page.evaluate("gisgrid.page.settled")
    assert page.locator("#why .title").inner_text() == micro["name"]
    opened.quiet()


def test_zoomed_in_a_click_tells_what_is_there(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 3}).assign(
        lon=[121.23, 121.23, 121.3],
        lat=[31.36, 31.36, 31.4],
        found_at=pd.Timestamp("2024-05-06 21:30", tz="Asia/Shanghai"),
    )
    opened = drawn(open_page, hazards, small, text)
    page = opened.page
    page.evaluate("gisgrid.page.settled")
    go(page, 121.23, 31.36, 17)
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.locator(".folium-map").click(position={"x": box["width"] / 2, "y": box["height"] / 2})
    card = page.locator(".card").inner_text()
    assert "2 处隐患" in card
    assert "2024-05-06 21" in card
    assert "私拉电线" in card
    opened.quiet()


def test_twenty_thousand_points_are_small(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 14_000, "security": 5_000, "city": 1_000}, spread=0.05)
    levels = within(small)
    html = hazards_map(owned(hazards, levels), levels, text, VIEW)
    assert len(html.encode("utf-8")) < 800_000
    opened = open_page(html)
    whole(opened.page)
    assert shown(opened.page) == 20_000
    opened.quiet()


def test_none_at_all(open_page: Opener, small: Levels, text: MapText) -> None:
    opened = drawn(open_page, some_hazards({"fire": 1}).iloc[:0], small, text)
    assert shown(opened.page) == 0
    assert "没有" in opened.page.locator("#worst").inner_text()
    opened.quiet()
    nothing = hazards_map(some_hazards({"fire": 0}), {}, text)
    open_page(nothing).quiet()


def test_missing_times_and_severities_are_shown_as_such(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 2})
    hazards = hazards.assign(found_at=pd.NaT, severity=None, lon=121.2, lat=31.3)
    opened = drawn(open_page, hazards, small, text)
    assert shown(opened.page) == 2
    go(opened.page, 121.2, 31.3, 18)
    box = opened.page.locator(".folium-map").bounding_box()
    assert box is not None
    opened.page.locator(".folium-map").click(
        position={"x": box["width"] / 2, "y": box["height"] / 2}
    )
    assert "—" in opened.page.locator(".card").inner_text()
    opened.quiet()


def test_those_without_a_time_count_only_in_the_whole(
    open_page: Opener, small: Levels, text: MapText
) -> None:
    hazards = some_hazards({"fire": 40})
    hazards.loc[:9, "found_at"] = pd.NaT
    opened = drawn(open_page, hazards, small, text)
    whole(opened.page)
    assert shown(opened.page) == 40
    assert "其中 10 处时间不明" in opened.page.locator("#panel").inner_text()
    days(opened.page, 1, opened.page.evaluate("gisgrid.page.filters.state.to"))
    assert shown(opened.page) <= 30


def test_it_fits_a_telephone(open_page: Opener, small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 300})
    opened = drawn(open_page, hazards, small, text, width=390, height=844)
    page = opened.page
    page.locator("#fold").click()
    page.locator("#worst button").first.click()
    page.evaluate("gisgrid.page.settled")
    assert page.locator("#why .title").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    opened.quiet()


def test_wrong_input_is_refused(small: Levels, text: MapText) -> None:
    hazards = some_hazards({"fire": 3})
    levels = within(small)
    with pytest.raises(ColumnError, match="subject"):
        hazards_map(hazards.drop(columns="subject"), levels, text)
    with pytest.raises(ColumnError, match="micro"):
        hazards_map(hazards.drop(columns="micro"), levels, text)
    with pytest.raises(CoordinateError, match="row 1: 1 hazards"):
        hazards_map(hazards.assign(lat=[31.0, np.nan, 31.0]), levels, text)
    for radius in (0.0, -5.0, float("nan")):
        with pytest.raises(InputError, match="radius"):
            HazardView(radius_m=radius)
