"""What requests about people hold, and their answers."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.parameters import AtQuery, Code, Instant
from api.problems import Problem
from gisgrid.store.drafts.fields import Strict

__all__ = [
    "DepartmentList",
    "NewDepartment",
    "NewParty",
    "NewPersonBody",
    "NewPostBody",
    "NewTeam",
    "PartyList",
    "PersonDetail",
    "PersonList",
    "PersonQuery",
    "PostEnd",
    "PostList",
    "PostsQuery",
    "StaffingAnswer",
    "StaffingQuery",
    "TeamList",
    "TelephoneAnswer",
    "Written",
    "answers",
]

_Limit = Annotated[int, Field(ge=1, le=1000, description="Most rows in one answer.")]
_Count = Annotated[int, Field(ge=0, le=1_000_000)]
_Day = Annotated[str, Field(max_length=64, description="ISO date, such as 2024-09-15.")]
_Short = Annotated[Code, Field(max_length=100)]


def answers(model: type[Any], *refusals: int, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """What a route answers, for its description."""
    known = {401, 403, *refusals}
    return {status: {"model": model}, **{one: {"model": Problem} for one in sorted(known)}}


class PersonQuery(BaseModel):
    """The parameters of a listing of people."""

    model_config = ConfigDict(extra="forbid")

    limit: _Limit = 100
    after: Annotated[Code, Field(description="Only codes after this one.")] = ""


class NewPersonBody(Strict):
    """Somebody new, or what has changed of somebody; what is left out stays as it is."""

    code: Annotated[Code, Field(min_length=1)]
    name: _Short = ""
    telephone: Annotated[Code, Field(max_length=40)] = ""
    home_job: _Short = ""
    department: Code = ""


class PersonItem(BaseModel):
    """Somebody who holds posts."""

    code: str
    name: str
    home_job: str
    department: str
    telephone: bool = Field(description="Whether there is a number on record.")


class PersonDetail(PersonItem):
    """Somebody, as they are on record now."""

    revision: int


class PersonList(BaseModel):
    """People by their codes, and the address of the next page."""

    revision: int
    people: list[PersonItem]
    next: str | None


class TelephoneAnswer(BaseModel):
    """A telephone number; that it was looked at is on record."""

    code: str
    telephone: str


class PostsQuery(AtQuery):
    """The parameters of a listing of posts."""

    grid: Annotated[Code | None, Field(description="Code of a grid.")] = None
    person: Annotated[Code | None, Field(description="Code of a person.")] = None
    past: Annotated[bool, Field(description="Those of all times.")] = False
    limit: _Limit = 100
    after: Annotated[int, Field(ge=0, le=2**62, description="Only ids after this one.")] = 0


class NewPostBody(Strict):
    """A post that somebody is to hold."""

    person: Annotated[Code, Field(min_length=1)]
    grid: Annotated[Code, Field(min_length=1)]
    kind: Literal["chief", "deputy", "member"]
    own_post: Annotated[_Short, Field(description="The post that they hold beside it.")] = ""
    since: Instant = None
    until: Annotated[Instant, Field(description="Its end is not part of it.")] = None


class PostEnd(Strict):
    """When a post ends."""

    until: Instant = None


class PostItem(BaseModel):
    """A post."""

    id: int
    person: str
    name: str
    grid: str
    grid_name: str
    level: str
    kind: Literal["chief", "deputy", "member"]
    own_post: str
    home_job: str
    department: str
    since: str
    until: str | None
    grid_ended: bool = Field(description="The grid does not hold any more.")


class PostList(BaseModel):
    """Posts in order of their ids, and the address of the next page."""

    revision: int
    posts: list[PostItem]
    next: str | None


class NewDepartment(Strict):
    """A department, new or changed."""

    code: Annotated[Code, Field(min_length=1)]
    kind: Literal["line", "office"] = "line"
    name_zh: Annotated[_Short, Field(min_length=1)]
    name_en: _Short = ""


class DepartmentList(BaseModel):
    """All departments."""

    revision: int
    departments: list[NewDepartment]


class NewTeam(Strict):
    """A team as it is told of on a day."""

    code: Annotated[Code, Field(min_length=1)]
    grid: Annotated[Code, Field(min_length=1)]
    kind: Literal["volunteers", "coalition"]
    name_zh: Annotated[_Short, Field(min_length=1)]
    name_en: _Short = ""
    people: _Count
    as_of: _Day
    source: _Short = ""
    qualifier: Annotated[_Short, Field(description="The word beside the figure: 余, 近.")] = ""


class TeamList(BaseModel):
    """Teams, each as it was told of last."""

    revision: int
    teams: list[NewTeam]


class NewParty(Strict):
    """The party groups of a grid as they are told of on a day."""

    grid: Annotated[Code, Field(min_length=1)]
    groups: _Count
    members: _Count
    as_of: _Day
    source: _Short = ""
    qualifier: _Short = ""


class PartyList(BaseModel):
    """Party groups by grid, each as told of last."""

    revision: int
    party: list[NewParty]
    groups: int = Field(description="Of all of them.")
    members: int = Field(description="Of all of them.")


class Written(BaseModel):
    """That something was put on record."""

    revision: int
    id: int | None = None
    changed: int = Field(description="Rows that are new or differ.")


class StaffingQuery(AtQuery):
    """The parameters of staffing."""

    level: Literal["area", "unit", "micro"] | None = None
    gaps: Annotated[bool, Field(description="Only grids that lack members.")] = False


class StrengthItem(BaseModel):
    """How many grid members a grid has and should have."""

    level: Literal["area", "unit", "micro"]
    code: str
    name: str
    parent: str
    micros: int
    wanted: int
    have: int
    missing: int
    short: int = Field(description="Micro-grids in it that lack members.")


class StaffingAnswer(BaseModel):
    """Where grid members are missing."""

    revision: int
    per_micro: int
    grids: list[StrengthItem]
    ended: list[PostItem] = Field(description="Posts whose grid does not hold any more.")
