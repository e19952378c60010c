"""A supply chain in miniature: a supplier makes housings, an OEM builds machines from them, all really sealed."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from small_hub import SmallAgent, small_agent

from hub.ingest.ingest import ingest
from hub.parts import Hub
from traceability.encoding import to_base64
from traceability.identifier.item import lot_uri, part_uri, unit_uri
from traceability.measurement import Characteristic
from traceability.record.base import Record
from traceability.record.codec import plan_id
from traceability.record.master import ControlPlan, ControlPlanRecord, Operation
from traceability.record.production import (
    AssociationRecord,
    ChainStartRecord,
    Component,
    FirstPassClaim,
    MeasuredValue,
    MeasurementsRecord,
    Picture,
    PicturesRecord,
    ReadSymbol,
    UnitResultRecord,
)
from traceability.unit import Verdict

HOUSING = "09506000134352"
MACHINE = "09506000134369"
STEEL = "09506000134376"


def housing_plan(plant: str = "supplier", **changes: Any) -> ControlPlan:
    """Two operations; the bore is a key characteristic."""
    bore = Characteristic(
        id="bore",
        name="bore diameter",
        operation="OP10",
        uom="mm",
        decimals=3,
        lsl=Decimal("24.980"),
        target=Decimal("25.000"),
        usl=Decimal("25.020"),
        key=True,
    )
    fields: dict[str, Any] = {
        "part": part_uri(HOUSING),
        "plant": plant,
        "revision": "A",
        "name": "Housing",
        "name_zh": "壳体",
        "operations": (
            Operation(id="OP10", name="Boring", name_zh="镗孔"),
            Operation(id="OP20", name="Inspection", name_zh="检验", final=True),
        ),
        "characteristics": (bore,),
    }
    return ControlPlan(**(fields | changes))


def machine_plan(plant: str = "oem") -> ControlPlan:
    """Assembly, then the end-of-line test."""
    return ControlPlan(
        part=part_uri(MACHINE),
        plant=plant,
        revision="A",
        name="Machine",
        name_zh="整机",
        operations=(
            Operation(id="OP10", name="Assembly", name_zh="装配"),
            Operation(id="OP20", name="End", final=True),
        ),
        characteristics=(),
    )


@dataclass
class Line:
    """An agent that writes records one after the other and sends them as batches."""

    hub: Hub
    agent: SmallAgent
    part: str
    plan: str | None = None
    waiting: list[Record] = field(default_factory=list)

    def put(self, kind: type[Record], **fields: Any) -> Record:
        """The next record of the chain."""
        record = kind(**(self.agent.stamp(len(self.waiting)) | fields))
        self.waiting.append(record)
        return record

    def start(self) -> None:
        self.put(ChainStartRecord, id=self.agent.author, reason="first start")

    def plan_in_force(self, plan: ControlPlan) -> str:
        self.plan = plan_id(plan)
        self.put(ControlPlanRecord, id=self.plan, plan=plan)
        return self.plan

    def result(self, serial: str | None, operation: str = "OP10", verdict: Verdict = Verdict.OK, **changes: Any) -> str:
        """One result; its id."""
        fields = {
            "id": f"{self.agent.author}/{self.agent.chain[:4]}/{self.agent.next_record + len(self.waiting)}",
            "unit": None if serial is None else unit_uri(self.part, serial),
            "part": part_uri(self.part),
            "operation": operation,
            "work_cell": f"{self.agent.author}/{operation}",
            "verdict": verdict,
            "attempt": 1,
            "plan": self.plan,
        }
        return self.put(UnitResultRecord, **(fields | changes)).id

    def measure(
        self, result: str, serial: str, thousandths: int | None, operation: str = "OP10", **changes: Any
    ) -> None:
        value: dict[str, Any] = {"characteristic": "bore", "value": thousandths, "decimals": 3, "uom": "mm"}
        self.put(
            MeasurementsRecord,
            id=result,
            unit=unit_uri(self.part, serial),
            operation=operation,
            plan=self.plan,
            values=(MeasuredValue(**(value | changes)),),
        )

    def join(self, result: str, serial: str, *items: str, action: str = "ADD", operation: str = "OP10") -> None:
        """Components into a unit; lots with a quantity, units at a position."""
        components = tuple(
            Component(item=item, quantity="1", uom="{piece}") if "/10/" in item else Component(item=item, position="p")
            for item in items
        )
        parent = unit_uri(self.part, serial)
        self.put(AssociationRecord, id=result, parent=parent, operation=operation, components=components, action=action)

    def photograph(self, result: str, serial: str, text: bytes, *, names: str | None = None) -> None:
        """A label was read; ``names`` is what the author says it names, by default the unit."""
        item = unit_uri(self.part, serial)
        symbol = ReadSymbol(symbology="]d2", bytes_base64=to_base64(text), item=names or item)
        picture = Picture(sha256="sha256:" + "ab" * 32, size=1234, position="unit", symbols=(symbol,))
        self.put(PicturesRecord, id=result, unit=item, operation="OP10", pictures=(picture,))

    def claim(self, operation: str = "OP10", *, submitted: int, first_ok: int, attempts: int, invalid: int = 0) -> None:
        self.put(
            FirstPassClaim,
            id=f"claim-{len(self.waiting)}-{self.agent.next_record}",
            part=part_uri(self.part),
            operation=operation,
            through=self.agent.next_record + len(self.waiting) - 1,
            submitted=submitted,
            first_ok=first_ok,
            attempts=attempts,
            invalid=invalid,
        )

    def send(self) -> None:
        """Seal what waits and let the hub take it."""
        taken = ingest(self.hub, self.agent.seal(*self.waiting), compressed=False)
        assert not taken.quarantined, taken.quarantined
        self.waiting = []


def line_of(hub: Hub, author: str, plant: str, gtin: str, plan: ControlPlan | None) -> Line:
    """A registered line whose chain has begun, with its plan in force."""
    line = Line(hub, small_agent(hub, author, plant), gtin)
    line.start()
    if plan is not None:
        line.plan_in_force(plan)
    return line


def housing(serial: str) -> str:
    return unit_uri(HOUSING, serial)


def machine(serial: str) -> str:
    return unit_uri(MACHINE, serial)


def steel(lot: str) -> str:
    return lot_uri(STEEL, lot)


@dataclass
class Chain:
    """A supplier's and an OEM's line on one hub."""

    hub: Hub
    supplier: Line
    oem: Line

    def make_housing(self, serial: str, thousandths: int = 25_000, lot: str = "L1") -> None:
        """Bored from steel of a lot, then inspected; out of limits it fails and is not inspected."""
        verdict = Verdict.OK if 24_980 <= thousandths <= 25_020 else Verdict.NOT_OK
        result = self.supplier.result(serial, verdict=verdict)
        self.supplier.measure(result, serial, thousandths)
        self.supplier.join(result, serial, steel(lot))
        if verdict is Verdict.OK:
            self.supplier.result(serial, "OP20")

    def build_machine(self, serial: str, housing_serial: str, end: Verdict = Verdict.OK) -> None:
        """Assembled around a housing, photographed, then tested."""
        result = self.oem.result(serial)
        self.oem.join(result, serial, housing(housing_serial))
        self.oem.photograph(result, serial, f"01{MACHINE}21{serial}".encode())
        self.oem.result(serial, "OP20", end)

    def send(self) -> None:
        self.supplier.send()
        self.oem.send()


def small_chain(hub: Hub) -> Chain:
    """The two lines, ready to make something."""
    return Chain(
        hub,
        line_of(hub, "supplier.line-1", "supplier", HOUSING, housing_plan()),
        line_of(hub, "oem.line-1", "oem", MACHINE, machine_plan()),
    )
