"""Who holds posts: the name they work under; telephones are kept apart, and looking is logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, exists, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.errors import Busy, InputError, NotFound
from gisgrid.store import personal
from gisgrid.store.codes import fault_of
from gisgrid.store.people.departments import require_department
from gisgrid.store.people.seeing import of_grids_seen
from gisgrid.store.scope import sight_of
from gisgrid.store.tables import person, post

if TYPE_CHECKING:
    from uuid import UUID

    from sqlalchemy import ColumnElement, Connection

    from gisgrid.access import Actor

__all__ = [
    "HOME_JOBS",
    "NewPerson",
    "Person",
    "forget",
    "people_seen",
    "person_by_code",
    "persons",
    "put_person",
    "seen_person",
    "telephone",
]

HOME_JOBS: Final = ("人口协管员", "城运队员", "联勤队员", "社工", "居委干部")
"""Where grid members usually come from; any other text is taken as well."""


@dataclass(frozen=True)
class NewPerson:
    """Somebody as they are told of; what is left empty is not known.

    Attributes
    ----------
    code : str
        What makes a person the same person when told of again.
    name : str
        The name they work under, which all of the staff may see.
    telephone : str
        Kept apart (`gisgrid.store.personal`).
    home_job : str
        The job that they come from. It never limits what they may report.
    department : str
        Code of the department that they belong to.
    """

    code: str
    name: str = ""
    telephone: str = ""
    home_job: str = ""
    department: str = ""


@dataclass(frozen=True)
class Person:
    """Somebody on record; ``telephone`` says only whether there is one."""

    id: int
    code: str
    name: str
    home_job: str
    department: str
    telephone: bool


def persons(connection: Connection, *, after: str = "", limit: int | None = None) -> list[Person]:
    """Those who hold or held a post within one's sight, by code; those after a code."""
    query = _query().where(people_seen(connection), person.c.code > after)
    return [_person(row) for row in connection.execute(query.order_by(person.c.code).limit(limit))]


def person_by_code(connection: Connection, code: str) -> Person:
    """Somebody by their code.

    Raises
    ------
    NotFound
        There is nobody, or they are not for this one to see: the words are the same.
    """
    row = connection.execute(_query().where(people_seen(connection), person.c.code == code)).first()
    if row is None:
        raise NotFound("nobody has this code", where=repr(code))
    return _person(row)


def seen_person(connection: Connection, code: str) -> int:
    """The id of somebody; as `person_by_code`."""
    return person_by_code(connection, code).id


def put_person(connection: Connection, new: NewPerson, *, actor: Actor) -> int:
    """Add somebody, or change what is told of them; their id.

    What is left empty stays as it is.

    Raises
    ------
    InputError
        The code cannot be one.
    NotFound
        The department is not in the registry, or the code is of somebody out of sight.
    """
    if fault := fault_of(new.code):
        raise InputError(fault, where=f"person {new.code!r}")
    if new.department:
        require_department(connection, new.department)
    told = {"name": new.name, "home_job": new.home_job, "department": new.department}
    values: dict[str, Any] = {name: value for name, value in told.items() if value}
    query = select(person.c.id, person.c.personal_id).where(person.c.code == new.code)
    row = connection.execute(query.with_for_update()).first()
    if row is not None:
        seen_person(connection, new.code)
    if new.telephone:
        known = None if row is None else row.personal_id
        values["personal_id"] = _kept(connection, known, new.telephone, actor)
    if row is None:
        return _add(connection, new.code, values)
    if values:
        connection.execute(update(person).where(person.c.id == row.id).values(values))
    return int(row.id)


def telephone(connection: Connection, code: str, *, actor: Actor) -> str:
    """Somebody's telephone number, empty if there is none; the log says who looked.

    The caller has asked for ``Right.SEE_PERSONAL``, and commits.

    Raises
    ------
    NotFound
        As `person_by_code`.
    """
    found = person_by_code(connection, code)
    ref = connection.scalar(select(person.c.personal_id).where(person.c.id == found.id))
    if ref is None:
        return ""
    fields = personal.look(connection, ref, actor=actor, why=f"person:{found.id}")
    return fields.get("telephone", "")


def forget(connection: Connection, code: str, *, actor: Actor) -> None:
    """Erase the name and the telephone number of somebody; posts stay, of nobody by name.

    Raises
    ------
    NotFound
        As `person_by_code`.
    """
    found = person_by_code(connection, code)
    own = update(person).where(person.c.id == found.id)
    ref = connection.scalar(select(person.c.personal_id).where(person.c.id == found.id))
    if ref is not None:
        personal.erase(connection, ref, actor=actor)
    connection.execute(own.values(name="", personal_id=None))


def _add(connection: Connection, code: str, values: dict[str, Any]) -> int:
    added = upsert(person).values(code=code, **values).on_conflict_do_nothing()
    made = connection.scalar(added.returning(person.c.id))
    if made is None:
        raise Busy("somebody else has just added this person", where=code, fix="try again")
    return int(made)


def _kept(connection: Connection, known: UUID | None, number: str, actor: Actor) -> UUID:
    fields = {"telephone": number}
    if known is None:
        return personal.keep(connection, "staff", fields)
    personal.amend(connection, {known: fields}, actor=actor)
    return known


def people_seen(connection: Connection) -> ColumnElement[bool]:
    """True for the people within one's sight.

    Those without any post are for whoever may see people at all, to give them one.
    """
    if sight_of(connection).whole:
        return true()
    held = post.c.person_id == person.c.id
    within = of_grids_seen(connection, post.c.grid_id)
    return or_(exists().where(and_(held, within)), ~person.c.posted)


def _query() -> Any:
    own = person.c
    return select(
        own.id,
        own.code,
        own.name,
        own.home_job,
        own.department,
        own.personal_id.is_not(None).label("telephone"),
    )


def _person(row: Any) -> Person:
    return Person(
        row.id, row.code, row.name, row.home_job, row.department or "", bool(row.telephone)
    )
