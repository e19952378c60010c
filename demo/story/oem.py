"""The OEM assembles what its camera reads, and retests and reworks until every unit passes."""

from decimal import Decimal

from demo.story.goods import DRIVE_UNIT
from demo.story.shape import Blur, Fault, Line, Reading, Step
from traceability.measurement import Characteristic
from traceability.record.master import Operation
from traceability.unit import Purpose

ASSEMBLY = Step(
    recipe="TORQUE-12",
    tools=("SPINDLE-1",),
    operation=Operation(id="OP10", name="Assembly", name_zh="总装"),
    readings=(
        Reading(
            point="m1",
            characteristic=Characteristic(
                id="screw-torque",
                name="Screw torque 拧紧扭矩",
                operation="OP10",
                uom="N.m",
                decimals=2,
                lsl=Decimal("7.40"),
                target=Decimal("8.00"),
                usl=Decimal("8.60"),
                key=True,
            ),
            mean=Decimal("8.00"),
            sigma=Decimal("0.14"),
        ),
    ),
    faults=(Fault(code=61, per_block=3, first=6, then=Purpose.REWORK),),  # connector not seated
    labels=("unit", "housing", "controller"),
    blurs=(Blur(position="unit", per_block=2, first=1), Blur(position="housing", per_block=3, first=3)),
)

END_OF_LINE = Step(
    recipe="EOL-4",
    recipe_version=2,
    operation=Operation(id="OP20", name="End-of-line test", name_zh="下线检测", final=True),
    readings=(
        Reading(
            point="m1",
            characteristic=Characteristic(
                id="noise", name="Noise 噪声", operation="OP20", uom="dB", decimals=1, usl=Decimal("62.0")
            ),
            mean=Decimal("57.0"),
            sigma=Decimal("1.2"),
        ),
        Reading(
            point="m2",
            characteristic=Characteristic(
                id="no-load-current",
                name="No-load current 空载电流",
                operation="OP20",
                uom="A",
                decimals=3,
                lsl=Decimal("0.800"),
                target=Decimal("1.000"),
                usl=Decimal("1.200"),
            ),
            mean=Decimal("1.000"),
            sigma=Decimal("0.045"),
        ),
    ),
    faults=(
        Fault(
            code=71, per_block=2, first=4, then=Purpose.RETEST, shows=(("m1", Decimal("63.4")),)
        ),  # noise from outside
        Fault(code=72, per_block=2, first=8, then=Purpose.REWORK, shows=(("m1", Decimal("66.2")),)),  # gear noise
    ),
)

OEM = Line(
    name="oem",
    author="oem.line-1",
    organisation="oem",
    plant="oem.assembly",
    work_center="oem/assembly/line-1",
    gtin=DRIVE_UNIT,
    letter="U",
    part_name="Electric drive unit",
    part_name_zh="电驱动单元",
    steps=(ASSEMBLY, END_OF_LINE),
    ships="finished",
    takes=("housing", "controller"),
)
