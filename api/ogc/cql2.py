"""CQL2 as text, read into its JSON form.

A reader of its own: the parser there is for Python ends the process at some thousand brackets.
"""

from __future__ import annotations

import re
from typing import Any, Final

import shapely

from gisgrid.errors import InputError

__all__ = ["parse"]

_TOKEN: Final = re.compile(
    r"""\s*(?:
    (?P<string>'(?:''|\\'|[^'])*')
  | (?P<quoted>"[^"]+")
  | (?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)
  | (?P<name>[^\W\d][\w.:]*)
  | (?P<sign><>|<=|>=|[=<>(),])
    )""",
    re.VERBOSE,
)
_SHAPES: Final = frozenset(
    f"{kind}{shape}" for kind in ("", "MULTI") for shape in ("POINT", "LINESTRING", "POLYGON")
)
_DEPTH: Final = 40
_LONGEST_WHOLE: Final = 18


def parse(text: str) -> Any:
    """A filter in CQL2's JSON form.

    Comparisons, ``AND``, ``OR``, ``NOT``, ``LIKE``, ``BETWEEN``, ``IN``, ``IS NULL`` and
    ``S_INTERSECTS`` with a box or a WKT geometry.

    Raises
    ------
    InputError
        It is no such text; the error names the place.
    """
    return _Reader(text).whole()


class _Reader:
    """Reads a text once, from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens: list[tuple[str, str, int]] = []
        at = 0
        while text[at:].strip():
            found = _TOKEN.match(text, at)
            if found is None or found.lastgroup is None:
                raise _unread(text, at)
            self._tokens.append(
                (found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))
            )
            at = found.end()
        self._next = 0

    def whole(self) -> Any:
        tree = self._any_of(_DEPTH)
        if self._next < len(self._tokens):
            raise self._fault()
        return tree

    def _any_of(self, depth: int) -> Any:
        parts = [self._all_of(depth)]
        while self._takes("OR"):
            parts.append(self._all_of(depth))
        return parts[0] if len(parts) == 1 else {"op": "or", "args": parts}

    def _all_of(self, depth: int) -> Any:
        parts = [self._one(depth)]
        while self._takes("AND"):
            parts.append(self._one(depth))
        return parts[0] if len(parts) == 1 else {"op": "and", "args": parts}

    def _one(self, depth: int) -> Any:
        if depth == 0:
            raise InputError(f"nested more than {_DEPTH} deep", where="filter")
        if self._takes("NOT"):
            return _negated(self._one(depth - 1))
        if self._takes("("):
            tree = self._any_of(depth - 1)
            self._must(")")
            return tree
        if self._takes("S_INTERSECTS"):
            self._must("(")
            left = self._operand()
            self._must(",")
            right = self._operand()
            self._must(")")
            return {"op": "s_intersects", "args": [left, right]}
        return self._predicate()

    def _predicate(self) -> Any:
        left = self._operand()
        if self._next == len(self._tokens) or self._peek() in (")", "AND", "OR"):
            if isinstance(left, bool):
                return left
            raise self._fault()
        if self._takes("IS"):
            negated = self._takes("NOT")
            self._must("NULL")
            tree: Any = {"op": "isNull", "args": [left]}
            return _negated(tree) if negated else tree
        negated = self._takes("NOT")
        if self._takes("LIKE"):
            tree = {"op": "like", "args": [left, self._operand()]}
        elif self._takes("BETWEEN"):
            low = self._operand()
            self._must("AND")
            tree = {"op": "between", "args": [left, low, self._operand()]}
        elif self._takes("IN"):
            tree = {"op": "in", "args": [left, self._listed()]}
        elif not negated and self._peek() in ("=", "<>", "<", ">", "<=", ">="):
            tree = {"op": self._take()[1], "args": [left, self._operand()]}
        else:
            raise self._fault()
        return _negated(tree) if negated else tree

    def _listed(self) -> list[Any]:
        self._must("(")
        values = [self._operand()]
        while self._takes(","):
            values.append(self._operand())
        self._must(")")
        return values

    def _operand(self) -> Any:
        kind, word, at = self._take()
        if kind == "string":
            return re.sub(r"''|\\'", "'", word[1:-1])
        if kind == "number":
            # Python reads no whole number of thousands of digits.
            is_whole = len(word) <= _LONGEST_WHOLE and not re.search(r"[.eE]", word)
            return int(word) if is_whole else float(word)
        if kind == "quoted":
            return {"property": word[1:-1]}
        upper = word.upper()
        if kind == "name" and upper in ("TRUE", "FALSE"):
            return upper == "TRUE"
        if (kind == "name" and self._peek() == "(") or upper in _SHAPES:
            return self._called(upper, at)
        if kind == "name" and upper not in _RESERVED:
            return {"property": word}
        self._next -= 1
        raise self._fault()

    def _called(self, name: str, at: int) -> Any:
        if name in ("TIMESTAMP", "DATE", "BBOX"):
            values = self._listed()
            if name == "BBOX" and len(values) in (4, 6):
                return {"bbox": values}
            if name != "BBOX" and len(values) == 1:
                return {name.lower(): values[0]}
        if name in _SHAPES:
            return self._shape(at)
        raise _unread(self._text, at)

    def _shape(self, at: int) -> Any:
        """A geometry in WKT, up to the bracket that closes it."""
        depth = 0
        while True:
            _, word, place = self._take()
            depth += (word == "(") - (word == ")")
            if depth == 0 and word == ")":
                break
        try:
            return shapely.geometry.mapping(shapely.from_wkt(self._text[at : place + 1]))
        except (shapely.errors.GEOSException, AttributeError):
            raise _unread(self._text, at) from None

    def _peek(self) -> str:
        if self._next == len(self._tokens):
            return ""
        kind, word, _ = self._tokens[self._next]
        return word.upper() if kind in ("name", "sign") else ""

    def _take(self) -> tuple[str, str, int]:
        if self._next == len(self._tokens):
            raise self._fault()
        self._next += 1
        return self._tokens[self._next - 1]

    def _takes(self, word: str) -> bool:
        found = self._peek() == word
        self._next += found
        return found

    def _must(self, word: str) -> None:
        if not self._takes(word):
            raise self._fault()

    def _fault(self) -> InputError:
        known = self._next < len(self._tokens)
        return _unread(self._text, self._tokens[self._next][2] if known else len(self._text))


_RESERVED: Final = frozenset({"AND", "OR", "NOT", "LIKE", "BETWEEN", "IN", "IS", "NULL"})


def _negated(tree: Any) -> Any:
    return {"op": "not", "args": [tree]}


def _unread(text: str, at: int) -> InputError:
    what = (
        f"cannot be read from {text[at : at + 20]!r} on" if text[at:].strip() else "ends too soon"
    )
    return InputError(what, where="filter", fix="write it in CQL2, such as: name LIKE '马陆%'")
