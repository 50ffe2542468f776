"""One page around one folium map, with everything that it needs inside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import folium
from branca.element import Element, Figure, MacroElement
from folium.template import Template
from jinja2 import Environment
from markupsafe import Markup

from gisgrid.maps import text as safe
from gisgrid.maps.bundle import asset

__all__ = ["BaseMap", "MapText", "render_page"]

CHINA = (73.0, 18.0, 135.0, 54.0)
ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True)
class MapText:
    """What the head of a map says.

    Attributes
    ----------
    title_zh, title_en : str
        Title in Chinese and in English.
    notice : str
        Such as ``示例数据 / made-up data``; empty for none.
    revision : int or None
        Boundary revision that the map was drawn from.
    as_of : str
        Day or time that the map shows; empty for none.
    approval : str
        Its map-approval number (审图号); empty for none.
    panel_zh, panel_en : str
        What is beside the map; on a phone it opens the panel.
    """

    title_zh: str
    title_en: str
    notice: str = ""
    revision: int | None = None
    as_of: str = ""
    approval: str = ""
    panel_zh: str = "图例与筛选"
    panel_en: str = "Legend and filters"


@dataclass(frozen=True)
class BaseMap:
    """Tiles beneath a map: none unless somebody set an address.

    Attributes
    ----------
    url : str or None
        Template such as ``https://…/{z}/{x}/{y}.png``.
    attribution : str
        Shown as text.
    """

    url: str | None = None
    attribution: str = ""


class OfflineMap(folium.Map):
    """A folium map that links nothing."""

    default_js: list[tuple[str, str]] = []  # noqa: RUF012
    default_css: list[tuple[str, str]] = []  # noqa: RUF012


class Entry(MacroElement):
    """Hands the map to one function of our scripts."""

    _template = Template(
        "{% macro script(this, kwargs) %}"
        "gisgrid.{{ this.function }}({{ this._parent.get_name() }});"
        "{% endmacro %}"
    )

    def __init__(self, function: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Entry"
        self._id = function
        self.function = function


class Page(Figure):
    """A figure that puts folium's parts into our own page.

    folium renders strings as templates a second time, so no text of a user may be among its
    parts: they hold numbers and names of our own only.
    """

    def __init__(self, content: dict[str, Any], nonce: str | None) -> None:
        super().__init__()
        self.content = content
        self.nonce = nonce

    def render(self, **kwargs: Any) -> str:
        """Return the page."""
        for child in self._children.values():
            child.render(**kwargs)
        scripts = [
            safe.inline(asset(name)) for name in ("vendor/leaflet.js", "page.js", "canvas.js")
        ]
        scripts.append(safe.inline("\n".join(asset(name) for name in self.content["scripts"])))
        scripts.append(safe.inline(Element.render(self.script).strip()))
        names = ("vendor/leaflet.css", "page.css", *self.content["styles"])
        styles = [safe.inline(asset(name)) for name in names]
        return ENVIRONMENT.from_string(asset("page.html")).render(
            **self.content["head"],
            data=safe.json_block(self.content["data"]),
            stage=Markup(Element.render(self.html)),
            scripts=scripts,
            styles=styles,
            nonce=self.nonce,
            policy=None if self.nonce else _policy(scripts, styles, self.content["data"]["tiles"]),
        )


def render_page(
    function: str,
    data: dict[str, Any],
    text: MapText,
    *,
    bounds: tuple[float, float, float, float] | None,
    base: BaseMap | None = None,
    nonce: str | None = None,
    modules: Sequence[str] = (),
    styles: Sequence[str] = (),
) -> str:
    """Return a page that loads nothing from elsewhere.

    Parameters
    ----------
    function : str
        Name of the script in ``assets`` and of its function: grids, hazards or campaign.
    data : dict
        What the script draws; all its text is shown as text.
    text : MapText
        What the head says.
    bounds : (west, south, east, north) or None
        Degrees; None shows the country.
    base : BaseMap, optional
        Tiles; the page then loads them.
    nonce : str, optional
        For a served page under a content security policy with nonces. Without one the page
        carries a policy of its own, which allows its own scripts by their digests.
    modules, styles : sequence of str
        Files in ``assets``: scripts that the function's own one builds on, and more styles.

    Raises
    ------
    FileError
        The front-end files were not fetched.
    InputError
        The nonce or the tile address is not one.
    """
    west, south, east, north = bounds or CHINA
    tiles = None
    if base is not None and base.url:
        url = safe.tile_template(base.url)
        tiles = {"url": url, "attribution": safe.clean(base.attribution)}
    view = {"bounds": [[south, west], [north, east]], "tiles": tiles}
    content = {
        "head": _head(text),
        "data": {**view, **data},
        "scripts": [*modules, f"{function}.js"],
        "styles": styles,
    }
    page = Page(content, None if nonce is None else safe.nonce_value(nonce))
    chart = OfflineMap(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=11,
        tiles=None,
        prefer_canvas=True,
        zoom_control="topleft",
        attribution_control=False,
        zoom_snap=0.25,
        fade_animation=False,
    )
    chart._id = "main"
    chart.add_child(Entry(function))
    page.add_child(chart)
    return page.render()


def _head(text: MapText) -> dict[str, Any]:
    """Return the head's texts, escaped."""
    return {
        "title_zh": safe.html(text.title_zh),
        "title_en": safe.html(text.title_en),
        "notice": safe.html(text.notice),
        "revision": text.revision,
        "as_of": safe.html(text.as_of),
        "approval": safe.html(text.approval),
        "panel_zh": safe.html(text.panel_zh),
        "panel_en": safe.html(text.panel_en),
    }


def _policy(scripts: list[Markup], styles: list[Markup], tiles: object) -> str:
    """Return a content security policy that allows exactly these scripts and styles."""
    images = "img-src data: http: https:" if tiles else "img-src data:"
    return "; ".join(
        [
            "default-src 'none'",
            "script-src " + " ".join(safe.digest(code) for code in scripts),
            "style-src " + " ".join(safe.digest(code) for code in styles),
            images,
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )
