"""Campaigns over HTTP."""

from api.campaigns.routes import router

__all__ = ["router"]
