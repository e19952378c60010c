"""Two suppliers and an OEM on a real hub: signed batches through the real ingest, deterministic values.

Supplier A machines housings (three operations), supplier B builds controllers from lots, the OEM assembles both and
ships half of its drives to be built into machines. Housing 3 fails its leak test and passes a retest, housing 5 is
reworked, drive 4 is too loud at first, the label of drive 7 is not read at first. ``units`` drives are made.
"""

import hashlib
from datetime import date, timedelta
from decimal import Decimal
from statistics import NormalDist
from typing import Any

from small_hub import START, SmallAgent
from supply_chain_plans import BARS, BOARDS, COMPANIES, CONTROLLER, DRIVE, HOUSING, MACHINE, PLANS, PROCESS

from hub.entry.economics import enter_assessment, enter_loss, enter_output_value
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.ingest.ingest import ingest
from hub.parts import Hub
from traceability.encoding import sha256, tagged, to_base64
from traceability.identifier.item import lot_uri, unit_uri
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension
from traceability.quality.questionnaire_items import ITEMS
from traceability.record.codec import plan_id
from traceability.record.economics import Answer, ItemState
from traceability.record.master import ControlPlan, ControlPlanRecord
from traceability.record.production import (
    AssociationRecord,
    Component,
    FirstPassClaim,
    MeasuredValue,
    MeasurementsRecord,
    Picture,
    PicturesRecord,
    ReadSymbol,
    UnitResultRecord,
)
from traceability.unit import Flag, Purpose, Verdict


def drawn(name: str, number: int) -> float:
    """A value of a stable normal process; the same in every run."""
    mean, sigma = PROCESS[name]
    share = (int.from_bytes(hashlib.sha256(f"{name}/{number}".encode()).digest()[:6], "big") + 0.5) / 2**48
    return NormalDist(mean, sigma).inv_cdf(share)


class Line:
    """Writes the records of one author and sends them to the hub."""

    def __init__(self, hub: Hub, company: str, plan: ControlPlan, line: str = "line-1") -> None:
        self.hub, self.plan, self.plan_id = hub, plan, plan_id(plan)
        self.agent = SmallAgent(f"{company}.{line}", environment=hub.settings.environment)
        add_agent(hub, self.agent.author, plant=plan.plant, public_key=self.agent.public_key)
        self.waiting: list[Any] = []
        self.counts: dict[str, list[int]] = {operation.id: [0, 0, 0, 0] for operation in plan.operations}
        self.attempts: dict[tuple[str, str], int] = {}
        self.seen: set[tuple[str, str]] = set()
        self.write(ControlPlanRecord, identity=self.plan_id, plan=plan)

    def write(self, kind: Any, *, identity: str, at: Any = START, **fields: Any) -> None:
        stamp = self.agent.stamp(len(self.waiting)) | {"event_time": at}
        self.waiting.append(kind(id=identity, **stamp, **fields))

    def result(
        self, unit: str, operation: str, at: Any, *, values: dict[str, float] | None = None, **changes: Any
    ) -> str:
        """One pass; a value outside its limits makes it fail."""
        measured, fails = self._measured(operation, values or {})
        verdict = changes.pop("verdict", Verdict.NOT_OK if fails else Verdict.OK)
        flags = changes.get("flags", ())
        key = (unit, operation)
        self.attempts[key] = self.attempts.get(key, 0) + 1
        identity = f"{self.agent.author}:{self.agent.next_record + len(self.waiting)}"
        self._count(key, verdict, flags)
        self.write(
            UnitResultRecord,
            identity=identity,
            at=at,
            unit=unit,
            part=self.plan.part,
            operation=operation,
            work_cell=f"{self.plan.plant}/{operation}",
            verdict=verdict,
            attempt=self.attempts[key],
            plan=self.plan_id,
            **changes,
        )
        if measured:
            self.write(
                MeasurementsRecord,
                identity=identity,
                at=at,
                unit=unit,
                operation=operation,
                values=measured,
                plan=self.plan_id,
            )
        return identity

    def joined(self, identity: str, parent: str, operation: str, at: Any, *components: Component) -> None:
        self.write(
            AssociationRecord, identity=identity, at=at, parent=parent, operation=operation, components=components
        )

    def claim(self) -> None:
        """Reports its own counts, then sends everything as one batch."""
        through = self.agent.next_record + len(self.waiting) - 1
        for operation, (submitted, first_ok, attempts, invalid) in self.counts.items():
            self.write(
                FirstPassClaim,
                identity=f"claim-{operation}-{through}",
                at=START,
                part=self.plan.part,
                operation=operation,
                through=through,
                submitted=submitted,
                first_ok=first_ok,
                attempts=attempts,
                invalid=invalid,
            )
        self.send()

    def send(self) -> None:
        ingest(self.hub, self.agent.seal(*self.waiting), compressed=False)
        self.waiting = []

    def _measured(self, operation: str, values: dict[str, float]) -> tuple[tuple[MeasuredValue, ...], bool]:
        found, fails = [], False
        for known in self.plan.characteristics:
            if known.operation == operation and known.id in values:
                value = round(values[known.id] * 10**known.decimals)
                shown = Decimal(value).scaleb(-known.decimals)
                fails |= (known.lsl is not None and shown < known.lsl) or (known.usl is not None and shown > known.usl)
                found.append(
                    MeasuredValue(characteristic=known.id, value=value, decimals=known.decimals, uom=known.uom)
                )
        return tuple(found), fails

    def _count(self, key: tuple[str, str], verdict: Verdict, flags: tuple[Flag, ...]) -> None:
        counts = self.counts[key[1]]
        if flags or verdict not in (Verdict.OK, Verdict.NOT_OK):
            counts[3] += 1 if flags or verdict is Verdict.UNDEFINED else 0
            return
        first = key not in self.seen
        self.seen.add(key)
        counts[0] += first
        counts[1] += first and verdict is Verdict.OK
        counts[2] += 1


def enter_companies(hub: Hub) -> None:
    for company, name, name_zh, plant, plant_name, plant_zh in COMPANIES:
        add_organisation(hub, company, name, name_zh)
        add_plant(hub, plant, organisation=company, name=plant_name, name_zh=plant_zh)


def supply_chain(hub: Hub, units: int = 12) -> None:
    """The whole story; ends at the hub's own time, so that every agent is fresh."""
    enter_companies(hub)
    a, b, oem = (Line(hub, company, PLANS[company]) for company in ("supplier-a", "supplier-b", "oem"))
    begin = START - timedelta(minutes=3 * units)
    for number in range(1, units + 1):
        at = begin + timedelta(minutes=3 * number)
        make_housing(a, number, at - timedelta(minutes=60))
        make_controller(b, number, at - timedelta(minutes=50))
        assemble(oem, number, at)
        if number % 40 == 0:
            a.claim(), b.claim(), oem.claim()
    a.claim(), b.claim(), oem.claim()
    enter_economics(hub)


def make_housing(line: Line, number: int, at: Any) -> None:
    unit = unit_uri(HOUSING, f"H-{number:05}")
    lot = Component(item=lot_uri(BARS, f"L47{number // 25:02}"), position="bar", quantity="1.2", uom="kg")
    line.joined(line.result(unit, "OP10", at, values={"height": drawn("height", number)}), unit, "OP10", at, lot)
    bore = drawn("bore", number)
    if number % 17 == 5:
        line.result(
            unit,
            "OP20",
            at + timedelta(minutes=2),
            values={"bore": bore},
            verdict=Verdict.NOT_OK,
            defect="chatter marks",
        )
        line.result(unit, "OP20", at + timedelta(minutes=9), values={"bore": bore}, purpose=Purpose.REWORK)
    else:
        line.result(unit, "OP20", at + timedelta(minutes=2), values={"bore": bore})
    leak = 2.31 if number % 19 == 3 else drawn("leak", number)
    line.result(
        unit,
        "OP30",
        at + timedelta(minutes=12),
        values={"leak": leak},
        **({"defect": "seal not seated"} if leak > 2 else {}),
    )
    if leak > 2:
        line.result(unit, "OP30", at + timedelta(minutes=14), values={"leak": 1.24}, purpose=Purpose.RETEST)


def make_controller(line: Line, number: int, at: Any) -> None:
    unit = unit_uri(CONTROLLER, f"C-{number:05}")
    lot = Component(item=lot_uri(BOARDS, f"B{number // 40:03}"), position="board", quantity="1", uom="1")
    line.joined(line.result(unit, "OP10", at), unit, "OP10", at, lot)
    values = {"supply": drawn("supply", number)}
    if number == 11:
        fault = {"verdict": Verdict.NOT_OK, "defect": "no answer on the bus"}
        line.result(unit, "OP20", at + timedelta(minutes=1), values=values, **fault)
        line.result(unit, "OP20", at + timedelta(minutes=6), values=values, purpose=Purpose.REWORK)
    else:
        line.result(unit, "OP20", at + timedelta(minutes=3), values=values)


def assemble(line: Line, number: int, at: Any) -> None:
    drive, housing, controller = (
        unit_uri(gtin, f"{letter}-{number:05}") for gtin, letter in ((DRIVE, "D"), (HOUSING, "H"), (CONTROLLER, "C"))
    )
    if number % 30 == 7:
        line.result(drive, "OP10", at, verdict=Verdict.NOT_DECIDABLE, flags=(Flag.NO_READ,))
    identity = line.result(drive, "OP10", at + timedelta(seconds=40), values={"torque": drawn("torque", number)})
    line.joined(
        identity,
        drive,
        "OP10",
        at + timedelta(seconds=40),
        Component(item=housing, position="housing"),
        Component(item=controller, position="controller"),
    )
    line.write(
        PicturesRecord,
        identity=identity,
        at=at + timedelta(seconds=40),
        unit=drive,
        operation="OP10",
        pictures=tuple(
            _picture(gtin, item, position)
            for gtin, item, position in (
                (DRIVE, drive, "unit"),
                (HOUSING, housing, "housing"),
                (CONTROLLER, controller, "controller"),
            )
        ),
    )
    noise = 63.4 if number % 45 == 4 else drawn("noise", number)
    line.result(drive, "OP20", at + timedelta(minutes=2), values={"noise": noise})
    if noise > 62:
        line.result(drive, "OP20", at + timedelta(minutes=4), values={"noise": 57.8}, purpose=Purpose.RETEST)
    if number % 2 == 0:
        machine = unit_uri(MACHINE, f"M-{number // 4:04}")
        line.joined(
            f"ship-{number}", machine, "OP20", at + timedelta(minutes=5), Component(item=drive, position="drive")
        )


def _picture(gtin: str, item: str, position: str) -> Picture:
    serial = item.rsplit("/", 1)[-1]
    raw = f"01{gtin}21{serial}".encode()
    symbol = ReadSymbol(symbology="]d2", bytes_base64=to_base64(raw), item=item)
    return Picture(sha256=tagged(sha256(raw)), size=184_321, position=position, symbols=(symbol,))


def enter_economics(hub: Hub) -> None:
    """Losses, output and answers: A lacks what the notice asks for, B is assessed up to L2, the OEM up to L3."""
    year = START.year - 1
    for plant, output, internal, external in (
        ("supplier-a.machining", "80000000", "2180000", "410000"),
        ("supplier-b.electronics", "60000000", "690000", "240000"),
        ("oem.assembly", "500000000", "3600000", "2300000"),
    ):
        enter_output_value(
            hub, plant, year=year, amount=Decimal(output), currency="CNY", evidence="annual report", entered_by="u-17"
        )
        for item, amount in ((CostItem.SCRAP, internal), (CostItem.CLAIM, external)):
            enter_loss(
                hub,
                plant,
                item=item,
                amount=Decimal(amount),
                currency="CNY",
                accrued_on=date(year, 11, 30),
                evidence="ledger 5104",
                entered_by="u-17",
            )
    for plant, reached in (("supplier-a.machining", 2), ("supplier-b.electronics", 2), ("oem.assembly", 3)):
        for dimension in Dimension:
            answers = [
                Answer(item=item.id, state=ItemState.SATISFIED, evidence="DOC-204")
                for item in ITEMS.values()
                if item.dimension is dimension and item.level <= reached
            ]
            enter_assessment(hub, plant, dimension=dimension, answers=answers, entered_by="u-17")
