"""The page of addresses in a real browser: a person decides, a name is learnt, look-ups know it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect
from sqlalchemy import Engine

from api.addresses import shadow
from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.addresses import list_aliases, list_reviews
from gisgrid.store.engine import make_engine

from .browsing import ELSEWHERE, Opened, Opener
from .conftest import serving
from .waiting import until


@pytest.fixture(scope="module")
def lane(clone: Callable[[str], str], village_template: str) -> Iterator[Engine]:
    """A village of the houses 村路0号 to 村路99号."""
    made = make_engine(clone(village_template))
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def home(lane: Engine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(home=tmp_path_factory.mktemp("home"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shadow, "_LOOK_EVERY", 0.05)
        with serving(create_app(settings, engine=lane, demo=True)) as found:
            yield found


def ready(visit: Opener, home: str, **size: int) -> Opened:
    opened = visit(f"{home}/addresses", **size)
    opened.page.wait_for_selector("body[data-ready=true]", state="attached")
    return opened


def test_what_nobody_could_place_is_sent_in_and_decided(
    lane: Engine, home: str, visit: Opener
) -> None:
    opened = ready(visit, home)
    page = opened.page
    expect(page.locator("#reviews")).to_contain_text("没有待办")
    box = page.get_by_role("combobox", name="查地址")
    box.fill("石狮子巷12号")
    box.press("Enter")
    page.get_by_role("button", name="交人工判定").click()
    card = page.locator(".review")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("石狮子巷12号")
    page.get_by_label("关闭答案").click()
    # Nothing is decided by a slip: no address is chosen before a person does.
    done = card.get_by_role("button", name="就是它")
    expect(done).to_be_disabled()
    card.get_by_label("另一个地址").fill("村路12号")
    card.get_by_role("button", name="查", exact=False).last.click()
    choice = card.locator(".candidate", has_text="村路12号")
    choice.get_by_role("radio").check()
    expect(page.locator(".place-mark")).to_have_count(1)
    card.locator("summary").click()
    card.get_by_label("其中的名称").fill("石狮子巷")
    opened.assert_accessible()
    done.click()
    expect(card).to_have_count(0)
    expect(page.locator("#aliases li").first).to_contain_text("石狮子巷 → 村路")
    with lane.connect() as connection:
        (review,) = list_reviews(connection, state="decided")
        assert review.chosen == "村路12号"
        assert [one.name for one in list_aliases(connection)] == ["石狮子巷"]
    until(
        lambda: (
            page.request.get(f"{home}/v1/resolve", params={"address": "石狮子巷13号"}).json()[
                "status"
            ]
            == "found"
        )
    )
    page.locator("#state").select_option("decided")
    expect(card).to_contain_text("村路12号")
    card.get_by_role("button", name="重新判定").click()
    expect(card).to_have_count(0)
    page.locator("#state").select_option("open")
    expect(card).to_have_count(1)
    card.get_by_role("button", name="不是地址").click()
    expect(card).to_have_count(0)
    with lane.connect() as connection:
        assert [one.text for one in list_reviews(connection, state="dismissed")] == ["石狮子巷12号"]
    opened.assert_quiet()


def test_other_names_are_added_and_ended(lane: Engine, home: str, visit: Opener) -> None:
    opened = ready(visit, home, width=390)
    page = opened.page
    form = page.locator("#new-alias")
    form.get_by_label("大家叫").fill("老牛街")
    form.get_by_label("就是").fill("没有的路")
    form.get_by_role("button").click()
    expect(page.locator("#said.bad")).to_contain_text("不能这样写")
    form.get_by_label("就是").fill("村路")
    form.get_by_role("button").click()
    first = page.locator("#aliases li").first
    expect(first).to_contain_text("老牛街 → 村路")
    opened.assert_accessible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    first.get_by_role("button").click()
    expect(page.locator("#aliases")).not_to_contain_text("老牛街")
    with lane.connect() as connection:
        assert "老牛街" in [one.name for one in list_aliases(connection, ended=True)]


def test_who_may_not_is_told_so(lane: Engine, settings: Settings, visit: Opener) -> None:
    with serving(create_app(settings, engine=lane, demo=True)) as address:
        page = ready(visit, address).page
        page.set_extra_http_headers(ELSEWHERE)
        page.locator("#new-alias").get_by_label("大家叫").fill("老马街")
        page.locator("#new-alias").get_by_label("就是").fill("村路")
        page.locator("#new-alias").get_by_role("button").click()
        expect(page.locator("#said.bad")).to_contain_text("不能改地址")
        page.close()
