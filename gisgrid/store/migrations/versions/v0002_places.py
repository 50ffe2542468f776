"""Places, buildings, dividing lines and campaigns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _geometry(kind: str) -> Geometry:
    return Geometry(geometry_type=kind, srid=4326, spatial_index=False)


def _create_address() -> None:
    op.create_table(
        "address",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("point", _geometry("POINT"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("police_id", sa.BigInteger(), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("category", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("residents", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "assigned_how IN ('trigger', 'bulk')", name=op.f("ck_address_assigned_how")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_address_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("source_id", name=op.f("uq_address_source_id")),
        schema="gisgrid",
        comment="Building entrances with their standard address (标准地址) and households.",
    )
    op.create_index("ix_address_micro_id", "address", ["micro_id"], unique=False, schema="gisgrid")
    op.create_index(
        "ix_address_point",
        "address",
        ["point"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_building() -> None:
    op.create_table(
        "building",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("point", _geometry("POINT"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("police_id", sa.BigInteger(), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("floors", sa.SmallInteger(), nullable=True),
        sa.Column("households", sa.Integer(), nullable=True),
        sa.Column("geom", _geometry("MULTIPOLYGON"), nullable=False),
        sa.CheckConstraint(
            "assigned_how IN ('trigger', 'bulk')", name=op.f("ck_building_assigned_how")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_building_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.UniqueConstraint("source_id", name=op.f("uq_building_source_id")),
        schema="gisgrid",
        comment="Footprints; a building is owned by the grid that covers its inner point.",
    )
    op.create_index(
        "ix_building_geom",
        "building",
        ["geom"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )
    op.create_index(
        "ix_building_micro_id", "building", ["micro_id"], unique=False, schema="gisgrid"
    )
    op.create_index(
        "ix_building_point",
        "building",
        ["point"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_dividing_line() -> None:
    op.create_table(
        "dividing_line",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("class", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("geom", _geometry("MULTILINESTRING"), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_dividing_line_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_dividing_line")),
        sa.UniqueConstraint("source_id", name=op.f("uq_dividing_line_source_id")),
        schema="gisgrid",
        comment="Roads, rivers and walls: the lines that borders should follow.",
    )
    op.create_index(
        "ix_dividing_line_geom",
        "dividing_line",
        ["geom"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_hazard() -> None:
    op.create_table(
        "hazard",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("point", _geometry("POINT"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("police_id", sa.BigInteger(), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("category", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("subject", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("severity", sa.SmallInteger(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("confidential", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fixed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "assigned_how IN ('trigger', 'bulk')", name=op.f("ck_hazard_assigned_how")
        ),
        sa.CheckConstraint("state IN ('open', 'fixed')", name=op.f("ck_hazard_state")),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_hazard_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hazard")),
        sa.UniqueConstraint("source_id", name=op.f("uq_hazard_source_id")),
        schema="gisgrid",
        comment="Hazards (隐患) of fire and security, city-management problems and tips.",
    )
    op.create_index(
        "ix_hazard_category_found_at",
        "hazard",
        ["category", "found_at"],
        unique=False,
        schema="gisgrid",
    )
    op.create_index("ix_hazard_micro_id", "hazard", ["micro_id"], unique=False, schema="gisgrid")
    op.create_index(
        "ix_hazard_point",
        "hazard",
        ["point"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_patrol_point() -> None:
    op.create_table(
        "patrol_point",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("point", _geometry("POINT"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("police_id", sa.BigInteger(), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("category", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.CheckConstraint(
            "assigned_how IN ('trigger', 'bulk')", name=op.f("ck_patrol_point_assigned_how")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_patrol_point_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patrol_point")),
        sa.UniqueConstraint("source_id", name=op.f("uq_patrol_point_source_id")),
        schema="gisgrid",
        comment="Points that a patrol passes.",
    )
    op.create_index(
        "ix_patrol_point_micro_id", "patrol_point", ["micro_id"], unique=False, schema="gisgrid"
    )
    op.create_index(
        "ix_patrol_point_point",
        "patrol_point",
        ["point"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["grid_id"], ["gisgrid.grid.id"], name=op.f("fk_campaign_grid_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
        schema="gisgrid",
        comment="A dated drive against one kind of trouble in one grid.",
    )


def _create_campaign_item() -> None:
    op.create_table(
        "campaign_item",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("source_id", sa.Text(collation="C"), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=True),
        sa.Column("point", _geometry("POINT"), nullable=False),
        sa.Column("area_id", sa.BigInteger(), nullable=True),
        sa.Column("unit_id", sa.BigInteger(), nullable=True),
        sa.Column("micro_id", sa.BigInteger(), nullable=True),
        sa.Column("police_id", sa.BigInteger(), nullable=True),
        sa.Column("on_border", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("assigned_how", sa.Text(), server_default=sa.text("'trigger'"), nullable=False),
        sa.Column("assigned_revision", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("building_id", sa.BigInteger(), nullable=True),
        sa.Column("floor", sa.SmallInteger(), nullable=True),
        sa.Column("done_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "assigned_how IN ('trigger', 'bulk')", name=op.f("ck_campaign_item_assigned_how")
        ),
        sa.ForeignKeyConstraint(
            ["building_id"], ["gisgrid.building.id"], name=op.f("fk_campaign_item_building_id")
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["gisgrid.campaign.id"], name=op.f("fk_campaign_item_campaign_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["gisgrid.import_run.id"], name=op.f("fk_campaign_item_import_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign_item")),
        sa.UniqueConstraint(
            "campaign_id", "source_id", name=op.f("uq_campaign_item_campaign_id_source_id")
        ),
        schema="gisgrid",
        comment="The single things dealt with, such as windows, each with its day.",
    )
    op.create_index(
        "ix_campaign_item_micro_id", "campaign_item", ["micro_id"], unique=False, schema="gisgrid"
    )
    op.create_index(
        "ix_campaign_item_point",
        "campaign_item",
        ["point"],
        unique=False,
        schema="gisgrid",
        postgresql_using="gist",
    )


def _create_campaign_phase() -> None:
    op.create_table(
        "campaign_phase",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("code", sa.Text(collation="C"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("starts", sa.Date(), nullable=False),
        sa.Column("ends", sa.Date(), nullable=False),
        sa.CheckConstraint("starts < ends", name=op.f("ck_campaign_phase_period")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["gisgrid.campaign.id"], name=op.f("fk_campaign_phase_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "position", name=op.f("pk_campaign_phase")),
        schema="gisgrid",
        comment="Half-open periods [starts, ends) of a campaign.",
    )


def _create_campaign_task() -> None:
    op.create_table(
        "campaign_task",
        sa.Column("campaign_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("unit_zh", sa.Text(), nullable=False),
        sa.Column("target", sa.Numeric(), nullable=True),
        sa.Column("actual", sa.Numeric(), nullable=True),
        sa.Column("qualifier", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["gisgrid.campaign.id"], name=op.f("fk_campaign_task_campaign_id")
        ),
        sa.PrimaryKeyConstraint("campaign_id", "position", name=op.f("pk_campaign_task")),
        schema="gisgrid",
        comment="What a campaign set out to do and did, with the figure's qualifier and source.",
    )


def upgrade() -> None:
    _create_address()
    _create_building()
    _create_dividing_line()
    _create_hazard()
    _create_patrol_point()
    _create_campaign()
    _create_campaign_item()
    _create_campaign_phase()
    _create_campaign_task()


def downgrade() -> None:
    op.drop_table("campaign_task", schema="gisgrid")
    op.drop_table("campaign_phase", schema="gisgrid")
    op.drop_table("campaign_item", schema="gisgrid")
    op.drop_table("campaign", schema="gisgrid")
    op.drop_table("patrol_point", schema="gisgrid")
    op.drop_table("hazard", schema="gisgrid")
    op.drop_table("dividing_line", schema="gisgrid")
    op.drop_table("building", schema="gisgrid")
    op.drop_table("address", schema="gisgrid")
