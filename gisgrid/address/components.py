"""What an address says, part by part, after the model of GB/T 35639."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Numbers", "Reading"]


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of an address as normal text, ``""`` where nothing is said.

    ASCII digits without leading zeros, with what belongs to the number: ``"288"``, ``"12甲"``,
    ``"临12"``, ``"12附3"``, ``"12-18"``, ``"12、14"``, ``"A"``, ``"B1"``.

    Parameters
    ----------
    lane, branch : str
        弄 and 支弄 (or a lane in a lane).
    number : str
        号.
    building, unit, floor, room : str
        幢 and its like, 单元, 层, 室.
    """

    lane: str = ""
    branch: str = ""
    number: str = ""
    building: str = ""
    unit: str = ""
    floor: str = ""
    room: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a text.

    Parameters
    ----------
    names : tuple of str
        The pieces of the text that are no number, in its order: ``("嘉定区马陆镇白银路",)``.
    numbers : Numbers
    near : str
        How the place lies to the address, as written: 旁, 对面, 往东50米. The address itself is
        not the place then.
    crossing : bool
        The place is where roads meet; ``names`` holds them, the last two pieces.
    doubts : tuple of str
        Why this is not the plain reading of a standard address, in kebab-case:

        - ``missing-lane-word``, ``missing-number-word``: a bare number was read as one
        - ``building-as-number``, ``number-as-building``: 12幢 read as 12号; a bare
          number, or the second of two 号, as 幢
        - ``number-as-room``: a bare number small for a room was read as one
        - ``second-number``: one more number of a kind was left out
        - ``stray-letter``: a letter before a number was left out
        - ``swapped``: the parts stand in another order
        - ``remark``, ``extra-words``, ``landmark``, ``unread-number``: words or digits left out
        - ``not-chinese``: no Chinese in it; ``names`` holds the whole normal text
    """

    names: tuple[str, ...]
    numbers: Numbers
    near: str = ""
    crossing: bool = False
    doubts: tuple[str, ...] = ()
