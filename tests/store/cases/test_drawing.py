"""Numbers of cases are drawn: they tell nothing of the cases between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import Connection

from gisgrid.errors import Busy, Conflict
from gisgrid.store.cases import get
from tests.store.cases.conftest import told

Drawn = Callable[[Iterable[int]], None]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Drawn:
    """Say which numbers are drawn next."""

    def say(numbers: Iterable[int]) -> None:
        left = iter(numbers)
        monkeypatch.setattr("secrets.randbelow", lambda most: next(left) % most)

    return say


def test_a_number_that_is_taken_is_drawn_again_within_the_transaction(
    connection: Connection, drawn: Drawn
) -> None:
    drawn([7, 7, 7, 8])
    first, second = told(connection), told(connection)
    assert [one.number.partition("-")[2] for one in (first, second)] == ["000007", "000008"]
    assert get(connection, second.number) == second


def test_a_day_whose_numbers_are_used_up_is_told_so(connection: Connection, drawn: Drawn) -> None:
    drawn([7] * 100)
    told(connection)
    with pytest.raises(Busy, match="used up"):
        told(connection)


def test_the_same_of_a_source_is_refused_and_no_number_is_drawn_for_it_again(
    connection: Connection, drawn: Drawn
) -> None:
    drawn([1, 2])
    told(connection, source_id="a")
    with pytest.raises(Conflict, match="on record already"):
        told(connection, source_id="a")
