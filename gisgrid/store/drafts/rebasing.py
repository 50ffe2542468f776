"""A plan's edits made again on the present boundaries."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import shapely
from sqlalchemy import delete, func, select, update

from gisgrid.errors import Conflict, GisgridError
from gisgrid.store import plans, revisions
from gisgrid.store.drafts.arguments import EDIT_KINDS, parse_edit
from gisgrid.store.drafts.editing import apply
from gisgrid.store.drafts.listings import TakeListing, taken
from gisgrid.store.drafts.reverts import Revert, reverted
from gisgrid.store.drafts.writing import lock_plan, write_rows
from gisgrid.store.tables import draft_edit, draft_edit_grid, draft_grid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection, Row

    from gisgrid.store.drafts.state import DrawnGrid
    from gisgrid.store.drafts.writing import Change
    from gisgrid.store.plans import Plan

__all__ = ["rebase"]

# The arguments that name grids which are there already; codes that an edit gives are others.
_NAMING: Final = frozenset(
    {"code", "codes", "ended", "into", "one", "other", "parent", "source", "target"}
)
# The arguments that list grids, with the names under which they give codes.
_LISTING: Final = {"grids": frozenset({"new_code"}), "made": frozenset({"code"})}
_WAY_OUT: Final = "undo it (gisgrid plan undo {}), rebase, and draw it anew"


def rebase(
    connection: Connection, plan_id: int, *, expected_version: int | None = None
) -> tuple[int, int]:
    """Take the present revision as a plan's base; that revision and the plan's new version.

    Of a drawn plan all edits in force are made on it again, or none; edits that are undone cannot
    be made again afterwards. Codes that were chosen for new grids are chosen again, and the edits
    after it name the grids by them. Of a listing nothing else changes.

    Raises
    ------
    Conflict
        An edit cannot be made any more; the message names it and its grids. Otherwise as an
        edit.
    """
    with connection.begin_nested():
        found = plans.require_version(connection, plan_id, expected_version)
        if found.level is not None:
            return plans.rebase_listed(connection, plan_id), found.version + 1
        locked = lock_plan(connection, plan_id, None)
        base = revisions.current(connection)
        _require_logged(connection, locked)
        _make_again(connection, replace(locked, base_revision=base))
        return base, plans.touch(connection, plan_id, base_revision=base)


def _make_again(connection: Connection, locked: Plan) -> None:
    """Empty a plan and make its edits in force again."""
    log = draft_edit.c
    connection.execute(delete(draft_grid).where(draft_grid.c.plan_id == locked.id))
    connection.execute(
        update(draft_edit)
        .where(log.plan_id == locked.id, log.number > locked.position)
        .values(superseded=True)
    )
    in_force = (
        select(draft_edit)
        .where(log.plan_id == locked.id, log.superseded.is_(False))
        .order_by(log.number)
    )
    called: dict[str, str] = {}
    known: set[int] = set()
    for row in connection.execute(in_force).all():
        arguments = _renamed(row.arguments, called)
        change = _change(connection, locked, row, arguments)
        if row.kind in EDIT_KINDS:
            fresh = [grid for grid in change.written if grid.key < 0 and grid.key not in known]
            for made in _made(connection, row.id):
                called[made.code] = _called_now(made, fresh, locked, row)
        known |= change.keys
        connection.execute(update(draft_edit).where(log.id == row.id).values(arguments=arguments))
        connection.execute(delete(draft_edit_grid).where(draft_edit_grid.c.edit_id == row.id))
        write_rows(connection, locked.id, row.id, change)


def _require_logged(connection: Connection, locked: Plan) -> None:
    """Refuse a plan that holds more than its log tells: that could not be made again."""
    logged = (
        select(draft_edit_grid.c.key)
        .join(draft_edit, draft_edit.c.id == draft_edit_grid.c.edit_id)
        .where(draft_edit.c.plan_id == locked.id, draft_edit.c.superseded.is_(False))
    )
    drawn = draft_grid.c
    unknown = select(drawn.code).where(drawn.plan_id == locked.id, drawn.key.not_in(logged))
    codes = sorted(connection.scalars(unknown))
    if codes:
        raise Conflict(
            "the plan was not drawn by edits, so they cannot be made again",
            where=f"plan {locked.id}, grid {', '.join(codes[:5])}",
            fix="discard it and make it anew",
        )


def _change(
    connection: Connection, locked: Plan, row: Row[Any], arguments: Mapping[str, Any]
) -> Change:
    """What an edit comes to on the new base."""
    try:
        match row.kind:
            case "take-listing":
                return taken(connection, locked, TakeListing.model_validate(arguments))
            case "revert":
                return reverted(connection, Revert.model_validate(arguments))
        return apply(connection, locked, parse_edit(row.kind, arguments))
    except GisgridError as error:
        raise Conflict(
            f"edit {row.number} ({row.kind}) cannot be made on revision {locked.base_revision}: "
            f"{error.what}",
            where=f"plan {locked.id}" + (f", {error.where}" if error.where else ""),
            fix=_WAY_OUT.format(locked.id),
        ) from None


def _made(connection: Connection, edit_id: int) -> list[Row[Any]]:
    """The grids that an edit made when it was made last."""
    logged, before = draft_edit_grid.c, draft_edit_grid.alias("before").c
    known = select(before.key).where(before.edit_id == edit_id, before.after.is_(False))
    return list(
        connection.execute(
            select(logged.level, logged.code, func.ST_AsBinary(logged.geom).label("wkb"))
            .where(logged.edit_id == edit_id, logged.after, logged.key < 0)
            .where(logged.key.not_in(known))
        )
    )


def _called_now(made: Row[Any], fresh: list[DrawnGrid], locked: Plan, edit: Row[Any]) -> str:
    """How a grid that an edit made is called now: the code of the one that lies there now."""
    alike = [grid for grid in fresh if grid.level == made.level]
    if not alike:
        raise Conflict(
            f"edit {edit.number} ({edit.kind}) makes no such {made.level} on revision "
            f"{locked.base_revision}",
            where=f"plan {locked.id}, grid {made.code}",
            fix=_WAY_OUT.format(locked.id),
        )
    shape = shapely.from_wkb(bytes(made.wkb))
    shared = shapely.area(shapely.intersection([grid.shape for grid in alike], shape))
    return alike[int(shared.argmax())].code


def _renamed(arguments: Mapping[str, Any], called: Mapping[str, str]) -> dict[str, Any]:
    """The arguments of an edit with grids named as they are called now."""

    def now(name: str, value: Any) -> Any:
        if isinstance(value, list):
            return [now(name, one) for one in value]
        if isinstance(value, dict) and name in _LISTING:
            given = _LISTING[name]
            return {key: one if key in given else now(key, one) for key, one in value.items()}
        return called.get(value, value) if name in _NAMING and isinstance(value, str) else value

    return {name: now(name, value) for name, value in arguments.items()}
