"""The planner's page in a real browser, from the first stroke to the publish."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from gisgrid.store import drafts
from tests.village import UNIT, house, households

from .at_planner import (
    Planner,
    at_first,
    click,
    counted,
    require_coverage,
    settled,
    shown,
    spot,
    tool,
)
from .waiting import until

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


def test_a_click_paints_a_house_and_the_numbers_follow(planner: Planner) -> None:
    page = planner.page
    before = at_first()
    assert shown(page) == before == counted(planner.engine, planner.plan)
    tool(page, "p")
    click(page, 5, 2)
    moved = households(5, 2)
    after = before | {"A1U1M1": before["A1U1M1"] + moved, "A1U1M2": before["A1U1M2"] - moved}
    # At once, before the server has answered.
    assert shown(page) == after
    settled(page)
    assert shown(page) == after == counted(planner.engine, planner.plan)
    require_coverage(planner.engine, planner.plan)
    page.keyboard.press("Control+z")
    expect(page.locator("#undo")).to_be_disabled()
    settled(page)
    assert shown(page) == before == counted(planner.engine, planner.plan)
    page.keyboard.press("Control+y")
    expect(page.locator("#redo")).to_be_disabled()
    settled(page)
    assert shown(page) == after
    planner.opened.assert_quiet()


def test_brush_and_lasso_move_what_they_pass(planner: Planner) -> None:
    page = planner.page
    tool(page, "b")
    page.mouse.move(*spot(page, *house(5, 0)))
    page.mouse.down()
    page.mouse.move(*spot(page, *house(5, 4)), steps=8)
    first = at_first()
    moved = sum(households(5, row) for row in range(5))
    live = shown(page)
    assert live["A1U1M1"] == first["A1U1M1"] + moved
    page.mouse.up()
    tool(page, "l")
    page.keyboard.press("3")
    corners = [(-0.5, 2.5), (4.5, 2.5), (4.5, 4.5), (-0.5, 4.5), (-0.5, 2.6)]
    page.mouse.move(*spot(page, *house(*corners[0])))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*spot(page, *house(*corner)), steps=4)
    page.mouse.up()
    round_ = sum(households(column, row) for column in range(5) for row in (3, 4))
    assert shown(page)["A1U1M3"] == first["A1U1M3"] + round_
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan)
    require_coverage(planner.engine, planner.plan)
    with planner.engine.connect() as connection:
        assert [edit.kind for edit in drafts.log(connection, planner.plan)] == ["paint", "paint"]
    planner.opened.assert_quiet()


def test_blocks_are_painted_whole(planner: Planner) -> None:
    page = planner.page
    tool(page, "g")
    tool(page, "p")
    click(page, 6, 1)
    settled(page)
    # Streets divide rows, and every fifth column: a block is a row of five houses.
    row = sum(households(column, 1) for column in range(5, 10))
    assert shown(page)["A1U1M1"] == at_first()["A1U1M1"] + row
    assert shown(page) == counted(planner.engine, planner.plan)


def test_locked_grids_stay_as_they_are(planner: Planner) -> None:
    page = planner.page
    page.get_by_label("锁定 lock 网格A1U1M2").check()
    tool(page, "p")
    click(page, 5, 2)
    click(page, 2, 5)
    settled(page)
    now = shown(page)
    assert now["A1U1M2"] == at_first()["A1U1M2"]
    assert now["A1U1M1"] == at_first()["A1U1M1"] + households(2, 5)
    page.reload()
    page.wait_for_selector("body[data-ready=true]", state="attached")
    assert page.get_by_label("锁定 lock 网格A1U1M2").is_checked()


def test_split_drag_and_merge_draw_borders(planner: Planner) -> None:
    page = planner.page
    tool(page, "s")
    for column, row in ((-0.8, 1.5), (2.3, 1.9), (5, 1.5)):
        page.mouse.click(*spot(page, *house(column, row)))
    page.keyboard.press("Enter")
    expect(page.locator("#table tbody tr")).to_have_count(5)
    require_coverage(planner.engine, planner.plan)
    assert shown(page) == counted(planner.engine, planner.plan)
    tool(page, "d")
    settled(page)
    page.mouse.move(*spot(page, *house(2.3, 1.9)))
    page.mouse.down()
    page.mouse.move(*spot(page, *house(2.1, 2.6)), steps=5)
    page.mouse.up()
    settled(page)
    with planner.engine.connect() as connection:
        kinds = [edit.kind for edit in drafts.log(connection, planner.plan)]
    assert kinds == ["split", "move-vertex"]
    require_coverage(planner.engine, planner.plan)
    tool(page, "m")
    click(page, 2, 0)
    expect(page.locator("#table tbody tr")).to_have_count(4)
    require_coverage(planner.engine, planner.plan)
    assert shown(page) == at_first() == counted(planner.engine, planner.plan)
    planner.opened.assert_quiet()


def test_the_day_of_a_planner(publisher: Planner) -> None:
    page = publisher.page
    # Paint, and take one stroke back.
    tool(page, "l")
    page.mouse.move(*spot(page, *house(4.5, -0.4)))
    page.mouse.down()
    for corner in ((7.5, -0.4), (7.5, 4.5), (4.5, 4.5)):
        page.mouse.move(*spot(page, *house(*corner)), steps=4)
    page.mouse.up()
    tool(page, "p")
    click(page, 2, 7)
    settled(page)
    page.keyboard.press("Control+z")
    expect(page.locator("#redo")).to_be_enabled()
    painted = shown(page)
    assert painted["A1U1M2"] < 300
    # Each fault is listed, with a way to it.
    page.locator("#tab-faults").click()
    page.get_by_role("button", name="A1U1M2").filter(has_text="⚠").click()
    expect(page.locator("#said")).to_contain_text("属")
    # Split, and drag a border.
    page.get_by_role("radio", name="A1U1M4").check()
    page.evaluate("window.planner.fit()")
    tool(page, "s")
    for column, row in ((6.5, 4), (6.7, 7), (6.5, 10)):
        page.mouse.click(*spot(page, *house(column, row)))
    page.keyboard.press("Enter")
    expect(page.locator("#table tbody tr")).to_have_count(5)
    tool(page, "d")
    settled(page)
    page.mouse.move(*spot(page, *house(6.7, 7)))
    page.mouse.down()
    page.mouse.move(*spot(page, *house(6.4, 7)), steps=3)
    page.mouse.up()
    expect(page.locator("#said")).to_contain_text("边界已移动")
    # Ask for proposals, take one over.
    page.locator("#tab-proposals").click()
    page.get_by_role("button", name="提出建议").click()
    page.locator("table.proposals").wait_for()
    page.get_by_role("button", name="看 show：变动最少").click()
    page.get_by_role("button", name="采用 take over").last.click()
    expect(page.locator("#said")).to_contain_text("已采用")
    expect(page.get_by_role("button", name="采用").first).to_be_disabled()
    settled(page)
    assert all(300 <= count <= 500 for count in shown(page).values())
    assert shown(page) == counted(publisher.engine, publisher.plan)
    require_coverage(publisher.engine, publisher.plan)
    # See who is affected; publish; the house has moved.
    page.locator("#tab-preview").click()
    expect(page.locator("#tab")).to_contain_text("换网格的户数")
    preview = page.request.get(f"{publisher.address}/v1/plans/{publisher.plan}/preview").json()
    moved = next(one for one in preview["moves"] if one["kind"] == "address")
    asked = f"{publisher.address}/v1/resolve?lon={moved['lon']}&lat={moved['lat']}"
    assert page.request.get(asked).json()["grids"][-1]["code"] == moved["from_micro"]
    page.locator("#publish").click()
    expect(page.locator("dialog")).to_contain_text("换网格的户数")
    page.locator("dialog button.main").click()
    expect(page.locator("#said")).to_contain_text("已发布")
    until(lambda: page.request.get(asked).json()["grids"][-1]["code"] == moved["to_micro"])
    expect(page.locator("#publish")).to_be_disabled()
    publisher.opened.assert_quiet()


def test_everything_goes_by_keyboard(planner: Planner) -> None:
    page = planner.page
    tool(page, "p")
    page.keyboard.press("2")
    expect(page.locator("#said")).to_contain_text("目标：网格A1U1M2")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("#said")).to_contain_text("属")
    for _ in range(12):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("1 格归入 网格A1U1M2")
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan) != at_first()
    page.keyboard.press("Control+z")
    expect(page.locator("#undo")).to_be_disabled()
    # A vertex where two grids meet the middle of the unit, moved by the arrows.
    with page.expect_response(lambda answer: "level=micro" in answer.url):
        tool(page, "d")
    settled(page)
    for key in ("n", "Enter", "ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#said")).to_contain_text("边界已移动")
    require_coverage(planner.engine, planner.plan)
    focused = page.evaluate("document.activeElement.id")
    assert focused == "map"
    planner.opened.assert_quiet()


def serious(page: Page) -> list[tuple[str, list[str]]]:
    """What axe takes for serious, and where."""
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in page.evaluate("axe.run()")["violations"]
        if one["impact"] in ("serious", "critical")
    ]


def test_axe_finds_nothing_serious(planner: Planner) -> None:
    page = planner.page
    page.evaluate(AXE.read_text(encoding="utf-8"))
    for tab in ("faults", "proposals", "compare", "preview"):
        page.locator(f"#tab-{tab}").click()
        assert serious(page) == []
    page.locator("#words").select_option("en")
    page.set_viewport_size({"width": 800, "height": 768})
    assert serious(page) == []
    page.locator("#new-plan").click()
    assert serious(page) == []


def test_numbers_while_the_brush_moves_are_those_of_the_server(planner: Planner) -> None:
    page = planner.page
    tool(page, "b")
    page.mouse.move(*spot(page, *house(5, 0)))
    page.mouse.down()
    page.mouse.move(*spot(page, *house(7, 3)), steps=12)
    live = page.locator("#table tbody").inner_text()
    page.mouse.up()
    settled(page)
    assert page.locator("#table tbody").inner_text() == live
    told = page.request.get(f"{planner.address}/v1/plans/{planner.plan}/standing?unit={UNIT}")
    for row, grid in zip(page.locator("#table tbody tr").all(), told.json()["grids"], strict=True):
        cells = row.locator("td").all_inner_texts()
        assert cells[1].split()[0] == str(grid["households"])
        assert (cells[2], cells[3]) == (str(grid["hazards"]), f"{grid['compactness']:.2f}")
    assert "4 微网格" in page.inner_text("#unit-facts")
    assert "12 网格员" in page.inner_text("#unit-facts")


def test_a_stale_page_says_who_was_first_and_reads_again(planner: Planner) -> None:
    page = planner.page
    named = drafts.parse_edit("rename", {"code": "A1U1M4", "name": "新名"})
    with planner.engine.begin() as connection:
        drafts.edit(connection, planner.plan, named, author="王工")
    tool(page, "p")
    click(page, 5, 2)
    expect(page.locator("#said")).to_contain_text("王工")
    expect(page.locator("#table")).to_contain_text("新名")
    assert shown(page) == at_first() == counted(planner.engine, planner.plan)
    click(page, 5, 2)
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan) != at_first()


def test_what_others_change_in_the_same_plan_is_read_again(planner: Planner) -> None:
    page = planner.page
    merged = drafts.parse_edit("merge", {"codes": ["A1U1M3", "A1U1M4"]})
    with planner.engine.begin() as connection:
        drafts.edit(connection, planner.plan, merged)
    expect(page.locator("#table tbody tr")).to_have_count(3, timeout=15_000)
    tool(page, "p")
    click(page, 5, 2)
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan)
    planner.opened.assert_quiet()


def test_what_others_publish_is_told(publisher: Planner) -> None:
    page = publisher.page
    reply = page.request.post(f"{publisher.address}/v1/plans", data={"name": "别的方案"})
    other, tag = reply.headers["location"], reply.headers["etag"]
    edit = {"kind": "rename", "code": "A1U1M4", "name": "改过的名"}
    for path, body in ((f"{other}/edits", edit), (f"{other}/publish", None)):
        reply = page.request.post(
            f"{publisher.address}{path}", data=body, headers={"If-Match": tag}
        )
        assert reply.ok, reply.text()
        tag = reply.headers["etag"]
    expect(page.locator("#said")).to_contain_text("发布了边界版本")
    expect(page.locator("#table")).to_contain_text("改过的名")


def strokes(page: Page, rng: np.random.Generator, count: int) -> None:
    """Paint at random: clicks, brushes and lassos, to any grid."""
    for _ in range(count):
        tool(page, str(rng.choice(["p", "b", "l"])))
        page.keyboard.press(str(rng.integers(1, 5)))
        start = rng.uniform(-0.4, 9.4, 2)
        ends = np.clip(start + rng.uniform(-2.5, 2.5, (3, 2)), -0.4, 9.4)
        page.mouse.move(*spot(page, *house(*start)))
        page.mouse.down()
        for end in ends:
            page.mouse.move(*spot(page, *house(*end)), steps=3)
        page.mouse.up()
        if rng.random() < 0.1:
            page.keyboard.press("Control+z")


def paint_at_random(planner: Planner, seed: int, count: int) -> None:
    page = planner.page
    strokes(page, np.random.default_rng(seed), count)
    settled(page)
    require_coverage(planner.engine, planner.plan)
    assert shown(page) == counted(planner.engine, planner.plan)
    assert sum(shown(page).values()) == sum(at_first().values())


def test_random_strokes_leave_a_coverage_and_true_numbers(planner: Planner) -> None:
    paint_at_random(planner, 5, 40)
    planner.opened.assert_quiet()


@pytest.mark.drill
def test_a_thousand_random_strokes(planner: Planner) -> None:
    for seed in range(10):
        paint_at_random(planner, 100 + seed, 100)
    planner.opened.assert_quiet()
