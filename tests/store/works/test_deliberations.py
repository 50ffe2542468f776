"""Deliberation: the clothes-line story, and what cannot be done."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select, text
from sqlalchemy.exc import IntegrityError, InternalError

from gisgrid.access import EVERYTHING, NOTHING, Actor
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_event, case_note
from gisgrid.store.works import deliberations as d
from gisgrid.store.works.facilities import facility_of
from tests.store.works.conftest import CHIEF, Reporter

WHO = [d.Attendee("chengguan"), d.Attendee("fangban"), d.Attendee(role="居民代表")]
MANAGER = Actor("account:9", "chengguan")


def now(connection: Connection) -> object:
    return connection.scalar(select(func.clock_timestamp()))


def words(connection: Connection, case_id: int) -> list[tuple[str, str, str | None]]:
    """What the history of a case says: action, reference, words."""
    e = case_event.c
    query = (
        select(e.action, e.about, case_note.c.words)
        .outerjoin(case_note, case_note.c.id == e.reason_ref)
        .where(e.case_id == case_id)
        .order_by(e.version)
    )
    return [tuple(row) for row in connection.execute(query)]


def test_the_clothes_line(connection: Connection, told: Reporter) -> None:
    """An officer cuts a line; in the end there is a shared drying area."""
    case = told("dispute", description="城管剪断晾衣绳引发纠纷")
    made = d.convene(
        connection, case.number, subject="小区晾晒", attendees=WHO, place="居委会", actor=CHIEF
    )
    assert (made.state, made.case, made.convener_ref) == ("open", case.number, "account:8")
    number, which = case.number, made.id
    d.say(connection, number, which, kind="ruling", words="拉绳占绿违规", actor=MANAGER)
    d.say(
        connection, number, which, kind="funding-advice", words="可用维修资金",
        actor=CHIEF, department="fangban",
    )  # fmt: skip
    d.open_poll(
        connection, number, which, question="是否建公共晾晒区?", households=420,
        options=["同意", "不同意"], reason="业委会正在筹建",
    )  # fmt: skip
    d.hold_meeting(connection, number, which, now(connection), now=now(connection))
    with pytest.raises(Conflict, match="not counted"):
        d.close_deliberation(connection, number, which, outcome="建", actor=CHIEF)
    d.count_votes(connection, number, which, {"同意": 300, "不同意": 41})
    done = d.close_deliberation(
        connection, number, which, outcome="建设公共晾晒区", actor=CHIEF,
        makes=d.NewFacilityHere("drying-area", "洪德四坊晾晒区", upkeep_every_days=90),
    )  # fmt: skip
    assert d.deliberations_of(connection, number) == [done]
    assert done.state == "closed" and done.closed_at > done.held_at >= done.made_at
    assert done.attendees == tuple(WHO)
    assert [(e.kind, e.department) for e in done.entries] == [
        ("ruling", "chengguan"),
        ("funding-advice", "fangban"),
    ]
    assert done.poll == d.Poll(
        "是否建公共晾晒区?", "业委会正在筹建", 420, (d.Option("同意", 300), d.Option("不同意", 41))
    )
    place = facility_of(connection, done.facility, now(connection))
    assert (place.kind, place.name, place.grid) == ("drying-area", "洪德四坊晾晒区", "A1U1M1")
    assert (place.lon, place.lat) == (case.lon, case.lat)
    about = f"deliberation:{which}"
    assert words(connection, case.id) == [
        ("report", "resident", None),
        ("note", about, "召集一事一议：小区晾晒 / a deliberation is convened"),
        ("reply", about, "一事一议结果：建设公共晾晒区"),
    ]


def test_one_at_a_time_and_another_after_it(connection: Connection, told: Reporter) -> None:
    number = told().number
    first = d.convene(connection, number, subject="一", attendees=WHO, actor=CHIEF)
    with pytest.raises(Conflict, match="under way"):
        d.convene(connection, number, subject="二", attendees=WHO, actor=CHIEF)
    with pytest.raises(Conflict, match="not held"):
        d.close_deliberation(connection, number, first.id, outcome="x", actor=CHIEF)
    d.hold_meeting(connection, number, first.id, now(connection), now=now(connection))
    with pytest.raises(Conflict, match="held already"):
        d.hold_meeting(connection, number, first.id, now(connection), now=now(connection))
    with pytest.raises(InputError, match="outcome"):
        d.close_deliberation(connection, number, first.id, outcome=" ", actor=CHIEF)
    d.close_deliberation(connection, number, first.id, outcome="再议", actor=CHIEF)
    for change in (
        lambda: d.say(connection, number, first.id, kind="opinion", words="x", actor=CHIEF),
        lambda: d.close_deliberation(connection, number, first.id, outcome="x", actor=CHIEF),
        lambda: d.count_votes(connection, number, first.id, {"x": 1}),
    ):
        with pytest.raises(Conflict, match="closed"):
            change()
    second = d.convene(connection, number, subject="二", attendees=WHO, actor=CHIEF)
    assert [one.id for one in d.deliberations_of(connection, number)] == [first.id, second.id]


def test_what_is_not_as_it_should_be(connection: Connection, told: Reporter) -> None:
    number = told().number
    for who in ([], [d.Attendee()]):
        with pytest.raises(InputError, match="those who come"):
            d.convene(connection, number, subject="x", attendees=who, actor=CHIEF)
    which = d.convene(connection, number, subject="x", attendees=WHO, actor=CHIEF).id
    with pytest.raises(InputError, match="no kind"):
        d.say(connection, number, which, kind="verdict", words="x", actor=CHIEF)
    with pytest.raises(InputError, match="from a department"):
        d.say(connection, number, which, kind="ruling", words="x", actor=CHIEF)
    with pytest.raises(InputError, match="past"):
        later = now(connection) + timedelta(minutes=1)
        d.hold_meeting(connection, number, which, later, now=now(connection))
    with pytest.raises(Conflict, match="nobody was asked"):
        d.count_votes(connection, number, which, {})
    for options, households in ((["是"], 9), (["是", "是"], 9), (["是", "否"], 0)):
        with pytest.raises(InputError, match="two options"):
            d.open_poll(
                connection, number, which, question="?", households=households, options=options
            )
    d.open_poll(connection, number, which, question="?", households=9, options=["是", "否"])
    with pytest.raises(Conflict, match="asked already"):
        d.open_poll(connection, number, which, question="?", households=9, options=["是", "否"])
    for votes in ({"是": 9}, {"是": 9, "否": 0, "弃": 0}, {"是": -1, "否": 2}, {"是": 8, "否": 2}):
        with pytest.raises(InputError):
            d.count_votes(connection, number, which, votes)


def test_a_case_that_may_not_be_seen_is_one_that_does_not_exist(
    connection: Connection, told: Reporter
) -> None:
    number = told().number
    other = told(x=3.5).number
    which = d.convene(connection, number, subject="x", attendees=WHO, actor=CHIEF).id
    with pytest.raises(NotFound, match="no such deliberation"):
        d.say(connection, other, which, kind="opinion", words="x", actor=CHIEF)
    look_as(connection, NOTHING)
    for call in (
        lambda n: d.deliberations_of(connection, n),
        lambda n: d.convene(connection, n, subject="x", attendees=WHO, actor=CHIEF),
        lambda n: d.say(connection, n, which, kind="opinion", words="x", actor=CHIEF),
    ):
        said = []
        for asked in (number, "JD20200101-0001"):
            with pytest.raises(NotFound) as caught:
                call(asked)
            said.append(str(caught.value).replace(asked, "…"))
        assert said[0] == said[1]
    look_as(connection, EVERYTHING)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE gisgrid.deliberation_entry SET words = 'other'",
        "DELETE FROM gisgrid.deliberation_entry",
        "UPDATE gisgrid.deliberation_attendee SET role = 'other'",
        "UPDATE gisgrid.deliberation SET state = 'closed'",
    ],
)
def test_what_was_said_stays(connection: Connection, told: Reporter, statement: str) -> None:
    number = told().number
    which = d.convene(connection, number, subject="x", attendees=WHO, actor=CHIEF).id
    d.say(connection, number, which, kind="opinion", words="x", actor=CHIEF)
    with pytest.raises((IntegrityError, InternalError)):
        connection.execute(text(statement))
