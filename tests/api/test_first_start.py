"""The first start of ``gisgrid serve`` over a database without an administrator."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from gisgrid.store import accounts
from tests.folders import free_port

from .waiting import until

PASSWORD = "three plain words"


def answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=30) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


@contextmanager
def served(engine: Engine, folder: Path) -> Iterator[str]:
    """Serve a database, and give what the command says until it serves."""
    program = "from gisgrid.cli import main; main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "serve", "--port", str(free_port())],
        env={
            **os.environ,
            "GISGRID_HOME": str(folder),
            "GISGRID_DATABASE_URL": engine.url.render_as_string(hide_password=False),
        },
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = ""
        while "gisgrid → " not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        yield said
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()


@pytest.mark.drill
def test_the_first_start_leads_to_an_administrator(
    squares: Engine, chromium: Browser, tmp_path: Path
) -> None:
    with served(squares, tmp_path) as said:
        link = re.search(r"http://\S+/login/link\?token=\S+", said)
        assert link is not None and said.count("/login/link") == 1
        page = chromium.new_page()
        errors: list[str] = []
        page.on("console", lambda one: errors.append(one.text) if one.type == "error" else None)
        until(lambda: answers(link[0]))
        page.goto(link[0])
        page.get_by_label("用户名").fill("root")
        page.get_by_label("新密码").fill(PASSWORD)
        page.get_by_label("再输一次").fill(PASSWORD)
        page.get_by_role("button", name="设置并登录").click()
        page.wait_for_url("**/account")
        assert "管理员" in page.locator("#roles + ul").inner_text()
        page.get_by_role("button", name="退出").click()
        page.wait_for_url("**/login")
        page.get_by_label("用户名").fill("root")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        page.wait_for_url(re.compile(r"/$"))
        assert errors == []
        page.close()
    with squares.connect() as connection:
        assert accounts.has_admin(connection)
