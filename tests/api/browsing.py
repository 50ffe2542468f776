"""A page in a real browser that is listened to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Dialog, Page

# As a proxy on this machine says that a request came from another one.
ELSEWHERE = {"X-Forwarded-For": "192.0.2.7"}

_AXE: Final = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"


@dataclass
class Opened:
    """A page, and all that it said and asked for."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def assert_quiet(self) -> None:
        """Nothing ran that should not, nothing failed, no other host was asked."""
        assert self.complaints == []
        host = urlsplit(self.page.url).netloc
        strangers = [one for one in self.requests if urlsplit(one).netloc not in ("", host)]
        assert strangers == []
        assert self.page.evaluate("window.pwned === undefined")

    def assert_accessible(self) -> None:
        """axe finds nothing against what is shown."""
        self.page.evaluate(_AXE.read_text())
        found = self.page.evaluate("axe.run().then((result) => result.violations)")
        faults = [f"{one['id']}: {one['nodes'][0]['html']}" for one in found]
        assert not faults, faults

    def assert_fits(self) -> None:
        """Nothing has to be looked for sideways."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= self.page.viewport_size["width"]


class Opener:
    """Opens addresses and waits until nothing more is loaded."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._pages: list[Page] = []

    def __call__(
        self, address: str, *, width: int = 1280, height: int = 800, settled: bool = True
    ) -> Opened:
        """Open an address; a page that goes on listening never settles."""
        page = self._browser.new_page(viewport={"width": width, "height": height})
        self._pages.append(page)
        opened = Opened(page)

        def dismiss(dialog: Dialog) -> None:
            opened.complaints.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", lambda line: opened.complaints.append(line.text))
        page.on("dialog", dismiss)
        page.goto(address, wait_until="networkidle" if settled else "load")
        return opened

    def close(self) -> None:
        """Close all pages."""
        for page in self._pages:
            page.close()
