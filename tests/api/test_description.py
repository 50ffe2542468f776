"""The OpenAPI document is kept: schemathesis finds no answer that it does not describe."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from api.app import create_app
from gisgrid.settings import Settings
from gisgrid.store.engine import make_engine

from .conftest import serving

_CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)


@pytest.fixture(scope="module")
def open_address(
    clone: Callable[[str], str], district_template: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of a server over the small district on which everybody may do everything."""
    engine = make_engine(clone(district_template))
    home = Settings(home=tmp_path_factory.mktemp("home"))
    with serving(create_app(home, engine=engine, demo=True)) as found:
        yield found
    engine.dispose()


def explore(address: str, folder: Path, *options: str) -> None:
    """Let schemathesis loose on all that the document describes."""
    program = Path(sys.executable).parent / "schemathesis"
    command = [str(program), "run", f"{address}/openapi.json", "--checks", ",".join(_CHECKS)]
    settings = ["--no-color", "--warnings", "off", "--continue-on-failure"]
    found = subprocess.run(
        [*command, *settings, *options], capture_output=True, text=True, check=False, cwd=folder
    )
    assert found.returncode == 0, found.stdout[-20_000:] + found.stderr[-2_000:]


def test_a_few_requests_of_every_operation(open_address: str, tmp_path: Path) -> None:
    options = ("--phases", "examples,fuzzing", "--max-examples", "3")
    explore(open_address, tmp_path, *options, "--generation-deterministic")


@pytest.mark.drill
def test_many_requests_of_every_operation(open_address: str, tmp_path: Path) -> None:
    options = ("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", "50")
    explore(open_address, tmp_path, *options, "--generation-database", "none")
