"""How each supplier's parts do at a plant: lots, findings, escapes, and how the next lot is inspected."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

import msgspec

from hub.incoming.agreed import plan_for, plans_known
from hub.incoming.escapes import count_by_supply, escapes
from hub.incoming.lots import LotState, ReceivedLot, by_receipt, lots_of
from hub.incoming.skip import qualified
from hub.incoming.supply import Supply, supply_of
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.quality.incoming import incoming_events, incoming_of
from traceability.quality.intervals import Interval, clopper_pearson
from traceability.quality.sampling_plan.skip_lot import Hindrance
from traceability.record.incoming import GoodsReceiptRecord, LotVerdict

MILLION = 1_000_000


class SwitchView(msgspec.Struct, frozen=True, kw_only=True):
    """How the next lot is inspected for one characteristic."""

    characteristic: str
    severity: str
    score: int
    discontinued: bool
    may_reduce: bool


class SupplyView(msgspec.Struct, frozen=True, kw_only=True):
    """One supplier's part at one plant.

    ``found`` nonconforming among ``sampled`` items in first submissions; ``ppm`` is that a million, with the exact
    95 % interval. ``escaped`` certainly, ``possibly`` together with others. ``every``: one lot in so many is inspected.
    """

    supplier: str
    part: str
    lots: int
    units: int
    waiting: int
    accepted: int
    rejected: int
    skipped: int
    sampled: int
    found: int
    ppm: Fraction | None
    interval: Interval | None
    escaped: int
    possibly: int
    every: int
    hindrances: tuple[Hindrance, ...]
    switching: tuple[SwitchView, ...]


def supplies(hub: Hub, connection: Reading, plant: str, today: date) -> list[SupplyView]:
    """Every supplier's part that came to a plant, by supplier and part."""
    receipts = incoming_of(connection, GoodsReceiptRecord, plant=plant)
    events = by_receipt(incoming_events(connection, [one.id for one in receipts]))
    lots: defaultdict[tuple[str, str], list[ReceivedLot]] = defaultdict(list)
    for receipt in receipts:
        for lot in lots_of(receipt, events.get(receipt.id, ())):
            lots[lot.supplier, lot.part].append(lot)
    escaped = count_by_supply(escapes(connection, plant))
    plans = plans_known(connection, plant)
    found = []
    for (supplier, part), several in sorted(lots.items()):
        plan = plan_for(plans, part, supplier, today)
        supply = supply_of(connection, plant, supplier, part, reduce=plan is not None and plan.reduce)
        skipping = None if plan is None else qualified(hub, connection, plan, supplier, supply)
        view = _view(supplier, part, several, supply, escaped.get((supplier, part), (0, 0)))
        if skipping is not None:
            view = msgspec.structs.replace(view, every=skipping.every, hindrances=skipping.hindrances)
        found.append(view)
    return found


def _view(supplier: str, part: str, lots: list[ReceivedLot], supply: Supply, escaped: tuple[int, int]) -> SupplyView:
    results = [result for one in supply.inspections for result in one.results]
    sampled, bad = sum(one.sample for one in results), sum(one.found for one in results)
    verdicts = [one.verdict for one in supply.inspections]
    return SupplyView(
        supplier=supplier,
        part=part,
        lots=len(lots),
        units=sum(lot.size for lot in lots),
        waiting=sum(lot.state is LotState.QUARANTINE for lot in lots),
        accepted=verdicts.count(LotVerdict.ACCEPTED),
        rejected=verdicts.count(LotVerdict.REJECTED),
        skipped=verdicts.count(LotVerdict.SKIPPED),
        sampled=sampled,
        found=bad,
        ppm=Fraction(bad * MILLION, sampled) if sampled else None,
        interval=_per_million(clopper_pearson(bad, sampled)) if sampled else None,
        escaped=escaped[0],
        possibly=escaped[1],
        every=1,
        hindrances=(),
        switching=tuple(
            SwitchView(
                characteristic=name,
                severity=state.severity,
                score=state.score,
                discontinued=state.discontinued,
                may_reduce=state.may_reduce,
            )
            for name, state in sorted(supply.switching.items())
        ),
    )


def _per_million(share: Interval) -> Interval:
    return Interval(share.low * MILLION, share.high * MILLION, share.confidence)
