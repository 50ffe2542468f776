"""What bare and repeated numbers count: every sensible way, the likeliest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, product

from gisgrid.address.components import Numbers
from gisgrid.address.tokens import Token

__all__ = ["fill"]

_FIELDS = {
    "l": "lane",
    "b": "branch",
    "n": "number",
    "d": "building",
    "u": "unit",
    "f": "floor",
    "r": "room",
}
_ORDER = "lbndufr"
_MOST = 4
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

# What k bare numbers count between two numbers with words: "l" to "r" as above, "-" joined to the
# next one as a range or sub-number, "+" to the one before, "." left unread. Keys: the kind before,
# the kind after (u, f and r are alike there), the k; values: the ways, the likeliest first.
_WAYS: dict[tuple[str, str, int], tuple[str, ...]] = {
    ("", "", 1): ("n",),
    ("", "", 2): ("ln", "nr", "nd", "-n"),
    ("", "", 3): ("lnr", "nur"),
    ("", "", 4): ("lnur",),
    ("", "n", 1): ("l", "-"),
    ("", "n", 2): ("lb",),
    ("", "l", 1): ("-",),
    ("", "d", 1): ("n",),
    ("", "d", 2): ("ln",),
    ("", "r", 1): ("n",),
    ("", "r", 2): ("ln", "nu"),
    ("", "r", 3): ("lnu",),
    ("l", "", 1): ("n",),
    ("l", "", 2): ("nr", "-n"),
    ("l", "", 3): ("nur",),
    ("l", "n", 1): ("-", "b"),
    ("l", "d", 1): ("n",),
    ("l", "r", 1): ("n",),
    ("l", "r", 2): ("nu",),
    ("b", "", 1): ("n",),
    ("b", "", 2): ("nr", "-n"),
    ("b", "n", 1): ("-",),
    ("b", "r", 1): ("n",),
    ("n", "", 1): ("r", "+", "d"),
    ("n", "", 2): ("ur",),
    ("n", "", 3): ("dur",),
    ("n", "r", 1): ("u",),
    ("d", "", 1): ("r",),
    ("d", "", 2): ("ur",),
    ("d", "r", 1): ("u",),
    ("u", "", 1): ("r",),
    ("u", "", 2): ("fr",),
    ("f", "", 1): ("r",),
}


def fill(tokens: list[Token]) -> list[tuple[Numbers, tuple[str, ...]]]:
    """Give every number its field.

    Parameters
    ----------
    tokens : list of Token
        From :func:`gisgrid.address.tokens.cut`.

    Returns
    -------
    list of tuple
        The numbers and the doubts of each way to read them, the likeliest first, at most four.
    """
    ways: dict[Numbers, tuple[str, ...]] = {}
    for variant, doubts in _told_apart(_joined(tokens)):
        for numbers, more in islice(_assigned(variant), _MOST):
            ways.setdefault(numbers, (*doubts, *more))
    for numbers, doubts in list(ways.items()):
        plain = replace(
            numbers, lane=numbers.lane.lstrip(_LETTERS), number=numbers.number.lstrip(_LETTERS)
        )
        ways.setdefault(plain, (*doubts, "stray-letter"))
        if numbers.building.isdigit() and not numbers.number:
            as_number = replace(numbers, number=numbers.building, building="")
            ways.setdefault(as_number, (*doubts, "building-as-number"))
    return list(ways.items())[:_MOST]


def _joined(tokens: list[Token]) -> list[Token]:
    """12号、14号 as one list; 12号至18号, and 12号-18号 where it rises, as one range."""
    joined: list[Token] = []
    for token in tokens:
        last = joined[-1] if joined else None
        if last and (
            (token.gap in ("~", "、") and last.kind in ("", token.kind))
            or (token.gap == "-" and last.kind == token.kind != "" and _rises(last, token))
        ):
            sign = "、" if token.gap == "、" else "-"
            joined[-1] = Token(token.kind, last.value + sign + token.value, last.gap)
        else:
            joined.append(token)
    return joined


def _rises(first: Token, second: Token) -> bool:
    numeric = first.value.isdigit() and second.value.isdigit()
    return numeric and int(first.value) < int(second.value)


def _told_apart(tokens: list[Token]) -> Iterator[tuple[list[Token], tuple[str, ...]]]:
    """Give the second of two numbers with the same word another meaning."""
    kinds = [token.kind for token in tokens]
    if kinds.count("l") > 1 and "b" not in kinds:
        second = kinds.index("l", kinds.index("l") + 1)
        tokens = _with_kind(tokens, second, "b")
        kinds[second] = "b"
    if kinds.count("n") < 2:
        yield tokens, ()
        return
    first = kinds.index("n")
    second = kinds.index("n", first + 1)
    if "l" not in kinds:
        yield _with_kind(tokens, first, "l"), ("missing-lane-word",)
    if "d" not in kinds:
        yield _with_kind(tokens, second, "d"), ("number-as-building",)
    else:
        yield tokens, ()


def _with_kind(tokens: list[Token], index: int, kind: str) -> list[Token]:
    return [*tokens[:index], replace(tokens[index], kind=kind), *tokens[index + 1 :]]


def _assigned(tokens: list[Token]) -> Iterator[tuple[Numbers, tuple[str, ...]]]:
    """Every way to give the bare numbers among ``tokens`` a field."""
    spans = list(_bare_spans(tokens))
    said = {token.kind for token in tokens}
    choices = [_ways(tokens, begin, end, said) for begin, end in spans]
    for chosen in product(*choices):
        kinds = [token.kind for token in tokens]
        for (begin, end), way in zip(spans, chosen, strict=True):
            kinds[begin:end] = way
        yield _numbers(tokens, kinds)


def _bare_spans(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    begin = 0
    while begin < len(tokens):
        end = begin
        while end < len(tokens) and not tokens[end].kind:
            end += 1
        if end > begin:
            yield begin, end
        begin = end + 1


def _ways(tokens: list[Token], begin: int, end: int, said: set[str]) -> list[str]:
    count = end - begin
    before = tokens[begin - 1].kind if begin else ""
    after = tokens[end].kind if end < len(tokens) else ""
    if before and after and _ORDER.index(before) > _ORDER.index(after):
        before = ""  # 301室 288 12号: the small parts came first
    ways = _WAYS.get((before, "r" if after in ("u", "f") else after, count), ())
    possible = [
        way
        for way in ways
        if not said & set(way)
        and all(_possible(tokens, begin + i, kind) for i, kind in enumerate(way))
    ]
    likeliest = _likeliest(tokens, begin, end)
    if likeliest in possible:
        possible.sort(key=lambda way: way != likeliest)
    return possible or ["." * count]


def _possible(tokens: list[Token], index: int, kind: str) -> bool:
    if kind == "-":
        return index + 1 < len(tokens) and tokens[index + 1].gap == "-"
    if kind == "+":
        return tokens[index].gap == "-"
    return kind != "d" or _small(tokens[index])


def _small(token: Token) -> bool:
    """Whether a number is too small for most rooms, whose floor comes before two digits."""
    return len(token.value) < 3


def _likeliest(tokens: list[Token], begin: int, end: int) -> str:
    """12-18号 is a range rather than a lane; 12-301 has a room, 12号-3 is a number by itself."""
    if end - begin > 1:
        return "ln" if _small(tokens[end - 1]) else "nr"
    if end < len(tokens) and _rises(tokens[begin], tokens[end]):
        return "-"
    return "+" if _small(tokens[begin]) else "r"


def _doubts(token: Token, kind: str) -> list[str]:
    """Why a bare number may not be what it was read as."""
    if kind in "lb":
        return ["missing-lane-word"]
    if kind == "n":
        return ["missing-number-word"]
    if kind == "d":
        return ["number-as-building"]
    return ["number-as-room"] if kind == "r" and token.gap == "-" and _small(token) else []


def _numbers(tokens: list[Token], kinds: Iterable[str]) -> tuple[Numbers, tuple[str, ...]]:
    values: dict[str, str] = {}
    doubts: list[str] = []
    order: list[int] = []
    waiting = ""
    for token, kind in zip(tokens, kinds, strict=True):
        if kind == "-":
            waiting += token.value + "-"
            continue
        if kind == "+":
            values["n"] += "-" + token.value
            continue
        if kind == "." or kind in values:
            doubts.append("unread-number" if kind == "." else "second-number")
            continue
        values[kind] = waiting + token.value
        waiting = ""
        order.append(_ORDER.index(kind))
        if not token.kind:
            doubts += _doubts(token, kind)
    if order != sorted(order):
        doubts.append("swapped")
    return Numbers(**{_FIELDS[kind]: value for kind, value in values.items()}), tuple(
        dict.fromkeys(doubts)
    )
