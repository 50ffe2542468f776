"""Homes for servers that live for one test: short, and passable to the server's own account."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisgrid.store.server import PrivateServer


def new_folder() -> Path:
    """Make a folder that every account may pass: pytest's own are closed to all but the caller."""
    # A cluster is a thousand small files; in memory a busy disk does not slow each of them.
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 1 << 30
    folder = Path(tempfile.mkdtemp(prefix="gisgrid-", dir=memory if roomy else "/tmp"))
    folder.chmod(0o755)
    return folder


@pytest.fixture
def ground() -> Iterator[Path]:
    """A folder that every account may pass."""
    folder = new_folder()
    yield folder
    for made in folder.rglob("PG_VERSION"):
        if made.parent.name == "data":
            PrivateServer(made.parent.parent).down()
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def shared() -> Iterator[PrivateServer]:
    """A running server that tests share and leave running."""
    folder = new_folder()
    found = PrivateServer(folder / "home")
    found.up(throwaway=True)
    yield found
    found.down()
    shutil.rmtree(folder)


@pytest.fixture
def server(shared: PrivateServer) -> Iterator[PrivateServer]:
    """The shared server, which the test may stop, kill or open."""
    passfile = shared.home / "passfile"
    password = passfile.read_bytes()
    yield shared
    passfile.touch(mode=0o600)
    passfile.write_bytes(password)
    shared.down()
    shared.up()
