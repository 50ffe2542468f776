"""People and posts, departments, teams, and the counts of party groups: all dated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import TSTZRANGE, UUID, ExcludeConstraint

from gisgrid.store.tables.base import code_text, identity, instant, metadata

__all__ = ["department", "party_count", "person", "post", "team"]


def _words(*names: str) -> list[Column[str]]:
    """Texts that may be left out."""
    return [Column(name, Text, nullable=False, server_default=text("''")) for name in names]


def _told() -> list[Column[Any]]:
    """Whose figure it is, of which day, and with which word beside it (万, 余)."""
    return [Column("as_of", Date, nullable=False), *_words("source", "qualifier")]


department = Table(
    "department",
    metadata,
    identity(),
    Column("code", code_text(), nullable=False, unique=True),
    Column("kind", Text, nullable=False, server_default=text("'line'")),
    Column("name_zh", Text, nullable=False),
    *_words("name_en"),
    CheckConstraint("kind IN ('line', 'office')", name="kind"),
    comment="Departmental lines (条线) that join a case on demand, and other offices that do.",
)

person = Table(
    "person",
    metadata,
    identity(),
    Column("code", code_text(), nullable=False, unique=True),
    *_words("name"),
    Column("personal_id", UUID(as_uuid=True)),
    *_words("home_job"),
    Column("department", code_text(), ForeignKey("department.code")),
    Column("posted", Boolean, nullable=False, server_default=text("false")),
    Column("made_at", instant(), nullable=False, server_default=text("now()")),
    comment="Who holds posts: the name they work under; what is theirs alone is kept apart, under "
    "personal_id. A home job never limits what somebody may report. Whether they were ever given a "
    "post is told by a trigger, for who asks may not see that post.",
)

post = Table(
    "post",
    metadata,
    identity(),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("grid_id", ForeignKey("grid.id"), nullable=False),
    Column("kind", Text, nullable=False),
    *_words("own_post"),
    Column("valid", TSTZRANGE, nullable=False),
    CheckConstraint("kind IN ('chief', 'deputy', 'member')", name="kind"),
    CheckConstraint("NOT isempty(valid)", name="valid"),
    ExcludeConstraint(
        ("person_id", "="),
        ("grid_id", "="),
        ("valid", "&&"),
        using="gist",
        name="ex_post_person_id_grid_id_valid",
    ),
    Index("ix_post_grid_id", "grid_id"),
    comment="Posts in grids, each for a half-open period; own_post is the other post that somebody "
    "holds beside it. A post stays with its grid, also when that ends.",
)

team = Table(
    "team",
    metadata,
    identity(),
    Column("code", code_text(), nullable=False),
    Column("grid_id", ForeignKey("grid.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("name_zh", Text, nullable=False),
    *_words("name_en"),
    Column("people", Integer, nullable=False),
    *_told(),
    UniqueConstraint("code", "as_of"),
    CheckConstraint("kind IN ('volunteers', 'coalition')", name="kind"),
    CheckConstraint("people >= 0", name="people"),
    Index("ix_team_grid_id", "grid_id"),
    comment="Volunteers and coalition teams of grids, as counts.",
)

party_count = Table(
    "party_count",
    metadata,
    identity(),
    Column("grid_id", ForeignKey("grid.id"), nullable=False),
    Column("groups", Integer, nullable=False),
    Column("members", Integer, nullable=False),
    *_told(),
    UniqueConstraint("grid_id", "as_of"),
    CheckConstraint("groups >= 0 AND members >= 0", name="counts"),
    comment="Party groups of grids and their members, as counts only.",
)
