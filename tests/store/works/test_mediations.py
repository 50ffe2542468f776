"""Mediation by three offices, from its beginning to its outcome."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from gisgrid.access import NOTHING
from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.scope import look_as
from gisgrid.store.works.mediations import end_mediation, mediate, mediations_of, sit
from tests.store.works.conftest import CHIEF, Reporter

OFFICES = {
    "police_station": "马陆派出所",
    "justice_office": "马陆司法所",
    "law_firm": "某律所",
}
DIGEST = hashlib.sha256("调解协议".encode()).hexdigest()


def test_three_offices_bring_an_agreement(connection: Connection, told: Reporter) -> None:
    number = told().number
    made = mediate(connection, number, **OFFICES, actor=CHIEF)
    assert (made.state, made.law_firm, made.sessions) == ("open", "某律所", ())
    with pytest.raises(Conflict, match="under way"):
        mediate(connection, number, **OFFICES, actor=CHIEF)
    with pytest.raises(Conflict, match="have not sat"):
        end_mediation(
            connection, number, made.id, outcome="agreed", agreement_sha256=DIGEST, actor=CHIEF
        )
    now = connection.scalar(select(func.clock_timestamp()))
    with pytest.raises(InputError, match="past"):
        sit(connection, number, made.id, held_at=now + timedelta(1), now=now, actor=CHIEF)
    for days in (3, 1):
        at = now - timedelta(days)
        sit(connection, number, made.id, held_at=at, now=now, place="司法所", actor=CHIEF)
    done = end_mediation(
        connection, number, made.id, outcome="agreed", agreement_sha256=DIGEST, actor=CHIEF
    )
    assert (done.state, done.agreement_sha256, len(done.sessions)) == ("agreed", DIGEST, 2)
    assert done.sessions[0].held_at < done.sessions[1].held_at < done.closed_at
    assert mediations_of(connection, number) == [done]
    with pytest.raises(Conflict, match="has ended"):
        sit(connection, number, made.id, held_at=now, now=now, actor=CHIEF)


@pytest.mark.parametrize(
    ("outcome", "digest"),
    [("agreed", ""), ("agreed", DIGEST[:-1]), ("agreed", DIGEST.upper()), ("failed", DIGEST),
     ("won", "")],
)  # fmt: skip
def test_only_an_agreement_has_a_digest(
    connection: Connection, told: Reporter, outcome: str, digest: str
) -> None:
    number = told().number
    made = mediate(connection, number, **OFFICES, actor=CHIEF)
    with pytest.raises(InputError):
        end_mediation(
            connection, number, made.id, outcome=outcome, agreement_sha256=digest, actor=CHIEF
        )


@pytest.mark.parametrize("outcome", ["failed", "withdrawn"])
def test_it_may_fail_and_begin_again(connection: Connection, told: Reporter, outcome: str) -> None:
    number = told().number
    first = mediate(connection, number, **OFFICES, actor=CHIEF)
    end_mediation(connection, number, first.id, outcome=outcome, actor=CHIEF)
    second = mediate(connection, number, **OFFICES, actor=CHIEF)
    assert [one.state for one in mediations_of(connection, number)] == [outcome, "open"]
    assert second.id != first.id


def test_it_takes_all_three_and_a_case_in_sight(connection: Connection, told: Reporter) -> None:
    number = told().number
    with pytest.raises(InputError, match="all three"):
        mediate(connection, number, **OFFICES | {"law_firm": " "}, actor=CHIEF)
    look_as(connection, NOTHING)
    with pytest.raises(NotFound, match="no such case"):
        mediate(connection, number, **OFFICES, actor=CHIEF)
