"""Pages in a real browser that are listened to."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page


@dataclass
class Opened:
    """A page in a real browser, and all that it said and asked for."""

    page: Page
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def quiet(self) -> None:
        """Assert that nothing ran, nothing failed and nothing but the page itself was loaded."""
        assert self.dialogs == []
        assert self.complaints == []
        assert self.requests == [self.page.url.partition("#")[0]]
        assert self.page.evaluate("window.pwned === undefined")


class Opener:
    """Opens pages of text in Chromium."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self.browser = browser
        self.folder = folder
        self.pages: list[Page] = []

    def blank(self, *, width: int = 1280, height: int = 800) -> Opened:
        """Return an empty page that is listened to."""
        page = self.browser.new_page(viewport={"width": width, "height": height})
        self.pages.append(page)
        opened = Opened(page)
        page.on("request", lambda request: opened.requests.append(request.url))
        page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        page.on("console", lambda line: opened.complaints.append(line.text))

        def dismiss(dialog: Any) -> None:
            opened.dialogs.append(dialog.message)
            dialog.dismiss()

        page.on("dialog", dismiss)
        return opened

    def __call__(self, html: str, *, width: int = 1280, height: int = 800) -> Opened:
        """Open HTML as a file."""
        path = self.folder / f"page{len(self.pages)}.html"
        path.write_text(html, encoding="utf-8")
        opened = self.blank(width=width, height=height)
        opened.page.goto(path.as_uri())
        return opened
