"""Posts in grids, each for a period: chiefs, deputies and members."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.dialects.postgresql import Range, distinct_on
from sqlalchemy.exc import IntegrityError

from gisgrid.errors import Conflict, InputError, NotFound
from gisgrid.store.people.persons import seen_person
from gisgrid.store.people.seeing import grid_to_staff, of_grids_seen
from gisgrid.store.tables import grid, grid_version, person, post

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

__all__ = ["KINDS", "NewPost", "Post", "end_post", "posts", "put_post"]

KINDS: Final = ("chief", "deputy", "member")


@dataclass(frozen=True)
class NewPost:
    """A post that somebody is to hold.

    Attributes
    ----------
    person, grid : str
        Their codes.
    kind : str
        One of `KINDS`.
    own_post : str
        The other post that they hold beside it, such as 马陆派出所所长.
    since, until : datetime
        Half-open: it ends before ``until``, or has no end yet.
    """

    person: str
    grid: str
    kind: str
    since: datetime
    until: datetime | None = None
    own_post: str = ""


@dataclass(frozen=True)
class Post:
    """A post on record; ``grid_ended`` says that the grid does not hold at the time asked for."""

    id: int
    person: str
    name: str
    grid: str
    grid_name: str
    level: str
    kind: str
    own_post: str
    home_job: str
    department: str
    since: datetime
    until: datetime | None
    grid_ended: bool


def posts(
    connection: Connection,
    at: datetime,
    *,
    grid_code: str = "",
    person_code: str = "",
    past: bool = False,
    orphaned: bool = False,
    after: int = 0,
    limit: int | None = None,
) -> list[Post]:
    """The posts in the grids within one's sight, in order of their ids.

    Parameters
    ----------
    at : datetime
        Those that are held then, and what grids are called then.
    grid_code, person_code : str
        Of one grid, of one person.
    past : bool
        Those of all times.
    orphaned : bool
        Only those whose grid has ended.
    after, limit : int
        For paging by key.
    """
    label = _labels(at)
    query = (
        select(
            *(post.c.id, post.c.kind, post.c.own_post, grid.c.level),
            *(person.c.code.label("person"), person.c.name, person.c.home_job),
            func.coalesce(person.c.department, "").label("department"),
            *(label.c.code.label("grid"), label.c.name.label("grid_name")),
            func.lower(post.c.valid).label("since"),
            func.upper(post.c.valid).label("until"),
            label.c.ended.label("grid_ended"),
        )
        .join(person, person.c.id == post.c.person_id)
        .join(grid, grid.c.id == post.c.grid_id)
        .join(label, label.c.grid_id == post.c.grid_id)
        .where(of_grids_seen(connection, post.c.grid_id), post.c.id > after)
    )
    for column, wanted in ((label.c.code, grid_code), (person.c.code, person_code)):
        query = query.where(column == wanted) if wanted else query
    if not past:
        query = query.where(post.c.valid.contains(at))
    if orphaned:
        query = query.where(label.c.ended)
    found = connection.execute(query.order_by(post.c.id).limit(limit))
    return [Post(**row._mapping) for row in found]


def put_post(connection: Connection, new: NewPost) -> int:
    """Give somebody a post; its id.

    Raises
    ------
    InputError
        The kind is none, or the post ends before it begins.
    NotFound
        The person or the grid is not there, or out of sight.
    Conflict
        They hold a post in this grid at that time.
    """
    _check(new)
    return _insert(connection, new, *_ids(connection, new))


def end_post(connection: Connection, post_id: int, until: datetime) -> None:
    """End a post that has no end, or a later one.

    Raises
    ------
    NotFound
        It is not there, or out of sight.
    Conflict
        It has ended, or begins later.
    """
    seen = and_(post.c.id == post_id, of_grids_seen(connection, post.c.grid_id))
    row = connection.execute(select(post.c.valid).where(seen).with_for_update()).first()
    if row is None:
        raise NotFound("there is no such post", where=str(post_id))
    since, ends = row.valid.lower, row.valid.upper
    if until <= since or (ends is not None and ends <= until):
        raise Conflict("the post has ended by then, or begins later", where=str(post_id))
    values = {"valid": Range(since, until)}
    connection.execute(update(post).where(post.c.id == post_id).values(values))


def _check(new: NewPost) -> None:
    if new.kind not in KINDS:
        raise InputError("this is no kind of post", where=repr(new.kind), fix=f"one of {KINDS}")
    if new.until is not None and new.until <= new.since:
        raise InputError("a post ends after it begins", where=f"{new.person} in {new.grid}")


def _ids(connection: Connection, new: NewPost) -> tuple[int, int]:
    return seen_person(connection, new.person), grid_to_staff(connection, new.grid)


def _insert(connection: Connection, new: NewPost, person_id: int, grid_id: int) -> int:
    values = {
        "person_id": person_id,
        "grid_id": grid_id,
        "kind": new.kind,
        "own_post": new.own_post,
        "valid": Range(new.since, new.until),
    }
    try:
        with connection.begin_nested():
            added = insert(post).values(values).returning(post.c.id)
            return int(connection.execute(added).scalar_one())
    except IntegrityError:
        raise Conflict(
            "this person holds a post in this grid at that time",
            where=f"{new.person} in {new.grid}",
            fix="end that one first",
        ) from None


def _labels(at: datetime) -> Any:
    """What each grid is called at an instant; one that has ended as it was called last."""
    own = grid_version.c
    holds = own.valid.contains(at)
    return (
        select(own.grid_id, own.code, own.name, (~holds).label("ended"))
        .ext(distinct_on(own.grid_id))
        .where(func.lower(own.valid) <= at)
        .order_by(own.grid_id, func.lower(own.valid).desc())
        .subquery("label")
    )
