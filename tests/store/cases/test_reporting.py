"""New cases: where they belong at once, what is refused, and what is kept apart."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, func, select

from gisgrid.cases.stages import Stage
from gisgrid.errors import Conflict, CoordinateError, GisgridError, InputError, NotFound
from gisgrid.store import personal
from gisgrid.store.cases import NewCase, get, history, report
from gisgrid.store.grids import codes_by_id
from gisgrid.store.tables import case_file
from tests.store.cases.conftest import MEMBER, RESIDENT, place, told


def test_a_case_belongs_to_its_grids_at_once(connection: Connection) -> None:
    case = told(connection, 3.5, 1.5, severity=3)
    codes = codes_by_id(connection, list(case.grids.values()), datetime.now(UTC))
    assert {level: codes[grid] for level, grid in case.grids.items()} == {
        "area": "A1", "unit": "A1U2", "micro": "A1U2M4", "police": "P2",
    }  # fmt: skip
    assert get(connection, case.number) == case
    (event,) = history(connection, case.number)
    assert (event.action, event.after, event.actor) == ("report", Stage.REPORTED, MEMBER.ref)


def test_numbers_are_of_the_day_and_differ(connection: Connection) -> None:
    numbers = [told(connection).number for _ in range(3)]
    assert len(set(numbers)) == 3
    assert all(re.fullmatch(r"JD\d{8}-\d{6}", number) for number in numbers)


@pytest.mark.parametrize(
    ("more", "error", "said"),
    [
        (place(100, 0), CoordinateError, "lies outside all grids"),
        ({"lon": float("nan")}, CoordinateError, "no place"),
        ({"lat": 91.0}, CoordinateError, "no place"),
        ({"category": "ufo"}, NotFound, "'ufo'"),
        ({"source": "ufo"}, InputError, "no such source"),
        ({"severity": 4}, InputError, "1, 2 or 3"),
        ({"description": "x" * 4001}, InputError, "description: has more than 4,000"),
        ({"place": "x\0"}, InputError, "place: NUL"),
        ({"source_id": "x\0"}, InputError, "source_id: NUL"),
        ({"reported_at": datetime(2999, 1, 1, tzinfo=UTC)}, InputError, "of the past"),
        ({"reported_at": datetime(1, 1, 1, tzinfo=UTC)}, InputError, "of the past"),
    ],
)
def test_what_is_refused_says_why(
    connection: Connection, more: dict[str, Any], error: type[GisgridError], said: str
) -> None:
    with pytest.raises(error, match=re.escape(said)):
        told(connection, **more)


def test_the_same_of_one_source_is_taken_once(connection: Connection) -> None:
    told(connection, source="police_call", source_id="110-7")
    with pytest.raises(Conflict, match="110-7"):
        told(connection, source="police_call", source_id="110-7")


def test_who_told_is_kept_apart(connection: Connection) -> None:
    case = told(connection, reporter={"name": "王小明", "telephone": "13812341234"})
    assert case.reporter is not None
    row = connection.execute(select(case_file).where(case_file.c.id == case.id)).one()
    assert "王小明" not in str(row)
    assert personal.masked(connection, [case.reporter])[case.reporter]["name"] == "王**"
    assert told(connection, reporter={"name": " ", "telephone": ""}).reporter is None


@pytest.mark.parametrize(
    "more", [{"source": "tip"}, {"category": "security-tip"}, {"confidential": True}]
)
def test_tips_are_confidential_and_so_is_their_sender(
    connection: Connection, more: dict[str, Any]
) -> None:
    case = told(connection, reporter={"name": "王小明"}, **more)
    assert case.confidential
    assert case.reporter is not None
    assert connection.scalar(
        select(personal.personal.c.kind).where(personal.personal.c.id == case.reporter)
    ) == "sender"  # fmt: skip


def test_what_staff_find_was_not_reported_by_others(connection: Connection) -> None:
    assert told(connection, source="patrol").found_by_staff
    assert not told(connection, source="courier").found_by_staff


def test_the_code_is_said_once_and_its_hash_kept(connection: Connection) -> None:
    case = told(connection, coded=True)
    stored = connection.scalar(select(case_file.c.code_hash).where(case_file.c.id == case.id))
    assert stored is not None
    assert case.code.encode() not in bytes(stored)
    assert get(connection, case.number).code == ""
    assert case.code not in repr(case)
    assert told(connection).code == ""


def test_an_old_police_call_keeps_its_time(connection: Connection) -> None:
    then = datetime.now(UTC) - timedelta(days=40)
    case = told(connection, source="police_call", reported_at=then)
    assert case.reported_at == then
    assert case.stage_since > then + timedelta(days=39)


def test_what_was_refused_is_gone_with_its_transaction(town_engine: Engine) -> None:
    new = NewCase(category="repair", source="resident", **place(100, 0))
    count = select(func.count()).select_from(case_file)
    with town_engine.connect() as connection:
        before = connection.scalar(count)
    with pytest.raises(CoordinateError), town_engine.begin() as connection:
        report(connection, new, RESIDENT)
    with town_engine.connect() as connection:
        assert connection.scalar(count) == before


def test_words_of_people_are_not_in_what_is_printed(connection: Connection) -> None:
    case = told(connection, description="秘密的话", place="某处", reporter={"name": "王小明"})
    assert not {"秘密", "某处", "王小明"} & set(re.findall(r"\w+", repr(case)))
    new = NewCase(category="repair", source="tip", description="秘密的话", **place(0, 0))
    assert "秘密" not in repr(new)
