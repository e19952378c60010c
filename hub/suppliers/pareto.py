"""Which defects stop most: results that were not OK, by the defect that the station named."""

from datetime import datetime, timedelta
from fractions import Fraction

from hub.rollup.hours import instant_of
from hub.store.core.database import Reading
from hub.store.core.instant import to_micros
from hub.store.master.defect_codes import defect_codes
from hub.store.master.queries import part_name, parts_named
from hub.store.quality.suppliers import defects_between
from hub.suppliers.asked import Asked, plant_entry
from hub.suppliers.views import Pareto, ParetoLine


def pareto(connection: Reading, plant: str, asked: Asked, now: datetime) -> Pareto:
    """The defects of a plant in the period, narrowed to a part or an operation."""
    entry = plant_entry(connection, plant)
    begin, end = (instant_of(hour) for hour in asked.hours(now))
    found = [
        one
        for one in defects_between(connection, plant, to_micros(begin), to_micros(end))
        if asked.part in (None, one.part) and asked.operation in (None, one.operation)
    ]
    ordered = sorted(found, key=lambda one: (-one.results, one.defect, one.part, one.operation))
    failed = sum(one.results for one in ordered)
    parts = parts_named(connection, {one.part for one in ordered})
    codes = defect_codes(connection, entry.organisation.id)
    zone = entry.zone
    first, last = begin.astimezone(zone).date(), (end - timedelta(microseconds=1)).astimezone(zone).date()
    lines, running = [], 0
    for one in ordered:
        running += one.results
        lines.append(
            ParetoLine(
                defect=one.defect,
                named=codes.within(one.defect, first, last),
                part=part_name(parts, one.part),
                operation=one.operation,
                results=one.results,
                share=Fraction(one.results, failed),
                running=Fraction(running, failed),
            )
        )
    return Pareto(plant=entry.named, begin=begin, end=end, failed=failed, lines=tuple(lines))
