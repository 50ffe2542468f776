"""The notebooks run as they are stored, without a network, and every answer in them agrees."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.running import NOTEBOOKS, read, run, storable

LOOPBACK = Path(__file__).with_name("loopback")
PAGES = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def closed_network(folder: Path) -> tuple[dict[str, str], Path]:
    """The environment of a process that reaches this machine alone, and the log of refusals."""
    log = folder / "refused.log"
    return {**os.environ, "PYTHONPATH": str(LOOPBACK), "REFUSED_CONNECTIONS": str(log)}, log


def numbers(notebook: NotebookNode) -> dict[str, object]:
    """What the cells that compare answers show, by their names."""
    return {
        cell.id: ast.literal_eval(cell.outputs[0].data["text/plain"])
        for cell in notebook.cells
        if cell.id.startswith("check-")
    }


@PAGES
def test_a_run_shows_what_is_stored(
    path: Path,
    lend: Callable[[str], str],
    sample_template: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "jupyter"))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    environment, refused = closed_network(tmp_path)
    # Of its own, for a notebook may publish.
    environment["GISGRID_DATABASE_URL"] = lend(sample_template)
    before = set(path.parent.iterdir())
    shown = storable(run(path, environment))
    for ran, stored in zip(shown.cells, read(path).cells, strict=True):
        assert ran == stored, f"cell {stored.id}: to store it, python -m tests.notebooks"
    assert not refused.exists(), refused.read_text()
    assert set(path.parent.iterdir()) == before


@PAGES
def test_what_is_stored_is_fit_to_be_read_anywhere(path: Path) -> None:
    notebook = read(path)
    nbformat.validate(notebook)
    assert storable(read(path)) == notebook
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    outputs = [output for cell in code for output in cell.outputs]
    assert {output.output_type for output in outputs} <= {"execute_result", "display_data"}
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"(/home/|/root|/tmp|/work|/Users/|[A-Z]:\\\\)", text)
    # The name that every SVG begins with is no address.
    text = text.replace('xmlns=\\"http://www.w3.org/2000/svg\\"', "")
    assert not re.search(r"https?://(?!127\.0\.0\.1)", text)


def named(name: str) -> NotebookNode:
    """The notebook of a name."""
    (path,) = (path for path in NOTEBOOKS if path.stem == name)
    return read(path)


def test_what_moves_is_owned_as_the_preview_said() -> None:
    assert numbers(named("redraw")) == {
        "check-households": {"before": (8, 10), "after": (10, 10)},
        "check-moves": {"yesterday": 0, "now": 0},
    }


def test_every_door_gives_the_same_answer() -> None:
    assert numbers(named("which_grid")) == {
        "check-with-sjoin": {"area": 0, "unit": 0, "micro": 0},
        "check-http": {"area": (0, 0), "unit": (0, 0), "micro": (0, 0)},
        "check-all": dict.fromkeys(
            ("geopandas.sjoin", "HTTP, CSV", "HTTP, Arrow", "Dask", "gisgrid assign"), 0
        ),
    }


def test_hot_spots_are_counted_right_and_hardly_ever_chance() -> None:
    found = numbers(named("hotspots"))
    assert found.keys() == {"check-recount", "check-chance", "check-plan"}
    assert found["check-recount"] == {"reported": 0, "discovered": 0}
    chance = found["check-chance"]
    assert isinstance(chance, dict)
    assert chance["with_hot_spots"] <= 0.07 * chance["maps"] < chance["z_above_1.96"]
    assert found["check-plan"] == {
        "hot_spots_left_out": 0,
        "minutes_a_stop": (10, 16),
        "officers": 3,
        "at_most_12_hours": True,
        "outside_the_area": 0,
    }


@pytest.mark.parametrize("host", ["192.0.2.1", "example.invalid"])
def test_a_closed_network_is_closed(host: str, tmp_path: Path) -> None:
    environment, refused = closed_network(tmp_path)
    program = f"import socket; socket.create_connection(({host!r}, 80), 1)"
    ended = subprocess.run(
        [sys.executable, "-c", program], env=environment, stderr=subprocess.PIPE, check=False
    )
    assert b"the network is closed" in ended.stderr
    assert host in refused.read_text()
