"""A PostGIS to measure in."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gisgrid.store.server import PrivateServer

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["bench_database"]

_NAME: Final = "bench"
_ROOM: Final = 4 << 30  # bytes
_MEMORY: Final = Path("/dev/shm")


@contextmanager
def bench_database(url: str | None) -> Iterator[str]:
    """The URL of a database to write into: the given one, or an empty one that is thrown away.

    The throw-away server keeps its files in memory where there is room, so that no disk is
    measured, and answers on a socket of its own.

    Parameters
    ----------
    url : str or None
        A database of the user's; benches write into schemas of their own there.

    Raises
    ------
    ServerError
        PostgreSQL or PostGIS is missing, or the server does not start.
    """
    if url is not None:
        yield url
        return
    in_memory = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ROOM
    folder = Path(tempfile.mkdtemp(prefix="ggbench", dir=_MEMORY if in_memory else None))
    folder.chmod(0o755)  # the server may run under another account
    server = PrivateServer(folder / "home")
    try:
        server.up(throwaway=True)
        server.ensure_database(_NAME)
        yield server.url(_NAME)
    finally:
        server.down()
        shutil.rmtree(folder, ignore_errors=True)
