"""Supplier B builds controllers from material lots: capable, and rarely fails its final test."""

from decimal import Decimal

from demo.story.goods import CONTROLLER, SOLDER_PASTE
from demo.story.shape import Fault, Line, Reading, Step
from traceability.measurement import Characteristic
from traceability.record.master import Operation
from traceability.unit import Purpose

SOLDER = Step(
    recipe="REFLOW-A",
    recipe_version=2,
    operation=Operation(id="OP10", name="Soldering", name_zh="焊接"),
    readings=(
        Reading(
            point="m1",
            characteristic=Characteristic(
                id="paste-height",
                name="Solder paste height 锡膏厚度",
                operation="OP10",
                uom="um",
                decimals=1,
                lsl=Decimal("110.0"),
                target=Decimal("130.0"),
                usl=Decimal("150.0"),
            ),
            mean=Decimal("130.0"),
            sigma=Decimal("4.4"),
        ),
    ),
    faults=(Fault(code=41, per_block=3, first=3, then=Purpose.REWORK),),  # bridge
)

FUNCTION_TEST = Step(
    recipe="FCT-8",
    tools=("BED-1", "BED-2"),
    operation=Operation(id="OP20", name="Functional test", name_zh="功能检测", final=True),
    readings=(
        Reading(
            point="m1",
            characteristic=Characteristic(
                id="output-voltage",
                name="Output voltage 输出电压",
                operation="OP20",
                uom="V",
                decimals=3,
                lsl=Decimal("4.900"),
                target=Decimal("5.000"),
                usl=Decimal("5.100"),
                key=True,
            ),
            mean=Decimal("5.000"),
            sigma=Decimal("0.0222"),
        ),
        Reading(
            point="m2",
            characteristic=Characteristic(
                id="idle-current",
                name="Idle current 静态电流",
                operation="OP20",
                uom="mA",
                decimals=2,
                usl=Decimal("12.00"),
            ),
            mean=Decimal("9.50"),
            sigma=Decimal("0.50"),
        ),
    ),
    faults=(Fault(code=51, per_block=1, first=9, then=None),),  # no communication
)

SUPPLIER_B = Line(
    name="supplier-b",
    author="supplier-b.line-1",
    organisation="supplier-b",
    plant="supplier-b.electronics",
    work_center="supplier-b/electronics/line-1",
    gtin=CONTROLLER,
    letter="C",
    part_name="Motor controller",
    part_name_zh="电机控制器",
    steps=(SOLDER, FUNCTION_TEST),
    ships="controller",
    lot_gtin=SOLDER_PASTE,
)
