"""Series that plants usually declare: what the notice and the industry's plan name and no record of a line knows."""

import msgspec

from traceability.record.indicator import Combined, Direction, Frequency


class Usual(msgspec.Struct, frozen=True, kw_only=True):
    """A definition to begin with; owner and source are the plant's own."""

    id: str
    name: str
    name_zh: str
    uom: str = ""
    share: bool = False
    direction: Direction = Direction.HIGHER
    combined: Combined = Combined.LAST
    frequency: Frequency = Frequency.YEAR


USUAL: tuple[Usual, ...] = (
    Usual(
        id="satisfaction",
        name="Customer satisfaction",
        name_zh="顾客满意度",
        combined=Combined.MEAN,
        frequency=Frequency.QUARTER,
    ),
    Usual(id="loyalty", name="Customers who bought again", name_zh="顾客忠诚度", share=True),
    Usual(id="market-share", name="Market share", name_zh="市场占有率", uom="%"),
    Usual(
        id="sampling-inspection",
        name="Sampling inspection by the state passed",
        name_zh="监督抽查合格率",
        share=True,
        frequency=Frequency.IRREGULAR,
    ),
    Usual(
        id="training-hours",
        name="Hours of quality training a person",
        name_zh="人均质量培训学时",
        uom="h",
        combined=Combined.SUM,
        frequency=Frequency.QUARTER,
    ),
    Usual(id="trained", name="People trained in quality", name_zh="质量培训覆盖率", share=True),
    Usual(id="qc-groups", name="QC groups registered", name_zh="QC 小组注册数"),
    Usual(id="qc-group-members", name="People who take part in QC groups", name_zh="QC 小组活动普及率", share=True),
    Usual(id="qc-group-results", name="QC groups with a result", name_zh="QC 小组成果率", share=True),
    Usual(
        id="complaints",
        name="Complaints of customers",
        name_zh="顾客投诉数",
        direction=Direction.LOWER,
        combined=Combined.SUM,
        frequency=Frequency.MONTH,
    ),
)
