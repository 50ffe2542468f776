"""What residents' reports hold, and what is said of them."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from api.cases.models import Place, Words
from gisgrid.cases.stages import Stage
from gisgrid.store.drafts.fields import Code, Strict, Text

__all__ = ["NewRating", "NewReopening", "NewReport", "PicturesSent", "ReportDocument", "ReportMade"]


class NewReport(Place):
    """What is wrong, and where; who says so may stay unnamed."""

    category: Code
    description: Words = ""
    place: Annotated[Text, Field(description="Where, in words.")] = ""
    name: Text = ""
    telephone: Text = ""


class NewRating(Strict):
    """How well it was solved."""

    rating: int = Field(ge=1, le=5)
    words: Words = ""


class NewReopening(Strict):
    """Why it is not solved."""

    reason: Words


class ReportMade(BaseModel):
    """A report that was taken. The code is said only here."""

    number: str
    code: str = Field(description="Opens the report to whoever has it: 160 random bits.")
    link: str = Field(description="The address of its page.")
    stage: Stage
    due_at: datetime.datetime | None = Field(description="By when it is to be accepted.")


class OfficeItem(BaseModel):
    """A department."""

    code: str
    name_zh: str
    name_en: str


class BlockerItem(BaseModel):
    """Whom a report waits for."""

    waits_for: Literal["grid", "departments"]
    departments: list[OfficeItem]
    to: str
    to_zh: str
    to_en: str
    since: datetime.datetime
    due_at: datetime.datetime | None
    overdue: bool


class PublicStepItem(BaseModel):
    """A step that was taken."""

    action: str
    zh: str
    en: str
    stage: Stage
    stage_zh: str
    stage_en: str
    at: datetime.datetime
    office: OfficeItem | None = Field(description="Null for the grid.")
    departments: list[OfficeItem]
    words: str


class MergedItem(BaseModel):
    """The case that a report became part of, as far as it is told."""

    stage: Stage
    stage_zh: str
    stage_en: str
    stage_since: datetime.datetime
    closed_at: datetime.datetime | None
    blocker: BlockerItem | None


class ReportDocument(BaseModel):
    """A report: its stage, whom it waits for, and what was done."""

    number: str
    category: str
    category_zh: str
    category_en: str
    stage: Stage
    stage_zh: str
    stage_en: str
    open: bool
    escalated: bool
    reported_at: datetime.datetime
    stage_since: datetime.datetime
    due_at: datetime.datetime | None
    overdue: bool
    beyond_calendar: bool = Field(description="`due_at` is an estimate: holidays are not known.")
    closed_at: datetime.datetime | None
    rating: int | None
    blocker: BlockerItem | None = Field(description="Null where it is over.")
    steps: list[PublicStepItem]
    merged_into: MergedItem | None = Field(
        description="Null also where that case is confidential and this one is not."
    )
    pictures: int = Field(description="How many its reporter has sent.")
    actions: list[str] = Field(description="What its reporter may do now: reopen, rate.")


class PicturesSent(BaseModel):
    """How many pictures of a report its reporter has sent, and may send."""

    pictures: int
    most: int
