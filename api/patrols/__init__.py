"""Patrols over HTTP: plans, visits, points, and how near they come to homes."""

from api.patrols import nearness, plans, visits

__all__ = ["ROUTERS"]

ROUTERS = (plans.router, visits.router, nearness.router)
