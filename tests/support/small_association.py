"""A hub that an association operates: plants of many companies, in an industry and a region."""

from datetime import UTC, datetime

import msgspec
from small_chain import HOUSING, Line, housing_plan, line_of

from hub.comparison.consent import state_consent
from hub.master.importing import import_file
from hub.parts import Hub
from traceability.unit import Verdict

YEAR = 2026
AFTER = datetime(2027, 1, 5, 9, tzinfo=UTC)


def association(hub: Hub, plants: int = 12) -> tuple[Hub, list[Line]]:
    """Plants p0, p1 … of a company each, all of them taking part, with a year of production; and the hub afterwards."""
    rows = ["id,organisation,name,time_zone,industry,region"]
    lines = []
    for number in range(plants):
        plant = f"p{number}"
        lines.append(line_of(hub, f"{plant}.line-1", plant, HOUSING, housing_plan(plant)))
        rows.append(f"{plant},{plant}-company,{plant},Asia/Shanghai,C3411,310115")
        state_consent(hub, f"{plant}-company", given=True, by="quality")
    import_file(hub, "\n".join(rows).encode(), by="association", kind="plant")
    produce(lines, YEAR)
    return later(hub), lines


def produce(lines: list[Line], year: int) -> None:
    """Ten units each; every third plant has a bad first pass among them."""
    for number, line in enumerate(lines):
        for unit in range(10):
            verdict = Verdict.NOT_OK if number % 3 == 0 and unit == 0 else Verdict.OK
            for operation, said in (("OP10", verdict), ("OP20", Verdict.OK)):
                when = datetime(year, 6, 1, unit, tzinfo=UTC)
                line.result(f"{year}-{number}-{unit}", operation, said, event_time=when)
        line.hub = later(line.hub)
        line.send()


def later(hub: Hub, years: int = 0) -> Hub:
    """The hub after the end of a year."""
    return msgspec.structs.replace(hub, clock=lambda: AFTER.replace(year=AFTER.year + years))
