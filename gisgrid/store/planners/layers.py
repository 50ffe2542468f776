"""The layers of a plan: updatable views, one for each level, that QGIS opens as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from psycopg2 import sql
from sqlalchemy import select, type_coerce
from sqlalchemy.types import NullType

from gisgrid.store.drafts.state import rows_of
from gisgrid.store.planners.roles import let_in
from gisgrid.store.roles import run

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gisgrid.store.plans import Plan

__all__ = [
    "LAYER_LEVELS",
    "drop_layers",
    "grant_layers",
    "layers_of",
    "make_layers",
    "revoke_layers",
]

_SCHEMA: Final = "drafts"
# A level and what a planner calls it.
LAYER_LEVELS: Final = {"area": "街镇区域网格", "unit": "村级单元网格", "micro": "村居微网格"}


def layers_of(plan_id: int) -> list[str]:
    """The names of a plan's layers, with their schema."""
    return [f"{_SCHEMA}.{_layer(plan_id, level)}" for level in LAYER_LEVELS]


def make_layers(connection: Connection, plan: Plan) -> None:
    """Make the layers of a plan, for nobody yet."""
    for level, name in LAYER_LEVELS.items():
        layer = sql.Identifier(_SCHEMA, _layer(plan.id, level))
        # Without the barrier a client's own function in a filter would see rows of other plans.
        run(
            connection,
            "CREATE VIEW {} WITH (security_barrier) AS {}",
            layer,
            sql.SQL(_grids(connection, plan.id, level)),
        )
        run(connection, "ALTER VIEW {} ALTER COLUMN special SET DEFAULT false", layer)
        comment = sql.Literal(f"方案 {plan.id} {plan.name} · {name}")
        run(connection, "COMMENT ON VIEW {} IS {}", layer, comment)
        run(
            connection,
            "CREATE TRIGGER save_grid INSTEAD OF INSERT OR UPDATE OR DELETE ON {} "
            "FOR EACH ROW EXECUTE FUNCTION gisgrid.save_grid({}, {})",
            layer,
            sql.Literal(str(plan.id)),
            sql.Literal(level),
        )


def drop_layers(connection: Connection, plan_id: int) -> None:
    """Drop the layers of a plan; its grids stay."""
    for level in LAYER_LEVELS:
        run(connection, "DROP VIEW {}", sql.Identifier(_SCHEMA, _layer(plan_id, level)))


def grant_layers(connection: Connection, plan_id: int, role: str) -> None:
    """Let a role see and change a plan by its layers."""
    let_in(connection, _SCHEMA, role)
    for level in LAYER_LEVELS:
        layer = sql.Identifier(_SCHEMA, _layer(plan_id, level))
        run(connection, "GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", layer, role)


def revoke_layers(connection: Connection, plan_id: int, role: str) -> None:
    """Take back what `grant_layers` gave."""
    for level in LAYER_LEVELS:
        layer = sql.Identifier(_SCHEMA, _layer(plan_id, level))
        run(connection, "REVOKE ALL ON {} FROM {}", layer, role)


def _layer(plan_id: int, level: str) -> str:
    return f"plan_{plan_id}_{level}"


def _grids(connection: Connection, plan_id: int, level: str) -> str:
    """The query of a layer: the grids of a level as the plan has them, parents by their codes."""
    grids, parents = rows_of(plan_id, "grids"), rows_of(plan_id, "parents")
    query = (
        select(
            grids.c.key.label("id"),
            grids.c.code,
            grids.c.name,
            parents.c.code.label("parent"),
            grids.c.special,
            grids.c.households,
            grids.c.range_reason,
            # As it is: of its own type the column would be turned into bytes.
            type_coerce(grids.c.geom, NullType()).label("geom"),
        )
        .outerjoin(parents, parents.c.key == grids.c.parent_key)
        .where(grids.c.level == level)
    )
    compiled = query.compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    return str(compiled)
