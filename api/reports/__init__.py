"""What residents report, without an account, and how far it has come, by a code."""

from api.reports import pictures, routes

__all__ = ["ROUTERS"]

ROUTERS = (routes.router, pictures.router)
