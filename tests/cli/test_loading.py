"""What commands load: the light ones nothing heavy, and numba only those that look points up."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from sqlalchemy import Engine

LOADED = """
import sys
from gisgrid.cli import main
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
print(*sys.modules, file=sys.stderr)
"""
HEAVY = {"numpy", "pandas", "geopandas", "sqlalchemy", "shapely", "numba", "folium", "fastapi"}


def loaded(*words: str, database: str = "") -> set[str]:
    """The modules that a command has loaded at its end."""
    found = subprocess.run(
        [sys.executable, "-c", LOADED, *words],
        env={**os.environ, "GISGRID_DATABASE_URL": database},
        capture_output=True,
        text=True,
        check=True,
    )
    return set(found.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("words", [["--help"], ["plan", "edit", "split", "--help"]])
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    assert not loaded(*words) & HEAVY


@pytest.mark.parametrize(
    ("words", "spared"),
    [
        (["plan", "list"], {"numba", "pandas", "geopandas"}),
        (["history", "A1"], {"numba", "pandas", "geopandas"}),
        (["plan", "new", "方案"], {"numba"}),
        (["check"], {"numba", "folium"}),
    ],
)
def test_numba_is_for_those_who_look_points_up(
    town: Engine, words: list[str], spared: set[str]
) -> None:
    found = loaded(*words, database=town.url.render_as_string(hide_password=False))
    assert "sqlalchemy" in found
    assert not found & spared
