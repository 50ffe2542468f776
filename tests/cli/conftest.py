"""Commands as a user types them."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from gisgrid.cli import main

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def gisgrid(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command; its exit code, what it printed and what it said."""

    def run(*args: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["gisgrid", *map(str, args)])
        try:
            main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        else:
            code = 0
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
