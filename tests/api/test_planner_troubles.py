"""The planner's page while something else goes on: nothing painted is lost or misplaced."""

from __future__ import annotations

import re

from playwright.sync_api import expect
from sqlalchemy import Engine

from gisgrid.store import drafts
from tests.village import UNIT, house, households

from .at_planner import Planner, at_first, click, counted, settled, shown, spot, tool


def edits(planner: Planner) -> list[str]:
    with planner.engine.connect() as connection:
        return [edit.kind for edit in drafts.log(connection, planner.plan)]


def another_plan(engine: Engine, name: str) -> int:
    with engine.begin() as connection:
        return drafts.new(connection, name)


def rename(planner: Planner, name: str) -> None:
    """Somebody else changes the plan."""
    edit = drafts.parse_edit("rename", {"code": "A1U1M4", "name": name})
    with planner.engine.begin() as connection:
        drafts.edit(connection, planner.plan, edit, author="王工")


def test_a_stroke_goes_on_while_the_server_tells_its_numbers(planner: Planner) -> None:
    page = planner.page
    tool(page, "b")
    for first, last in ((3, 4), (0, 1)):
        page.mouse.move(*spot(page, *house(5, first)))
        page.mouse.down()
        page.mouse.move(*spot(page, *house(5, first + 0.6)), steps=4)
        if first == 0:
            # The first stroke is answered, and long enough ago for its numbers to be asked for.
            page.wait_for_timeout(1500)
        page.mouse.move(*spot(page, *house(5, last)), steps=4)
        page.mouse.up()
    settled(page)
    moved = sum(households(5, row) for row in (0, 1, 3, 4))
    assert shown(page) == counted(planner.engine, planner.plan)
    assert shown(page)["A1U1M1"] == at_first()["A1U1M1"] + moved
    planner.opened.assert_quiet()


def test_whoever_takes_another_tool_ends_the_stroke(planner: Planner) -> None:
    page = planner.page
    tool(page, "b")
    page.mouse.move(*spot(page, *house(5, 0)))
    page.mouse.down()
    page.mouse.move(*spot(page, *house(5, 1)), steps=4)
    page.keyboard.press("Escape")
    page.mouse.up()
    tool(page, "b")
    page.mouse.move(*spot(page, *house(8, 3)), steps=4)
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan)
    assert edits(planner) == ["paint"]


def test_the_page_reads_again_what_a_broken_connection_lost(planner: Planner) -> None:
    page = planner.page
    tool(page, "p")
    page.context.set_offline(True)
    click(page, 5, 2)
    expect(page.locator("#said")).to_contain_text("服务器没有回答")
    assert shown(page) != at_first()
    page.context.set_offline(False)
    expect(page.locator("#said")).to_contain_text("已重新连上", timeout=15_000)
    assert shown(page) == at_first() == counted(planner.engine, planner.plan)
    click(page, 5, 2)
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan) != at_first()


def test_what_is_read_for_a_unit_that_was_left_is_not_shown(planner: Planner) -> None:
    page = planner.page
    left = page.evaluate(
        """async (code) => {
            const reading = window.planner.openUnit(code);
            window.planner.close();
            await reading;
            return window.planner.unit === null;
        }""",
        UNIT,
    )
    assert left
    other = another_plan(planner.engine, "方案二")
    both = page.evaluate(
        """async ([other, code]) => {
            const app = window.planner, reading = app.openUnit(code), plan = app.plan.id;
            await app.openPlan(other);
            await reading;
            return [app.plan.id, app.unit];
        }""",
        [other, UNIT],
    )
    assert both == [other, None]
    planner.opened.assert_quiet()


def test_a_plan_that_cannot_be_read_leaves_the_other_one_open(planner: Planner) -> None:
    page = planner.page
    page.evaluate("() => { window.planner.openPlan(99999).catch(() => {}); }")
    page.wait_for_timeout(500)
    tool(page, "p")
    click(page, 5, 2)
    settled(page)
    assert shown(page) == counted(planner.engine, planner.plan) != at_first()


def test_proposals_belong_to_the_plan_as_it_was(planner: Planner) -> None:
    page = planner.page
    page.locator("#tab-proposals").click()
    page.locator("#tab button[type=submit]").click()
    takes = page.locator("#tab").get_by_role("button", name=re.compile("take over"))
    expect(takes.first).to_be_enabled(timeout=60_000)
    rename(planner, "别名")
    expect(page.locator("#table")).to_contain_text("别名", timeout=15_000)
    expect(page.locator("#tab")).to_contain_text("请重新提出建议")
    expect(takes.first).to_be_disabled()
    other = another_plan(planner.engine, "方案三")
    page.evaluate(
        "async ([id, code]) => { await planner.openPlan(id); await planner.openUnit(code); }",
        [other, UNIT],
    )
    expect(takes).to_have_count(0)


def test_what_others_published_is_told_until_the_plan_is_moved(publisher: Planner) -> None:
    page = publisher.page
    tool(page, "p")
    click(page, 5, 2)
    settled(page)
    for name in ("甲", "乙"):
        reply = page.request.post(f"{publisher.address}/v1/plans", data={"name": name})
        other, tag = reply.headers["location"], reply.headers["etag"]
        edit = {"kind": "rename", "code": "A1U1M2", "name": name}
        for path, body in ((f"{other}/edits", edit), (f"{other}/publish", None)):
            reply = page.request.post(
                f"{publisher.address}{path}", data=body, headers={"If-Match": tag}
            )
            assert reply.ok, reply.text()
            tag = reply.headers["etag"]
        expect(page.locator("#said")).to_contain_text("发布了边界版本")
        page.wait_for_timeout(1000)
    notice = page.get_by_text("别人已重新发布")
    expect(notice).to_have_count(1)
    page.get_by_role("button", name="返回全图").click()
    expect(notice).to_have_count(1)
    page.locator("#units button").first.click()
    expect(page.locator("#table tbody tr")).to_have_count(4)
    expect(notice).to_have_count(1)
    page.get_by_role("button", name="移到现行边界").click()
    expect(notice).to_have_count(0)


def test_locked_grids_are_neither_split_nor_dragged(planner: Planner) -> None:
    page = planner.page
    page.get_by_label("锁定 lock 网格A1U1M1").check()
    tool(page, "s")
    for column, row in ((-0.8, 1.5), (2.3, 1.9), (5, 1.5)):
        page.mouse.click(*spot(page, *house(column, row)))
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("锁定")
    tool(page, "d")
    page.wait_for_timeout(500)
    page.mouse.move(*spot(page, *house(4.5, 4.5)))
    page.mouse.down()
    page.mouse.move(*spot(page, *house(4.8, 4.8)), steps=4)
    page.mouse.up()
    settled(page)
    assert edits(planner) == []


def test_keys_on_the_buttons_of_the_map_are_theirs(planner: Planner) -> None:
    page = planner.page
    tool(page, "p")
    page.keyboard.press("ArrowRight")
    before = page.evaluate("() => planner.map.getZoom()")
    page.locator(".leaflet-control-zoom-in").focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)
    assert page.evaluate("() => planner.map.getZoom()") > before
    settled(page)
    assert edits(planner) == []


def test_the_target_is_in_sight_in_a_long_list(planner: Planner) -> None:
    page = planner.page
    page.set_viewport_size({"width": 1280, "height": 360})
    last = page.locator("#table tbody tr").last
    tool(page, "4")
    frame, row = page.locator("#table").bounding_box(), last.bounding_box()
    assert frame is not None
    assert row is not None
    assert row["y"] + row["height"] <= frame["y"] + frame["height"] + 1
