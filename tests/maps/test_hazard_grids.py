"""The grids on the map of hazards, in a real browser: which are the worst, and why."""

from __future__ import annotations

import pandas as pd
import pytest
from playwright.sync_api import Page

from gisgrid.maps import MapText
from tests.maps.browser import Opener
from tests.maps.hazards import (
    DAYS,
    Levels,
    choose,
    days,
    drawn,
    go,
    owned,
    some_hazards,
    whole,
    within,
)


def listed(page: Page) -> list[tuple[str, int]]:
    """The names and counts of the worst grids as the list shows them."""
    page.evaluate("gisgrid.page.settled")
    return [
        (row.locator(".name").inner_text(), int(row.locator(".much b").first.inner_text()))
        for row in page.locator("#worst button").all()
    ]


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
