"""Servers of the API as processes of their own, and wrk, which asks them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gisgrid.bench.serving import free_port, running
from gisgrid.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CONNECTIONS", "Pace", "require_wrk", "served", "wrk"]

CONNECTIONS: Final = 32
# For one answer: a peer may be slow.
_PATIENCE: Final = 30.0
# The web stands above this package, so it is named and not imported.
_APPLICATION: Final = "api.constant:create_app_with_constant"
_PROTOCOL: Final = "api.gathering:GatheringProtocol"
_UNITS: Final = {"us": 1e-3, "ms": 1.0, "s": 1e3}


@dataclass(frozen=True)
class Pace:
    """How fast a server answered.

    Attributes
    ----------
    requests_per_second : float
    p50_ms, p99_ms : float
        Half, and 99 of 100, of the answers came within.
    """

    requests_per_second: float
    p50_ms: float
    p99_ms: float


def require_wrk() -> str:
    """Where wrk is.

    Raises
    ------
    WorkerError
        It is not installed.
    """
    found = shutil.which("wrk")
    if found is None:
        raise WorkerError("wrk is not installed", fix="apt-get install wrk (Debian, Ubuntu)")
    return found


@contextmanager
def served(database: str, workers: int = 1) -> Iterator[str]:
    """Serve a database with the constant route beside the others, and give the address.

    Raises
    ------
    ServerError
        The server does not come up.
    """
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "uvicorn", "--factory", _APPLICATION]
    command += ["--http", _PROTOCOL, "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers)]
    command += ["--no-access-log", "--no-server-header", "--log-level", "warning"]
    with tempfile.TemporaryDirectory(prefix="gisgrid-metrics-") as folder:
        shared = {"PROMETHEUS_MULTIPROC_DIR": folder} if workers > 1 else {}
        environment = {"GISGRID_DATABASE_URL": database, **shared}
        fix = "try: gisgrid serve"
        with running(command, f"{address}/healthz", environment=environment, fix=fix):
            yield address


def wrk(
    program: str,
    address: str,
    paths: Sequence[str],
    seconds: float,
    *,
    connections: int = CONNECTIONS,
) -> Pace:
    """Ask for paths in turn, over many connections, by one thread.

    Raises
    ------
    WorkerError
        An answer was no success.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "paths.lua"
        listed = ",\n".join(f'"{path}"' for path in paths)
        script.write_text(
            f"local paths = {{\n{listed}\n}}\nlocal at, ready = 0, {{}}\n"
            "init = function()\n"
            '  for number, path in ipairs(paths) do ready[number] = wrk.format("GET", path) end\n'
            "end\n"
            "request = function()\n  at = at % #ready + 1\n  return ready[at]\nend\n",
            encoding="ascii",
        )
        command = [program, "-t1", f"-c{connections}", f"-d{seconds:g}s", "--latency"]
        command += ["--timeout", f"{_PATIENCE:g}s"]
        said = subprocess.run(
            [*command, "-s", str(script), address], capture_output=True, text=True, check=True
        ).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise WorkerError(f"not every answer was a success: {said.splitlines()[-3].strip()}")
    rate = re.search(r"Requests/sec:\s*([0-9.]+)", said)
    assert rate is not None, said
    return Pace(float(rate[1]), _latency(said, "50%"), _latency(said, "99%"))


def _latency(said: str, share: str) -> float:
    """A line of wrk's distribution in milliseconds."""
    found = re.search(rf"{share}\s+([0-9.]+)(us|ms|s)", said)
    assert found is not None, said
    return float(found[1]) * _UNITS[found[2]]
