"""The figures that indicators ask for: each from what the customer may see, with what it rests on.

``whole`` is read for what is between the two anyway (their notifications, the customer's own receipts, the policies);
everything of the supplier's is read through ``shared``, which shows what the supplier's policies let the customer see.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from fractions import Fraction

import msgspec

from hub.incoming.escapes import Blame, escapes
from hub.notify.read import folded
from hub.requirement.figure import Asked, Figure
from hub.scorecard.standing import standings
from hub.sharing.policy import EVERY, decide
from hub.store.core.database import Reading
from hub.store.mail.notifications import Wanted as NotificationsWanted
from hub.store.mail.notifications import stored_notifications
from hub.store.quality.incoming import incoming_of
from hub.store.sharing.queries import organisations_known, owners_of_plants, policies_stated
from traceability.notification.fold import Notification
from traceability.quality.intervals import Interval, clopper_pearson
from traceability.record.incoming import GoodsReceiptRecord, IncomingInspectionRecord
from traceability.record.notification import NotificationState, Side, Transition
from traceability.record.requirement import Indicator, RequirementContent
from traceability.record.sharing import Items

MILLION = 1_000_000
_SHARED = frozenset({Items.ALL.value, Items.DELIVERED.value})


def level(asked: Asked, _one: Indicator) -> Figure:
    """The lowest Level of the supplier's plants by what they share; unshared metrics leave it untold."""
    plants = asked.plants
    found = standings(asked.shared, asked.now, plants) if plants else {}
    if not found:
        return Figure(why="no plant of the supplier is known to the customer")
    grades = [one.grade for one in found.values()]
    tops = [one.at_most for one in grades]
    if any(top is None for top in tops):
        return Figure(n=len(grades), why="a plant shares nothing that is graded")
    lowest = min(int(top) for top in tops if top is not None)
    rated = all(one.rated for one in grades)
    return Figure(
        exact=Fraction(lowest),
        n=len(grades),
        fit=rated,
        why="" if rated else "not everything that is graded is shared; the Level is at most this",
    )


class _Inspected(msgspec.Struct, frozen=True):
    """Of what was received: ``sample`` items were inspected, ``found`` of them nonconforming."""

    found: int
    sample: int


def ppm(asked: Asked, one: Indicator) -> Figure:
    """Nonconforming units that the customer found, on receipt and later, a million units received.

    The interval begins at what was found: so much is known. It ends where all that was not inspected is as bad as the
    inspected share lets expect at most (Clopper-Pearson), taken as a random sample of what was received.
    """
    begin = (asked.now - timedelta(days=one.days)).date()
    content = asked.content
    plants = [plant for plant, owner in owners_of_plants(asked.whole).items() if owner == content.customer]
    units = escaped = 0
    inspected: list[_Inspected] = []
    for plant in plants:
        receipts = [
            receipt
            for receipt in incoming_of(asked.whole, GoodsReceiptRecord, plant=plant, supplier=content.supplier)
            if receipt.received_on >= begin
        ]
        units += sum(each.quantity for receipt in receipts for each in receipt.items if each.part == content.part)
        known = {receipt.id for receipt in receipts}
        inspected += _inspected(asked.whole, plant, content, known)
        escaped += sum(
            each.quantity
            for each in escapes(asked.whole, plant)
            if each.blame is Blame.CERTAIN
            and {(mine.supplier, mine.part) for mine in each.receipts} == {(content.supplier, content.part)}
            and known & {mine.receipt for mine in each.receipts}
        )
    if not units:
        return Figure(why="nothing of the part was received in the period")
    return _per_million(units, escaped, inspected)


def _per_million(units: int, escaped: int, inspected: Iterable[_Inspected]) -> Figure:
    lots = list(inspected)
    found, sample = sum(each.found for each in lots), min(sum(each.sample for each in lots), units)
    bad, rest = min(found + escaped, units), units - sample
    share = clopper_pearson(min(found, sample), sample).high if sample else 1.0
    worst = min(max(float(bad), found + max(escaped, rest * share)), units)
    return Figure(
        exact=Fraction(bad * MILLION, units),
        n=units,
        interval=Interval(bad * MILLION / units, worst * MILLION / units),
        why=f"{sample} of {units} received were inspected" if rest else "",
    )


def _inspected(
    connection: Reading, plant: str, content: RequirementContent, receipts: set[str]
) -> Iterable[_Inspected]:
    """Items of first submissions; of several characteristics of one lot the worst, never their sum."""
    inspections = incoming_of(
        connection, IncomingInspectionRecord, plant=plant, supplier=content.supplier, part=content.part,
        receipts=sorted(receipts),
    )  # fmt: skip
    for each in inspections:
        if each.submission == 1 and each.results:
            worst = max(each.results, key=lambda result: (result.found, -result.sample))
            yield _Inspected(worst.found, min(worst.sample, each.size))


def sharing(asked: Asked, one: Indicator) -> Figure:
    """Whether the supplier's policies let the customer see the kinds of data of the part."""
    content = asked.content
    policies = policies_stated(asked.whole, asked.now, partner=content.customer)
    decided = decide(content.customer, organisations_known(asked.whole) | {content.supplier}, policies)
    part = content.part if (content.supplier, content.part) in decided.named_parts else EVERY
    granted = {
        grant.kind
        for grant in decided.grants
        if grant.owner == content.supplier and grant.part == part and str(grant.items) in _SHARED
    }
    missing = sorted(kind.value for kind in one.kinds if kind not in granted)
    why = f"not shared: {', '.join(missing)}" if missing else ""
    return Figure(exact=Fraction(len(one.kinds) - len(missing)), n=len(one.kinds), met=not missing, why=why)


def response(asked: Asked, one: Indicator) -> Figure:
    """The longest time, in hours, from telling the supplier something until it acknowledged; open ones count on."""
    content = asked.content
    wanted = NotificationsWanted(sender=content.customer, receiver=content.supplier)
    begin = asked.now - timedelta(days=one.days)
    waits = [
        (answered or asked.now) - sent
        for _, now in folded(asked.whole, stored_notifications(asked.whole, wanted))
        if (sent := _moved(now, {NotificationState.SENT}, Side.SENDER)) is not None
        and sent >= begin
        and ((answered := _moved(now, _ANSWERS, Side.RECEIVER)) is not None or not now.ended)
    ]
    if not waits:
        return Figure(why="the supplier was told nothing in the period")
    return Figure(exact=Fraction(max(waits) // timedelta(seconds=1), 3600), n=len(waits))


_ANSWERS = {NotificationState.ACKNOWLEDGED, NotificationState.ACCEPTED, NotificationState.DECLINED}


def _moved(now: Notification, to: Iterable[NotificationState], side: Side) -> datetime | None:
    """When this side first moved it into one of these states."""
    for item in now.history:
        moved = isinstance(item.content, Transition) and item.content.to in to
        if moved and item.disputed is None and item.side is side:
            return item.made_at
    return None
