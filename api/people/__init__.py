"""People, posts, departments, teams, party groups, and where members are missing."""

from api.people.persons import router as persons
from api.people.posts import router as posts
from api.people.registry import router as registry

__all__ = ["ROUTERS"]

ROUTERS = (persons, posts, registry)
