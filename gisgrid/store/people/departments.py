"""The registry of departments: it is data, and has room for every line of a district."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert as upsert

from gisgrid.errors import InputError, NotFound
from gisgrid.store.codes import fault_of
from gisgrid.store.tables import department

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection

__all__ = ["KINDS", "Department", "departments", "put_departments", "require_department"]

KINDS = ("line", "office")


@dataclass(frozen=True)
class Department:
    """A department.

    Attributes
    ----------
    code : str
    kind : str
        ``line`` (条线) or ``office``, such as a police station or a law firm.
    name_zh, name_en : str
    """

    code: str
    kind: str
    name_zh: str
    name_en: str = ""


def departments(connection: Connection) -> list[Department]:
    """All of them, the lines first, in order of their codes."""
    own = department.c
    query = select(own.code, own.kind, own.name_zh, own.name_en).order_by(own.kind, own.code)
    return [Department(**row._mapping) for row in connection.execute(query)]


def put_departments(connection: Connection, rows: Sequence[Department]) -> int:
    """Add those that are new, change those that differ; how many that were.

    Raises
    ------
    InputError
        A code or a kind cannot be.
    """
    for one in rows:
        fault = fault_of(one.code)
        if fault or one.kind not in KINDS or not one.name_zh.strip():
            words = fault or "a department needs a kind (line or office) and a name"
            raise InputError(words, where=f"department {one.code!r}")
    if not rows:
        return 0
    added = upsert(department).values([asdict(one) for one in rows])
    new = {name: added.excluded[name] for name in ("kind", "name_zh", "name_en")}
    differs = or_(*(department.c[name].is_distinct_from(value) for name, value in new.items()))
    statement = added.on_conflict_do_update(index_elements=["code"], set_=new, where=differs)
    return connection.execute(statement).rowcount


def require_department(connection: Connection, code: str) -> None:
    """See to it that a department is in the registry.

    Raises
    ------
    NotFound
        It is not.
    """
    if connection.scalar(select(department.c.id).where(department.c.code == code)) is None:
        raise NotFound(
            "no department has this code",
            where=repr(code),
            fix="GET /v1/departments lists them; gisgrid import departments brings more",
        )
