"""What requests about cases hold, and their answers."""

from __future__ import annotations

import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

from api.parameters import CrsName, Instant, Moment
from gisgrid.cases.stages import Stage
from gisgrid.store.drafts.fields import Code, Strict, Text, storable

__all__ = [
    "CallDocument",
    "CaseDetail",
    "CaseDocument",
    "CaseList",
    "CasesQuery",
    "CategoryList",
    "DuplicateList",
    "EventList",
    "ImportAnswer",
    "ImportQuery",
    "NewCall",
    "NewCaseBody",
    "NewPart",
    "NewPlace",
    "NewStep",
    "Place",
    "ReporterBody",
    "ReporterDocument",
    "StageTable",
    "Words",
]

Words = Annotated[str, AfterValidator(storable), Field(max_length=4000)]
_Longitude = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
_Latitude = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
_Version = Annotated[int, Field(ge=1, le=2**31 - 1, description="On which this was decided.")]
_Severity = Annotated[int, Field(ge=1, le=3)]
_Group = Literal["fire", "security", "city", "dispute", "tip", "service"]
_Told = Literal["patrol", "resident", "police_call", "courier", "tip", "hotline"]
# Cases spring from the others by themselves.
_Source = Literal[_Told, "campaign", "facility"]


class Place(Strict):
    """Where a case is: a point, or an address that can be found."""

    lon: _Longitude | None = None
    lat: _Latitude | None = None
    crs: CrsName = "wgs84"
    address: Annotated[Text, Field(description="Instead of a point: looked up, and kept.")] = ""


class ReporterBody(Strict):
    """Who tells; kept apart, masked, and erased when its time is over."""

    name: Text = ""
    telephone: Text = ""


class NewCaseBody(Place):
    """A case as one of the staff reports it."""

    category: Code
    source: _Told = "patrol"
    channel: Literal["government", "resident"] = "government"
    description: Words = ""
    place: Annotated[Text, Field(description="Where, in words.")] = ""
    severity: _Severity | None = Field(default=None, description="The category's without it.")
    confidential: bool = Field(default=False, description="Tips are so in any case.")
    reported_at: Moment | None = Field(default=None, description="Now without it.")
    source_id: Annotated[Text, Field(description="What its source calls it; taken once.")] = ""
    reporter: ReporterBody | None = None


class NewStep(Strict):
    """A step with a case."""

    version: _Version
    reason: Words = ""
    about: Annotated[
        Text,
        Field(description="`merge`: the number that stays; steps of departments: their codes."),
    ] = ""


class NewPlace(Place):
    """Another place for a case, and why the one before was wrong."""

    version: _Version
    reason: Words
    place: Annotated[Text, Field(description="Where, in words; the old ones stay without.")] = ""


class NewCall(Strict):
    """A whistle: which departments are called."""

    version: _Version
    departments: tuple[Code, ...] = Field(min_length=1, max_length=30)
    lead: Annotated[Text, Field(description="Without it the first, where none leads yet.")] = ""
    urgent: bool = Field(default=False, description="They have two hours, by day and night.")
    reason: Words = ""


class NewPart(Strict):
    """What a department does with a call."""

    version: _Version | None = None
    reason: Words = ""


class CasesQuery(Strict):
    """The parameters of a listing of cases."""

    stage: list[Stage] = Field(default=[], max_length=10)
    category: list[Code] = Field(default=[], max_length=50)
    group: list[_Group] = Field(default=[], max_length=6)
    source: list[_Source] = Field(default=[], max_length=8)
    grid: Annotated[Code | None, Field(description="Owned by this grid, of any level.")] = None
    department: Annotated[Text, Field(description="Called to it, and still there.")] = ""
    open: bool | None = None
    overdue: bool | None = None
    escalated: bool | None = None
    unanswered: bool = Field(
        default=False, description="Only those whose reporter has heard nothing for too long."
    )
    since: Annotated[Instant, Field(description="Reported from this date or time on.")] = None
    until: Annotated[Instant, Field(description="Reported before this date or time.")] = None
    q: Annotated[Text, Field(description="In the number, the place or the description.")] = ""
    bbox: Annotated[
        str | None,
        Field(max_length=200, description="West, south, east, north in degrees of WGS 84."),
    ] = None
    order: Literal["newest", "due"] = "newest"
    counted: bool = Field(default=False, description="Say how many there are on all pages, too.")
    limit: int = Field(default=100, ge=1, le=1000, description="Most cases in one answer.")
    after: Annotated[
        Text | None, Field(max_length=64, description="Where the page before ended.")
    ] = None


class GridItem(BaseModel):
    """A grid that owns a case."""

    level: str
    code: str
    name: str


class CaseDocument(BaseModel):
    """A case as it stands."""

    number: str
    source_id: str
    category: str
    category_zh: str
    category_en: str
    group: _Group
    severity: int
    source: str
    channel: str
    stage: Stage
    stage_zh: str
    stage_en: str
    open: bool
    escalated: bool
    confidential: bool
    found_by_staff: bool
    lon: float
    lat: float
    grids: list[GridItem] = Field(description="Area, unit, micro and police, as far as there are.")
    reported_at: datetime.datetime
    stage_since: datetime.datetime
    closed_at: datetime.datetime | None
    due_at: datetime.datetime | None
    overdue: bool
    beyond_calendar: bool = Field(
        description="Holidays of the years that its clock reaches into are not known yet: `due_at` "
        "leaves out weekends and holidays of fixed dates."
    )
    lead_department: str
    merged_into: str | None = Field(description="Number of the case that it is part of.")
    relapse_of: str | None = Field(description="Number of the case that came back with it.")
    rating: int | None
    version: int
    description: str
    place: str
    actions: list[str] = Field(description="What the one who asks may do with it now.")


class CallDocument(BaseModel):
    """A department that was called to a case, or came by itself."""

    department: str
    role: Literal["lead", "helper"]
    clock: str
    called_at: datetime.datetime
    due_at: datetime.datetime
    reported_in_at: datetime.datetime | None
    left_at: datetime.datetime | None
    done_at: datetime.datetime | None
    overdue: bool


class ReporterDocument(BaseModel):
    """Who told of a case."""

    revision: int
    notice: str | None = None
    fields: dict[str, str]


class CaseDetail(CaseDocument):
    """A case with the departments called, and who told of it, masked."""

    revision: int
    notice: str | None = None
    calls: list[CallDocument]
    reporter: dict[str, str] | None


class CaseList(BaseModel):
    """Cases, and the address of the next page."""

    revision: int
    notice: str | None = None
    cases: list[CaseDocument]
    total: int | None = Field(description="On all pages, where `counted` asked for it.")
    after: str | None
    next: str | None


class EventDocument(BaseModel):
    """A step that was taken."""

    version: int
    action: str
    zh: str
    en: str
    before: Stage | None
    after: Stage
    at: datetime.datetime
    actor: str = Field(description="A reference, never a name.")
    department: str
    about: str
    reason: str | None = Field(description="Null where the words were erased.")


class EventList(BaseModel):
    """All that was done with a case, the first step first."""

    revision: int
    notice: str | None = None
    number: str
    events: list[EventDocument]


class DuplicateItem(BaseModel):
    """A case that may be the same."""

    case: CaseDocument
    distance_m: float
    likeness: float = Field(description="0 to 1.")


class DuplicateList(BaseModel):
    """Cases that may be the same, the likeliest first; nothing is merged by itself."""

    revision: int
    notice: str | None = None
    number: str
    duplicates: list[DuplicateItem]


class CategoryItem(BaseModel):
    """What a case can be about."""

    code: str
    group: _Group
    group_zh: str
    group_en: str
    name_zh: str
    name_en: str
    severity: int
    report_in: str = Field(description="Within which a department that is called reports in.")
    close: str = Field(description="Within which a case is to be closed.")
    hazard: bool = Field(description="Whether its open cases are hazards on the maps.")


class CategoryList(BaseModel):
    """All categories."""

    categories: list[CategoryItem]


class StageItem(BaseModel):
    """Where a case can be."""

    stage: Stage
    zh: str
    en: str
    open: bool


class StepItem(BaseModel):
    """What can be done with a case."""

    action: str
    zh: str
    en: str
    sources: list[Stage]
    to: Stage | None = Field(description="Null: the case stays in its stage.")
    right: str | None = Field(description="Null: the reporter's own.")
    doers: list[str]
    reason: bool
    told: bool
    allowed: bool = Field(description="Whether the one who asks has the right somewhere.")


class StageTable(BaseModel):
    """The stages, and the one table of the steps between them."""

    stages: list[StageItem]
    steps: list[StepItem]


class ImportQuery(Strict):
    """How to read a file of cases."""

    source: _Told = "police_call"
    channel: Literal["government", "resident"] = "government"
    crs: CrsName = "wgs84"


class RejectItem(BaseModel):
    """A row that could not be taken."""

    row: int
    field: str
    reason: str
    value: str


class ImportAnswer(BaseModel):
    """What came of a file of cases."""

    revision: int
    read: int
    taken: int
    new: int
    rejected: int
    rejects: list[RejectItem]
