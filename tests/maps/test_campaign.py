from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import geopandas
import numpy as np
import pytest
import shapely
from playwright.sync_api import expect

from gisgrid.errors import ColumnError
from gisgrid.maps import MapText, campaign_map
from gisgrid.maps.campaign import _free_places
from gisgrid.store.campaigns import Campaign, Evidence, Phase, Task
from tests.maps.browser import Opener
from tests.maps.frames import frame

FIRST = date(2024, 3, 1)
WINDOWS = Task(
    code="windows",
    name_zh="拆除防盗窗",
    name_en="windows removed",
    unit_zh="扇",
    target=639,
    item_zh="防盗窗",
    item_en="windows",
    done_zh="已拆除",
    done_en="removed",
    source="报道",
)
VIEW = Campaign(
    id=1,
    code="wanshang",
    name_zh="万商灯饰市场整治",
    name_en="market drive",
    grid=None,
    phases=(
        Phase("before", "整治前", "before", FIRST, date(2024, 4, 1), 0),
        Phase("during", "整治中", "during", date(2024, 4, 1), date(2024, 7, 1), 100),
        Phase("after", "整治后", "after", date(2024, 7, 1), date(2024, 9, 1)),
    ),
    tasks=(
        WINDOWS,
        Task(
            code="waste",
            name_zh="清运建筑垃圾",
            unit_zh="吨",
            target_qualifier="数十",
            actual=11.5,
            source="报道",
            as_of=date(2024, 9, 1),
        ),
        Task(
            code="cars", name_zh="拖移废旧车辆", unit_zh="辆", target=60, actual=70, qualifier="余"
        ),
    ),
)


def look(**values: Any) -> Evidence:
    """A piece of evidence on building b5, unless said otherwise."""
    base = {
        "id": "e1",
        "stage": "before",
        "taken_on": date(2024, 3, 4),
        "task": None,
        "item": None,
        "building": "b5",
        "lon": 121.2401,
        "lat": 31.3896,
        "note": "逃生窗口被封",
        "author": "市场微网格员",
        "file_name": "5号楼.jpg",
        "sha256": "ab" * 32,
    }
    return Evidence(**(base | values))


def market() -> tuple[geopandas.GeoDataFrame, geopandas.GeoDataFrame, geopandas.GeoDataFrame]:
    """Return 22 buildings, 639 windows on their walls, and the grid round them."""
    rng = np.random.default_rng(9)
    shapes = [
        shapely.box(x, y, x + 0.0005, y + 0.0002)
        for x in 121.24 + 0.0008 * np.arange(6)
        for y in 31.39 + 0.0005 * np.arange(4)
    ][:22]
    buildings = geopandas.GeoDataFrame(
        {
            "id": [f"b{k}" for k in range(22)],
            "name": [f"{k + 1}号楼" for k in range(22)],
            "floors": 3,
        },
        geometry=shapes,
        crs=4326,
    )
    house = np.arange(639) % 22
    walls = [
        shapes[k].exterior.interpolate(t, normalized=True)
        for k, t in zip(house, rng.random(639), strict=True)
    ]
    items = geopandas.GeoDataFrame(
        {
            "id": [f"w{k}" for k in range(639)],
            "name": "",
            "task": "windows",
            "building_id": [f"b{k}" for k in house],
            "floor": 2 + np.arange(639) % 2,
            "done_on": [
                date(2024, 4, 1) + timedelta(days=int(d)) for d in rng.integers(0, 91, 639)
            ],
        },
        geometry=walls,
        crs=4326,
    )
    around = shapely.box(*shapely.total_bounds(shapes)).buffer(0.0005)
    return buildings, items, frame([around], name=["万商灯饰市场第1微网格"])


def with_evidence(frames: Any) -> Any:
    buildings, items, grids = frames
    return buildings, items, [], grids


def figure(page: Any, where: str) -> int:
    return int(page.locator(where).inner_text().split("/")[0].replace(",", ""))


def test_small_and_quiet(open_page: Opener, text: MapText) -> None:
    html = campaign_map(VIEW, *with_evidence(market()), text)
    assert len(html.encode("utf-8")) < 400_000
    opened = open_page(html)
    assert figure(opened.page, "#done") == 639
    assert figure(opened.page, "#left") == 0
    opened.quiet()


def test_the_count_of_each_day_is_true(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    opened = open_page(campaign_map(VIEW, buildings, items, [], grids, text))
    page = opened.page
    for day, phase in [
        (0, "整治前"),
        (30, "整治前"),
        (31, "整治中"),
        (60, "整治中"),
        (122, "整治后"),
    ]:
        page.locator("#day").fill(str(day))
        today = FIRST + timedelta(days=day)
        assert page.locator("#date").inner_text() == today.isoformat()
        assert figure(page, "#done") == int((items["done_on"] <= today).sum())
        assert figure(page, "#left") == int((items["done_on"] > today).sum())
        assert phase in page.locator("#phase").inner_text()
    opened.quiet()


def test_the_marks_change_colour(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *with_evidence(market()), text)).page
    count = """() => {
      const c = document.querySelector("canvas.drawn");
      const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      let left = 0, done = 0;
      for (let i = 0; i < d.length; i += 4) {
        if (d[i] === 0xc2 && d[i + 1] === 0x41 && d[i + 2] === 0x0c) left++;
        if (d[i] === 0x5f && d[i + 1] === 0xb3 && d[i + 2] === 0x9b) done++;
      }
      return [left, done];
    }"""
    seen = []
    for day in (0, 76, 150):
        page.locator("#day").fill(str(day))
        page.wait_for_timeout(100)
        seen.append(page.evaluate(count))
    assert seen[0][0] > 500
    assert seen[0][1] == 0
    assert 0 < seen[1][0] < seen[0][0]
    assert 0 < seen[1][1] < seen[2][1]
    assert seen[2][0] == 0


def test_play_runs_to_the_end_and_can_be_stopped(open_page: Opener, text: MapText) -> None:
    opened = open_page(campaign_map(VIEW, *with_evidence(market()), text))
    page = opened.page
    page.locator("#day").fill("100")
    page.locator("#play").click()
    expect(page.locator("#date")).not_to_have_text("2024-06-09")
    page.locator("#play").click()
    at = page.locator("#day").input_value()
    page.wait_for_timeout(300)
    assert page.locator("#day").input_value() == at
    page.locator("#day").fill("180")
    page.locator("#play").click()
    expect(page.locator("#date")).to_have_text("2024-08-31")
    opened.quiet()


def test_tasks_with_target_actual_qualifier_and_source(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *with_evidence(market()), text)).page
    rows = [row.all_inner_texts() for row in task_cells(page)]
    assert [row[1:] for row in rows] == [
        ["639 扇", "639 扇"],
        ["数十 吨", "11.5 吨"],
        ["60 辆", "70余 辆"],
    ]
    assert "报道，2024-09-01" in rows[1][0]
    # What is counted is counted for the day that is shown; what was published stays.
    page.locator("#day").fill("0")
    rows = [row.all_inner_texts() for row in task_cells(page)]
    assert [row[2] for row in rows] == ["0 扇", "11.5 吨", "70余 辆"]


def task_cells(page: Any) -> list[Any]:
    return [row.locator("td") for row in page.locator("#tasks tbody tr").all()]


def click_on(page: Any, spot: shapely.Point) -> None:
    """Bring a place to the middle of the map, where no pop-up covers it, and click it."""
    at = page.evaluate(
        """at => {
          map_main.closePopup();
          map_main.setView(at, map_main.getZoom(), { animate: false });
          const p = map_main.latLngToContainerPoint(at);
          return [p.x, p.y];
        }""",
        [spot.y, spot.x],
    )
    page.locator(".folium-map").click(position={"x": at[0], "y": at[1]})


def test_a_click_on_a_building_counts_its_windows(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    opened = open_page(campaign_map(VIEW, buildings, items, [], grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    click_on(page, buildings.geometry.iloc[5].centroid)
    own = items[items["building_id"] == "b5"]
    gone = int((own["done_on"] <= FIRST + timedelta(days=60)).sum())
    figures = page.locator(".card dd").all_inner_texts()
    assert page.locator(".card h3").inner_text() == "6号楼"
    assert figures == ["3", str(len(own)), str(gone), str(len(own) - gone)]
    opened.quiet()


def test_evidence_until_the_day_that_is_shown(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    looks = [
        look(),
        look(id="e2", stage="after", taken_on=date(2024, 7, 2), note="窗口可开启", sha256=""),
        look(id="e3", building="b6"),
    ]
    opened = open_page(campaign_map(VIEW, buildings, items, looks, grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    click_on(page, buildings.geometry.iloc[5].centroid)
    (shown,) = page.locator(".evidence li").all_inner_texts()
    for said in ("整治前", "2024-03-04", "逃生窗口被封", "市场微网格员", "5号楼.jpg", "ab" * 32):
        assert said in shown
    page.locator("#day").fill("183")
    click_on(page, buildings.geometry.iloc[5].centroid)
    expect(page.locator(".evidence li")).to_have_count(2)
    assert "窗口可开启" in page.locator(".evidence li").nth(1).inner_text()
    opened.quiet()


def test_items_and_evidence_that_are_on_no_building(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items.loc[0, ["building_id", "name"]] = [None, "北门旧窗"]
    free = shapely.Point(121.2398, 31.3904)
    items.loc[[0], "geometry"] = geopandas.GeoSeries([free], index=[0], crs=4326)
    lone = look(id="e9", building=None, lon=121.2397, lat=31.3898, note="空地垃圾")
    own = look(id="e8", building=None, item="w0", note="旧窗原状")
    opened = open_page(campaign_map(VIEW, buildings, items, [lone, own], grids, text))
    page = opened.page
    click_on(page, free)
    assert page.locator(".card h3").inner_text() == "北门旧窗"
    assert str(items.loc[0, "done_on"]) in page.locator(".card dd").inner_text()
    assert "旧窗原状" in page.locator(".evidence").inner_text()
    click_on(page, shapely.Point(lone.lon, lone.lat))
    expect(page.locator(".card h3")).to_contain_text("现场")
    assert "空地垃圾" in page.locator(".evidence").inner_text()
    opened.quiet()


def test_tasks_are_shown_one_by_one_or_together(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items.loc[:99, "task"] = "stalls"
    stalls = Task(code="stalls", name_zh="取缔摊点", item_zh="无证摊点", done_zh="已取缔")
    view = Campaign(1, "x", "x", "x", None, VIEW.phases, (*VIEW.tasks, stalls))
    opened = open_page(campaign_map(view, buildings, items, [], grids, text))
    page = opened.page
    page.locator("#day").fill("60")
    until = FIRST + timedelta(days=60)
    for choice, own in (
        ("-1", items),
        ("0", items[items["task"] == "windows"]),
        ("3", items[items["task"] == "stalls"]),
    ):
        page.locator(f"input[name=task][value='{choice}']").check()
        assert figure(page, "#done") == int((own["done_on"] <= until).sum())
        assert figure(page, "#left") == int((own["done_on"] > until).sum())
    assert "无证摊点" in page.locator("section h2").first.inner_text()
    rows = [row.all_inner_texts() for row in task_cells(page)]
    stalls_done = items[(items["task"] == "stalls") & (items["done_on"] <= until)]
    assert rows[3][1:] == ["—", str(len(stalls_done))]
    opened.quiet()


def test_the_plan_runs_beside_what_was_done(open_page: Opener, text: MapText) -> None:
    page = open_page(campaign_map(VIEW, *with_evidence(market()), text)).page
    # Straight from 639 before the first of April to none at the end of June, 91 days.
    for day, left in ((30, 639), (31, 632), (76, 316), (121, 0), (183, 0)):
        page.locator("#day").fill(str(day))
        assert figure(page, "#plan") == pytest.approx(left, abs=0.51)
    assert page.locator(".burn .planned").count() == 1


def test_a_day_in_the_past_knows_nothing_of_later_ones(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    until = date(2024, 5, 10)
    page = open_page(
        campaign_map(
            VIEW, buildings, items, [look(taken_on=date(2024, 7, 2))], grids, text, until=until
        )
    ).page
    assert page.locator("#date").inner_text() == "2024-05-10"
    assert figure(page, "#left") == int((items["done_on"] > until).sum())
    # The slider spans the whole campaign, as its phases do, but does not leave what is known.
    page.locator("#day").fill("183")
    assert page.locator("#day").input_value() == "70"
    assert page.locator("#date").inner_text() == "2024-05-10"
    click_on(page, buildings.geometry.iloc[5].centroid)
    assert page.locator(".evidence").count() == 0
    data = page.evaluate("gisgrid.read()")
    assert max(page.evaluate("text => gisgrid.unpack(text)", data["items"]["done"])) <= 70
    assert data["evidence"]["rows"] == []


def test_buildings_are_coloured_by_the_share_done(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    # Nothing, one of four, two of four, all; no marks, so that only the fill is seen.
    items = items.iloc[:16].assign(building_id=np.repeat(["b0", "b4", "b8", "b12"], 4))
    last = date(2024, 8, 31)
    done = [*[None] * 4, last, *[None] * 3, last, last, None, None, *[last] * 4]
    items["done_on"] = done
    items.geometry = [
        buildings.geometry.iloc[k].exterior.interpolate(0) for k in (0, 4, 8, 12) for _ in range(4)
    ]
    page = open_page(campaign_map(VIEW, buildings, items, [], grids, text)).page
    colors = []
    for place in (0, 4, 8, 12, 1):
        x0, y0, x1, y1 = buildings.geometry.iloc[place].bounds
        colors.append(
            page.evaluate(
                """([lat, lon]) => {
              const c = document.querySelector("canvas.drawn"), r = c.getBoundingClientRect();
              const m = document.querySelector(".folium-map").getBoundingClientRect();
              const p = map_main.latLngToContainerPoint([lat, lon]), k = c.width / r.width;
              const x = (m.left + p.x - r.left) * k, y = (m.top + p.y - r.top) * k;
              return [...c.getContext("2d").getImageData(x, y, 1, 1).data].slice(0, 3)
                .map((v) => v.toString(16).padStart(2, "0")).join("");
            }""",
                [y0 + 0.1 * (y1 - y0), x0 + 0.5 * (x1 - x0)],
            )
        )
    assert colors == ["f1dccf", "f4ecd2", "dfead6", "bfe0d3", "ebe4d6"]


def test_not_done_yet_and_nowhere_to_stand(open_page: Opener, text: MapText) -> None:
    buildings, items, grids = market()
    items["done_on"] = items["done_on"].where(items.index >= 39, None)
    items.loc[600:, "building_id"] = None
    opened = open_page(campaign_map(VIEW, buildings, items, [], grids, text))
    assert figure(opened.page, "#left") == 39
    opened.quiet()
    bare = Campaign(1, "x", "空", "empty", None, (), ())
    nothing = buildings.iloc[:0], items.iloc[:0], [], grids.iloc[:0]
    open_page(campaign_map(bare, *nothing, text)).quiet()


def test_on_a_phone(open_page: Opener, text: MapText) -> None:
    opened = open_page(campaign_map(VIEW, *with_evidence(market()), text), width=420)
    page = opened.page
    assert not page.locator("#tasks").is_visible()
    page.locator("#fold").click()
    assert page.locator("#done").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 420
    opened.quiet()


def test_wrong_frames_are_refused(text: MapText) -> None:
    buildings, items, grids = market()
    with pytest.raises(ColumnError, match="done_on"):
        campaign_map(VIEW, buildings, items.drop(columns="done_on"), [], grids, text)


def test_grid_names_stand_clear_of_buildings() -> None:
    buildings, _, _ = market()
    area = frame([shapely.box(*buildings.total_bounds).buffer(0.0008)])
    ((x, y),) = _free_places(area, buildings)
    spot = shapely.Point(x, y)
    assert area.geometry.iloc[0].contains(spot)
    assert shapely.distance(buildings.geometry.to_numpy(), spot).min() > 0.0002
