"""What is due of what was put up for residents: seen to, added, taken out of use."""

from __future__ import annotations

import datetime
from typing import Any

from playwright.sync_api import expect
from sqlalchemy import Engine

from gisgrid.store.works import facilities
from tests.api.browsing import Opener

from .people import PHONE, at, ready

LONG_AGO = datetime.date(2020, 1, 1)


def put_up(engine: Engine, name: str, **more: Any) -> str:
    """A camera of the small district."""
    new = facilities.NewFacility(id=name, kind="camera", name=name, **at(0.6, 0.6), **more)
    with engine.begin() as connection:
        facilities.add_facility(connection, new)
    return name


def test_what_is_due_is_seen_to_and_leaves_the_list(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    put_up(ground, "旧探头", installed_on=LONG_AGO, upkeep_every_days=365)
    put_up(ground, "新探头")
    opened = ready(visit, f"{open_address}/facilities")
    page = opened.page
    old = page.locator(".facility", has_text="旧探头")
    expect(old.locator(".chip.late")).to_contain_text("2020-12-31")
    expect(page.locator("#facilities")).not_to_contain_text("新探头")
    opened.assert_accessible()
    old.get_by_role("button", name="看过了").click()
    opened.assert_accessible()
    page.locator("#dialog").get_by_role("button", name="看过了").click()
    expect(old).to_have_count(0)
    with ground.connect() as connection:
        assert len(facilities.upkeep_log(connection, "旧探头")) == 1
    page.get_by_label("只看到期的").uncheck()
    new = page.locator(".facility", has_text="新探头")
    new.get_by_role("button", name="停用").click()
    page.locator("#dialog").get_by_role("button", name="停用").click()
    expect(new).to_have_count(0)
    opened.assert_quiet()


def test_one_is_added_where_the_map_is_tapped(
    ground: Engine, open_address: str, visit: Opener
) -> None:
    opened = ready(visit, f"{open_address}/facilities", **PHONE)
    opened.assert_fits()
    page = opened.page
    expect(page.locator(".doors [aria-current]")).to_be_in_viewport(ratio=1)
    page.get_by_label("只看到期的").uncheck()
    page.get_by_role("button", name="登记设施").click()
    expect(page.locator("#map canvas")).to_be_attached()
    page.wait_for_load_state("networkidle")
    page.locator("#map").click()
    page.get_by_role("button", name="下一步").click()
    opened.assert_accessible()
    dialog = page.locator("#dialog")
    dialog.get_by_label("种类").select_option("light")
    dialog.get_by_label("名称").fill("东门路灯")
    dialog.get_by_label("多少天维护一次").fill("90")
    dialog.get_by_role("button", name="登记设施").click()
    expect(page.locator(".facility", has_text="东门路灯")).to_contain_text("90 天")
    opened.assert_quiet()
