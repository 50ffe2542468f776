"""Places held by hand: where they are, until when, and what a publish makes of them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store import holds
from gisgrid.store.publish import HeldPlace
from gisgrid.store.tables import address, hazard, lineage, manual_assignment
from tests.store.publishing.drawing import add_drawn, ids, put, row
from tests.store.redraws import wrong_rows
from tests.towns import SIDE, SOUTH, WEST, square


def point(x: float, y: float) -> str:
    """A point counted in squares of the town."""
    return f"SRID=4326;POINT({WEST + x * SIDE!r} {SOUTH + y * SIDE!r})"


def add(connection: Connection, name: str, x: float, y: float, **more: Any) -> None:
    connection.execute(insert(address).values(source_id=name, point=point(x, y), **more))


def owners(connection: Connection, name: str) -> tuple[Any, ...]:
    """Area, unit, micro and police of an address, and how they came to be."""
    own = address.c
    columns = (own.area_id, own.unit_id, own.micro_id, own.police_id, own.assigned_how)
    return tuple(connection.execute(select(*columns).where(own.source_id == name)).one())


def endings(connection: Connection) -> list[str | None]:
    own = manual_assignment.c
    return list(connection.scalars(select(own.ended_why).order_by(own.id)))


def held(connection: Connection) -> list[holds.Hold]:
    return holds.listing(connection, datetime.now(UTC))


def test_a_held_place_is_its_grids_wherever_it_lies_until_it_is_released(town: Engine) -> None:
    with town.begin() as connection:
        add(connection, "a", 0.5, 0.5)
        area, unit, micro, police = ids(connection, "A2", "A2U1", "A2U1M3", "P1")
        before = owners(connection, "a")
        made = holds.hold(connection, "address", "a", grid="A2U1M3", reason=" 门朝南 ", author="李")
        assert (made.grid, made.lies_in, made.reason) == ("A2U1M3", "A1U1M1", "门朝南")
        assert owners(connection, "a") == (area, unit, micro, police, "manual")
        assert held(connection) == [made]
        connection.execute(update(address).values(text="changed", households=4))
        assert owners(connection, "a") == (area, unit, micro, police, "manual")
        released = holds.release(connection, "address", "a", author="王")
        assert (released.id, released.title) == (made.id, "changed")
        assert owners(connection, "a") == before
        assert endings(connection) == ["withdrawn"]
        assert held(connection) == []
        with pytest.raises(NotFound, match="not held"):
            holds.release(connection, "address", "a")


def test_what_is_held_anew_is_replaced_and_the_same_again_is_nothing_new(town: Engine) -> None:
    with town.begin() as connection:
        add(connection, "a", 0.5, 0.5)
        first = holds.hold(connection, "address", "a", grid="A1U1M2", reason="x")
        assert holds.hold(connection, "address", "a", grid="A1U1M2", reason="x") == first
        second = holds.hold(connection, "address", "a", grid="A2U2M1", reason="x")
        third = holds.hold(connection, "address", "a", grid="A2U2M1", reason="y", author="李")
        assert first.id < second.id < third.id
        assert endings(connection) == ["replaced", "replaced", None]
        assert held(connection) == [third]
        past = holds.listing(connection, datetime.now(UTC), ended=True)
        told = [(one.id, one.grid, one.ended_why, one.ended_by) for one in past]
        assert told == [
            (first.id, "A1U1M2", "replaced", ""),
            (second.id, "A2U2M1", "replaced", "李"),
        ]
        assert third.made_at >= past[1].ended_at > past[0].ended_at > first.made_at
        assert not any(wrong_rows(connection).values())


def test_a_place_that_moves_or_is_deleted_is_held_no_longer(town: Engine) -> None:
    with town.begin() as connection:
        for name in "ab":
            add(connection, name, 0.5, 0.5)
            holds.hold(connection, "address", name, grid="A2U2M4", reason="x")
        # To where it lies already is no move.
        same, away = (
            update(address).where(address.c.source_id == "a").values(point=point(*at))
            for at in ((0.5, 0.5), (1.5, 1.5))
        )
        connection.execute(same)
        assert endings(connection) == [None, None]
        connection.execute(away)
        assert endings(connection) == ["moved", None]
        connection.execute(address.delete().where(address.c.source_id == "b"))
        assert endings(connection) == ["moved", "deleted"]
        assert owners(connection, "a")[2] == ids(connection, "A1U1M4")[0]
        assert not any(wrong_rows(connection).values())
        # The same id again is another place.
        add(connection, "b", 0.5, 0.5)
        assert held(connection) == []


def test_a_place_let_go_by_plain_sql_is_on_record_too(town: Engine) -> None:
    with town.begin() as connection:
        add(connection, "a", 0.5, 0.5)
        holds.hold(connection, "address", "a", grid="A2U2M4", reason="x")
        connection.execute(update(address).values(assigned_how="trigger"))
        assert endings(connection) == ["withdrawn"]
        assert not any(wrong_rows(connection).values())
    for statement in (
        "DELETE FROM {}",
        "UPDATE {} SET reason = 'y'",
        "UPDATE {} SET ended_by = 'y'",
    ):
        with pytest.raises(DBAPIError, match="on record"), town.begin() as connection:
            connection.execute(text(statement.format("gisgrid.manual_assignment")))


REFUSED = [
    (("street", "a", "A1U1M1", "x"), InputError, "address, hazard, patrol, building"),
    (("campaign_item", "a", "A1U1M1", "x"), InputError, "not held"),
    (("address", "z", "A1U1M1", "x"), NotFound, "address 'z': there is no such place"),
    (("address", "a\0", "A1U1M1", "x"), NotFound, "no such place"),
    (("hazard", "secret", "A1U1M1", "x"), NotFound, "no such place"),
    (("address", "a", "M9", "x"), NotFound, "grid 'M9': no grid has this code"),
    (("address", "a", "A1U1", "x"), InputError, "of the level unit"),
    (("address", "a", "P1", "x"), InputError, "of the level police"),
    (("address", "a", "A1U1M2", "x"), Conflict, "no grid has this code any more"),
    (("address", "a", "A1U1M1", " "), InputError, "a reason is needed"),
    (("address", "a", "A1U1M1", "x\ny"), InputError, "one line"),
    (("address", "a", "A1U1M1", "x" * 1001), InputError, "one line"),
]


def test_what_cannot_be_held_is_said(town: Engine) -> None:
    with town.begin() as connection:
        add(connection, "a", 0.5, 0.5)
        place = {"source_id": "secret", "point": point(0.5, 0.5), "confidential": True}
        connection.execute(insert(hazard).values(place))
        m2, unit = ids(connection, "A1U1M2", "A1U1")
        put(connection, add_drawn(connection, row(m2, "A1U1M2", unit, square(1, 0), ended=True)))
        for (kind, name, grid, reason), error, words in REFUSED:
            with pytest.raises(error, match=words):
                holds.hold(connection, kind, name, grid=grid, reason=reason)
        with pytest.raises(NotFound, match="not held"):
            holds.release(connection, "address", "a")
        assert endings(connection) == []
    older = town.execution_options(isolation_level="REPEATABLE READ")
    with pytest.raises(Conflict, match="READ COMMITTED"), older.begin() as connection:
        holds.hold(connection, "address", "a", grid="A1U1M1", reason="x")


def test_held_places_are_listed_in_pages_without_confidential_ones(town: Engine) -> None:
    now = datetime.now(UTC)
    with town.begin() as connection:
        for name in "abc":
            add(connection, name, 0.5, 0.5, text=f"路{name}")
            connection.execute(insert(hazard).values(source_id=name, point=point(20, 20)))
            for kind in ("address", "hazard"):
                holds.hold(connection, kind, name, grid="A1U1M2", reason="x")
        tip = update(hazard).where(hazard.c.source_id == "b").values(confidential=True)
        connection.execute(tip)
        whole = holds.listing(connection, now)
        assert [(one.kind, one.source_id) for one in whole] == [
            ("address", "a"),
            ("hazard", "a"),
            ("address", "b"),
            ("address", "c"),
            ("hazard", "c"),
        ]
        assert (whole[0].title, whole[0].lies_in, whole[1].lies_in) == ("路a", "A1U1M1", None)
        first = holds.listing(connection, now, limit=2)
        assert first + holds.listing(connection, now, after=first[-1].id) == whole
        assert holds.listing(connection, now, kind="hazard") == [whole[1], whole[4]]
        with pytest.raises(NotFound, match="no such place"):
            holds.release(connection, "hazard", "b")


def test_a_hold_waits_for_a_publish_and_sees_what_it_made(town: Engine) -> None:
    """A grid that a publish ends meanwhile holds nothing; one that got another unit has that."""
    with town.begin() as connection:
        add(connection, "a", 0.5, 0.5)
        m2, m3, unit, other = ids(connection, "A1U1M2", "A1U1M3", "A1U1", "A2U1")
        plan_id = add_drawn(
            connection,
            row(m2, "A1U1M2", unit, square(1, 0), ended=True),
            row(m3, "A1U1M3", other, square(0, 1)),
        )

    def attempt(code: str) -> str:
        with town.begin() as connection:
            connection.execute(select(1))
            try:
                return holds.hold(connection, "address", "a", grid=code, reason="x").grid
            except Conflict as conflict:
                return str(conflict)

    with ThreadPoolExecutor(2) as pool:
        with town.begin() as connection:
            put(connection, plan_id)
            attempts = [pool.submit(attempt, code) for code in ("A1U1M2", "A1U1M3")]
            wait(attempts, timeout=0.5)
            assert not any(one.done() for one in attempts)
        told = [one.result(timeout=10) for one in attempts]
    assert "no grid has this code any more" in told[0]
    assert told[1] == "A1U1M3"
    with town.connect() as connection:
        assert owners(connection, "a")[1:3] == (other, m3)
        assert not any(wrong_rows(connection).values())


def test_a_publish_lists_what_it_keeps_and_what_it_lets_go_wherever_that_lies(
    town: Engine,
) -> None:
    with town.begin() as connection:
        for name, x in (("kept", 1.2), ("ended", 6.5), ("aside", 6.5), ("unmoved", 0.2)):
            add(connection, name, x, 0.5, text=f"路{name}", households=5)
        connection.execute(
            insert(hazard).values(source_id="tip", point=point(1.2, 0.5), subject="x")
        )
        for kind, name, code in (
            ("address", "kept", "A1U1M2"),
            ("hazard", "tip", "A1U1M2"),
            ("address", "ended", "A1U1M4"),
            ("address", "aside", "A1U1M1"),
            ("address", "unmoved", "A1U1M2"),
        ):
            holds.hold(connection, kind, name, grid=code, reason="门朝南")
        connection.execute(update(hazard).values(confidential=True))
        m1, m2, m4, unit, far = ids(connection, "A1U1M1", "A1U1M2", "A1U1M4", "A1U1", "A2U2M1")
        published = put(
            connection,
            add_drawn(
                connection,
                row(m1, "A1U1M1", unit, square(0, 0, 1.5, 1)),
                row(m2, "NEW", unit, square(1.5, 0, 0.5, 1)),
                row(m4, "A1U1M4", unit, square(1, 1), ended=True),
            ),
        )
        assert published.held == (
            HeldPlace("address", "ended", "路ended", "A1U1M4", "A2U2M1", "门朝南", ended=True),
            HeldPlace("address", "kept", "路kept", "NEW", "A1U1M1", "门朝南"),
        )
        assert published.reassigned["address"] == 1
        assert published.reassigned["hazard"] == 0
        assert endings(connection) == [None, None, "grid-ended", None, None]
        own = lineage.c
        passage = select(own.to_id, own.households, own.household_share).where(own.from_id == m4)
        assert connection.execute(passage).all() == [(far, 5, 1.0)]
        (past,) = holds.listing(connection, datetime.now(UTC), ended=True)
        assert (past.source_id, past.grid, past.ended_why) == ("ended", "A1U1M4", "grid-ended")
        assert not any(wrong_rows(connection).values())
