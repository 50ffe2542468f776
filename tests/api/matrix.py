"""A line for each route: the right that it needs, and how to ask it for what is ours or is not.

Requests name what `tests.api.planting` has planted; `guess` asks for what does not exist.
"""

from __future__ import annotations

from typing import Any, Final

from gisgrid.access import Right

from .case_lines import CASES
from .lines import NOWHERE, Ask, Door, Line, listed, one
from .staff_lines import STAFF

__all__ = ["LINES"]

_SEE, _PLAN, _LOOK = Right.SEE_PLACES, Right.PLAN, Right.RESOLVE
_RENAME: Final = {"kind": "rename", "code": "{micro_in}", "name": "又一名"}


def _items(method: str, right: Right, end: str, json: Any = None) -> Line:
    """A route of an item of a campaign."""
    route = "/v1/campaigns/{code}/items/{item_id:path}" + end
    asks = [
        Ask(f"/v1/campaigns/{one}/items/{one}{end}", json, one)
        for one in ("{campaign_in}", "{campaign_out}", NOWHERE)
    ]
    return Line(method, route, right, (asks[0],), (asks[1],), asks[2])


def _holds(method: str, kind: str, json: Any = None) -> Line:
    asks = [
        Ask(f"/v1/places/{kind}/{one}/hold", json, one)
        for one in ("{word_in}", "{word_out}", NOWHERE)
    ]
    route = "/v1/places/{kind}/{source_id:path}/hold"
    return Line(method, route, _PLAN, (asks[0],), (asks[1],), asks[2])


_BOUNDARIES: Final = (
    Line(
        "GET",
        "/v1/resolve",
        _LOOK,
        (
            Ask("/v1/resolve?lon=121.2&lat=31.3"),
            Ask("/v1/resolve?lat=31.3&lon=121.2"),
            Ask("/v1/resolve?address=1"),
        ),
        everybody=True,
    ),
    Line("HEAD", "/v1/resolve", _LOOK, (Ask("/v1/resolve?lon=121.2&lat=31.3"),)),
    Line(
        "POST", "/v1/resolve/batch", _LOOK, (Ask("/v1/resolve/batch", {"points": [[121.2, 31.3]]}),)
    ),
    *listed(_LOOK, "/v1/grids", "/v1/changes"),
    Line(
        "GET",
        "/v1/grids/{code}",
        _LOOK,
        (Ask("/v1/grids/{micro_in}"), Ask("/v1/grids/{micro_out}")),
    ),
    Line("GET", "/v1/grids/{code}/history", _LOOK, (Ask("/v1/grids/{micro_out}/history"),)),
    Line("GET", "/v1/outlines", _LOOK, (Ask("/v1/outlines?level=micro"),)),
    Line("GET", "/v1/compare", _SEE, (Ask("/v1/compare?before=2020-01-01&after=now"),)),
    Line("GET", "/v1/changes/stream", _LOOK, stream=True),
    Line(
        "GET",
        "/v1/addresses/suggest",
        _LOOK,
        (Ask("/v1/addresses/suggest?text=上海"),),
        everybody=True,
    ),
    Line(
        "GET",
        "/v1/addresses/nearest",
        _LOOK,
        (Ask("/v1/addresses/nearest?lon=121.2&lat=31.3"),),
        everybody=True,
    ),
    *listed(_LOOK, "/v1/addresses/aliases"),
)

_DECIDE: Final = Right.DECIDE_ADDRESSES
_ADDRESSES: Final = tuple(
    Line(
        method,
        f"/v1/addresses/{route}",
        _DECIDE,
        (Ask(f"/v1/addresses/{path}", json),),
        whole=True,
        also=(404,) if NOWHERE in path else (),
    )
    for method, route, path, json in (
        ("POST", "aliases", "aliases", {"name": "某某街", "means": "没有的路"}),
        ("DELETE", "aliases/{alias_id}", f"aliases/{NOWHERE}", None),
        ("GET", "reviews", "reviews", None),
        ("POST", "reviews", "reviews", {"text": "某某街1号"}),
        ("POST", "reviews/{review_id}/decision", f"reviews/{NOWHERE}/decision", {"address_id": 1}),
        ("DELETE", "reviews/{review_id}/decision", f"reviews/{NOWHERE}/decision", None),
        ("POST", "reviews/{review_id}/dismiss", f"reviews/{NOWHERE}/dismiss", None),
    )
)

_PLACES: Final = (
    Line("GET", "/v1/hazards", _SEE, (Ask("/v1/hazards?limit=1000"),), tells="{word_in}"),
    Line("GET", "/v1/hazards/counts", _SEE),
    Line(
        "GET",
        "/v1/hazards/summary",
        _SEE,
        (Ask("/v1/hazards/summary?grid={area_in}"), Ask("/v1/hazards/summary?grid={area_out}")),
        tells="{word_in}",
    ),
    Line(
        "GET", "/v1/hazards/tiles/{z}/{x}/{y}.png", _SEE, (Ask("/v1/hazards/tiles/{tile_in}.png"),)
    ),
    *listed(_SEE, "/v1/hotspots", "/v1/hotspots/emerging"),
    Line(
        "GET", "/v1/hotspots/near-repeat", _SEE, (Ask("/v1/hotspots/near-repeat?permutations=19"),)
    ),
    *listed(_SEE, "/v1/held", "/v1/patrols/points", "/v1/campaigns", tells="{word_in}"),
    _holds("PUT", "patrol", {"grid": "{micro_in}", "reason": "x"}),
    _holds("DELETE", "address"),
    one("GET", "/v1/campaigns/{code}", _SEE, "campaign", tells="{word_in}"),
    one("GET", "/v1/campaigns/{code}/burn-down", _SEE, "campaign"),
    one("GET", "/v1/campaigns/{code}/items", _SEE, "campaign", tells="{word_in}"),
    one("GET", "/v1/campaigns/{code}/evidence", _SEE, "campaign", tells="{word_in}"),
    _items("GET", _SEE, ""),
    _items("POST", _PLAN, "/done", {"on": "2024-06-02"}),
    _items("DELETE", _PLAN, "/done"),
    Line(
        "POST",
        "/v1/patrols/plans",
        Right.PATROL,
        (Ask("/v1/patrols/plans", {"officers": 1, "officer_hours": 0.5}),),
    ),
    Line("GET", "/v1/patrols/plans", _SEE),
    one("GET", "/v1/patrols/plans/{plan_id}", _SEE, "patrol", tells="{word_in}"),
    one("GET", "/v1/patrols/plans/{plan_id}/ground", _SEE, "patrol"),
    Line(
        "POST",
        "/v1/patrols/plans/{plan_id}/visits",
        Right.PATROL,
        (Ask("/v1/patrols/plans/{patrol_in}/visits", {"stop": "{stop_in}"}),),
        (Ask("/v1/patrols/plans/{patrol_in}/visits", {"stop": "{stop_out}"}, "{stop_out}"),),
        Ask("/v1/patrols/plans/{patrol_in}/visits", {"stop": NOWHERE}, NOWHERE),
    ),
    *listed(_SEE, "/v1/patrols/done", "/v1/patrols/coverage"),
    Line(
        "GET",
        "/v1/patrols/gaps",
        _SEE,
        (Ask("/v1/patrols/gaps"), Ask("/v1/patrols/gaps?around={both_patrol}")),
        (Ask("/v1/patrols/gaps?around={patrol_out}", names="{patrol_out}"),),
        Ask(f"/v1/patrols/gaps?around={NOWHERE}", names=NOWHERE),
    ),
)


def _plan(
    method: str, end: str, json: Any = None, right: Right = _PLAN, *, also: tuple[int, ...] = ()
) -> Line:
    route = f"/v1/plans/{{plan_id}}{end}"
    return one(method, route, right, "plan", json=json, also=also)


def _seen_plan(end: str, query: str = "") -> Line:
    """Plans are drawn boundaries, which all staff may look at."""
    return Line(
        "GET", f"/v1/plans/{{plan_id}}{end}", _SEE, (Ask(f"/v1/plans/{{plan_out}}{end}{query}"),)
    )


def _unit(end: str) -> Line:
    """How many live in each building of a unit is for those who see all of it."""
    asks = [
        Ask(f"/v1/plans/{{plan_in}}/{end}?unit={one}", names=one)
        for one in ("{unit_in}", "{unit_out}", NOWHERE)
    ]
    route = f"/v1/plans/{{plan_id}}/{end}"
    return Line("GET", route, _SEE, (asks[0],), (asks[1],), asks[2], by_grid=True)


_PLANS: Final = (
    Line("GET", "/v1/plans/{plan_id}/preview", _SEE, (Ask("/v1/plans/{plan_out}/preview"),)),
    *listed(_SEE, "/v1/plans"),
    _seen_plan(""),
    _seen_plan("/grids", "?level=micro"),
    _seen_plan("/edits"),
    _seen_plan("/check"),
    _unit("standing"),
    _unit("cells"),
    Line(
        "POST",
        "/v1/plans/{plan_id}/proposals",
        _PLAN,
        (Ask("/v1/plans/{plan_in}/proposals", {"unit": "{unit_in}"}),),
        (Ask("/v1/plans/{plan_in}/proposals", {"unit": "{unit_out}"}, "{unit_out}"),),
        Ask("/v1/plans/{plan_in}/proposals", {"unit": NOWHERE}, NOWHERE),
    ),
    Line("POST", "/v1/plans", _PLAN, (Ask("/v1/plans", {"name": "x"}),)),
    _plan("POST", "/fork", {"name": "x"}),
    _plan("PATCH", "", {"name": "x"}),
    _plan("POST", "/edits", _RENAME),
    _plan("POST", "/undo"),
    _plan("POST", "/redo"),
    # Both redraw the grids of the whole district, or nothing.
    _plan("POST", "/knit", also=(404,)),
    _plan("POST", "/repair", also=(404,)),
    _plan("POST", "/rebase"),
    _plan("POST", "/publish", right=Right.PUBLISH),
    _plan("POST", "/discard"),
)

_FEATURES: Final = "/ogc/collections/{collection}"
_OGC: Final = (
    *listed(Door.OPEN, "/ogc", "/ogc/conformance"),
    *listed(
        _LOOK,
        *("/ogc/collections", "/ogc/tiles", "/ogc/tiles/WebMercatorQuad"),
        *("/ogc/tileMatrixSets", "/ogc/tileMatrixSets/WebMercatorQuad"),
    ),
    *(
        Line("GET", f"{_FEATURES}{end}", _LOOK, (Ask(f"/ogc/collections/hazards{end}"),))
        for end in ("", "/queryables", "/tiles", "/tiles/WebMercatorQuad")
    ),
    Line("GET", f"{_FEATURES}/items", _LOOK, (Ask("/ogc/collections/units/items"),)),
    Line(
        "GET",
        f"{_FEATURES}/items",
        _SEE,
        (Ask("/ogc/collections/hazards/items"),),
        tells="{word_in}",
    ),
    Line(
        "GET",
        f"{_FEATURES}/items/{{feature}}",
        _LOOK,
        (Ask("/ogc/collections/units/items/{unit_out}"),),
    ),
    Line(
        "GET",
        f"{_FEATURES}/items/{{feature}}",
        _SEE,
        (Ask("/ogc/collections/hazards/items/{word_in}-1"),),
        (Ask("/ogc/collections/hazards/items/{word_out}-1", names="{word_out}-1"),),
        Ask(f"/ogc/collections/hazards/items/{NOWHERE}", names=NOWHERE),
    ),
    Line(
        "GET",
        f"{_FEATURES}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}",
        _SEE,
        (Ask("/ogc/collections/hazards/tiles/WebMercatorQuad/0/0/0"),),
        tells="{word_in}",
    ),
    Line(
        "GET",
        f"{_FEATURES}/tiles/WebMercatorQuad/{{z}}/{{y}}/{{x}}",
        _LOOK,
        (Ask("/ogc/collections/units/tiles/WebMercatorQuad/0/0/0"),),
    ),
    Line(
        "GET",
        "/ogc/tiles/WebMercatorQuad/{z}/{y}/{x}",
        _LOOK,
        (Ask("/ogc/tiles/WebMercatorQuad/0/0/0"),),
    ),
)

_PAGES: Final = (
    *listed(Door.OPEN, "/", "/docs", "/openapi.json", "/healthz", "/readyz"),
    *(Line("HEAD", route, Door.OPEN) for route in ("/healthz", "/readyz")),
    Line("GET", "/metrics", Right.MEASURE),
    *listed(_LOOK, "/maps", "/maps/"),
    *listed(_SEE, "/maps/grids", "/maps/hazards", "/hazards", "/planner", "/patrols"),
    Line(
        "GET",
        "/maps/campaign",
        _SEE,
        (Ask("/maps/campaign?code={campaign_in}"),),
        (Ask("/maps/campaign?code={campaign_out}", names="{campaign_out}"),),
        Ask(f"/maps/campaign?code={NOWHERE}", names=NOWHERE),
        tells="{word_in}",
    ),
    Line("GET", "/addresses", _DECIDE, whole=True),
)

LINES: Final = (*_BOUNDARIES, *_ADDRESSES, *_PLACES, *_PLANS, *_OGC, *_PAGES, *CASES, *STAFF)
