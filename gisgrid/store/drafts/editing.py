"""Edits of a plan: made, undone, made again, listed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from gisgrid.errors import Conflict, InputError
from gisgrid.planning.ground import same_ground
from gisgrid.store import plans
from gisgrid.store.drafts import attributes, shaping
from gisgrid.store.drafts.arguments import Redraw
from gisgrid.store.drafts.redrawing import redraw
from gisgrid.store.drafts.state import PlanState, drawn_grids, recorded, require_unchanged
from gisgrid.store.drafts.writing import lock_plan, record, replace_rows
from gisgrid.store.tables import DRAWN_COLUMNS, draft_edit, draft_edit_grid, plan

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from gisgrid.store.drafts.arguments import Edit
    from gisgrid.store.drafts.state import DrawnGrid
    from gisgrid.store.drafts.writing import Change
    from gisgrid.store.plans import Plan

__all__ = ["EditResult", "LoggedEdit", "apply", "edit", "log", "redo", "undo"]


@dataclass(frozen=True)
class EditResult:
    """What an edit, an undo or a redo did.

    Attributes
    ----------
    plan_id, version : int
        The plan and the version that it is at now.
    number : int
        Of the edit in the plan's log.
    kind : str
    changed, made, ended : tuple of str
        Codes of the grids whose ground or attributes differ, that begin and that end, as they are
        called now.
    touched : tuple of str
        Codes of the grids that only got, or lost, vertices on their borders.
    unaccepted : tuple of str
        Codes of the grids that end and whose number of households had been accepted.
    """

    plan_id: int
    version: int
    number: int
    kind: str
    changed: tuple[str, ...]
    made: tuple[str, ...]
    ended: tuple[str, ...]
    touched: tuple[str, ...] = ()
    unaccepted: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoggedEdit:
    """One line of a plan's log.

    Attributes
    ----------
    state : str
        ``done``; ``undone``, which can be made again; or ``superseded``, undone before another
        edit was made.
    """

    number: int
    kind: str
    arguments: dict[str, Any]
    author: str
    made_at: datetime
    state: str


def edit(
    connection: Connection,
    plan_id: int,
    change: Edit,
    *,
    author: str = "",
    expected_version: int | None = None,
) -> EditResult:
    """Make an edit; published boundaries stay as they are.

    Parameters
    ----------
    change : Edit
        What to do; see `gisgrid.store.drafts.parse_edit`.
    author : str
        Who makes it, for the log.
    expected_version : int, optional
        The version of the plan that the author looked at.

    Raises
    ------
    Conflict
        The plan can be edited no more, a grid was published anew after the plan's revision, a
        code is taken, or the edit would move a border of another level unasked.
    InputError
        The edit cannot be made as it was asked for.
    NotFound
        There is no such plan, or no such grid in it.
    StaleVersion
        Somebody else has changed the plan meanwhile.
    """
    locked = lock_plan(connection, plan_id, expected_version)
    done = apply(connection, locked, change)
    number, version = record(connection, locked, change, done, author)
    return _result(connection, locked.id, version, number)


def apply(connection: Connection, locked: Plan, change: Edit) -> Change:
    """What an edit comes to on the plan as it is."""
    state = PlanState(connection, locked.id)
    if isinstance(change, shaping.Reshaping):
        done = shaping.reshape(state, change)
    elif isinstance(change, Redraw):
        done = redraw(state, change)
    else:
        done = attributes.relabel(state, change)
    if not done.keys:
        raise InputError("the edit changes nothing", where=f"plan {locked.id}")
    # Asked after the grids were read: whatever was published meanwhile is seen.
    require_unchanged(connection, locked.id, done.keys, locked.base_revision or 0)
    return done


def undo(
    connection: Connection, plan_id: int, *, expected_version: int | None = None
) -> EditResult:
    """Take the last edit in force back.

    Raises
    ------
    Conflict
        There is none. Otherwise as `edit`.
    """
    locked = lock_plan(connection, plan_id, expected_version)
    log = draft_edit.c
    numbers = connection.execute(
        _edits(locked.id).where(log.number <= locked.position).order_by(log.number.desc()).limit(2)
    ).all()
    if not numbers:
        raise Conflict("there is no edit to undo", where=f"plan {plan_id}")
    last = numbers[0]
    replace_rows(connection, locked.id, last.id, after=False)
    position = numbers[1].number if len(numbers) > 1 else 0
    version = plans.touch(connection, locked.id, position=position)
    return _result(connection, locked.id, version, last.number)


def redo(
    connection: Connection, plan_id: int, *, expected_version: int | None = None
) -> EditResult:
    """Make the edit again that was undone last.

    Raises
    ------
    Conflict
        There is none. Otherwise as `edit`.
    """
    locked = lock_plan(connection, plan_id, expected_version)
    log = draft_edit.c
    query = _edits(locked.id).where(log.number > locked.position).order_by(log.number).limit(1)
    following = connection.execute(query).one_or_none()
    if following is None:
        raise Conflict("there is no edit to make again", where=f"plan {plan_id}")
    replace_rows(connection, locked.id, following.id, after=True)
    version = plans.touch(connection, locked.id, position=following.number)
    return _result(connection, locked.id, version, following.number)


def log(
    connection: Connection, plan_id: int, *, after: int = 0, limit: int | None = None
) -> list[LoggedEdit]:
    """The edits of a plan, the first one first.

    Parameters
    ----------
    after : int
        Only edits with a higher number.
    limit : int, optional
        At most so many.
    """
    position = connection.scalar(select(plan.c.position).where(plan.c.id == plan_id))
    rows = connection.execute(
        select(draft_edit)
        .where(draft_edit.c.plan_id == plan_id, draft_edit.c.number > after)
        .order_by(draft_edit.c.number)
        .limit(limit)
    )
    found = []
    for row in rows:
        undone = "undone" if row.number > (position or 0) else "done"
        state = "superseded" if row.superseded else undone
        entry = (row.number, row.kind, row.arguments, row.author, row.made_at, state)
        found.append(LoggedEdit(*entry))
    return found


def _edits(plan_id: int) -> Select[Any]:
    """The edits that are in force or can be made again."""
    log = draft_edit.c
    return select(log.id, log.number).where(log.plan_id == plan_id, log.superseded.is_(False))


def _result(connection: Connection, plan_id: int, version: int, number: int) -> EditResult:
    """What an edit did, read from the rows that it replaced and wrote."""
    entry, logged = draft_edit.c, draft_edit_grid.c
    named = [logged[name] for name in DRAWN_COLUMNS if name != "geom"]
    rows = connection.execute(
        select(entry.kind, logged.after, *named, func.ST_AsBinary(logged.geom).label("wkb"))
        .join(draft_edit_grid, logged.edit_id == entry.id)
        .where(entry.plan_id == plan_id, entry.number == number)
        .order_by(logged.code)
    ).all()
    before, after = (
        {grid.key: grid for grid in drawn_grids([row for row in rows if row.after is side])}
        for side in (False, True)
    )
    before |= recorded(connection, [key for key in after if key > 0 and key not in before])
    gone = [grid for key, grid in before.items() if key not in after or after[key].ended]
    stay = [key for key in after.keys() & before.keys() if not after[key].ended]
    touched = {key for key in stay if _only_vertices(before[key], after[key])}
    codes = {
        "changed": [after[key].code for key in stay if key not in touched],
        "made": [grid.code for key, grid in after.items() if key not in before],
        "ended": [grid.code for grid in gone],
        "touched": [after[key].code for key in touched],
        "unaccepted": [grid.code for grid in gone if grid.range_reason is not None],
    }
    in_order = {name: tuple(sorted(found)) for name, found in codes.items()}
    return EditResult(plan_id, version, number, rows[0].kind, **in_order)


def _only_vertices(before: DrawnGrid, after: DrawnGrid) -> bool:
    """Whether a grid differs by vertices on its border alone."""
    labels_stay = replace(before, shape=after.shape) == after
    return labels_stay and same_ground(before.shape, after.shape)
