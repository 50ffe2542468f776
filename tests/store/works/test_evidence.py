"""Pictures of cases: kept with the case, seen by whoever may see it, ten at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import IntegrityError

from gisgrid.access import EVERYTHING, Actor, Sight
from gisgrid.cases.pictures import Picture
from gisgrid.errors import Conflict, Forbidden, InputError, NotFound
from gisgrid.store import audit
from gisgrid.store.cases import act, call
from gisgrid.store.cases.records import Case
from gisgrid.store.cases.reporting import NewCase, report
from gisgrid.store.engine import make_engine
from gisgrid.store.scope import look_as
from gisgrid.store.server import backup, restore
from gisgrid.store.works.evidence import (
    MOST_PICTURES,
    CaseEvidence,
    add_evidence,
    evidence_jpeg,
    evidence_of,
    remove_evidence,
)
from tests.store.works.conftest import MEMBER, Reporter
from tests.towns import SOUTH, WEST

TODAY = date(2026, 11, 23)
OFFICER = Actor("account:9", "housing")


def add(
    connection: Connection, case: Case, words: bytes, stage: str = "before", on: date = TODAY
) -> CaseEvidence:
    picture = Picture(words, 4, 3)
    return add_evidence(
        connection, case.number, picture, stage=stage, taken_on=on, today=TODAY, actor=MEMBER
    )


def test_a_picture_is_kept_once_and_given_back(connection: Connection, told: Reporter) -> None:
    case = told()
    first = add(connection, case, b"one")
    assert add(connection, case, b"one", "after") == first
    second = add(connection, case, b"two", "after")
    assert evidence_of(connection, case.number) == [first, second]
    assert (second.stage, second.width, second.actor_ref) == ("after", 4, MEMBER.ref)
    assert evidence_jpeg(connection, case.number, second.sha256) == b"two"
    remove_evidence(connection, case.number, first.sha256, actor=MEMBER)
    erased, left = evidence_of(connection, case.number)
    assert left == second and erased.erased_at is not None
    assert replace(erased, erased_at=None) == first
    with pytest.raises(Conflict, match="erased"):
        add(connection, case, b"one")
    # That there was one, and who erased it, stays known.
    connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    (noted,) = audit.listing(connection, actor=MEMBER.ref, subject=f"case:{case.id}", limit=1)
    assert (noted.action, noted.digest) == ("case.evidence.remove", first.sha256)
    for ask in (evidence_jpeg, partial(remove_evidence, actor=MEMBER)):
        with pytest.raises(NotFound, match="no such picture"):
            ask(connection, case.number, first.sha256)
        with pytest.raises(NotFound, match="no such picture"):
            ask(connection, told().number, second.sha256)


def test_a_department_that_was_called_erases_its_own_alone(
    connection: Connection, told: Reporter
) -> None:
    case = told()
    theirs = add(connection, case, b"theirs")
    act(connection, case.number, "accept", actor=MEMBER)
    call(connection, case.number, ["housing"], actor=MEMBER)
    look_as(connection, Sight(department="housing"))
    with pytest.raises(Forbidden, match="others sent"):
        remove_evidence(connection, case.number, theirs.sha256, actor=OFFICER)
    mine = add_evidence(
        connection,
        case.number,
        Picture(b"mine", 4, 3),
        stage="after",
        taken_on=TODAY,
        today=TODAY,
        actor=OFFICER,
    )
    remove_evidence(connection, case.number, mine.sha256, actor=OFFICER)
    kept = [one.sha256 for one in evidence_of(connection, case.number) if one.erased_at is None]
    assert kept == [theirs.sha256]


def test_there_are_ten_at_most(connection: Connection, told: Reporter) -> None:
    case = told()
    for number in range(MOST_PICTURES):
        add(connection, case, b"%d" % number)
    add(connection, case, b"3")
    with pytest.raises(Conflict, match="at most 10"):
        add(connection, case, b"one more")
    add(connection, told(), b"one more")


def test_stages_and_days_are_looked_at(connection: Connection, told: Reporter) -> None:
    with pytest.raises(InputError, match="stage"):
        add(connection, told(), b"x", "later")
    with pytest.raises(InputError, match="past"):
        add(connection, told(), b"x", on=TODAY + timedelta(1))


def test_a_confidential_case_keeps_its_pictures_to_itself(
    connection: Connection, told: Reporter
) -> None:
    look_as(connection, Sight(whole=True).disclosed())
    case = told("security-tip", source="tip")
    picture = add(connection, case, b"x")
    assert evidence_jpeg(connection, case.number, picture.sha256) == b"x"
    look_as(connection, EVERYTHING)
    for ask in (
        lambda: evidence_of(connection, case.number),
        lambda: evidence_jpeg(connection, case.number, picture.sha256),
        lambda: remove_evidence(connection, case.number, picture.sha256, actor=MEMBER),
        lambda: add(connection, case, b"y"),
    ):
        with pytest.raises(NotFound, match="no such case"):
            ask()


def test_the_digest_is_that_of_the_bytes(connection: Connection, told: Reporter) -> None:
    add(connection, told(), b"x")
    with pytest.raises(IntegrityError):
        connection.execute(text("UPDATE gisgrid.case_evidence SET jpeg = 'other'"))


def test_pictures_are_in_backups(town: Engine, lend: Callable[[str], str], tmp_path: Path) -> None:
    jpeg = bytes(range(256)) * 100
    with town.begin() as connection:
        new = NewCase(category="repair", lon=WEST + 0.001, lat=SOUTH + 0.001, source="patrol")
        case = report(connection, new, MEMBER)
        picture = add(connection, case, jpeg)
    backup(town.url.render_as_string(hide_password=False), tmp_path / "all.backup")
    url = lend("template0")
    restore(url, tmp_path / "all.backup")
    other = make_engine(url)
    with other.connect() as connection:
        assert evidence_of(connection, case.number) == [picture]
        assert evidence_jpeg(connection, case.number, picture.sha256) == jpeg
    other.dispose()
