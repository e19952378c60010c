"""Who is told of what is a plant's or a company's own business: the operator's and the owner's subscriptions to all."""

from collections.abc import Mapping

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


def told_of_companies(connection: Reading, one: StoredSubscription, plants: Mapping[str, frozenset[str]]) -> bool:
    """Whether a subscription tells of what stands between companies: theirs and the operator's, to everything.

    ``plants`` of each of the companies; one that names plants tells when it names one of them.
    """
    if one.kinds or one.owner not in {"", *plants}:
        return False
    if one.plants and not any(named & set(one.plants) for named in plants.values()):
        return False
    whose = account_by_id(connection, one.person) if one.person else None
    return not one.person or (whose is not None and whose.disabled_at is None)


def told_of_whole(connection: Reading, one: StoredSubscription, organisation: str) -> bool:
    """Whether a subscription tells of all plants of an organisation together: only where it and who made it see all."""
    if one.kinds or one.plants or one.owner not in ("", organisation):
        return False
    if not one.person:
        return True
    whose = account_by_id(connection, one.person)
    return whose is not None and whose.disabled_at is None and not (whose.organisation and whose.plants)
