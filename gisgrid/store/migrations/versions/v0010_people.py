"""People and posts, departments, teams, and the counts of party groups."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSTZRANGE, UUID, ExcludeConstraint

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

# Those that the account of the pilot names; the others are for every district to bring.
_NAMED: Final = (
    ("chengguan", "line", "城管", "urban management"),
    ("market", "line", "市场监管", "market regulation"),
    ("justice", "line", "司法", "justice"),
    ("housing", "line", "房办", "housing"),
    ("police", "office", "派出所", "police station"),
    ("justice-office", "office", "司法所", "justice office"),
    ("law-firm", "office", "律师事务所", "law firm"),
    ("committee", "office", "村居委会", "village or residents' committee"),
)
# People without a post are for everybody to see who gives posts; those of other grids are not.
_MARK_POSTED: Final = """
CREATE FUNCTION gisgrid.mark_posted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE gisgrid.person SET posted = true
    WHERE NOT posted AND id IN (SELECT person_id FROM added);
    RETURN NULL;
END
$$;
CREATE TRIGGER mark_posted AFTER INSERT ON gisgrid.post
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION gisgrid.mark_posted()
"""
_TABLES: Final = ("party_count", "team", "post", "person", "department")


def upgrade() -> None:
    _create_department()
    _create_person()
    _create_post()
    op.get_bind().exec_driver_sql(_MARK_POSTED)
    _create_team()
    _create_party_count()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table, schema="gisgrid")
    op.execute("DROP FUNCTION gisgrid.mark_posted()")


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False)


def _word(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False)


def _code(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(collation="C"), nullable=nullable)


def _reference(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"gisgrid.{target}"], name=op.f(f"fk_{table}_{column}")
    )


def _told() -> list[sa.Column[Any]]:
    return [sa.Column("as_of", sa.Date(), nullable=False), _word("source"), _word("qualifier")]


def _create_department() -> None:
    made = op.create_table(
        "department",
        _id(),
        _code("code"),
        sa.Column("kind", sa.Text(), server_default=sa.text("'line'"), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        _word("name_en"),
        sa.CheckConstraint("kind IN ('line', 'office')", name=op.f("ck_department_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
        sa.UniqueConstraint("code", name=op.f("uq_department_code")),
        schema="gisgrid",
        comment="Departmental lines (条线) that join a case on demand, and other offices that do.",
    )
    names = ("code", "kind", "name_zh", "name_en")
    op.bulk_insert(made, [dict(zip(names, row, strict=True)) for row in _NAMED])


def _create_person() -> None:
    op.create_table(
        "person",
        _id(),
        _code("code"),
        _word("name"),
        sa.Column("personal_id", UUID(as_uuid=True), nullable=True),
        _word("home_job"),
        _code("department", nullable=True),
        sa.Column("posted", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "made_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        _reference("person", "department", "department.code"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("code", name=op.f("uq_person_code")),
        schema="gisgrid",
        comment="Who holds posts: the name they work under; what is theirs alone is kept apart, "
        "under personal_id. A home job never limits what somebody may report. Whether they were "
        "ever given a post is told by a trigger, for who asks may not see that post.",
    )


def _create_post() -> None:
    op.create_table(
        "post",
        _id(),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        _word("own_post"),
        sa.Column("valid", TSTZRANGE(), nullable=False),
        sa.CheckConstraint("kind IN ('chief', 'deputy', 'member')", name=op.f("ck_post_kind")),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("ck_post_valid")),
        _reference("post", "person_id", "person.id"),
        _reference("post", "grid_id", "grid.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post")),
        ExcludeConstraint(
            (sa.column("person_id"), "="),
            (sa.column("grid_id"), "="),
            (sa.column("valid"), "&&"),
            using="gist",
            name="ex_post_person_id_grid_id_valid",
        ),
        schema="gisgrid",
        comment="Posts in grids, each for a half-open period; own_post is the other post that "
        "somebody holds beside it. A post stays with its grid, also when that ends.",
    )
    op.create_index("ix_post_grid_id", "post", ["grid_id"], schema="gisgrid")


def _create_team() -> None:
    op.create_table(
        "team",
        _id(),
        _code("code"),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name_zh", sa.Text(), nullable=False),
        _word("name_en"),
        sa.Column("people", sa.Integer(), nullable=False),
        *_told(),
        sa.CheckConstraint("kind IN ('volunteers', 'coalition')", name=op.f("ck_team_kind")),
        sa.CheckConstraint("people >= 0", name=op.f("ck_team_people")),
        _reference("team", "grid_id", "grid.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team")),
        sa.UniqueConstraint("code", "as_of", name=op.f("uq_team_code_as_of")),
        schema="gisgrid",
        comment="Volunteers and coalition teams of grids, as counts.",
    )
    op.create_index("ix_team_grid_id", "team", ["grid_id"], schema="gisgrid")


def _create_party_count() -> None:
    op.create_table(
        "party_count",
        _id(),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("groups", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        *_told(),
        sa.CheckConstraint("groups >= 0 AND members >= 0", name=op.f("ck_party_count_counts")),
        _reference("party_count", "grid_id", "grid.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_party_count")),
        sa.UniqueConstraint("grid_id", "as_of", name=op.f("uq_party_count_grid_id_as_of")),
        schema="gisgrid",
        comment="Party groups of grids and their members, as counts only.",
    )
