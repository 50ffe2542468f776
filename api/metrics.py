"""Counts and durations of requests, for Prometheus.

One worker keeps them in memory. Several write them into files of one folder
(``PROMETHEUS_MULTIPROC_DIR``, which ``gisgrid serve --workers N`` makes), and whichever is asked
adds up what all have written, so that it makes no difference who answers ``/metrics``.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from prometheus_client import CollectorRegistry, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

__all__ = ["FOLDER_VARIABLE", "Metrics"]

FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_SECONDS: Final = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0)


class Metrics:
    """What one application counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "gisgrid_request_seconds",
            "Seconds until requests were answered in full, and (their count) how many there were.",
            ("route", "method", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self.served_revision = Gauge(
            "gisgrid_served_revision",
            "Revision of the boundaries that answers are drawn from.",
            registry=self._registry,
            multiprocess_mode="liveall",
        )
        self._timers: dict[tuple[str, str, int], Callable[[float], None]] = {}

    def observe(self, template: str | None, method: str, status: int, seconds: float) -> None:
        """Count one request.

        Parameters
        ----------
        template : str or None
            Of the route it came to, such as ``/v1/grids/{code}``; None is counted as ``unmatched``.
        method : str
        status : int
        seconds : float
        """
        key = (template or "unmatched", method if method in _METHODS else "other", status // 100)
        timer = self._timers.get(key)
        if timer is None:
            timer = self._seconds.labels(key[0], key[1], f"{key[2]}xx").observe
            self._timers[key] = timer
        timer(seconds)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        folder = os.environ.get(FOLDER_VARIABLE)
        if not folder:
            return _latest(self._registry)
        _forget_the_dead(Path(folder))
        together = CollectorRegistry()
        MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
        return _latest(together)


def _latest(registry: Any) -> bytes:
    return bytes(generate_latest(registry))


def _forget_the_dead(folder: Path) -> None:
    """Drop the gauges of workers that are gone; their counts stay in the sums."""
    for file in folder.glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path(f"/proc/{pid}").exists():
            mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
