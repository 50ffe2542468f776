"""Signing in, one's own account, and the accounts of all."""

from api.accounts import administering, entry, keys, own

__all__ = ["ROUTERS"]

ROUTERS = (entry.router, own.router, keys.router, administering.router)
