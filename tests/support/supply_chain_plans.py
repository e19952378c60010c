"""Who takes part in the supply chain of the tests, what they make, and how their processes behave."""

from decimal import Decimal
from typing import Any

from traceability.identifier.item import part_uri
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan, Operation

HOUSING, CONTROLLER, DRIVE, MACHINE, BARS, BOARDS = (
    "09506000134352",
    "09506000134369",
    "09506000134376",
    "09506000134383",
    "09506000134390",
    "09506000134406",
)
COMPANIES = (
    ("supplier-a", "Linhai Housings", "临海壳体", "supplier-a.machining", "Linhai machining plant", "临海机加厂"),
    ("supplier-b", "Suda Controls", "苏达电控", "supplier-b.electronics", "Suda electronics plant", "苏达电子厂"),
    ("oem", "Yuanhang Drives", "远航驱动", "oem.assembly", "Yuanhang assembly plant", "远航总装厂"),
)


def characteristic(identity: str, name: str, operation: str, uom: str, decimals: int, **limits: Any) -> Characteristic:
    fields = {key: Decimal(value) if isinstance(value, str) else value for key, value in limits.items()}
    return Characteristic(id=identity, name=name, operation=operation, uom=uom, decimals=decimals, **fields)


PLANS = {
    "supplier-a": ControlPlan(
        part=part_uri(HOUSING),
        plant="supplier-a.machining",
        revision="3",
        name="Drive housing",
        name_zh="驱动壳体",
        operations=(
            Operation(id="OP10", name="Rough machining", name_zh="粗加工"),
            Operation(id="OP20", name="Bore", name_zh="镗孔"),
            Operation(id="OP30", name="Leak test", name_zh="气密检测", final=True),
        ),
        characteristics=(
            characteristic("height", "Flange height", "OP10", "mm", 2, lsl="119.80", target="120.00", usl="120.20"),
            characteristic(
                "bore", "Bore diameter", "OP20", "mm", 4, lsl="25.0000", target="25.0105", usl="25.0210", key=True
            ),
            characteristic("leak", "Leak rate", "OP30", "cm3/min", 2, usl="2.00"),
        ),
    ),
    "supplier-b": ControlPlan(
        part=part_uri(CONTROLLER),
        plant="supplier-b.electronics",
        revision="1",
        name="Motor controller",
        name_zh="电机控制器",
        operations=(
            Operation(id="OP10", name="Soldering", name_zh="焊接"),
            Operation(id="OP20", name="Function test", name_zh="功能测试", final=True),
        ),
        characteristics=(
            characteristic(
                "supply", "Supply voltage", "OP20", "V", 3, lsl="4.900", target="5.000", usl="5.100", key=True
            ),
        ),
    ),
    "oem": ControlPlan(
        part=part_uri(DRIVE),
        plant="oem.assembly",
        revision="7",
        name="Electric drive unit",
        name_zh="电驱动单元",
        operations=(
            Operation(id="OP10", name="Assembly", name_zh="总装"),
            Operation(id="OP20", name="End-of-line test", name_zh="下线检测", final=True),
        ),
        characteristics=(
            characteristic("torque", "Screw torque", "OP10", "N.m", 2, lsl="7.40", target="8.00", usl="8.60", key=True),
            characteristic("noise", "Noise", "OP20", "dB", 1, usl="62.0"),
        ),
    ),
}
PROCESS = {
    "height": (120.0, 0.055),
    "bore": (25.0104, 0.0021),
    "leak": (1.1, 0.2),
    "supply": (5.0, 0.012),
    "torque": (8.0, 0.1),
    "noise": (57.0, 1.2),
}
