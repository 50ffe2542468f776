"""Publishing plans: at once, or on a later date."""

from gisgrid.store.publish.applying import Published
from gisgrid.store.publish.holding import HeldPlace
from gisgrid.store.publish.running import publish
from gisgrid.store.publish.waiting import Applied, put_due_in_force

__all__ = ["Applied", "HeldPlace", "Published", "publish", "put_due_in_force"]
