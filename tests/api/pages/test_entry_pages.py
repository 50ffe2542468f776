"""The pages by which people come in: looked at on a desk and on a phone, and by axe."""

from __future__ import annotations

from playwright.sync_api import expect
from sqlalchemy import Engine

from gisgrid.store import accounts
from tests.api.browsing import Opened, Opener
from tests.api.signing import ACTOR, account_with

from .people import PASSWORD, PHONE

_DESK = {"width": 1280, "height": 800}


def look(opened: Opened) -> None:
    """It is whole on a phone and on a desk."""
    for size in (PHONE, _DESK):
        opened.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        opened.assert_accessible()
        opened.assert_fits()


def test_signing_in_the_account_and_a_new_key(guarded_address: str, visit: Opener) -> None:
    opened = visit(f"{guarded_address}/account")
    page = opened.page
    look(opened)
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill("wrong words here")
    page.get_by_role("button", name="登录").click()
    expect(page.locator(".said.bad")).to_be_visible()
    look(opened)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
    # A member's doors, and nobody else's.
    doors = page.get_by_role("navigation")
    expect(doors.get_by_role("link", name="今日")).to_be_visible()
    expect(doors.get_by_role("link", name="地址")).to_have_count(0)
    page.get_by_text("新建密钥").click()
    look(opened)
    page.get_by_label("用途").fill("表格")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="新建", exact=False).click()
    expect(page.locator(".token")).to_contain_text("gg_")
    look(opened)
    # The one refusal above, and nothing else.
    assert ["401" in one for one in opened.complaints] == [True]


def test_setting_a_password(ground: Engine, guarded_address: str, visit: Opener) -> None:
    with ground.begin() as connection:
        account_id = account_with(connection, "chief", whole=True, name="zhao")
        token = accounts.make_link(connection, account_id, actor=ACTOR)
    opened = visit(f"{guarded_address}/login/link?token={token}")
    page = opened.page
    look(opened)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一次").fill("other words now")
    page.get_by_role("button", name="设置并登录").click()
    expect(page.locator(".said.bad")).to_be_visible()
    look(opened)
    page.get_by_label("新密码").fill(PASSWORD)
    page.get_by_label("再输一次").fill(PASSWORD)
    page.get_by_role("button", name="设置并登录").click()
    expect(page.get_by_role("heading", name="我的账号")).to_be_visible()
