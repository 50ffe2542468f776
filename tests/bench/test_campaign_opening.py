"""How long a page takes to open, in a real browser."""

from __future__ import annotations

from playwright.sync_api import Browser

from gisgrid.bench.campaign_opening import opened


def test_what_a_page_asks_for_is_counted(chromium: Browser) -> None:
    lone, no_requests = opened("<p>one</p>", chromium, 2)
    _, some = opened('<p>two</p><img src="a.png"><img src="b.png">', chromium, 1)
    assert lone > 0
    assert (no_requests, some) == (0, 2)
