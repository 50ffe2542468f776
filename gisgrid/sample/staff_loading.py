"""Loading the sample's people: all at once, for there are thousands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import Column, MetaData, Table, Text, func, insert, select

from gisgrid.store.copying import copy_in
from gisgrid.store.people import put_party, put_teams
from gisgrid.store.tables import grid_version, person, post

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from gisgrid.sample.people import PeopleSample

__all__ = ["load_people"]


def load_people(connection: Connection, sample: PeopleSample, since: datetime) -> None:
    """Put the people of the sample on record, in their posts since a day."""
    persons = sample.persons
    copy_in(
        connection,
        person,
        {
            **{name: persons[name].to_numpy(dtype=object) for name in ("code", "name", "home_job")},
            "department": [one or None for one in persons["department"].fillna("")],
        },
    )
    names = ("person", "grid", "kind", "own_post")
    stage = Table(
        "stage_post",
        MetaData(),
        *(Column(name, Text) for name in names),
        prefixes=["TEMPORARY"],
        postgresql_on_commit="DROP",
    )
    stage.create(connection)
    copy_in(connection, stage, {name: sample.posts[name].to_numpy(dtype=object) for name in names})
    rows = (
        select(
            person.c.id,
            grid_version.c.grid_id,
            *(stage.c.kind, stage.c.own_post),
            func.tstzrange(since, None),
        )
        .join(person, person.c.code == stage.c.person)
        .join(grid_version, grid_version.c.code == stage.c.grid)
    )
    columns = ["person_id", "grid_id", "kind", "own_post", "valid"]
    connection.execute(insert(post).from_select(columns, rows))
    put_teams(connection, sample.teams)
    put_party(connection, sample.party)
