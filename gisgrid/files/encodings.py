"""Text encodings: which are accepted, and decoding that fails aloud instead of guessing."""

from __future__ import annotations

import codecs
from pathlib import Path

from gisgrid.errors import EncodingError

__all__ = ["codec_of", "undecodable"]

ADVICE = "state the right one with --encoding: utf-8, gbk, gb18030, big5, …"

# The later standard reads all that the earlier ones write, and what Windows added to them.
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "cp950",
    "utf-8": "utf-8-sig",
}
# Code pages as .cpg files write them.
_WRITTEN = {
    "65001": "utf-8",
    "936": "gbk",
    "54936": "gb18030",
    "950": "big5",
    "iso88591": "iso-8859-1",
}
_NOT_TEXT = {"idna", "punycode", "raw-unicode-escape", "unicode-escape", "undefined", "utf-7"}


def codec_of(name: str, *, where: str = "") -> str:
    """Name the codec that reads an encoding.

    Parameters
    ----------
    name : str
        As a person or a ``.cpg`` file writes it: ``GBK``, ``cp936``, ``936``, ``UTF-8``, ….
    where : str
        The file, for the error.

    Returns
    -------
    str
        A codec's name; for GB 2312, GBK and Big5 that of a superset.

    Raises
    ------
    EncodingError
        When there is no such encoding.
    """
    text = name.strip().lower()
    plain = text.removeprefix("ansi").strip().replace(" ", "").replace("-", "").replace("_", "")
    try:
        info = codecs.lookup(_WRITTEN.get(plain, text.replace(" ", "-")))
    except (LookupError, ValueError, UnicodeError):
        raise EncodingError(f"there is no encoding {name!r}", where=where, fix=ADVICE) from None
    if not getattr(info, "_is_text_encoding", True) or info.name in _NOT_TEXT:
        raise EncodingError(f"{name!r} is no encoding of files", where=where, fix=ADVICE)
    return _WIDER.get(info.name, info.name)


def undecodable(path: Path, place: str, codec: str) -> EncodingError:
    """The error for text that `codec` cannot read, at a place such as ``line 12``."""
    shown = codec.removesuffix("-sig")
    where = f"{path}, {place}" if place else str(path)
    return EncodingError(f"text cannot be read as {shown}", where=where, fix=ADVICE)
