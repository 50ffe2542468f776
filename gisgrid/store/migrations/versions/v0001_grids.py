"""Grids, their versions, revisions, plans and imports."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def _geometry(kind: str) -> Geometry:
    return Geometry(geometry_type=kind, srid=4326, spatial_index=False)


def _create_import_run() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("noun", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("layer", sa.Text(), nullable=True),
        sa.Column("crs", sa.Text(), nullable=False),
        sa.Column("map_approval", sa.Text(), nullable=True),
        sa.Column("options", postgresql.JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column(
            "imported_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("rows_read", sa.Integer(), nullable=False),
        sa.Column("rows_taken", sa.Integer(), nullable=False),
        sa.Column("rows_rejected", sa.Integer(), nullable=False),
        sa.Column("warnings", postgresql.JSONB(), server_default=sa.text("'[]'"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        schema="gisgrid",
        comment="One row per import: where the data came from, in which CRS, under which 审图号.",
    )


def _create_level() -> None:
    op.create_table(
        "level",
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("rank", sa.SmallInteger(), nullable=False),
        sa.Column("parent", sa.Text(collation="C"), nullable=True),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["gisgrid.level.code"], name=op.f("fk_level_parent")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_level")),
        schema="gisgrid",
        comment="The three nested levels, and the police areas beside them.",
    )


def _create_plan() -> None:
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("'draft'"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "effective_at",
            sa.DateTime(timezone=True),
            nullable=True,
            comment="null: from the moment of publishing",
        ),
        sa.Column(
            "replaces", sa.Text(collation="C"), server_default=sa.text("'listed'"), nullable=False
        ),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'published', 'discarded')", name=op.f("ck_plan_state")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_plan_import_id")
        ),
        sa.ForeignKeyConstraint(["level"], ["gisgrid.level.code"], name=op.f("fk_plan_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        schema="gisgrid",
        comment="Boundaries on their way to a publish; replaces is listed, level or a grid's code.",
    )


def _create_reject() -> None:
    op.create_table(
        "reject",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_reject_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_reject")),
        schema="gisgrid",
        comment="The rows that an import could not take, with the reason.",
    )


def _create_plan_grid() -> None:
    op.create_table(
        "plan_grid",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("parent_code", sa.Text(collation="C"), nullable=True),
        sa.Column("special", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("geom", _geometry("MULTIPOLYGON"), nullable=False),
        sa.ForeignKeyConstraint(
            ["plan_id"], ["gisgrid.plan.id"], name=op.f("fk_plan_grid_plan_id")
        ),
        sa.PrimaryKeyConstraint("plan_id", "code", name=op.f("pk_plan_grid")),
        schema="gisgrid",
        comment="The grids that a plan lists, as they shall be.",
    )


def _create_revision() -> None:
    op.create_table(
        "revision",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=True),
        sa.Column("author", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("note", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.ForeignKeyConstraint(["plan_id"], ["gisgrid.plan.id"], name=op.f("fk_revision_plan_id")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_revision")),
        schema="gisgrid",
        comment="One row per publish; numbers rise without gaps.",
    )


def _create_grid() -> None:
    op.create_table(
        "grid",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("created_revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_revision"], ["gisgrid.revision.number"], name=op.f("fk_grid_created_revision")
        ),
        sa.ForeignKeyConstraint(["level"], ["gisgrid.level.code"], name=op.f("fk_grid_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid")),
        schema="gisgrid",
        comment="A grid's identity; it outlives its codes, names, parents and boundaries.",
    )


def _create_boundary_version() -> None:
    op.create_table(
        "boundary_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("level", sa.Text(collation="C"), nullable=False),
        sa.Column("geom", _geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ended_revision", sa.Integer(), nullable=True),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("grid_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_boundary_version_grid_id_valid",
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_boundary_version_valid")),
        sa.ForeignKeyConstraint(
            ["ended_revision"],
            ["gisgrid.revision.number"],
            name=op.f("fk_boundary_version_ended_revision"),
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["gisgrid.grid.id"], name=op.f("fk_boundary_version_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_boundary_version_import_id")
        ),
        sa.ForeignKeyConstraint(
            ["level"], ["gisgrid.level.code"], name=op.f("fk_boundary_version_level")
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["gisgrid.revision.number"], name=op.f("fk_boundary_version_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_version")),
        schema="gisgrid",
        comment="Immutable shapes of a grid, each for a half-open period; only its end may be set.",
    )
    op.create_index(
        "ix_boundary_version_geom",
        "boundary_version",
        ["geom"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_grid_version() -> None:
    op.create_table(
        "grid_version",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("special", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("valid", postgresql.TSTZRANGE(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("ended_revision", sa.Integer(), nullable=True),
        postgresql.ExcludeConstraint(
            (sa.column("code"), "="),
            (sa.column("grid_id"), "<>"),
            using="gist",
            name="ex_grid_version_code",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("grid_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_grid_version_grid_id_valid",
        ),
        sa.CheckConstraint(
            "code <> '' AND code !~ '[[:cntrl:]]'", name=op.f("ck_grid_version_code")
        ),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_grid_version_valid")),
        sa.ForeignKeyConstraint(
            ["ended_revision"],
            ["gisgrid.revision.number"],
            name=op.f("fk_grid_version_ended_revision"),
        ),
        sa.ForeignKeyConstraint(
            ["grid_id"], ["gisgrid.grid.id"], name=op.f("fk_grid_version_grid_id")
        ),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["gisgrid.grid.id"], name=op.f("fk_grid_version_parent_id")
        ),
        sa.ForeignKeyConstraint(
            ["revision"], ["gisgrid.revision.number"], name=op.f("fk_grid_version_revision")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grid_version")),
        schema="gisgrid",
        comment="Dated attributes of a grid: code, name, parent, declared households.",
    )
    op.create_index(
        "ix_grid_version_parent_id", "grid_version", ["parent_id"], unique=False, schema="gisgrid"
    )


def upgrade() -> None:
    _create_import_run()
    _create_level()
    _create_plan()
    _create_reject()
    _create_plan_grid()
    _create_revision()
    _create_grid()
    _create_boundary_version()
    _create_grid_version()


def downgrade() -> None:
    op.drop_table("grid_version", schema="gisgrid")
    op.drop_table("boundary_version", schema="gisgrid")
    op.drop_table("grid", schema="gisgrid")
    op.drop_table("revision", schema="gisgrid")
    op.drop_table("plan_grid", schema="gisgrid")
    op.drop_table("reject", schema="gisgrid")
    op.drop_table("plan", schema="gisgrid")
    op.drop_table("level", schema="gisgrid")
    op.drop_table("import_run", schema="gisgrid")
