"""First-pass yields that a plant aims at today, by part and operation."""

from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from hub.store.core.database import Reading
from hub.suppliers.asked import plant_entry
from hub.target.state import in_force, targets_of
from traceability.record.indicator import Direction, TargetRecord
from traceability.record.metric import MetricName

EVERY_PART = ""


def first_pass_targets(connection: Reading, plant: str, now: datetime) -> dict[tuple[str, str], Fraction]:
    """By part (``EVERY_PART`` where the target names none) and operation; of several the highest.

    Targets of a line alone are not those of the operation and are left out.
    """
    day = now.astimezone(ZoneInfo(plant_entry(connection, plant).time_zone)).date()
    found: dict[tuple[str, str], Fraction] = {}
    for target in in_force(targets_of(connection, [plant]), plant).values():
        one = target.now
        if not (_is_of_an_operation(one) and one.first <= day and (one.last is None or day <= one.last)):
            continue
        place = (one.reference.part, one.reference.operation)
        found[place] = max(Fraction(one.value), found.get(place, Fraction(0)))
    return found


def _is_of_an_operation(one: TargetRecord) -> bool:
    reference = one.reference
    return (
        reference.metric is MetricName.FIRST_PASS_YIELD
        and bool(reference.operation)
        and not reference.line
        and one.direction is Direction.HIGHER
    )
