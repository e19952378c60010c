"""Who is told of what is a plant's own business: the operator's and the owner's subscriptions to everything of it."""

from hub.store.account.people import account_by_id
from hub.store.core.database import Reading
from hub.store.mail.subscriptions import StoredSubscription


def told_of_plant(connection: Reading, one: StoredSubscription, plant: str, organisation: str) -> bool:
    """Whether a subscription tells of a plant of ``organisation``; one of somebody who was disabled tells nothing."""
    if one.kinds or (one.plants and plant not in one.plants) or one.owner not in ("", organisation):
        return False
    if not one.person:
        return True
    whose = account_by_id(connection, one.person)
    if whose is None or whose.disabled_at is not None:
        return False
    return not (whose.organisation and whose.plants) or plant in whose.plants
