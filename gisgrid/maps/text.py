"""The one place where text becomes part of a page.

Names and descriptions come from files and from the public, so they are hostile. They reach a page
by two ways only: `html` between tags, and `json_block` as data that scripts show with
``textContent``. Nothing textual passes through folium, whose own escaping does not hold.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from typing import Any
from urllib.parse import urlsplit

from markupsafe import Markup, escape

from gisgrid.errors import InputError

__all__ = ["clean", "digest", "html", "inline", "json_block", "nonce_value", "tile_template"]

CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
IN_JSON = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
IN_JSON_TABLE = str.maketrans(IN_JSON)
NONCE = re.compile(r"[A-Za-z0-9+/_-]{8,128}={0,2}")


def clean(text: object) -> str:
    """Return text without control and direction-changing characters and lone surrogates."""
    whole = str(text).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return CONTROLS.sub("\ufffd", whole)


def html(text: object) -> Markup:
    """Return text safe between tags and inside quoted attributes."""
    return escape(clean(text))


def json_block(data: Any) -> Markup:
    """Return data as JSON that cannot end, or comment out, the script element around it.

    Parameters
    ----------
    data : dict, list, str, int, float, bool or None, nested
        Numbers must be finite.

    Raises
    ------
    ValueError
        A number is not finite.
    """
    text = json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Markup(whole.translate(IN_JSON_TABLE))


def inline(code: str) -> Markup:
    """Return our own or a vendor's code fit for an inline script or style element."""
    for end in ("</script", "</style", "<!--"):
        code = re.sub(re.escape(end), lambda m: "<\\" + m.group()[1:], code, flags=re.IGNORECASE)
    return Markup(code)


def digest(code: str) -> str:
    """Return the source expression that allows exactly this inline code."""
    value = hashlib.sha256(code.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(value).decode('ascii')}'"


def nonce_value(nonce: str) -> str:
    """Return a nonce that is safe in an attribute.

    Raises
    ------
    InputError
        It is not 8 to 128 characters of base64.
    """
    if not NONCE.fullmatch(nonce):
        raise InputError(
            "a nonce is 8 to 128 characters of base64", fix="use secrets.token_urlsafe"
        )
    return nonce


def tile_template(url: str) -> str:
    """Return a tile URL template after checking it.

    Raises
    ------
    InputError
        It is not an http or https address, nor a path on the same host, or lacks {x}, {y}, {z}.
    """
    parts = urlsplit(url)
    web = parts.scheme in ("http", "https") and bool(parts.netloc)
    path = not parts.scheme and url.startswith("/")
    if not (web or path) or clean(url) != url or not all(k in url for k in ("{x}", "{y}", "{z}")):
        raise InputError(
            "not a tile address", where=clean(url), fix="give http(s)://…/{z}/{x}/{y} or a path"
        )
    return url
