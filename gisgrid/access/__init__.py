"""Who may do what and see which rows: roles, rights and sights, without a database or a web."""

from gisgrid.access.rights import RIGHTS, ROLES, Right
from gisgrid.access.sight import EVERYTHING, NOTHING, Sight
from gisgrid.access.viewer import Actor, Grant, Viewer

__all__ = ["EVERYTHING", "NOTHING", "RIGHTS", "ROLES", "Actor", "Grant", "Right", "Sight", "Viewer"]
