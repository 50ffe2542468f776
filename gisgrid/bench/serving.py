"""Servers as processes of their own: a free port, and waiting until they answer."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final
from urllib.error import URLError
from urllib.request import urlopen

from gisgrid.errors import ServerError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["free_port", "running"]

_START: Final = 60.0
_PAUSE: Final = 0.05


def free_port() -> int:
    """A port on this machine that nobody has at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def running(
    command: Sequence[str],
    probe: str,
    *,
    environment: Mapping[str, str],
    folder: str | None = None,
    fix: str,
) -> Iterator[None]:
    """Run a server, from its first answer on until the caller is done with it.

    Parameters
    ----------
    probe : str
        An address of it that answers when it is up.
    environment : mapping of str to str
        Beside that of this process.
    folder : str, optional
        Where it runs.
    fix : str
        What to try where it does not come up.

    Raises
    ------
    ServerError
        It does not come up.
    """
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _await(probe, process, fix)
        yield
    finally:
        process.terminate()
        process.wait()


def _await(probe: str, process: subprocess.Popen[bytes], fix: str) -> None:
    end = time.monotonic() + _START
    while time.monotonic() < end and process.poll() is None:
        try:
            with urlopen(probe, timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(_PAUSE)
    raise ServerError("the server does not come up", where=probe, fix=fix)
