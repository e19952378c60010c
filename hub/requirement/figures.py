"""The figures that indicators ask for: each from what the customer may see, with what it rests on.

``whole`` is read for what is between the two anyway (their notifications, the customer's own receipts, the policies);
everything of the supplier's is read through ``shared``, which shows what the supplier's policies let the customer see.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import chain

import msgspec

from hub.incoming.escapes import Blame, escapes
from hub.notify.read import folded
from hub.rollup.hours import hour_of
from hub.scorecard.in_force import in_window
from hub.scorecard.standing import standings
from hub.sharing.policy import EVERY, decide
from hub.store.core.database import Reading
from hub.store.mail.notifications import Wanted as NotificationsWanted
from hub.store.mail.notifications import stored_notifications
from hub.store.master.queries import plans_of_plants, read_master
from hub.store.quality.incoming import incoming_of
from hub.store.rollup.many import first_pass_by_week
from hub.store.rollup.queries import Range
from hub.store.sharing.queries import organisations_known, owners_of_plants, policies_stated
from traceability.notification.fold import Notification
from traceability.quality.first_pass import FirstPass, pooled
from traceability.quality.intervals import Interval, clopper_pearson
from traceability.record.incoming import GoodsReceiptRecord, IncomingInspectionRecord
from traceability.record.notification import NotificationState, Side, Transition
from traceability.record.requirement import Indicator, RequirementContent
from traceability.record.sharing import Items

MILLION = 1_000_000
_SHARED = frozenset({Items.ALL.value, Items.DELIVERED.value})


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Between whom, about what, and what may be read."""

    content: RequirementContent
    whole: Reading
    shared: Reading
    now: datetime

    def hours(self, one: Indicator) -> Range:
        """The period, in whole hours."""
        return hour_of(self.now - timedelta(days=one.days)), hour_of(self.now) + 1

    @property
    def plants(self) -> list[str]:
        """The supplier's plants, as far as the customer knows of them."""
        entries = read_master(self.shared).plants
        return sorted(plant for plant, entry in entries.items() if entry.organisation.id == self.content.supplier)


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """``exact`` None where nothing can be told, and ``why``; ``fit`` False: not fit to be rated, ``why`` says so.

    ``met`` where the figure is no number to be compared.
    """

    exact: Fraction | None = None
    n: int = 0
    interval: Interval | None = None
    fit: bool = True
    met: bool | None = None
    why: str = ""

    @property
    def value(self) -> float | None:
        """For display."""
        return None if self.exact is None else float(self.exact)


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


def first_pass(asked: Asked, one: Indicator) -> Figure:
    """First-pass yield of the part at the operation, over all plants; without an operation the product over all.

    An operation of the route of which nothing is shared makes the product untold (rule R13).
    """
    plants = asked.plants
    hours = asked.hours(one)
    counts = first_pass_by_week(asked.shared, dict.fromkeys(plants, hours)) if plants else []
    mine = [each for each in counts if each.part == asked.content.part and one.operation in ("", each.operation)]
    by_operation: dict[str, list[FirstPass]] = {}
    for week in mine:
        by_operation.setdefault(week.operation, []).append(week.counts)
    found = [pooled(several) for several in by_operation.values()]
    if not found or any(each.fpy is None for each in found):
        return Figure(why="no first submission of the part is shared for the period")
    if not one.operation and _routed(asked, hours, {week.plant for week in mine}) - by_operation.keys():
        return Figure(why="an operation of the route has no first submission that is shared")
    value, n = Fraction(1), min(each.submitted for each in found)
    for each in found:
        value *= each.fpy or 0
    if len(found) > 1:
        return Figure(exact=value, n=n, why=f"the product over {len(found)} operations; no interval")
    return Figure(exact=value, n=n, interval=clopper_pearson(found[0].first_ok, n))


def _routed(asked: Asked, hours: Range, plants: Collection[str]) -> set[str]:
    """The operations of the part's routes in the period at the plants that made it, as far as plans are shared."""
    entries = chain.from_iterable(plans_of_plants(asked.shared, sorted(plants), at=asked.now).values())
    held = (entry.plan for entry in in_window(entries, hours))
    return {each.id for plan in held if plan.part == asked.content.part for each in plan.operations}


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
