"""Many people with their posts at once: all rows are checked before any of them is written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.errors import Busy, InputError
from gisgrid.store import personal
from gisgrid.store.codes import fault_of
from gisgrid.store.people.departments import departments
from gisgrid.store.people.overlaps import overlapping
from gisgrid.store.people.persons import NewPerson, people_seen
from gisgrid.store.people.posts import KINDS, NewPost
from gisgrid.store.people.seeing import grids_seen_now
from gisgrid.store.places import Merged
from gisgrid.store.tables import person, post
from gisgrid.store.tables import personal as kept

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from gisgrid.access import Actor

__all__ = ["Enrolment", "Refusal", "Roll"]

_OWN: Final = ("name", "home_job", "department")

# The posts of a person in a grid, by when they begin: (code, grid_id) -> since -> post.
_Pair = tuple[str, int]
_Posts = dict[_Pair, dict["datetime", "_Held"]]


@dataclass(frozen=True)
class Enrolment:
    """A row of a file: somebody, and perhaps a post that they are to hold."""

    row: int
    person: NewPerson
    post: NewPost | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a row cannot be put on record, and in which of its fields that lies."""

    row: int
    field: str
    reason: str
    value: str = ""


@dataclass(frozen=True)
class _Held:
    """A post on record, or, without an id, one that is to be."""

    kind: str
    own_post: str
    valid: Range[datetime]
    id: int = 0


class Roll:
    """Rows of people and posts, against what is on record.

    The people of the rows who are on record stay locked until the transaction ends, so nobody
    gives them a post meanwhile. Of what several rows tell of somebody the last one holds; what
    all leave empty stays as it is. A post is the same when the person, the grid and the
    beginning are.

    Parameters
    ----------
    connection : Connection
    rows : sequence of Enrolment

    Attributes
    ----------
    refusals : tuple of Refusal
        The rows that cannot be put on record, and why.
    """

    def __init__(self, connection: Connection, rows: Sequence[Enrolment]) -> None:
        self._connection = connection
        self._known = _known(connection, {one.person.code for one in rows})
        grids = connection.execute(grids_seen_now(connection))
        self._grids = {row.code: row.grid_id for row in grids}
        self._departments = {one.code for one in departments(connection)}
        self._held = _held(connection, {row.id: code for code, row in self._known.items()})
        self._rows = list(rows)
        refused: list[Refusal] = []
        for check in (self._faulty, self._repeated, self._clashing):
            found = list(check())
            refused += found
            gone = {one.row for one in found}
            self._rows = [one for one in self._rows if one.row not in gone]
        self.refusals = tuple(refused)

    def put(self, *, actor: Actor) -> Merged:
        """Put the rows that were not refused on record; what came of each of them.

        Raises
        ------
        Busy
            Somebody else has added one of these people meanwhile.
        """
        ids, changed = self._put_people(actor)
        added, altered = self._put_posts(ids)
        fresh = other = 0
        for one in self._rows:
            code = one.person.code
            key = self._key(one) if one.post else None
            if key in added if key else code not in self._known:
                fresh += 1
            elif key in altered or code in changed:
                other += 1
        return Merged(fresh, other, len(self._rows) - fresh - other)

    def _faulty(self) -> Iterator[Refusal]:
        for one in self._rows:
            fault = self._fault_of_person(one.person) or self._fault_of_post(one.post)
            if fault:
                yield Refusal(one.row, *fault)

    def _fault_of_person(self, new: NewPerson) -> tuple[str, str, str] | None:
        if fault := fault_of(new.code):
            return "code", fault, new.code
        known = self._known.get(new.code)
        if known is not None and not known.seen:
            return "code", "nobody has this code", new.code
        if new.department and new.department not in self._departments:
            return "department", "no department has this code", new.department
        if new.telephone and known is not None and known.erased:
            return "telephone", "what was kept of this person was erased", ""
        try:
            personal.told({"telephone": new.telephone})
        except InputError as error:
            return "telephone", error.what, ""
        return None

    def _fault_of_post(self, new: NewPost | None) -> tuple[str, str, str] | None:
        if new is None:
            return None
        if new.grid not in self._grids:
            return "grid", "no grid has this code now", new.grid
        if new.kind not in KINDS:
            return "kind", f"this is no kind of post: one of {', '.join(KINDS)}", new.kind
        if new.until is not None and new.until <= new.since:
            return "until", "a post ends after it begins", str(new.until)
        return None

    def _repeated(self) -> Iterator[Refusal]:
        first: dict[Any, int] = {}
        for one in self._rows:
            found = first.setdefault(self._key(one), one.row)
            if found != one.row:
                yield Refusal(one.row, "code", f"stands in row {found} too", one.person.code)

    def _clashing(self) -> Iterator[Refusal]:
        """Rows whose post overlaps another one of the same person in the same grid."""
        told: dict[_Pair, dict[datetime, tuple[Enrolment, NewPost]]] = defaultdict(dict)
        for one in self._rows:
            if one.post is not None:
                told[self._pair(one.post)][one.post.since] = (one, one.post)
        for pair, rows in told.items():
            wanted = {since: Range(since, new.until) for since, (_, new) in rows.items()}
            held = {since: old.valid for since, old in self._held[pair].items()}
            for since in overlapping(wanted, held):
                one, new = rows[since]
                reason = "this person holds a post in this grid at that time"
                yield Refusal(one.row, "since", reason, str(new.since))

    def _put_people(self, actor: Actor) -> tuple[dict[str, int], set[str]]:
        """Write the people: the id of each by code, and the codes of those that differed."""
        told: dict[str, dict[str, str]] = {}
        for one in self._rows:
            given = {name: value for name, value in asdict(one.person).items() if value}
            told.setdefault(one.person.code, {}).update(given)
        refs, changed = self._put_telephones(told, actor)
        new, other = [], []
        for code, given in told.items():
            known = self._known.get(code)
            before = _values(known)
            values = before | {name: given[name] for name in _OWN if name in given}
            values |= {"personal_id": refs[code]} if code in refs else {}
            if known is None:
                new.append({"code": code, **values})
            elif values != before:
                other.append({"own_id": known.id, **values})
                changed.add(code)
        if other:
            own = update(person).where(person.c.id == bindparam("own_id"))
            names = (*_OWN, "personal_id")
            values_of = {name: bindparam(name, type_=person.c[name].type) for name in names}
            self._connection.execute(own.values(values_of), other)
        ids = {code: int(row.id) for code, row in self._known.items()} | self._add(new)
        return ids, changed

    def _add(self, rows: list[dict[str, Any]]) -> dict[str, int]:
        if not rows:
            return {}
        statement = upsert(person).on_conflict_do_nothing().returning(person.c.code, person.c.id)
        made = {row.code: int(row.id) for row in self._connection.execute(statement, rows)}
        for row in rows:
            if row["code"] not in made:
                code = row["code"]
                words = "somebody else has just added this person"
                raise Busy(words, where=code, fix="try again")
        return made

    def _put_telephones(
        self, told: Mapping[str, Mapping[str, str]], actor: Actor
    ) -> tuple[dict[str, Any], set[str]]:
        """Keep the numbers apart: new references by code, and the codes of those that differed."""
        numbers = {code: given["telephone"] for code, given in told.items() if "telephone" in given}
        refs = {code: self._known[code].personal_id for code in numbers if code in self._known}
        kept_of = {code: ref for code, ref in refs.items() if ref is not None}
        fields = {code: {"telephone": number} for code, number in numbers.items()}
        amended = personal.amend(
            self._connection, {ref: fields[code] for code, ref in kept_of.items()}, actor=actor
        )
        new = [code for code in numbers if code not in kept_of]
        made = personal.keep_all(self._connection, "staff", [fields[code] for code in new])
        changed = {code for code, ref in kept_of.items() if ref in amended}
        return dict(zip(new, made, strict=True)), changed

    def _put_posts(self, ids: Mapping[str, int]) -> tuple[set[Any], set[Any]]:
        """Write the posts: the keys of those that are new, and of those that differed."""
        rows, gone = [], []
        added, altered = set(), set()
        for one in self._rows:
            if one.post is None:
                continue
            key, pair = self._key(one), self._pair(one.post)
            old = self._held[pair].get(one.post.since)
            new = _wanted(one.post, old)
            if old is None:
                added.add(key)
            elif replace(old, id=0) != new:
                altered.add(key)
                gone.append(old.id)
            else:
                continue
            own = {"kind": new.kind, "own_post": new.own_post, "valid": new.valid}
            rows.append({"person_id": ids[one.post.person], "grid_id": pair[1], **own})
        if gone:
            self._connection.execute(delete(post).where(post.c.id.in_(gone)))
        if rows:
            self._connection.execute(insert(post), rows)
        return added, altered

    def _key(self, one: Enrolment) -> tuple[str, int, datetime | None]:
        """What makes a row the same row as another one of its file."""
        if one.post is None:
            return one.person.code, 0, None
        return (*self._pair(one.post), one.post.since)

    def _pair(self, new: NewPost) -> _Pair:
        return new.person, self._grids[new.grid]


def _known(connection: Connection, codes: Collection[str]) -> dict[str, Row[Any]]:
    own = person.c
    query = (
        select(
            *(own.id, own.code, own.personal_id, own.name, own.home_job, own.department),
            people_seen(connection).label("seen"),
            kept.c.erased_at.is_not(None).label("erased"),
        )
        .outerjoin(kept, kept.c.id == own.personal_id)
        .where(own.code.in_(codes))
        .order_by(own.code)
        .with_for_update(of=person)
    )
    return {row.code: row for row in connection.execute(query)}


def _held(connection: Connection, codes: Mapping[int, str]) -> _Posts:
    held: _Posts = defaultdict(dict)
    query = select(post).where(post.c.person_id.in_(codes)).order_by(post.c.id).with_for_update()
    for row in connection.execute(query):
        one = _Held(row.kind, row.own_post, row.valid, row.id)
        held[codes[row.person_id], row.grid_id][row.valid.lower] = one
    return held


def _wanted(new: NewPost, old: _Held | None) -> _Held:
    own_post = new.own_post or ("" if old is None else old.own_post)
    return _Held(new.kind, own_post, Range(new.since, new.until))


def _values(row: Row[Any] | None) -> dict[str, Any]:
    if row is None:
        return {"name": "", "home_job": "", "department": None, "personal_id": None}
    return {name: row._mapping[name] for name in (*_OWN, "personal_id")}
