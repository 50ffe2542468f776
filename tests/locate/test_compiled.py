"""Compiled loops on disk: made anew when anything in the package changes, and never in the way."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import gisgrid

# A loop of one module that calls one of another.
DOUBT = """
import numpy as np
from gisgrid.locate.dividing import _is_doubtful
print(_is_doubtful(np.array([0], np.int32), np.array([0.0, 0.0, 1.0, 1.0]), 0.5, 0.5))
"""


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the package that may be changed."""
    home = Path(gisgrid.__file__).parent
    for name in ("__init__.py", "errors.py", "locate"):
        target = tmp_path / "gisgrid" / name
        target.parent.mkdir(exist_ok=True)
        if (home / name).is_dir():
            shutil.copytree(home / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(home / name, target)
    return tmp_path


def doubt(copied: Path, **environment: str) -> str:
    asked = subprocess.run(
        [sys.executable, "-c", DOUBT],
        cwd=copied,
        env={**os.environ, "PYTHONPATH": str(copied), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
    return asked.stdout.strip()


def test_a_change_in_a_module_reaches_the_loops_of_others(copied: Path) -> None:
    assert doubt(copied) == "True"
    assert list(copied.rglob("*.nbc"))
    walking = copied / "gisgrid" / "locate" / "walking.py"
    sure, unsure = "        return 1 if turn > 0 else -1\n", "    return 0\n"
    source = walking.read_text()
    assert sure + unsure in source
    walking.write_text(source.replace(sure + unsure, sure + "    return 1\n"))
    assert doubt(copied) == "False"


def test_a_place_that_cannot_be_written_to_is_no_error(copied: Path) -> None:
    nowhere = copied / "a file"
    nowhere.write_text("")
    shutil.rmtree(copied / "gisgrid" / "locate" / "__pycache__", ignore_errors=True)
    (copied / "gisgrid" / "locate" / "__pycache__").write_text("")
    assert doubt(copied, XDG_CACHE_HOME=str(nowhere), HOME=str(nowhere)) == "True"
