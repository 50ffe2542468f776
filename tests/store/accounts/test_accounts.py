from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine, func, insert, select, update

from gisgrid.access import RIGHTS, ROLES, Actor, Right
from gisgrid.errors import Conflict, InputError, NotFound, TooManyRequests, Unauthenticated
from gisgrid.store import accounts, grids
from gisgrid.store.accounts import attempts
from gisgrid.store.accounts.secrets import digest, new_secret
from gisgrid.store.engine import make_engine
from gisgrid.store.tables import account_role, login_attempt, login_session, one_time_link

ACTOR = Actor("cli")
PASSWORD = "three plain words"
LATER = timedelta(days=1)


@pytest.fixture(scope="module")
def kept(clone: Callable[[str], str], town_template: str) -> Engine:
    """An engine on a town in which accounts may be made."""
    return make_engine(clone(town_template))


@pytest.fixture
def record(kept: Engine) -> Iterator[Connection]:
    """A connection whose changes are taken back."""
    with kept.connect() as connection:
        yield connection


def key_of(record: Connection, account_id: int, *rights: Right) -> accounts.NewKey:
    return accounts.make_key(
        record,
        account_id,
        rights=rights or tuple(Right),
        expires_at=datetime.now(UTC) + LATER,
        actor=ACTOR,
    )


def test_a_viewer_has_the_rights_of_the_roles_where_they_hold(record: Connection) -> None:
    made = accounts.add(record, "Ann", actor=ACTOR, department="chengguan")
    ids = grids.ids_by_code(record, ["A1", "A1U1M1"])
    accounts.give(record, made, "member", actor=ACTOR, grid_id=ids["A1"])
    accounts.give(record, made, "member", actor=ACTOR, grid_id=ids["A1U1M1"])
    accounts.give(record, made, "reviewer", actor=ACTOR, whole=True)
    viewer = accounts.viewer_of_account(record, made)
    assert viewer is not None
    assert (viewer.account, viewer.name, viewer.department) == (made, "ann", "chengguan")
    assert viewer.actor == Actor(f"account:{made}", "chengguan")
    for right in Right:
        assert viewer.may(right) == (right in RIGHTS["member"] | RIGHTS["reviewer"])
    assert viewer.sight(Right.WORK_CASES).grids == set(ids.values())
    assert not viewer.sight(Right.WORK_CASES).whole
    assert viewer.sight(Right.SEE_PLACES).whole


def test_a_key_narrows_and_never_widens(record: Connection) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    accounts.give(record, made, "officer", actor=ACTOR, whole=True)
    key = key_of(record, made, Right.RESOLVE, Right.ADMINISTER)
    found = accounts.by_key(record, key.token)
    assert found is not None
    assert {right for right in Right if found.viewer.may(right)} == {Right.RESOLVE}
    assert found.viewer.key_id == key.id


@given(st.text(max_size=80))
def test_what_is_no_token_is_nobodys(kept: Engine, token: str) -> None:
    with kept.connect() as connection:
        assert accounts.by_key(connection, token) is None
        assert accounts.by_session(connection, token, idle=LATER) is None


@pytest.mark.parametrize("role", ["root", "", "Member"])
def test_there_are_no_other_roles(record: Connection, role: str) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    with pytest.raises(InputError, match="no such role"):
        accounts.give(record, made, role, actor=ACTOR, whole=True)


def test_every_role_can_be_given(record: Connection) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    for role in ROLES:
        accounts.give(record, made, role, actor=ACTOR, whole=True)
    assert {one.role for one in accounts.roles_of(record, made)} == set(ROLES)


def test_a_role_holds_in_one_place_of_its_kind(record: Connection) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    area = grids.ids_by_code(record, ["A1"])["A1"]
    wrong: list[dict[str, Any]] = [{}, {"whole": True, "grid_id": area}, {"police_id": area}]
    for places in wrong:
        with pytest.raises(InputError):
            accounts.give(record, made, "member", actor=ACTOR, **places)
    missing: list[dict[str, Any]] = [{"grid_id": 10**9}, {"police_id": 10**9}]
    for places in missing:
        with pytest.raises(NotFound):
            accounts.give(record, made, "member", actor=ACTOR, **places)
    with pytest.raises(NotFound):
        accounts.give(record, 10**9, "member", actor=ACTOR, whole=True)


def test_what_was_withdrawn_stays_on_record(record: Connection) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    role = accounts.give(record, made, "member", actor=ACTOR, whole=True)
    accounts.withdraw(record, made, role, actor=Actor("account:9"))
    assert accounts.roles_of(record, made) == []
    query = select(account_role.c.given_by, account_role.c.withdrawn_by)
    row = record.execute(query.where(account_role.c.id == role)).one()
    assert tuple(row) == ("cli", "account:9")
    with pytest.raises(NotFound):
        accounts.withdraw(record, made, role, actor=ACTOR)


def test_a_name_is_had_once_however_it_is_typed(record: Connection) -> None:
    accounts.add(record, "Ann.Li", actor=ACTOR)
    with pytest.raises(Conflict):
        accounts.add(record, " ａｎｎ.ＬＩ", actor=ACTOR)
    assert accounts.by_name(record, "ANN.LI").name == "ann.li"
    assert accounts.add(record, "王军", actor=ACTOR)


@pytest.mark.parametrize("name", ["", "x", "a b", "a\0b", "-x-", "x" * 65, "<b>", "a/b", "\ud800x"])
def test_what_is_no_name(record: Connection, name: str) -> None:
    with pytest.raises(InputError):
        accounts.add(record, name, actor=ACTOR)
    with pytest.raises(NotFound):
        accounts.by_name(record, name)


def test_who_is_disabled_has_nothing_left(record: Connection) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    accounts.give(record, made, "client", actor=ACTOR, whole=True)
    key, session = key_of(record, made), accounts.begin_session(record, made, hours=1)
    assert accounts.by_key(record, key.token) and accounts.by_session(
        record, session.token, idle=LATER
    )
    accounts.disable(record, made, actor=ACTOR)
    for refused in (accounts.make_link, key_of):
        with pytest.raises(Conflict):
            refused(record, made, **({"actor": ACTOR} if refused is accounts.make_link else {}))
    accounts.enable(record, made, actor=ACTOR)
    # What has ended does not come back with the account.
    assert accounts.by_key(record, key.token) is None
    assert accounts.by_session(record, session.token, idle=LATER) is None
    assert accounts.viewer_of_account(record, made) is not None


@pytest.mark.parametrize(
    "values", [{"rights": ()}, {"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, {"per_second": -1}]
)
def test_a_key_that_is_of_no_use_is_not_made(record: Connection, values: dict[str, Any]) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    good: dict[str, Any] = {"rights": [Right.RESOLVE], "expires_at": datetime.now(UTC) + LATER}
    with pytest.raises(InputError):
        accounts.make_key(record, made, actor=ACTOR, **(good | values))


def test_a_session_is_noted_as_seen_once_a_minute(record: Connection) -> None:
    made = accounts.add(record, "ann", actor=ACTOR)
    session = accounts.begin_session(record, made, hours=1)
    row = update(login_session).where(login_session.c.id == session.id)

    def age(minutes: float) -> timedelta:
        """How old what is noted is, after it was that old and the session was shown."""
        seen = func.clock_timestamp() - timedelta(minutes=minutes)
        record.execute(row.values(seen_at=seen))
        assert accounts.by_session(record, session.token, idle=LATER) is not None
        query = select(func.clock_timestamp() - login_session.c.seen_at)
        found: timedelta = record.execute(
            query.where(login_session.c.id == session.id)
        ).scalar_one()
        return found

    assert age(0.9) > timedelta(minutes=0.8)
    assert age(1.1) < timedelta(minutes=0.5)


def test_attempts_wait_twice_as_long_each_time(record: Connection) -> None:
    subjects = accounts.Subjects("ann", "10.0.0.1")
    waits = []
    for number in range(1, 14):
        attempts.count(record, subjects)
        waits.append(needed_wait(record, subjects))
        record.execute(update(login_attempt).values(last_at=func.now() - timedelta(minutes=6)))
        assert number
    assert waits == [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256]
    attempts.count(record, subjects)
    assert needed_wait(record, subjects) == 300
    attempts.forget(record, subjects)
    assert needed_wait(record, subjects) == 0


def needed_wait(record: Connection, subjects: accounts.Subjects) -> int:
    """After how many whole seconds another attempt is taken, found by trying."""
    for seconds in (0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300):
        with record.begin_nested() as nested:
            aged = login_attempt.c.last_at - timedelta(seconds=seconds)
            record.execute(update(login_attempt).values(last_at=aged))
            try:
                attempts.count(record, subjects)
            except TooManyRequests:
                continue
            finally:
                nested.rollback()
        return seconds
    raise AssertionError("nobody may be locked out for ever")


def test_many_attempts_at_once_are_counted_each(kept: Engine) -> None:
    with kept.begin() as connection:
        made = accounts.add(connection, "target", actor=ACTOR)
        accounts.set_password(connection, made, PASSWORD, actor=ACTOR)

    def guess(number: int) -> str:
        try:
            accounts.sign_in(kept, "target", f"guess number {number}", "10.0.0.9", hours=1)
        except (Unauthenticated, TooManyRequests) as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(guess, range(12)))
    assert answers.count("Unauthenticated") <= 6 and "in" not in answers
    assert answers.count("TooManyRequests") >= 6


def test_a_link_is_used_by_one_of_many_at_once(kept: Engine) -> None:
    with kept.begin() as connection:
        made = accounts.add(connection, "linked", actor=ACTOR)
        link = accounts.make_link(connection, made, actor=ACTOR)

    def use(number: int) -> bool:
        try:
            with kept.begin() as connection:
                accounts.use_link(connection, link, f"{PASSWORD} {number}")
        except NotFound:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(use, range(4))) == 1


def test_a_refused_password_leaves_the_link_to_be_used(kept: Engine) -> None:
    with kept.begin() as connection:
        link = accounts.make_first_link(connection)
    assert link is not None
    for name, password in (("root", "short"), ("x", PASSWORD)):
        with pytest.raises(InputError), kept.begin() as connection:
            accounts.use_link(connection, link, password, name=name)
    with kept.connect() as connection:
        assert accounts.use_link(connection, link, PASSWORD, name="root")
        assert accounts.has_admin(connection)


def test_two_links_at_once_make_one_administrator(kept: Engine) -> None:
    # What two servers that started at once could print before they took turns.
    tokens = [new_secret() for _ in range(2)]
    soon = func.now() + timedelta(minutes=5)
    with kept.begin() as connection:
        rows = [
            {"token_sha256": digest(one), "purpose": "first-admin", "expires_at": soon}
            for one in tokens
        ]
        connection.execute(insert(one_time_link).values(rows))
    with ThreadPoolExecutor(1) as pool, kept.connect() as first, kept.connect() as second:
        made = accounts.use_link(first, tokens[0], PASSWORD, name="one")
        waiting = pool.submit(accounts.use_link, second, tokens[1], PASSWORD, name="two")
        try:
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        finally:
            first.commit()
        with pytest.raises(Conflict, match="there is an administrator"):
            waiting.result(timeout=10)
    with kept.begin() as connection:
        accounts.disable(connection, made, actor=ACTOR)
