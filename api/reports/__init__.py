"""What residents report, without an account, and how far it has come, by a code."""

from api.reports.routes import router

__all__ = ["router"]
