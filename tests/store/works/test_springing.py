"""Cases that spring from facilities that are due and from items of campaigns."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, Engine, func, select, text, update

from gisgrid.access import Sight
from gisgrid.errors import Conflict, NotFound
from gisgrid.store import campaigns, grids
from gisgrid.store.cases import NewCase, act, get, report
from gisgrid.store.engine import make_engine, serve_from
from gisgrid.store.scope import look_as
from gisgrid.store.tables import case_file
from gisgrid.store.works.facilities import facility_of, log_upkeep, retire, upkeep_log
from gisgrid.store.works.springing import Sprung, spring_due, spring_from_item
from tests.campaigns import ZONE, bring, small_campaign
from tests.store.works.conftest import CHIEF, MEMBER, Reporter
from tests.store.works.test_facilities import put
from tests.towns import SIDE, SOUTH, WEST


def spring(connection: Connection, days_on: int = 0, **more: int) -> list[Sprung]:
    now = connection.scalar(select(func.clock_timestamp())) + timedelta(days=days_on)
    return spring_due(connection, now, zone=ZONE, **more)


def today(connection: Connection) -> date:
    return connection.scalar(select(func.clock_timestamp())).astimezone(ZONE).date()


def finish(connection: Connection, number: str) -> None:
    act(connection, number, "close-on-spot", actor=MEMBER)


def test_what_is_due_springs_once_for_each_day(connection: Connection) -> None:
    day = today(connection)
    put(connection, "old", kind="fire-equipment", name="3号楼灭火器", expires_on=day)
    put(connection, "new", kind="fire-equipment", expires_on=day + timedelta(1))
    put(connection, "far", x=-20, expires_on=day)
    put(connection, "gone", expires_on=day)
    retire(connection, "gone", day)
    (made,) = spring(connection)
    assert (made.facility, made.reason, made.due_on) == ("old", "expiry", day)
    case = get(connection, made.number)
    assert (case.category.code, case.source, case.found_by_staff) == (
        "fire-equipment",
        "facility",
        True,
    )
    assert case.description.startswith("消防器材「3号楼灭火器」已于 ")
    assert spring(connection) == []
    finish(connection, made.number)
    assert spring(connection) == []
    later = day + timedelta(40)
    log_upkeep(connection, "old", done_on=day, today=day, actor=MEMBER, expires_on=later)
    assert [one.facility for one in spring(connection, 1)] == ["new"]
    assert [(one.facility, one.due_on) for one in spring(connection, 40)] == [("old", later)]


def test_a_name_that_is_too_long_holds_up_no_others(connection: Connection) -> None:
    day = today(connection)
    put(connection, "long", kind="ramp", name="坡" * 5000, expires_on=day - timedelta(1))
    put(connection, "next", kind="ramp", expires_on=day)
    assert [one.facility for one in spring(connection)] == ["long", "next"]


def test_closing_a_case_of_upkeep_is_upkeep(connection: Connection) -> None:
    day = today(connection)
    put(
        connection, "shed", kind="bicycle-shed", upkeep_every_days=30,
        installed_on=day - timedelta(31),
    )  # fmt: skip
    (made,) = spring(connection)
    assert (made.reason, made.due_on) == ("upkeep", day - timedelta(1))
    assert get(connection, made.number).category.code == "repair"
    finish(connection, made.number)
    found = facility_of(connection, "shed", connection.scalar(select(func.now())))
    assert (found.kept_on, found.due_on) == (day, day + timedelta(30))
    assert spring(connection, 29) == []
    assert len(spring(connection, 30)) == 1


def test_the_longest_due_come_first_and_the_rest_wait(connection: Connection) -> None:
    day = today(connection)
    for number in range(5):
        put(connection, f"f{number}", expires_on=day - timedelta(number))
    assert [one.facility for one in spring(connection, most=3)] == ["f4", "f3", "f2"]
    assert [one.facility for one in spring(connection, most=3)] == ["f1", "f0"]


@pytest.fixture
def own_engine(lend: Callable[[str], str], town_template: str) -> Iterator[Engine]:
    made = make_engine(lend(town_template))
    yield made
    made.dispose()


def test_of_those_who_come_at_once_one_makes_them(own_engine: Engine) -> None:
    with own_engine.begin() as connection:
        for number in range(8):
            put(connection, f"f{number}", expires_on=today(connection))

    def once(_: int) -> int:
        with own_engine.begin() as connection:
            return len(spring(connection))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(once, range(8))) == 8
    with own_engine.begin() as connection:
        assert connection.scalar(select(func.count()).select_from(case_file)) == 8


def test_an_item_of_a_campaign_becomes_a_case_and_follows_it(
    connection: Connection, item: Callable[[], campaigns.Item]
) -> None:
    found = campaigns.by_code(connection, "c1")
    made = spring_from_item(connection, "c1", "W0", category="anti-theft-window", actor=CHIEF)
    assert (made.source, made.found_by_staff, made.lon) == ("campaign", True, item().lon)
    with pytest.raises(Conflict, match=made.number):
        spring_from_item(connection, "c1", "W0", category="anti-theft-window", actor=CHIEF)
    finish(connection, made.number)
    assert item().done_on == today(connection)
    act(connection, made.number, "reopen", actor=CHIEF, reason="窗又装上了")
    assert item().done_on is None
    act(connection, made.number, "refuse", actor=CHIEF, reason="x")
    assert item().done_on is None
    again = spring_from_item(connection, "c1", "W0", category="anti-theft-window", actor=CHIEF)
    finish(connection, again.number)
    marks = campaigns.marks(connection, found.id, "W0")
    assert [one.done_on for one in marks] == [today(connection), None, today(connection)]
    with pytest.raises(Conflict, match="is done"):
        spring_from_item(connection, "c1", "W0", category="anti-theft-window", actor=CHIEF)
    with pytest.raises(NotFound, match="no such item"):
        spring_from_item(connection, "c1", "W9", category="anti-theft-window", actor=CHIEF)
    with pytest.raises(NotFound, match="category"):
        spring_from_item(connection, "c1", "W1", category="x", actor=CHIEF)


def due_shed(connection: Connection, name: str = "shed") -> str:
    """The number of a case of upkeep that is due."""
    installed = today(connection) - timedelta(31)
    put(connection, name, kind="bicycle-shed", upkeep_every_days=30, installed_on=installed)
    (made,) = spring(connection)
    return made.number


def upkeep_notes(connection: Connection, name: str = "shed") -> list[str]:
    return [one.note for one in upkeep_log(connection, name)]


def reopen(connection: Connection, number: str) -> None:
    act(connection, number, "reopen", actor=CHIEF, reason="还没好")


def merge(connection: Connection, number: str, into: str) -> None:
    act(connection, number, "merge", actor=CHIEF, about=into)


def test_a_case_of_upkeep_that_is_closed_twice_is_upkeep_once(connection: Connection) -> None:
    number = due_shed(connection)
    for _ in range(2):
        finish(connection, number)
        assert upkeep_notes(connection) == [number]
        reopen(connection, number)
        assert upkeep_notes(connection) == [number]


@pytest.fixture
def item(
    town_engine: Engine, tmp_path: Path, connection: Connection
) -> Callable[[], campaigns.Item]:
    """Reads an item of a campaign, ``W0``, as it stands."""
    bring(town_engine, tmp_path / "c", small_campaign())
    found = campaigns.by_code(connection, "c1")

    def read() -> campaigns.Item:
        now = connection.scalar(select(func.clock_timestamp()))
        return campaigns.item(connection, found.id, "W0", now)

    return read


def mark(connection: Connection, done_on: date | None) -> None:
    found = campaigns.by_code(connection, "c1")
    campaigns.mark(connection, found.id, ["W0"], done_on, today=today(connection), author="by hand")


def of_item(connection: Connection) -> str:
    """The number of a case that sprang from the item."""
    return spring_from_item(
        connection, "c1", "W0", category="anti-theft-window", actor=CHIEF
    ).number


@pytest.mark.parametrize("first", ["hand", "case"])
def test_opening_again_undoes_only_what_closing_did(
    connection: Connection, item: Callable[[], campaigns.Item], first: str
) -> None:
    day, number = today(connection), of_item(connection)
    if first == "hand":
        mark(connection, day - timedelta(1))
        finish(connection, number)
    else:
        finish(connection, number)
        mark(connection, day - timedelta(1))
    reopen(connection, number)
    assert item().done_on == day - timedelta(1)


def test_what_was_marked_as_not_done_is_marked_by_the_next_closing(
    connection: Connection, item: Callable[[], campaigns.Item]
) -> None:
    number = of_item(connection)
    finish(connection, number)
    mark(connection, None)
    reopen(connection, number)
    assert item().done_on is None
    finish(connection, number)
    assert item().done_on == today(connection)
    reopen(connection, number)
    assert item().done_on is None


def test_what_merged_cases_sprang_from_follows_the_one_that_stays(
    connection: Connection, item: Callable[[], campaigns.Item], told: Reporter
) -> None:
    """An item's case is merged into another, that one into a third, and upkeep beside them."""
    day = today(connection)
    window, shed = of_item(connection), due_shed(connection)
    second, lead, other = (told("anti-theft-window").number for _ in range(3))
    merge(connection, window, second)
    merge(connection, second, lead)
    merge(connection, shed, lead)
    assert (item().done_on, upkeep_notes(connection)) == (None, [])
    finish(connection, other)
    assert (item().done_on, upkeep_notes(connection)) == (None, [])
    for _ in range(2):
        finish(connection, lead)
        assert (item().done_on, upkeep_notes(connection)) == (day, [shed])
        reopen(connection, lead)
        assert (item().done_on, upkeep_notes(connection)) == (None, [shed])


def test_what_is_merged_into_a_closed_case_is_done_with_it(
    connection: Connection, item: Callable[[], campaigns.Item], told: Reporter
) -> None:
    number, lead = of_item(connection), told("anti-theft-window")
    finish(connection, lead.number)
    earlier = update(case_file).where(case_file.c.id == lead.id)
    connection.execute(earlier.values(closed_at=case_file.c.closed_at - timedelta(5)))
    merge(connection, number, lead.number)
    assert item().done_on == today(connection) - timedelta(5)
    reopen(connection, lead.number)
    assert item().done_on is None


def test_who_closes_a_case_need_not_see_those_merged_into_it(own_engine: Engine) -> None:
    """Over the role of the service, which sees one half of the town."""
    with own_engine.begin() as connection:
        shed = due_shed(connection)
        place = {"lon": WEST + 2.5 * SIDE, "lat": SOUTH + 0.5 * SIDE}
        lead = report(
            connection, NewCase(category="repair", source="resident", **place), MEMBER
        ).number
        merge(connection, shed, lead)
        unit = grids.ids_by_code(connection, ["A1U2"])["A1U2"]
    served = serve_from(own_engine, pool_size=1)
    with served.begin() as connection:
        look_as(connection, Sight(grids=frozenset({unit})))
        with pytest.raises(NotFound):
            get(connection, shed)
        finish(connection, lead)
    served.dispose()
    with own_engine.begin() as connection:
        assert upkeep_notes(connection) == [shed]


def test_the_day_is_that_of_the_zone(connection: Connection) -> None:
    """In a zone far in the east it is another day for half of the time, in the far west too."""
    days = set()
    for name in ("Pacific/Kiritimati", "Etc/GMT+12"):
        connection.execute(select(func.set_config("gisgrid.zone", name, True)))
        put(connection, name, upkeep_every_days=1, installed_on=date(2026, 1, 1))
        (made,) = spring(connection)
        finish(connection, made.number)
        log = text("SELECT done_on FROM gisgrid.facility_upkeep ORDER BY id DESC LIMIT 1")
        now = connection.scalar(select(func.clock_timestamp()))
        assert connection.scalar(log) == now.astimezone(ZoneInfo(name)).date()
        days.add(connection.scalar(log))
    assert len(days) == 2


def test_an_item_springs_nothing_while_its_lead_is_open(
    connection: Connection, item: Callable[[], campaigns.Item], told: Reporter
) -> None:
    number = of_item(connection)
    second, lead = (told("anti-theft-window").number for _ in range(2))
    merge(connection, number, second)
    merge(connection, second, lead)
    with pytest.raises(Conflict, match=number):
        of_item(connection)
    act(connection, lead, "refuse", actor=CHIEF, reason="x")
    assert of_item(connection) != number


def test_upkeep_noted_by_hand_is_not_counted_again(connection: Connection) -> None:
    number, day = due_shed(connection), today(connection)
    log_upkeep(
        connection, "shed", done_on=day - timedelta(1), today=day, actor=MEMBER, note="by hand"
    )
    finish(connection, number)
    assert upkeep_notes(connection) == ["by hand"]
    found = facility_of(connection, "shed", connection.scalar(select(func.now())))
    assert found.due_on == day + timedelta(29)
