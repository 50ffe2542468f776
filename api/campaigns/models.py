"""What requests about campaigns hold, and their answers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.parameters import AtQuery, Code, Note
from gisgrid.store.drafts.fields import Strict

__all__ = [
    "BurnDown",
    "BurnDownQuery",
    "CampaignDetail",
    "CampaignHead",
    "CampaignList",
    "EvidenceList",
    "EvidenceQuery",
    "ItemDetail",
    "ItemList",
    "ItemsQuery",
    "MarkDone",
    "MarkedItem",
    "NewMark",
]


_Limit = Annotated[int, Field(ge=1, le=1000, description="Most rows in one answer.")]
_After = Annotated[Code, Field(description="Only ids after this one.")]


class BurnDownQuery(AtQuery):
    """The parameters of a burn-down."""

    task: Annotated[Code | None, Field(description="Only items of this task.")] = None


class ItemsQuery(AtQuery):
    """The parameters of a listing of items."""

    task: Code | None = None
    building: Code | None = None
    grid: Annotated[Code | None, Field(description="Code of a micro-grid.")] = None
    done: bool | None = None
    limit: _Limit = 100
    after: _After = ""


class EvidenceQuery(BaseModel):
    """The parameters of a listing of evidence."""

    model_config = ConfigDict(extra="forbid")

    item: Code | None = None
    building: Code | None = None
    limit: _Limit = 100
    after: _After = ""


class NewMark(Strict):
    """When an item was done."""

    on: str | None = Field(
        default=None, max_length=64, description="ISO date; today when left out."
    )
    note: Note = ""


class PhaseItem(BaseModel):
    """A half-open period of a campaign."""

    code: str
    name_zh: str
    name_en: str
    starts: str
    ends: str = Field(description="The first day that does not belong to it.")
    planned_percent: float | None


class TaskItem(BaseModel):
    """What a campaign set out to do and did."""

    code: str
    name_zh: str
    name_en: str
    unit_zh: str
    unit_en: str
    target: float | None
    target_qualifier: str
    actual: float | None = Field(description="As published.")
    qualifier: str
    source: str
    as_of: str | None
    item_zh: str
    item_en: str
    done_zh: str
    done_en: str
    items: int
    done: int
    figure: float | None = Field(description="The actual figure, else the items that are done.")


class CampaignHead(BaseModel):
    """A campaign with its phases and tasks."""

    code: str
    name_zh: str
    name_en: str
    grid: str | None
    starts: str | None
    ends: str | None
    items: int
    done: int
    left: int
    phases: list[PhaseItem]
    tasks: list[TaskItem]


class CampaignList(BaseModel):
    """All campaigns, the one that began last first."""

    revision: int
    campaigns: list[CampaignHead]


class ShareItem(BaseModel):
    """How far a building or a grid has come."""

    id: str | None
    name: str
    items: int
    done: int
    left: int


class CampaignDetail(CampaignHead):
    """A campaign, and how far its buildings and micro-grids have come."""

    revision: int
    as_of: str = Field(description="Counted at the end of this day.")
    by_building: list[ShareItem]
    by_grid: list[ShareItem]


class CampaignItem(BaseModel):
    """One thing that a campaign deals with."""

    id: str
    task: str
    name: str
    building: str | None
    floor: int | None
    lon: float
    lat: float
    grid: str | None
    done_on: str | None


class ItemList(BaseModel):
    """Items in order of their ids, and the address of the next page."""

    revision: int
    items: list[CampaignItem]
    next: str | None


class MarkDone(BaseModel):
    """That an item was marked as done, or as not done."""

    done_on: str | None
    author: str
    note: str
    marked_at: str


class EvidenceItem(BaseModel):
    """One piece of evidence; the file that it names is not kept here."""

    id: str
    stage: Literal["before", "during", "after"]
    taken_on: str
    task: str | None
    item: str | None
    building: str | None
    lon: float
    lat: float
    note: str
    author: str
    file_name: str
    sha256: str


class EvidenceList(BaseModel):
    """Evidence in order of its ids, and the address of the next page."""

    revision: int
    evidence: list[EvidenceItem]
    next: str | None


class ItemDetail(CampaignItem):
    """An item, how it was marked, and its evidence."""

    revision: int
    marks: list[MarkDone]
    evidence: list[EvidenceItem]


class MarkedItem(CampaignItem):
    """An item as it stands after it was marked."""

    revision: int
    changed: bool


class BurnDayItem(BaseModel):
    """What was done and left at the end of a day; null for days to come."""

    on: str
    done: int | None
    left: int | None
    planned: float | None = Field(description="How many were to be left.")


class BurnDown(BaseModel):
    """The items left at the end of each day, beside the plan."""

    revision: int
    as_of: str
    total: int
    days: list[BurnDayItem]
