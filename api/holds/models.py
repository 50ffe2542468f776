"""What requests about held places hold, and their answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from gisgrid.store.drafts.fields import Code, Strict

__all__ = ["HeldList", "HeldQuery", "HoldDone", "Kind", "NewHold"]

Kind = Literal["address", "hazard", "patrol", "building"]
_LARGEST = 2**63 - 1


class HeldQuery(Strict):
    """The parameters of a listing of held places."""

    kind: Kind | None = None
    ended: bool = Field(default=False, description="What was held and is no longer, instead.")
    limit: int = Field(default=100, ge=1, le=1000, description="Most places in one answer.")
    after: int = Field(default=0, ge=0, le=_LARGEST, description="Only holds with a higher number.")


class NewHold(Strict):
    """In which grid a place is to be held, and why."""

    grid: Annotated[Code, Field(description="Code of a micro-grid.")]
    reason: Annotated[str, Field(max_length=2000, description="One line, at most 1,000 letters.")]


class HoldItem(BaseModel):
    """A place that a person assigned to a micro-grid."""

    id: int = Field(description="Number of the hold; later ones are higher.")
    kind: Kind
    source_id: str
    title: str
    grid: str
    lies_in: str | None = Field(description="The micro-grid that its point lies in.")
    reason: str
    author: str
    made_at: str
    ended_at: str | None
    ended_why: Literal["moved", "withdrawn", "replaced", "grid-ended"] | None
    ended_by: str


class HoldDone(HoldItem):
    """A hold that was made, or taken back."""

    revision: int


class HeldList(BaseModel):
    """Held places, the longest held first, and the address of the next page."""

    revision: int
    notice: str | None = None
    held: list[HoldItem]
    next: str | None
