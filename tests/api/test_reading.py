from __future__ import annotations

import pytest
from sqlalchemy import Engine, delete
from sqlalchemy.exc import InternalError

from api.reading import open_reading
from api.service import Service
from gisgrid.errors import DatabaseError
from gisgrid.settings import Settings
from gisgrid.store import grids
from gisgrid.store.tables import hazard

from .district import level, put


def test_an_answer_is_drawn_from_one_state_whatever_is_published_meanwhile(
    squares: Engine, settings: Settings
) -> None:
    service = Service(settings, running=squares)

    def name(reading_of: Service) -> tuple[int, str]:
        with open_reading(reading_of) as reading:
            return reading.revision, grids.by_code(reading.connection, "101001", reading.at)[0].name

    with open_reading(service) as reading:
        with squares.begin() as connection:
            put(connection, "unit", level("unit").iloc[[0]].assign(name="改名坊"))
        found, _ = grids.by_code(reading.connection, "101001", reading.at)
        assert (reading.revision, found.name) == (4, "白银一坊")
    assert name(service) == (5, "改名坊")


def test_a_reading_cannot_write(squares: Engine, settings: Settings) -> None:
    with (
        open_reading(Service(settings, running=squares)) as reading,
        pytest.raises(InternalError, match="read-only"),
    ):
        reading.connection.execute(delete(hazard))


def test_the_engine_that_wrote_may_write_again(squares: Engine, settings: Settings) -> None:
    with open_reading(Service(settings, running=squares)):
        pass
    with squares.begin() as connection:
        assert connection.execute(delete(hazard)).rowcount == 2


def test_before_it_started_there_is_nothing_to_read(settings: Settings) -> None:
    with pytest.raises(DatabaseError), open_reading(Service(settings)):
        pass
