"""Plans in master data, one a revision, and a line that says by which of them it works."""

from datetime import date
from decimal import Decimal

from small_chain import Line
from small_master import PART, characteristic, everything, workbook

from hub.master.importing import import_file
from hub.master.plan_file import plan_on
from hub.parts import Hub
from traceability.record.master import ControlPlan

PLANT = "plant-a"
DAYS = {"A": date(2026, 2, 1), "B": date(2026, 2, 20), "C": date(2026, 3, 10)}


def stated(hub: Hub, revision: str) -> str:
    """The plan in master data from its day on; the change's name."""
    tables = everything()
    tables["control-plan"] = [
        {**tables["control-plan"][0], "revision": revision, "valid_from": DAYS[revision], "name": revision}
    ]
    tables["operation"] = [{**row, "revision": revision} for row in tables["operation"]]
    tables["characteristic"] = [characteristic(usl=Decimal("25.02") + ord(revision), revision=revision)]
    del tables["alarm-rule"]
    change = import_file(hub, workbook(tables), by="qe-7").change
    assert change
    return change


def planned(hub: Hub, revision: str) -> ControlPlan:
    with hub.store.reading() as connection:
        return plan_on(connection, PLANT, PART, DAYS[revision]).plan


def works_by(line: Line, revision: str) -> None:
    line.plan_in_force(planned(line.hub, revision))
    line.send()
