"""Roles of accounts: where each holds, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, insert, or_, select, update

from gisgrid.access import RIGHTS, Right
from gisgrid.errors import InputError, NotFound
from gisgrid.store.accounts.records import by_id
from gisgrid.store.audit import act_as
from gisgrid.store.tables import account, account_role, grid

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

    from gisgrid.access import Actor

__all__ = ["HeldRole", "give", "has_admin", "holds_now", "roles_of", "withdraw"]


@dataclass(frozen=True)
class HeldRole:
    """A role of an account for some time; of the last three one says where it holds."""

    id: int
    account_id: int
    role: str
    valid_from: datetime
    valid_to: datetime | None
    given_by: str
    whole: bool
    grid_id: int | None
    police_id: int | None


def give(
    connection: Connection,
    account_id: int,
    role: str,
    *,
    actor: Actor,
    whole: bool = False,
    grid_id: int | None = None,
    police_id: int | None = None,
    until: datetime | None = None,
) -> int:
    """Give an account a role in the district, in the subtree of a grid, or in a police area.

    Raises
    ------
    InputError
        There is no such role; not exactly one place is given; the grid is a police area or the
        police area is none.
    NotFound
        There is no such account or grid.
    """
    if role not in RIGHTS:
        known = ", ".join(RIGHTS)
        raise InputError("there is no such role", where=repr(role[:40]), fix=f"one of {known}")
    if whole + (grid_id is not None) + (police_id is not None) != 1:
        raise InputError(
            "a role holds in one place", where=role, fix="say the district, a grid or a police area"
        )
    by_id(connection, account_id)
    _require_level(connection, grid_id, police=False)
    _require_level(connection, police_id, police=True)
    act_as(connection, actor)
    row = insert(account_role).values(
        account_id=account_id,
        role=role,
        whole=whole,
        grid_id=grid_id,
        police_id=police_id,
        valid_to=until,
        given_by=actor.ref,
    )
    return int(connection.execute(row.returning(account_role.c.id)).scalar_one())


def withdraw(connection: Connection, account_id: int, role_id: int, *, actor: Actor) -> None:
    """Take a role back from now on; that it was held stays on record.

    Raises
    ------
    NotFound
        The account does not hold it now.
    """
    act_as(connection, actor)
    table = account_role.c
    query = update(account_role).where(
        table.id == role_id, table.account_id == account_id, holds_now()
    )
    values = {"valid_to": func.clock_timestamp(), "withdrawn_by": actor.ref}
    if not connection.execute(query.values(values)).rowcount:
        raise NotFound("the account holds no such role", where=f"role {role_id}")


def roles_of(connection: Connection, account_id: int | None = None) -> list[HeldRole]:
    """The roles that are held now, of an account or of all."""
    columns = [account_role.c[name] for name in HeldRole.__annotations__]
    query = select(*columns).where(holds_now()).order_by(account_role.c.id)
    if account_id is not None:
        query = query.where(account_role.c.account_id == account_id)
    return [HeldRole(*row) for row in connection.execute(query)]


def has_admin(connection: Connection) -> bool:
    """Whether somebody may come in who administers accounts."""
    roles = [role for role, rights in RIGHTS.items() if Right.ADMINISTER in rights]
    query = exists().where(
        account.c.id == account_role.c.account_id,
        account.c.disabled_at.is_(None),
        account.c.password_hash.is_not(None),
        account_role.c.role.in_(roles),
        account_role.c.whole,
        holds_now(),
    )
    return bool(connection.scalar(select(query)))


def holds_now() -> ColumnElement[Any]:
    """True for the roles that are held at this moment."""
    now, table = func.clock_timestamp(), account_role.c
    return and_(table.valid_from <= now, or_(table.valid_to.is_(None), table.valid_to > now))


def _require_level(connection: Connection, grid_id: int | None, *, police: bool) -> None:
    if grid_id is None:
        return
    level = connection.scalar(select(grid.c.level).where(grid.c.id == grid_id))
    if level is None:
        raise NotFound("there is no such grid", where=f"grid {grid_id}")
    if (level == "police") != police:
        wanted = "a police area" if police else "a grid"
        raise InputError(f"is not {wanted}", where=f"grid {grid_id}")
