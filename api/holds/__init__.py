"""Places held by hand over HTTP."""

from api.holds.routes import router

__all__ = ["router"]
