"""The people of the sample, as they are drawn and as they are loaded."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Engine

from gisgrid.sample import District
from gisgrid.sample.naming import MARKET, PILOT
from gisgrid.store import people

NOW = datetime(2024, 9, 15, tzinfo=UTC)


def test_the_pilot_has_twelve_members_in_four_micro_grids(sample: Engine) -> None:
    with sample.connect() as connection:
        told = people.staffing(connection, NOW)
        teams = {one.code: one for one in people.teams(connection, NOW)}
        party = people.party_counts(connection, NOW)
    by_code = {one.code: one for one in told.grids}
    for unit in (PILOT, MARKET):
        assert (by_code[unit].micros, by_code[unit].have, by_code[unit].missing) == (4, 12, 0)
    assert (teams["market-volunteers"].people, teams["market-volunteers"].qualifier) == (100, "近")
    assert (sum(one.groups for one in party), sum(one.members for one in party)) == (325, 4350)
    short = [one for one in told.of("micro") if one.missing]
    assert 0.03 < len(short) / len(told.of("micro")) < 0.15
    assert told.ended == ()
    assert sum(one.have for one in told.of("area")) == sum(one.have for one in told.of("micro"))


def test_deputies_of_the_police_hold_their_own_posts_beside(
    sample: Engine, district: District
) -> None:
    with sample.connect() as connection:
        grids = district.grids
        (malu,) = grids.loc[(grids["level"] == "area") & (grids["name"] == "马陆镇"), "code"]
        held = people.posts(connection, NOW, grid_code=malu)
    assert [(one.kind, one.own_post) for one in held if one.kind == "deputy"] == [
        ("deputy", "马陆派出所所长")
    ]
    assert {one.department for one in held} == {"", "police"}


def test_all_posts_of_the_sample_are_on_record(sample: Engine, district: District) -> None:
    with sample.connect() as connection:
        held = people.posts(connection, NOW)
    assert len(held) == len(district.people.posts)
    assert {one.person for one in held} == set(district.people.persons["code"])
    assert all(one.name for one in held)
