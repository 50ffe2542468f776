from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, insert

from gisgrid.bench.web import served
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import hazard
from tests.api.district import SOUTH, WEST

HAZARDS = 23


@pytest.fixture(scope="package")
def read_only(clone: Callable[[str], str], district_template: str) -> Iterator[Engine]:
    """An engine on the small district with more hazards; tests only read it."""
    made = make_engine(clone(district_template))
    with made.begin() as connection:
        connection.execute(
            insert(hazard),
            [
                {
                    "source_id": f"s/{number:02d}",
                    "point": f"SRID=4326;POINT({WEST + number / 1000} {SOUTH + number / 2000})",
                    "category": "fire" if number % 2 else "security",
                    "subject": "楼道'堆物" if number % 3 else "%_\\",
                    "severity": number % 4 or None,
                    "found_at": f"2024-03-{number + 1:02d}T08:00:00+08:00" if number else None,
                    "confidential": number % 5 == 4,
                }
                for number in range(HAZARDS)
            ],
        )
    yield made
    made.dispose()


@pytest.fixture(scope="package")
def elsewhere(read_only: Engine) -> Iterator[str]:
    """The address of a server of `read_only` that is a process of its own.

    GDAL holds Python's lock while it waits, so a server of the same process could not answer it.
    """
    with served(read_only.url.render_as_string(hide_password=False)) as address:
        yield address
