"""What the workers of tests do."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from gisgrid.errors import InputError

if TYPE_CHECKING:
    from gisgrid.locate import CoverageIndex


def doubled(index: CoverageIndex, task: int, *, marker: Path, deadly: int) -> tuple[int, int]:
    """A task; the deadly one takes its worker with it, as often as the marker has no lines."""
    if task == deadly and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.001 * (task % 3))
    return 2 * task, len(index)


def always_deadly(index: CoverageIndex, task: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def deadly_beside(index: CoverageIndex, task: int, *, deadly: int, deaths: Path) -> int:
    """The deadly task takes its worker with it each time, while others take longer than that."""
    if task == deadly:
        with deaths.open("a") as file:
            file.write(".")
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(0.5)
    return task


def refused(index: CoverageIndex, task: int) -> None:
    raise InputError("no", where=str(task), fix="yes")
