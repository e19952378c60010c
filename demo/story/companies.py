"""The companies of the demo and what they state about themselves. All invented; the money is CNY of one year.

What a plant states makes its Level readable beside what its line measures. The OEM enters no external loss: what was
not measured is not rated, whatever else is good.
"""

from decimal import Decimal

import msgspec

from traceability.quality.level import Level
from traceability.quality.loss import CostItem
from traceability.quality.questionnaire import Dimension


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """A company with its one plant; ``answers`` says up to which level each dimension is shown with evidence."""

    id: str
    name: str
    name_zh: str
    plant: str
    plant_name: str
    plant_name_zh: str
    output_value: Decimal
    losses: dict[CostItem, Decimal]
    answers: dict[Dimension, Level]


COMPANIES = (
    Company(
        id="supplier-a",
        name="Supplier A, housings (demo)",
        name_zh="供应商甲 壳体（演示）",
        plant="supplier-a.machining",
        plant_name="Machining plant",
        plant_name_zh="机加工厂",
        output_value=Decimal(120000000),
        losses={
            CostItem.SCRAP: Decimal(1850000),
            CostItem.REWORK: Decimal(640000),
            CostItem.DOWNTIME: Decimal(310000),
            CostItem.CLAIM: Decimal(900000),
            CostItem.RETURN: Decimal(780000),
        },
        answers={Dimension.SYSTEM: Level.L2, Dimension.DIGITAL: Level.L2, Dimension.SUSTAINED_SUCCESS: Level.L2},
    ),
    Company(
        id="supplier-b",
        name="Supplier B, controllers (demo)",
        name_zh="供应商乙 控制器（演示）",
        plant="supplier-b.electronics",
        plant_name="Electronics plant",
        plant_name_zh="电子工厂",
        output_value=Decimal(86000000),
        losses={
            CostItem.SCRAP: Decimal(390000),
            CostItem.REWORK: Decimal(520000),
            CostItem.CLAIM: Decimal(210000),
            CostItem.WARRANTY: Decimal(405000),
        },
        answers={Dimension.SYSTEM: Level.L3, Dimension.DIGITAL: Level.L3, Dimension.SUSTAINED_SUCCESS: Level.L2},
    ),
    Company(
        id="oem",
        name="OEM, drive units (demo)",
        name_zh="主机厂 驱动单元（演示）",
        plant="oem.assembly",
        plant_name="Assembly plant",
        plant_name_zh="总装工厂",
        output_value=Decimal(950000000),
        losses={CostItem.SCRAP: Decimal(2100000), CostItem.REWORK: Decimal(8300000)},
        answers={Dimension.SYSTEM: Level.L3, Dimension.DIGITAL: Level.L2, Dimension.SUSTAINED_SUCCESS: Level.L2},
    ),
)
