"""Who draws on which plan in QGIS: kept in a table that the roles' rights follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from gisgrid.errors import NotFound
from gisgrid.store.drafts import lock_plan
from gisgrid.store.planners import layers, roles
from gisgrid.store.plans import by_id
from gisgrid.store.tables import plan_planner

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["Planner", "add", "listing", "remove", "share", "sharers", "unshare"]


@dataclass(frozen=True)
class Planner:
    """A planner whom the server knows, and the plans of this database that they draw on.

    Attributes
    ----------
    role : str
        As whom they log in.
    plans : tuple of int
    """

    name: str
    role: str
    plans: tuple[int, ...]


def add(connection: Connection, name: str, password: str) -> bool:
    """Make a planner's role, or renew its password and its rights; whether it is new.

    A backup holds neither roles nor rights: whoever is added again after a restore has the plans
    again that were theirs.

    Raises
    ------
    DatabaseError
        The role that gisgrid uses may make no roles.
    InputError
        The name cannot be a planner's.
    """
    new = roles.make_role(connection, name, password)
    for plan_id in _plans_of(connection, name):
        layers.grant_layers(connection, plan_id, roles.role_of(name))
    return new


def listing(connection: Connection) -> list[Planner]:
    """The planners by name."""
    return [
        Planner(name, roles.role_of(name), tuple(_plans_of(connection, name)))
        for name in roles.known_planners(connection)
    ]


def remove(connection: Connection, name: str) -> list[int]:
    """Drop a planner's role; the plans that were shared with it. What it drew stays.

    Raises
    ------
    Conflict
        Another database of the server shares plans with the planner.
    NotFound
        There is no such planner.
    """
    roles.require_role(connection, name)
    shared = _plans_of(connection, name)
    for plan_id in shared:
        unshare(connection, plan_id, name)
    roles.drop_role(connection, name)
    return shared


def share(connection: Connection, plan_id: int, name: str) -> None:
    """Let a planner draw on a plan in QGIS.

    Raises
    ------
    NotFound
        There is no such plan or planner.
    Conflict
        The plan is no draft any more, or is not drawn.
    """
    role = roles.require_role(connection, name)
    plan = lock_plan(connection, plan_id, None)
    # Layers that are there are in use, and would be waited for.
    if not sharers(connection, plan_id):
        layers.make_layers(connection, plan)
    layers.grant_layers(connection, plan_id, role)
    known = insert(plan_planner).values(plan_id=plan_id, planner=name)
    connection.execute(known.on_conflict_do_nothing())


def unshare(connection: Connection, plan_id: int, name: str) -> None:
    """Take a plan back from a planner; with the last of them its layers go.

    Raises
    ------
    NotFound
        There is no such plan, or it is not shared with the planner.
    """
    by_id(connection, plan_id, lock=True)
    shared = plan_planner.c
    gone = delete(plan_planner).where(shared.plan_id == plan_id, shared.planner == name)
    if connection.execute(gone).rowcount == 0:
        raise NotFound(
            "the plan is not shared with this planner", where=f"plan {plan_id}, planner {name}"
        )
    if name in roles.known_planners(connection):
        layers.revoke_layers(connection, plan_id, roles.role_of(name))
    if not sharers(connection, plan_id):
        layers.drop_layers(connection, plan_id)


def sharers(connection: Connection, plan_id: int) -> list[str]:
    """The planners who draw on a plan, by name."""
    shared = plan_planner.c
    query = select(shared.planner).where(shared.plan_id == plan_id).order_by(shared.planner)
    return list(connection.scalars(query))


def _plans_of(connection: Connection, name: str) -> list[int]:
    shared = plan_planner.c
    query = select(shared.plan_id).where(shared.planner == name).order_by(shared.plan_id)
    return list(connection.scalars(query))
