"""Homes for servers that live for one test: short, and passable to the server's own account."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gisgrid.store.server import PrivateServer
from tests.folders import new_folder


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
