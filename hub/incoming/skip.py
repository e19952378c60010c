"""Whether a lot may go without inspection: by what was judged, and by what the supplier's signed records say of it."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from hub.incoming.escapes import escaped_lots
from hub.incoming.lots import grouped
from hub.incoming.supply import Supply
from hub.parts import Hub
from hub.sharing.audit import Question
from hub.sharing.seen import seen_by
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_plant
from hub.store.quality.incoming import incoming_of
from hub.store.sharing.queries import owners_of_authors, owners_of_plants
from hub.store.trace.queries import results_of_units
from traceability.identifier.item import ItemKind, parse_item
from traceability.quality.sampling_plan.skip_lot import Qualification, SignedData, SkipCriteria, qualification
from traceability.record.incoming import GoodsReceiptRecord, IncomingPlanRecord
from traceability.unit import Verdict, is_submission

CRITERIA = SkipCriteria()
_BORNE_OUT = SignedData(units=10**9, told=10**9, nonconforming=0)


def qualified(hub: Hub, connection: Reading, plan: IncomingPlanRecord, supplier: str, supply: Supply) -> Qualification:
    """Of every how many lots one is inspected; 1 where lots are not skipped."""
    if not plan.skip:
        return Qualification(every=1, run=0)
    lots = supply.judged_lots(escaped_lots(connection, plan.plant))
    aql = float(min(Decimal(one.aql) for one in plan.characteristics) / 100)
    by_lots = qualification(lots, _BORNE_OUT, aql, _today(hub), CRITERIA)
    if not by_lots.qualified:
        return by_lots  # the supplier's records are looked at only where they decide
    receipts = {one.receipt for one in supply.inspections[-CRITERIA.lots :]}
    data = _signed(hub, connection, plan, supplier, sorted(receipts))
    return qualification(lots, data, aql, _today(hub), CRITERIA)


def _signed(
    hub: Hub, connection: Reading, plan: IncomingPlanRecord, supplier: str, receipts: Sequence[str]
) -> SignedData:
    """What the plant's company may see of the supplier's own first results of the units received last."""
    found = incoming_of(connection, GoodsReceiptRecord, plant=plan.plant, supplier=supplier, receipts=receipts)
    lots = [lot for receipt in found for lot in grouped(receipt) if lot.part == plan.part]
    units = {one.item for lot in lots for one in lot.members if parse_item(one.item).kind is ItemKind.UNIT}
    counted = sum(lot.size for lot in lots)
    entry = latest_plant(connection, plan.plant)
    if not units or entry is None:
        return SignedData(units=counted, told=0, nonconforming=0)
    seen = seen_by(hub, Question(asker=entry[0], token="", asked="incoming: skipped lots"), None)
    with seen.store.reading() as shared:
        results = results_of_units(shared, units)
    authors = owners_of_authors(connection, owners_of_plants(connection))
    first: dict[tuple[str, str], tuple[object, Verdict]] = {}
    for one in results:
        if one.unit is None or one.erroneous or not is_submission(one.verdict, one.flags):
            continue
        if authors.get(one.author) != supplier:
            continue  # the plant's own results, or another's, are nothing that the supplier vouches for
        key, at = (one.unit, one.operation), (one.event_time, one.batch_id, one.line)
        if key not in first or at < first[key][0]:  # type: ignore[operator]  # both are such triples
            first[key] = (at, one.verdict)
    told = {unit for unit, _ in first}
    bad = {unit for (unit, _), (_, verdict) in first.items() if verdict is not Verdict.OK}
    return SignedData(units=counted, told=len(told), nonconforming=len(bad))


def _today(hub: Hub) -> date:
    return hub.clock().date()
