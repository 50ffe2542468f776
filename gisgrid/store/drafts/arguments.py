"""What the edits of a plan are told: one model per kind, the same on the web and in the log.

Grids are named by the codes that they have in the plan, shapes are GeoJSON in degrees
(EPSG:4326), so that an edit can be read, stored and made again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import shapely
from pydantic import (
    AfterValidator,
    Field,
    SerializerFunctionWrapHandler,
    TypeAdapter,
    ValidationError,
    model_serializer,
    model_validator,
)

from gisgrid.errors import InputError
from gisgrid.store.drafts.fields import (
    Code,
    Households,
    Line,
    Name,
    NestedLevel,
    NewCode,
    Place,
    Polygon,
    Rings,
    Strict,
    Surface,
    Text,
)

__all__ = [
    "EDIT_KINDS",
    "AcceptRange",
    "CutOut",
    "Edit",
    "GridAsDrawn",
    "Line",
    "Merge",
    "MoveBorder",
    "MoveBuildings",
    "MovePart",
    "MoveVertex",
    "NewGrid",
    "Paint",
    "Place",
    "Polygon",
    "Recode",
    "Redraw",
    "Rename",
    "SetHouseholds",
    "SetParent",
    "SetSpecial",
    "Split",
    "Strict",
    "Text",
    "parse_edit",
]

_MOST_CODES: Final = 100
_MOST_BUILDINGS: Final = 1_000
_MOST_CELLS: Final = 5_000
_MOST_VERTICES: Final = 500_000
_MOST_GRIDS: Final = 50_000


def _worded(reason: str) -> str:
    if not reason.strip():
        raise ValueError("a reason cannot be made of blanks")
    return reason


# Why a micro-grid may have fewer or more households than it should.
_Reason = Annotated[Text, AfterValidator(_worded), Field(min_length=1)]


class _Redrawing(Strict):
    with_parents: bool = Field(
        default=False, description="Borders of the levels above may move along."
    )


class Split(_Redrawing):
    """Split a grid by a line; the piece with most households stays the grid."""

    kind: Literal["split"] = "split"
    code: Code
    line: Line
    new_codes: tuple[NewCode, ...] = Field(
        default=(),
        max_length=_MOST_CODES,
        description="Of the other pieces, the largest first; else the next free ones.",
    )
    new_names: tuple[Text, ...] = Field(
        default=(),
        max_length=_MOST_CODES,
        description="In the same order; else the grid's own name with a number.",
    )


class Merge(_Redrawing):
    """Merge grids into one of them, the largest unless ``into`` says another."""

    kind: Literal["merge"] = "merge"
    codes: Annotated[tuple[Code, ...], Field(min_length=2, max_length=_MOST_CODES)]
    into: Code | None = None


class MovePart(_Redrawing):
    """Give what a polygon covers of a grid to its neighbour."""

    kind: Literal["move-part"] = "move-part"
    source: Code
    target: Code
    polygon: Polygon


class MoveBuildings(_Redrawing):
    """Give the ground of some buildings, and no other building's, to the grid's neighbour."""

    kind: Literal["move-buildings"] = "move-buildings"
    source: Code
    target: Code
    buildings: Annotated[tuple[Code, ...], Field(min_length=1, max_length=_MOST_BUILDINGS)] = Field(
        description="By their ids at their source."
    )


class Paint(Strict):
    """Give the ground of cells to a grid, whichever of its siblings have it."""

    kind: Literal["paint"] = "paint"
    to: Code
    cells: Annotated[tuple[Rings, ...], Field(min_length=1, max_length=_MOST_CELLS)] = Field(
        description="Coordinates of GeoJSON polygons."
    )

    @property
    def shapes(self) -> list[shapely.Polygon]:
        """The cells as shapes."""
        return [shapely.Polygon(rings[0], rings[1:]) for rings in self.cells]


class MoveBorder(_Redrawing):
    """Draw the border between two grids anew."""

    kind: Literal["move-border"] = "move-border"
    one: Code
    other: Code
    line: Line


class MoveVertex(_Redrawing):
    """Move a vertex of a shared border, for all grids that have it."""

    kind: Literal["move-vertex"] = "move-vertex"
    level: NestedLevel
    old: Place
    new: Place


class CutOut(_Redrawing):
    """Cut a new special grid (专属网格) out of all grids that a polygon meets."""

    kind: Literal["cut-out"] = "cut-out"
    level: NestedLevel
    polygon: Polygon
    new_code: NewCode | None = None
    name: Name = ""
    special: bool = True


class Rename(Strict):
    """Give a grid another name."""

    kind: Literal["rename"] = "rename"
    code: Code
    name: Name


class Recode(Strict):
    """Give a grid another code, which no other grid ever had."""

    kind: Literal["recode"] = "recode"
    code: Code
    new_code: NewCode


class SetParent(_Redrawing):
    """Put a grid below another of the level above: the one that holds it, or shall."""

    kind: Literal["set-parent"] = "set-parent"
    code: Code
    parent: Code


class SetSpecial(Strict):
    """Say whether a grid is a special one (专属网格)."""

    kind: Literal["set-special"] = "set-special"
    code: Code
    special: bool


class SetHouseholds(Strict):
    """Declare how many households a grid has; null: not declared."""

    kind: Literal["set-households"] = "set-households"
    code: Code
    households: Households | None


class AcceptRange(Strict):
    """Accept that a micro-grid has fewer or more households than it should; null takes it back."""

    kind: Literal["accept-range"] = "accept-range"
    code: Code
    reason: _Reason | None


class GridAsDrawn(Strict):
    """A grid that gets another shape, or is called otherwise; what is left out stays."""

    code: Code
    shape: Surface | None = None
    new_code: NewCode | None = None
    name: Name | None = None
    parent: Code | None = Field(
        default=None, description="null: the grid that holds most of its ground."
    )
    special: bool | None = None
    households: Households | None = Field(default=None, description="null: not declared.")
    range_reason: _Reason | None = Field(
        default=None, description="Why its number of households is accepted; null: it is not."
    )

    @model_serializer(mode="wrap")
    def _as_told(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Without what was left out, for null says something else."""
        return {name: value for name, value in write(self).items() if name in self.model_fields_set}


class NewGrid(Strict):
    """A grid that a redrawing makes."""

    code: NewCode | None = Field(default=None, description="Without it the next free one.")
    level: Literal["area", "unit", "micro", "police"]
    name: Name = ""
    parent: Code | None = Field(
        default=None, description="Without it the grid that holds most of its ground."
    )
    special: bool = False
    households: Households | None = None
    range_reason: _Reason | None = None
    shape: Surface


class Redraw(Strict):
    """Give grids whole shapes, to the bit; nothing else follows them.

    Whether the grids then fit each other is for the check to say.
    """

    kind: Literal["redraw"] = "redraw"
    why: Text = ""
    grids: tuple[GridAsDrawn, ...] = Field(default=(), max_length=_MOST_GRIDS)
    made: tuple[NewGrid, ...] = Field(default=(), max_length=_MOST_GRIDS)
    ended: tuple[Code, ...] = Field(default=(), max_length=_MOST_GRIDS)

    @property
    def told(self) -> tuple[GridAsDrawn | NewGrid, ...]:
        """What is said of the grids that are there, then of those that are made."""
        return (*self.grids, *self.made)

    @model_validator(mode="after")
    def _not_too_much(self) -> Self:
        count = sum(one.shape.vertices for one in self.told if one.shape is not None)
        if count > _MOST_VERTICES:
            raise ValueError(f"{count:,} vertices are more than {_MOST_VERTICES:,}")
        return self


Edit = Annotated[
    Split
    | Merge
    | MovePart
    | MoveBuildings
    | Paint
    | MoveBorder
    | MoveVertex
    | CutOut
    | Rename
    | Recode
    | SetParent
    | SetSpecial
    | SetHouseholds
    | AcceptRange
    | Redraw,
    Field(discriminator="kind"),
]

_EDIT: Final[TypeAdapter[Edit]] = TypeAdapter(Edit)

EDIT_KINDS: Final[tuple[str, ...]] = (
    "split",
    "merge",
    "move-part",
    "move-buildings",
    "paint",
    "move-border",
    "move-vertex",
    "cut-out",
    "rename",
    "recode",
    "set-parent",
    "set-special",
    "set-households",
    "accept-range",
    "redraw",
)


def parse_edit(kind: str, arguments: Mapping[str, Any]) -> Edit:
    """An edit from its kind and its arguments, as the log keeps them.

    Raises
    ------
    InputError
        There is no such kind, or an argument is missing, unknown or of the wrong form.
    """
    if kind not in EDIT_KINDS:
        raise InputError(
            "there is no such kind of edit", where=repr(kind), fix=f"one of {', '.join(EDIT_KINDS)}"
        )
    try:
        return _EDIT.validate_python({**arguments, "kind": kind})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in first["loc"][1:])
        raise InputError(first["msg"].lower(), where=f"{kind}: {place}".rstrip(": ")) from None
