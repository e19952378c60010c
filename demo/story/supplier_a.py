"""Supplier A machines housings: the least capable line, with scrap, rework and retests."""

from decimal import Decimal

from demo.story.goods import HOUSING
from demo.story.shape import Fault, Line, Reading, Step
from traceability.measurement import Characteristic
from traceability.record.master import Operation
from traceability.unit import Purpose

ROUGH = Step(
    recipe="HSG-ROUGH",
    recipe_version=3,
    tools=("MILL-11", "MILL-12"),
    operation=Operation(id="OP10", name="Rough machining", name_zh="粗加工"),
    readings=(
        Reading(
            point="m3",
            characteristic=Characteristic(
                id="flange-height",
                name="Flange height 法兰高度",
                operation="OP10",
                uom="mm",
                decimals=2,
                lsl=Decimal("119.80"),
                target=Decimal("120.00"),
                usl=Decimal("120.20"),
            ),
            mean=Decimal("120.00"),
            sigma=Decimal("0.055"),
        ),
        Reading(
            point="m4",
            characteristic=Characteristic(
                id="roughness", name="Roughness Ra 粗糙度", operation="OP10", uom="um", decimals=2, usl=Decimal("3.20")
            ),
            mean=Decimal("1.90"),
            sigma=Decimal("0.25"),
        ),
    ),
    faults=(
        Fault(code=11, per_block=2, first=8, then=Purpose.REWORK),  # burr
        Fault(code=12, per_block=2, first=7, then=None),  # porosity
    ),
)

BORE = Step(
    recipe="HSG-BORE",
    recipe_version=5,
    tools=("BORE-21", "BORE-22"),
    wear=21,
    operation=Operation(id="OP20", name="Bore", name_zh="镗孔"),
    readings=(
        Reading(
            point="m1",
            characteristic=Characteristic(
                id="bore",
                name="Bore diameter 孔径",
                operation="OP20",
                uom="mm",
                decimals=4,
                lsl=Decimal("25.0000"),
                target=Decimal("25.0105"),
                usl=Decimal("25.0210"),
                key=True,
            ),
            mean=Decimal("25.0102"),
            sigma=Decimal("0.0028"),
        ),
        Reading(
            point="m2",
            characteristic=Characteristic(
                id="bore-position",
                name="Bore position 孔位置",
                operation="OP20",
                uom="mm",
                decimals=3,
                lsl=Decimal("-0.050"),
                target=Decimal("0.000"),
                usl=Decimal("0.050"),
            ),
            mean=Decimal("0.002"),
            sigma=Decimal("0.011"),
        ),
    ),
    faults=(
        Fault(code=21, per_block=3, first=2, then=Purpose.REWORK),  # chatter marks
        Fault(code=22, per_block=2, first=30, then=None),  # broken tool
    ),
)

LEAK_TEST = Step(
    recipe="LEAK-2",
    tools=("SEAL-31",),
    operation=Operation(id="OP30", name="Leak test", name_zh="气密检测", final=True),
    readings=(
        Reading(
            point="m1",
            characteristic=Characteristic(
                id="leak", name="Leak rate 泄漏率", operation="OP30", uom="cm3/min", decimals=2, usl=Decimal("2.00")
            ),
            mean=Decimal("1.10"),
            sigma=Decimal("0.20"),
        ),
        Reading(
            point="m2",
            characteristic=Characteristic(
                id="pressure",
                name="Test pressure 试验压力",
                operation="OP30",
                uom="bar",
                decimals=3,
                lsl=Decimal("0.480"),
                target=Decimal("0.500"),
                usl=Decimal("0.520"),
            ),
            mean=Decimal("0.500"),
            sigma=Decimal("0.004"),
        ),
    ),
    faults=(
        Fault(code=31, per_block=4, first=4, then=Purpose.RETEST, shows=(("m1", Decimal("2.31")),)),  # seal not seated
        Fault(code=32, per_block=3, first=10, then=None, shows=(("m1", Decimal("4.87")),)),  # leaking casting
    ),
)

SUPPLIER_A = Line(
    name="supplier-a",
    author="supplier-a.line-1",
    organisation="supplier-a",
    plant="supplier-a.machining",
    work_center="supplier-a/machining/line-1",
    gtin=HOUSING,
    letter="H",
    part_name="Drive unit housing",
    part_name_zh="驱动单元壳体",
    steps=(ROUGH, BORE, LEAK_TEST),
    ships="housing",
)
