"""What may be seen of tables without geometry, by roles that do not own them."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType
from typing import Final

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_SQL: Final = Path(__file__).parents[1] / "sql" / "0016_sight.sql"
_FUNCTIONS: Final = (
    "sees_case(gisgrid.case_file)",
    "is_called(bigint, text)",
    "grids_seen()",
    "sees_secrets()",
    "sees(bigint, bigint, bigint, bigint, text)",
    "sight_ids(text)",
    "sight(text)",
)

_WHOLE: Final = "(SELECT gisgrid.sight('whole') = 't')"
_OF_CASE: Final = (
    "(SELECT gisgrid.sight('whole') = 't' AND gisgrid.sight('secret_whole') = 't') OR "
    "EXISTS (SELECT FROM gisgrid.case_file AS f WHERE f.id = case_id AND gisgrid.sees_case(f))"
)
_OF_GRID: Final = f"{_WHOLE} OR grid_id IN (SELECT gisgrid.grids_seen())"

# The policies of the table that is asked hold there too.
_OF_DELIBERATION: Final = (
    "EXISTS (SELECT FROM gisgrid.deliberation AS d WHERE d.id = deliberation_id)"
)

# A stop keeps the micro-grid that it was planned in; of police areas where it lies says whose.
_OF_STOP: Final = (
    f"{_WHOLE} OR micro_id IN (SELECT gisgrid.grids_seen()) OR "
    "EXISTS (SELECT FROM gisgrid.boundary_version AS b "
    "WHERE b.grid_id = ANY (gisgrid.sight_ids('police')) AND b.valid @> now() "
    "AND b.geom && point AND substr(ST_Relate(b.geom, point), 7, 1) = 'F')"
)

_SEEN: Final = MappingProxyType(
    dict.fromkeys(
        (
            *("case_text", "case_note", "case_event", "case_call", "case_evidence"),
            *("deliberation", "mediation", "facility_due"),
        ),
        _OF_CASE,
    )
    | dict.fromkeys(
        ("deliberation_attendee", "deliberation_entry", "deliberation_option"), _OF_DELIBERATION
    )
    | dict.fromkeys(("post", "team", "party_count"), _OF_GRID)
    | {
        "mediation_session": (
            "EXISTS (SELECT FROM gisgrid.mediation AS m WHERE m.id = mediation_id)"
        ),
        "facility_upkeep": (
            "EXISTS (SELECT FROM gisgrid.facility AS f WHERE f.id = facility_id "
            "AND gisgrid.sees(f.area_id, f.unit_id, f.micro_id, f.police_id))"
        ),
        "patrol_stop": _OF_STOP,
        "patrol_visit": (
            "EXISTS (SELECT FROM gisgrid.patrol_stop AS s WHERE s.id = stop_id) OR "
            "EXISTS (SELECT FROM gisgrid.patrol_point AS p WHERE p.id = patrol_point_id "
            "AND gisgrid.sees(p.area_id, p.unit_id, p.micro_id, p.police_id))"
        ),
        "personal": "kind <> 'sender' OR gisgrid.sees_secrets()",
    }
)


def upgrade() -> None:
    op.get_bind().exec_driver_sql(_SQL.read_text(encoding="utf-8").replace("%", "%%"))
    for table, seen in _SEEN.items():
        op.execute(f"ALTER TABLE gisgrid.{table} ENABLE ROW LEVEL SECURITY")
        # Whoever reports a case adds rows that they may not be able to see afterwards.
        op.execute(f"CREATE POLICY sight ON gisgrid.{table} USING ({seen}) WITH CHECK (true)")


def downgrade() -> None:
    for table in _SEEN:
        op.execute(f"DROP POLICY sight ON gisgrid.{table}")
        op.execute(f"ALTER TABLE gisgrid.{table} DISABLE ROW LEVEL SECURITY")
    for function in _FUNCTIONS:
        op.execute(f"DROP FUNCTION gisgrid.{function}")
