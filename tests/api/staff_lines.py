"""The lines of people, measures, accounts and keys."""

from __future__ import annotations

from typing import Any, Final

from gisgrid.access import Right

from .lines import NOWHERE, Ask, Door, Line, listed, one

__all__ = ["STAFF"]

_SEE, _MANAGE, _ADMIN = Right.SEE_PEOPLE, Right.MANAGE_PEOPLE, Right.ADMINISTER
_DAY: Final = {"as_of": "2024-06-01"}
_TEAM: Final = {"code": "t", "kind": "volunteers", "name_zh": "x", "people": 1, **_DAY}
_PARTY: Final = {"groups": 1, "members": 1, "source": "{word_in}", **_DAY}


def _in_grid(route: str, json: dict[str, Any]) -> Line:
    """A route that writes of a grid: ours, and not that of others."""
    ours, theirs, guess = (
        Ask(route, {**json, "grid": one}, one) for one in ("{micro_in}", "{micro_out}", NOWHERE)
    )
    return Line("POST", route, _MANAGE, (ours,), (theirs,), guess)


_PEOPLE: Final = (
    *listed(
        _SEE, "/v1/people", "/v1/posts", "/v1/teams", "/v1/party", tells="{word_in}", by_grid=True
    ),
    Line("POST", "/v1/people", _MANAGE, (Ask("/v1/people", {"code": "new", "name": "x"}),)),
    one(
        "GET",
        "/v1/people/{code}/telephone",
        Right.SEE_PERSONAL,
        "word",
        tells="{word_in}",
        by_grid=True,
    ),
    one("DELETE", "/v1/people/{code}", _MANAGE, "leaver"),
    _in_grid("/v1/posts", {"person": "{word_in}", "kind": "member", "since": "2024-01-01"}),
    one("POST", "/v1/posts/{post_id}/end", _MANAGE, "post", json={}),
    _in_grid("/v1/teams", _TEAM),
    _in_grid("/v1/party", _PARTY),
    *listed(Right.RESOLVE, "/v1/departments"),
    Line(
        "POST",
        "/v1/departments",
        _ADMIN,
        (Ask("/v1/departments", {"code": "d", "name_zh": "x"}),),
        whole=True,
    ),
    *listed(Right.AUDIT, "/v1/audit", "/v1/audit/head", whole=True),
    *listed(Right.MEASURE, "/v1/staffing", "/v1/measures", "/maps/staffing", "/dashboard"),
)


def _session(method: str, *routes: str) -> tuple[Line, ...]:
    return tuple(Line(method, route, Door.SESSION) for route in routes)


def _accounts(method: str, end: str, json: Any = None, **more: Any) -> Line:
    """A route of administrators; of accounts that are nobody's, so that all stay as they are."""
    path = end.replace("{account_id}", NOWHERE).replace("{role_id}", NOWHERE)
    ask = Ask(f"/v1/accounts{path.replace('{key_id}', NOWHERE)}", json)
    return Line(
        method,
        f"/v1/accounts{end}",
        _ADMIN,
        (ask,),
        whole=True,
        also=(404,) if NOWHERE in path else (),
        **more,
    )


_KEY: Final = {"rights": ["resolve"], "expires_at": "2099-01-01T00:00:00Z"}
_ACCOUNTS: Final = (
    *listed(Door.OPEN, "/login"),
    *listed(Door.OPEN, "/login/link", also=(404,)),
    Line("POST", "/login", Door.OPEN, also=(401, 429)),
    Line("POST", "/login/link", Door.OPEN, also=(404,)),
    *_session("POST", "/logout", "/account/password", "/account/keys"),
    *_session("GET", "/account"),
    Line(
        "POST",
        "/account/sessions/{session_id}/end",
        Door.SESSION,
        (Ask(f"/account/sessions/{NOWHERE}/end"),),
    ),
    Line(
        "POST",
        "/account/keys/{key_id}/revoke",
        Door.SESSION,
        (Ask(f"/account/keys/{NOWHERE}/revoke"),),
    ),
    *listed(Door.ACCOUNT, "/v1/me", "/v1/keys"),
    Line("POST", "/v1/keys", Door.SESSION, (Ask("/v1/keys", _KEY),)),
    Line("DELETE", "/v1/keys/{key_id}", Door.ACCOUNT, (Ask(f"/v1/keys/{NOWHERE}"),), also=(404,)),
    _accounts("GET", ""),
    _accounts("POST", "", {"name": "new"}),
    *(_accounts("POST", f"/{{account_id}}/{end}") for end in ("link", "disable", "enable")),
    _accounts("POST", "/{account_id}/roles", {"role": "client", "whole": True}),
    _accounts("DELETE", "/{account_id}/roles/{role_id}"),
    _accounts("GET", "/{account_id}/keys"),
    _accounts("POST", "/{account_id}/keys", _KEY),
    _accounts("DELETE", "/{account_id}/keys/{key_id}"),
)

STAFF: Final = (*_PEOPLE, *_ACCOUNTS)
