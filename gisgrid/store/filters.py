"""Filters in CQL2's JSON form, made into conditions of SQL.

What a filter names is looked up among the properties that it may name, what it states becomes a
bound parameter, so nothing of it reaches the database as SQL.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from operator import eq, ge, gt, le, lt, ne
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

import numpy as np
import shapely
from sqlalchemy import and_, false, func, literal, not_, or_, true

from gisgrid.errors import InputError
from gisgrid.times import parse_instant

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy import ColumnElement

__all__ = ["Filter", "Kind", "Property", "System", "meets"]

Kind = Literal["text", "integer", "boolean", "instant", "geometry"]

_COMPARISONS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "=": eq,
    "<>": ne,
    "<": lt,
    ">": gt,
    "<=": le,
    ">=": ge,
}
_ARGUMENTS: Final[Mapping[str, int]] = {
    **dict.fromkeys(_COMPARISONS, 2),
    "s_intersects": 2,
    "isNull": 1,
    "like": 2,
    "between": 3,
    "in": 2,
}
_SCALARS: Final = ("text", "integer", "boolean", "instant")
_DEPTH: Final = 40
_MOST_VALUES: Final = 1_000


@dataclass(frozen=True)
class Property:
    """Something that a filter may name."""

    column: ColumnElement[Any]
    kind: Kind


class System(Protocol):
    """A coordinate system, as the geometries of a filter are written in it."""

    def read(self, written: NDArray[Any]) -> NDArray[Any]:
        """Geometries in longitude and latitude."""

    def boxes(self, corners: Sequence[float]) -> NDArray[np.float64]:
        """A box in degrees, shape (n, 4): two where it crosses ±180°."""


@dataclass(frozen=True)
class Filter:
    """How the filters of one collection are read.

    Attributes
    ----------
    properties : mapping of str to Property
    zone : tzinfo
        In which a bare date is its midnight.
    system : System
        In which its geometries are written.
    """

    properties: Mapping[str, Property]
    zone: tzinfo
    system: System

    def condition(self, tree: Any) -> ColumnElement[bool]:
        """The condition that a filter in CQL2's JSON form states.

        Raises
        ------
        InputError
            It is none, or names or compares what cannot be.
        """
        return self._condition(tree, _DEPTH)

    def _condition(self, tree: Any, depth: int) -> ColumnElement[bool]:
        if depth == 0:
            raise _unfit(f"nested more than {_DEPTH} deep")
        if isinstance(tree, bool):
            return true() if tree else false()
        if not isinstance(tree, dict) or not isinstance(tree.get("args"), list):
            raise _unfit("an operation with its arguments was expected")
        op, args = tree.get("op"), tree["args"]
        if op in ("and", "or"):
            if len(args) < 2:
                raise _unfit(f"{op} joins two conditions or more")
            parts = [self._condition(one, depth - 1) for one in args]
            return and_(*parts) if op == "and" else or_(*parts)
        if op == "not":
            return not_(self._condition(_counted(op, args, 1)[0], depth - 1))
        return self._predicate(op, args)

    def _predicate(self, op: Any, args: list[Any]) -> ColumnElement[bool]:
        count = _ARGUMENTS.get(op) if isinstance(op, str) else None
        if count is None:
            raise _unfit(f"there is no operation {_shown(op)} here")
        if op in _COMPARISONS:
            return self._comparison(op, *_counted(op, args, count))
        if op == "s_intersects":
            return self._intersects(*_counted(op, args, count))
        first, *rest = _counted(op, args, count)
        if op == "isNull":
            return self._property(first).column.is_(None)
        if op == "like":
            found = self._of_kind(self._property(first), "text", op)
            return found.column.like(_pattern(self._value(rest[0], "text")))
        found = self._of_kind(self._property(first), _SCALARS, op)
        if op == "between":
            low, high = (self._value(one, found.kind) for one in rest)
            return found.column.between(low, high)
        if not isinstance(rest[0], list) or not 1 <= len(rest[0]) <= _MOST_VALUES:
            raise _unfit(f"in takes a list of 1 to {_MOST_VALUES} values")
        return found.column.in_([self._value(one, found.kind) for one in rest[0]])

    def _comparison(self, op: str, left: Any, right: Any) -> ColumnElement[bool]:
        first, second = _is_property(left), _is_property(right)
        if not first and not second:
            raise _unfit(f"{op} compares a property")
        own = self._property(left if first else right)
        known = self._of_kind(own, _SCALARS, op)
        if first and second:
            other = self._of_kind(self._property(right), known.kind, op)
            return _result(_COMPARISONS[op](known.column, other.column))
        value = literal(self._value(right if first else left, known.kind))
        sides = (known.column, value) if first else (value, known.column)
        return _result(_COMPARISONS[op](*sides))

    def _intersects(self, left: Any, right: Any) -> ColumnElement[bool]:
        if not _is_property(left):
            left, right = right, left
        found = self._of_kind(self._property(left), "geometry", "s_intersects")
        return meets(found.column, self._geometry(right))

    def _geometry(self, tree: Any) -> Any:
        """A box or a GeoJSON geometry, in longitude and latitude."""
        if isinstance(tree, dict) and tree.keys() == {"bbox"}:
            return _joined(self.system.boxes(_numbers(tree["bbox"])))
        return self.system.read(np.array([_geojson(tree)], dtype=object))[0]

    def _property(self, tree: Any) -> Property:
        name = tree.get("property") if _is_property(tree) else None
        found = self.properties.get(name) if isinstance(name, str) else None
        if found is None:
            listed = ", ".join(self.properties)
            raise InputError(
                "there is no such property",
                where=f"filter: {_shown(name or tree)}",
                fix=f"name one of: {listed}",
            )
        return found

    def _of_kind(self, found: Property, kinds: str | tuple[str, ...], op: str) -> Property:
        if found.kind not in ((kinds,) if isinstance(kinds, str) else kinds):
            raise _unfit(f"{op} does not fit a property of the kind {found.kind}")
        return found

    def _value(self, tree: Any, kind: str) -> Any:
        """A stated value, as a property of that kind is compared with."""
        if kind == "instant":
            return self._instant(tree)
        if kind == "text" and isinstance(tree, str) and "\0" not in tree:
            return tree
        if kind == "boolean" and isinstance(tree, bool):
            return tree
        is_number = isinstance(tree, int | float) and not isinstance(tree, bool)
        if kind == "integer" and is_number and math.isfinite(tree) and abs(tree) < 1e15:
            return tree
        raise _unfit(f"{_shown(tree)} is not of the kind {kind}")

    def _instant(self, tree: Any) -> datetime:
        if isinstance(tree, dict) and len(tree) == 1 and tree.keys() <= {"timestamp", "date"}:
            (tree,) = tree.values()
        if not isinstance(tree, str):
            raise _unfit(
                "a time is written TIMESTAMP('2024-09-15T00:00:00Z') or DATE('2024-09-15')"
            )
        return parse_instant(tree, self.zone)


def meets(column: ColumnElement[Any], geometry: Any) -> ColumnElement[bool]:
    """The geometries of a column that share a point with one in longitude and latitude."""
    return _result(func.ST_Intersects(column, func.ST_GeomFromWKB(shapely.to_wkb(geometry), 4326)))


def _result(condition: Any) -> ColumnElement[bool]:
    made: ColumnElement[bool] = condition
    return made


def _is_property(tree: Any) -> bool:
    return isinstance(tree, dict) and tree.keys() == {"property"}


def _counted(op: Any, args: list[Any], count: int) -> list[Any]:
    if len(args) != count:
        raise _unfit(f"{op} takes {count} arguments")
    return args


def _pattern(text: str) -> str:
    """A pattern of LIKE; the database stops at one that ends with the sign that escapes."""
    if (len(text) - len(text.rstrip("\\"))) % 2:
        raise _unfit("a pattern cannot end with a single \\")
    return text


def _numbers(tree: Any) -> list[float]:
    """The numbers of a list; none where one of them is no number."""
    is_list = isinstance(tree, list) and all(isinstance(one, int | float) for one in tree)
    return [float(one) for one in tree] if is_list else []


def _joined(boxes: NDArray[np.float64]) -> Any:
    """One geometry of boxes; a box without a width is a line or a point."""
    return shapely.union_all(shapely.convex_hull(shapely.box(*boxes.T)))


def _geojson(tree: Any) -> Any:
    """A GeoJSON geometry: valid, two-dimensional, finite."""
    if not isinstance(tree, dict):
        raise _unfit("s_intersects takes a geometry")
    try:
        made = shapely.force_2d(shapely.from_geojson(json.dumps(tree)))
    except (shapely.errors.GEOSException, ValueError, TypeError, RecursionError):
        raise _unfit("the geometry cannot be read") from None
    finite = np.isfinite(shapely.get_coordinates(made)).all()
    if made is None or shapely.is_empty(made) or not finite or not shapely.is_valid(made):
        raise _unfit("the geometry is empty or not valid")
    return made


def _shown(tree: Any) -> str:
    """A value for a message; one that holds others may be too deep to be written."""
    return repr(str(tree)[:60]) if isinstance(tree, str | int | float) else type(tree).__name__


def _unfit(what: str) -> InputError:
    return InputError(what, where="filter", fix="see the collection's queryables, and CQL2")
