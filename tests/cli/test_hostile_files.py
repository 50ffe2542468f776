"""Files made from a record whose every text wants to run: opened by a browser, by a spreadsheet."""

from __future__ import annotations

import csv
from pathlib import Path

import geopandas as gpd
import pytest
from playwright.sync_api import Browser
from sqlalchemy import Engine

from gisgrid.store import drafts
from tests.commands import Run
from tests.hostile import TILES, watch
from tests.payloads import ALL, PAYLOADS
from tests.touring import tour_campaign, tour_comparison, tour_grids, tour_hazards
from tests.towns import square


@pytest.fixture
def url(hostile: Engine, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GISGRID_TILE_URL", TILES)
    monkeypatch.setenv("GISGRID_TILE_ATTRIBUTION", ALL)
    return hostile.url.render_as_string(hide_password=False)


POLICY = 'http-equiv="Content-Security-Policy"'


def lower_the_second_wall(path: Path) -> None:
    """Take the page's own policy away: that text is only text must hold alone."""
    page = path.read_text(encoding="utf-8")
    assert page.count(POLICY) == 1
    path.write_text(page.replace(POLICY, ""), encoding="utf-8")


MAPS = {"grids": tour_grids, "hazards": tour_hazards, "campaign": tour_campaign}


@pytest.mark.parametrize("name", MAPS)
def test_a_map_runs_nothing(
    name: str, url: str, gisgrid: Run, chromium: Browser, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.html"
    assert gisgrid("map", name, "-o", path, "--database", url)[0] == 0
    lower_the_second_wall(path)
    with watch(chromium) as watched:
        watched.page.goto(path.as_uri())
        MAPS[name](watched)
        watched.require_harmless(path.as_uri())
        watched.require_shown()


def test_the_map_of_a_plan_runs_nothing(
    hostile: Engine, url: str, gisgrid: Run, chromium: Browser, tmp_path: Path
) -> None:
    with hostile.begin() as connection:
        plan = drafts.new(connection, ALL, author=ALL)
        codes = drafts.frame(connection, plan, "micro").sort_values("code")["code"]
        for k, code in enumerate(codes):
            name = " ¶ ".join(PAYLOADS[k :: len(codes)])
            edit = drafts.parse_edit("rename", {"code": code, "name": name})
            drafts.edit(connection, plan, edit, author=ALL)
    path = tmp_path / "plan.html"
    code, _, said = gisgrid("plan", "preview", plan, "--map", path, "--database", url)
    assert code == 0, said
    with watch(chromium) as watched:
        watched.page.goto(path.as_uri())
        tour_comparison(watched)
        watched.require_harmless(path.as_uri())
        watched.require_shown()


def test_the_map_of_findings_runs_nothing(gisgrid: Run, chromium: Browser, tmp_path: Path) -> None:
    # Squares in a row, each a little over the next one: every code is in a finding.
    shapes = [square(k, 0, 1.1, 1) for k in range(len(PAYLOADS))]
    file, path = tmp_path / "grids.geojson", tmp_path / "findings.html"
    gpd.GeoDataFrame({"</code>": PAYLOADS}, geometry=shapes, crs=4326).to_file(file)
    code, _, said = gisgrid("check", file, "--code", "</code>", "--map", path)
    assert code == 1, said
    with watch(chromium) as watched:
        watched.page.goto(path.as_uri())
        tour_comparison(watched)
        for payload in PAYLOADS[:4]:
            watched.page.locator("#search").fill(payload)
            watched.look()
        watched.require_harmless(path.as_uri())
        watched.require_shown()


EXPORTS = {
    "addresses": ("export", "places", "{}", "--kind", "address"),
    "hazards": ("export", "places", "{}", "--kind", "hazard"),
    "patrol points": ("export", "places", "{}", "--kind", "patrol"),
    "patrol": ("patrol", "plan", "-o", "{}"),
    "forecast": ("hotspots", "forecast", "--level", "micro", "-o", "{}"),
    "hot spots": ("hotspots", "find", "--level", "micro", "-o", "{}"),
}


@pytest.mark.parametrize("name", EXPORTS)
def test_no_cell_is_a_formula(name: str, url: str, gisgrid: Run, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    words = [str(path) if word == "{}" else word for word in EXPORTS[name]]
    code, _, said = gisgrid(*words, "--database", url)
    assert code == 0, said
    with path.open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert any(payload in cell for payload in PAYLOADS for cell in cells)
    runs = [cell for cell in cells if cell.lstrip()[:1] in tuple("=+-@＝＋－＠") and cell.strip()]
    assert [cell for cell in runs if not _is_number(cell)] == []


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
