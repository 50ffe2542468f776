"""A case whose place was wrong: it moves with its owners and its hazard, and says from where."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from gisgrid.access import Sight
from gisgrid.errors import Conflict, CoordinateError, Forbidden, InputError, NotFound, StaleVersion
from gisgrid.store import grids
from gisgrid.store.cases import Case, act, get, hazard_id, history, relocate
from gisgrid.store.cases.forgetting import forget
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_text, hazard
from tests.store.cases.conftest import ALL, CHIEF, closed, dispatched, place, told


def move(connection: Connection, case: Case, x: float, y: float = 0.5, **more: Any) -> Case:
    where = place(x, y)
    given = {"actor": CHIEF, "reason": "报错了地址", **more}
    return relocate(connection, case.number, where["lon"], where["lat"], **given)


def micro_of(connection: Connection, code: str) -> int:
    return grids.ids_by_code(connection, [code])[code]


def test_it_moves_with_its_owners_and_its_hazard(connection: Connection) -> None:
    case = told(connection, x=0.5)
    assert case.grids["micro"] == micro_of(connection, "A1U1M1")
    moved = move(connection, case, 2.5)
    assert moved == get(connection, case.number)
    assert (moved.grids["micro"], moved.version) == (micro_of(connection, "A1U2M1"), 2)
    assert (moved.stage, moved.due_at, moved.heard_at) == (case.stage, case.due_at, case.heard_at)
    h = hazard.c
    query = select(h.micro_id, func.ST_X(h.point), h.state)
    found = connection.execute(query.where(h.source_id == hazard_id(case.number))).one()
    assert tuple(found) == (moved.grids["micro"], moved.lon, "open")
    last = history(connection, case.number)[-1]
    assert (last.action, last.before, last.after, last.reason) == (
        "relocate", "reported", "reported", "报错了地址",
    )  # fmt: skip
    before, after = (tuple(map(float, one.split(","))) for one in last.about.split(" → "))
    assert before == pytest.approx((case.lon, case.lat), abs=1e-7)
    assert after == pytest.approx((moved.lon, moved.lat), abs=1e-7)


def test_words_of_the_place_are_replaced_and_the_old_ones_can_be_erased(
    connection: Connection,
) -> None:
    case = told(connection, place="永新路5号")
    assert move(connection, case, 1.5).place == "永新路5号"
    moved = move(connection, case, 2.5, place=" 康丰路9号 ")
    assert moved.place == get(connection, case.number).place == "康丰路9号"
    reason = history(connection, case.number)[-1].reason
    assert reason is not None and "永新路5号" in reason
    forget(connection, case.number, actor=CHIEF)
    assert history(connection, case.number)[-1].reason is None
    words = select(case_text.c.place).where(case_text.c.case_id == case.id)
    assert connection.scalar(words) == ""


def test_a_reason_leaves_room_for_the_old_words(connection: Connection) -> None:
    case = told(connection, place="路" * 200)
    with pytest.raises(InputError, match="3,780"):
        move(connection, case, 2.5, reason="因" * 3781, place="桥")
    assert move(connection, case, 2.5, reason="因" * 3780, place="桥").place == "桥"


def test_what_it_has_come_back_from_goes_by_its_place(connection: Connection) -> None:
    first = closed(connection, x=3.5)
    case = told(connection, x=0.5, y=1.5)
    assert case.relapse_of is None
    assert move(connection, case, 3.5).relapse_of == first.id
    assert move(connection, case, 0.5, 1.5).relapse_of is None


def test_who_moves_it_need_not_see_where_it_is_then(connection: Connection) -> None:
    case = told(connection, x=0.5)
    unit = micro_of(connection, "A1U1")
    look_as(connection, Sight(grids=frozenset({unit})))
    assert move(connection, case, 2.5).grids["unit"] != unit
    with pytest.raises(NotFound):
        get(connection, case.number)
    with pytest.raises(NotFound):
        move(connection, case, 0.5)
    assert get(look_as(connection, ALL), case.number).version == 2


def test_what_cannot_be_moved(connection: Connection) -> None:
    case = told(connection)
    with pytest.raises(CoordinateError, match="outside all grids"):
        move(connection, case, -20)
    with pytest.raises(CoordinateError, match="degrees"):
        relocate(connection, case.number, 3.5e5, 3.4e6, actor=CHIEF, reason="x")
    with pytest.raises(InputError, match="reason"):
        move(connection, case, 2.5, reason=" ")
    with pytest.raises(StaleVersion):
        move(connection, case, 2.5, version=9)
    with pytest.raises(InputError, match="gisgrid case relocate"):
        act(connection, case.number, "relocate", actor=CHIEF, reason="x", about="2.5,0.5")


def test_a_move_to_where_it_lies_or_of_what_is_over_changes_nothing(
    connection: Connection,
) -> None:
    case = told(connection)
    with pytest.raises(Conflict, match="already"):
        move(connection, case, 0.5)
    over = closed(connection, y=1.5)
    with pytest.raises(Conflict, match="closed"):
        move(connection, over, 2.5)
    assert [get(connection, one.number).version for one in (case, over)] == [1, 2]


def test_a_department_that_came_does_not_move_it(connection: Connection) -> None:
    case = dispatched(connection, "chengguan")
    look_as(connection, Sight(department="chengguan"))
    with pytest.raises(Forbidden, match="for the grid"):
        move(connection, case, 2.5)
