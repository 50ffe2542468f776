"""What requests about plans hold, and their answers."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, Field

from api.parameters import Instant
from gisgrid.errors import InputError
from gisgrid.store.drafts.arguments import Strict, Text

if TYPE_CHECKING:
    from gisgrid.store.drafts import EditResult, LoggedEdit
    from gisgrid.store.plans import Plan

__all__ = [
    "BoxQuery",
    "EditDone",
    "EditLog",
    "EditsQuery",
    "NewPlan",
    "PlaceHeld",
    "PlanDetail",
    "PlanList",
    "PlanName",
    "PlansQuery",
    "PublishDone",
    "RebaseDone",
    "edit_item",
    "logged_item",
    "plan_item",
]


_Name = Annotated[Text, Field(min_length=1)]
_State = Literal["draft", "scheduled", "published", "discarded"]
_LARGEST = 2**63 - 1


class PlansQuery(Strict):
    """The parameters of a listing of plans."""

    state: _State | None = None
    limit: int = Field(default=100, ge=1, le=1000, description="Most plans in one answer.")
    before: int | None = Field(
        default=None, ge=1, le=_LARGEST, description="Only plans with a lower number."
    )


class EditsQuery(Strict):
    """The parameters of a plan's log."""

    limit: int = Field(default=100, ge=1, le=1000, description="Most edits in one answer.")
    after: int = Field(default=0, ge=0, le=_LARGEST, description="Only edits with a higher number.")


class BoxQuery(Strict):
    """The parameters of a plan's grids."""

    level: Literal["area", "unit", "micro", "police"]
    bbox: str | None = Field(
        default=None,
        max_length=200,
        description="west,south,east,north in degrees: only grids whose boxes meet it.",
        examples=["121.2,31.3,121.3,31.4"],
    )

    @property
    def box(self) -> tuple[float, float, float, float] | None:
        """The box; InputError where it is none."""
        if self.bbox is None:
            return None
        try:
            west, south, east, north = (float(part) for part in self.bbox.split(","))
        except ValueError:
            west, south, east, north = 1.0, 0.0, 0.0, 0.0
        # Written so that NaN does not pass.
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise InputError(
                "is no box in degrees", where=f"bbox {self.bbox!r}", fix="west,south,east,north"
            )
        return west, south, east, north


class PlanName(Strict):
    """What a plan is to be called."""

    name: _Name


class NewPlan(PlanName):
    """A plan to begin: on the present boundaries, or on what an import listed."""

    listing: int | None = Field(
        default=None, ge=1, le=_LARGEST, description="Number of a plan that an import made."
    )
    effective_at: Instant = Field(
        default=None, description="From when it shall hold: a date or time; without it, from now."
    )


class PlanItem(BaseModel):
    """A plan."""

    id: int
    name: str
    kind: Literal["drawn", "listed"]
    level: str | None = Field(description="Of the grids that a listed plan has.")
    state: _State
    version: int
    base_revision: int | None
    author: str
    created_at: str
    effective_at: str | None
    grids: int = Field(description="Grids that it lists, or draws otherwise than they are.")


class PlanList(BaseModel):
    """Plans, the newest first, and the address of the next page."""

    revision: int
    notice: str | None = None
    plans: list[PlanItem]
    next: str | None


class _LevelCounts(BaseModel):
    level: str
    changed: int
    made: int
    ended: int


class PlanDetail(PlanItem):
    """A plan and what it comes to."""

    revision: int
    notice: str | None = None
    counts: list[_LevelCounts]
    done: int = Field(description="Edits in force.")
    undone: int = Field(description="Edits that can be made again.")
    behind: list[str] = Field(
        description="Grids that others published anew since its revision: rebase it."
    )


class EditDone(BaseModel):
    """What an edit, an undo or a redo did; codes as they are now."""

    revision: int
    plan: int
    version: int
    number: int
    kind: str
    changed: list[str]
    made: list[str]
    ended: list[str]
    touched: list[str] = Field(description="Grids that only got, or lost, vertices.")
    unaccepted: list[str] = Field(
        description="Grids that end and whose number of households had been accepted."
    )


class RebaseDone(BaseModel):
    """The revision that a plan is on now."""

    revision: int
    plan: int
    version: int
    base_revision: int = Field(description="0 where no boundary was ever published.")


class PublishWarning(BaseModel):
    """What is wrong around the changed grids and was not before."""

    kind: str
    codes: list[str]
    place: tuple[float, float] | None = Field(description="Longitude and latitude.")
    area_m2: float
    message: str


class PlaceHeld(BaseModel):
    """A place that a person assigned to a grid, when the ground under it changes hands."""

    kind: str
    source_id: str
    title: str
    grid: str = Field(description="The micro-grid that it is held in.")
    lies_in: str | None = Field(description="The micro-grid that it lies in afterwards.")
    reason: str
    ended: bool = Field(description="The grid ends: the place belongs where it lies.")


class PublishDone(BaseModel):
    """The revision that a publish began, or the day that it waits for."""

    revision: int
    plan: int
    scheduled: bool
    effective_at: str
    reassigned: dict[str, int] = Field(description="Places that came to other grids, by table.")
    warnings: list[PublishWarning]
    held: list[PlaceHeld] = Field(
        description="Places held by hand: kept although their ground changed hands, or let go."
    )


class _LoggedItem(BaseModel):
    number: int
    kind: str
    arguments: dict[str, Any]
    author: str
    made_at: str
    state: Literal["done", "undone", "superseded"]


class EditLog(BaseModel):
    """The edits of a plan, the first one first, and the address of the next page."""

    revision: int
    notice: str | None = None
    plan: int
    edits: list[_LoggedItem]
    next: str | None


def plan_item(plan: Plan) -> dict[str, Any]:
    """A plan as `PlanItem`."""
    return {
        "id": plan.id,
        "name": plan.name,
        "kind": "listed" if plan.level else "drawn",
        "level": plan.level,
        "state": plan.state,
        "version": plan.version,
        "base_revision": plan.base_revision,
        "author": plan.author,
        "created_at": plan.created_at.isoformat(),
        "effective_at": plan.effective_at.isoformat() if plan.effective_at else None,
        "grids": plan.grid_count,
    }


def edit_item(result: EditResult) -> dict[str, Any]:
    """What an edit did, as `EditDone` without its revision."""
    item = asdict(result)
    return {"plan": item.pop("plan_id"), **item}


def logged_item(edit: LoggedEdit) -> dict[str, Any]:
    """A line of the log."""
    return {**asdict(edit), "made_at": edit.made_at.isoformat()}
