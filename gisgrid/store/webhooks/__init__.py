"""Webhooks: who hears of the cases of a channel, and what is to be delivered to them."""

from gisgrid.store.webhooks.deliveries import (
    MOST_ATTEMPTS,
    Delivery,
    Due,
    deliveries,
    due,
    pause_after,
    settle,
)
from gisgrid.store.webhooks.subscriptions import Webhook, add, listing, remove

__all__ = [
    "MOST_ATTEMPTS",
    "Delivery",
    "Due",
    "Webhook",
    "add",
    "deliveries",
    "due",
    "listing",
    "pause_after",
    "remove",
    "settle",
]
