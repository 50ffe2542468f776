"""Accounts, their roles, API keys, sessions of browsers, and links to set a password."""

from __future__ import annotations

from gisgrid.store.accounts.attempts import Subjects
from gisgrid.store.accounts.keys import Key, NewKey, keys_of, make_key, revoke_key
from gisgrid.store.accounts.links import Link, link_of, make_first_link, make_link, use_link
from gisgrid.store.accounts.passwords import LONGEST, SHORTEST, hashed, matches, require_good
from gisgrid.store.accounts.records import (
    Account,
    add,
    by_id,
    by_name,
    disable,
    enable,
    listing,
    set_password,
)
from gisgrid.store.accounts.roles import HeldRole, give, has_admin, roles_of, withdraw
from gisgrid.store.accounts.sessions import (
    NewSession,
    Session,
    begin_session,
    end_session,
    sessions_of,
)
from gisgrid.store.accounts.signing_in import authenticate, sign_in
from gisgrid.store.accounts.viewers import Admission, by_key, by_session, viewer_of_account

__all__ = [
    "LONGEST",
    "SHORTEST",
    "Account",
    "Admission",
    "HeldRole",
    "Key",
    "Link",
    "NewKey",
    "NewSession",
    "Session",
    "Subjects",
    "add",
    "authenticate",
    "begin_session",
    "by_id",
    "by_key",
    "by_name",
    "by_session",
    "disable",
    "enable",
    "end_session",
    "give",
    "has_admin",
    "hashed",
    "keys_of",
    "link_of",
    "listing",
    "make_first_link",
    "make_key",
    "make_link",
    "matches",
    "require_good",
    "revoke_key",
    "roles_of",
    "sessions_of",
    "set_password",
    "sign_in",
    "use_link",
    "viewer_of_account",
    "withdraw",
]
