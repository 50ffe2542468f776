"""A publish from beginning to end: one transaction, one lock.

A plan with a later date is not written before that day. It is rehearsed: together with all other
scheduled plans, in the order of their days, it is written within a savepoint that is then taken
back. Every other publish ends with the same rehearsal, so that a scheduled plan can take effect on
its day whatever was published in between.
"""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from gisgrid.errors import Conflict
from gisgrid.store import clock, plans, revisions
from gisgrid.store.publish.another import require_another
from gisgrid.store.publish.applying import Published, put_in_force
from gisgrid.store.publish.waiting import put_due_in_force, rehearse, scheduled

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.geometry.checking import Tolerances
    from gisgrid.planning import GridChanges
    from gisgrid.store.plans import Plan

__all__ = ["publish"]


def publish(
    connection: Connection,
    plan_id: int,
    *,
    overlap_tolerance_m2: float,
    author: str = "",
    tolerances: Tolerances | None = None,
    needs_another: bool = False,
) -> Published:
    """Put a plan in force within the caller's transaction, or schedule it for its day.

    Listed grids without a stated parent get the one that holds most of their area at the plan's
    date. What was scheduled and is due takes effect first.

    Parameters
    ----------
    connection : Connection
    plan_id : int
    overlap_tolerance_m2 : float
        Area in m² by which two grids of the level may overlap.
    author : str
        Who publishes, for the record.
    tolerances : Tolerances, optional
        Also check the changed grids with their neighbours, parents and children, by these.
    needs_another : bool
        The author of the publish must be none of the plan's.

    Raises
    ------
    Conflict
        The plan is no draft, or is drawn and changes nothing; a grid that it changes was changed
        since its base revision, or a scheduled plan changes it; a grid has a version that the
        plan's date would overtake; a code belongs to another grid or level; a parent does not
        hold then.
    PublishBlocked
        A shape is invalid, or grids of a level would overlap, at the plan's date or later; the
        checks find another error that was none before.
    Forbidden
        Another person must publish it.
    """
    # The plan first: whoever saves an edit of it may take long, and all places wait for the other
    # lock. It is a draft, and who holds that lock wants only plans that are none.
    plan = plans.by_id(connection, plan_id, lock=True)
    plans.require_draft(plan)
    if needs_another:
        require_another(connection, plan, author)
    revisions.lock_for_publish(connection)
    put_due_in_force(connection, overlap_tolerance_m2=overlap_tolerance_m2)
    # Read after the lock: whatever was published before this began earlier.
    now = clock.now(connection, UTC)
    at = plan.effective_at or now
    waiting = scheduled(connection)
    if at > now:
        queue = [*waiting, plan]
        found = rehearse(connection, queue, overlap_tolerance_m2, plan, tolerances=tolerances)
        # It is in the queue, so it was written.
        assert found is not None
        _refuse_nothing(plan, found.changes)
        plans.mark(connection, plan_id, "scheduled")
        number = revisions.current(connection)
        return Published(number, found.changes, at, scheduled=True, findings=found.findings)
    published = put_in_force(
        connection, plan, at, now, overlap_tolerance_m2, author, tolerances=tolerances
    )
    _refuse_nothing(plan, published.changes)
    if waiting and published.changes:
        rehearse(connection, waiting, overlap_tolerance_m2, plan)
    return published


def _refuse_nothing(plan: Plan, changes: GridChanges) -> None:
    """Raise when a drawn plan changes nothing; a listing may say again what holds already."""
    if plan.level is None and not changes:
        raise Conflict(
            "the plan changes nothing, so there is nothing to publish",
            where=f"plan {plan.id}",
            fix=f"edit it, or give it up: gisgrid plan discard {plan.id}",
        )
