"""Why nothing can be told, or what a figure leaves open: in both languages."""

from collections.abc import Iterable, Mapping

from hub.tabular.words import NOTHING, Words
from traceability.quality.reason import Reason

NO_SUBMISSION = Words("no unit was submitted for the first time in the period", "该期间内没有单件首次提交检验")
NAME_DEFECT = Words("name the defect code", "请指明缺陷代码")
NAME_CHARACTERISTIC = Words("name the characteristic", "请指明特性")
NAME_INDICATOR = Words("name the indicator", "请指明申报指标")
UNPLANNED = Words("no control plan of the period has the characteristic", "该期间的控制计划中没有该特性")
NO_VALUES = Words("no value was measured in the period", "该期间内没有测量值")
SEVERAL_PLACES = Words(
    "several parts or operations have the characteristic: name one", "多个产品或工序有该特性：请指明其一"
)
NOTHING_PLANNED = Words("nothing that is planned was made in the period", "该期间内没有生产控制计划中的产品")
ON_SAMPLES = Words("with lots judged on samples", "含抽样判定的批")
NOT_BY_LINE = Words(
    "losses are not entered by line: ask for the plant, a part or an operation",
    "损失不按产线录入：请按工厂、产品或工序查询",
)
COSTS_NOT_BY_LINE = Words(
    "costs are not allocated to lines: ask for the plant, a part, an operation or a defect",
    "成本不分摊到产线：请按工厂、产品、工序或缺陷查询",
)
NO_COST = Words("no cost was entered, and none has a rate", "没有录入成本，也没有费率")
BY_DAYS = Words("over annual output value by days", "按天数折算的年度总产值")
NO_ALARM = Words("no alarm was raised in the period", "该期间内没有预警")
OF_THE_PLANT = Words(
    "a declared series is of the plant: define one of its own for the place",
    "申报指标属于整个工厂：请为该位置单独定义指标",
)
NO_STATED_VALUE = Words("no value was stated for the period", "该期间没有申报数值")
NO_NUMBERS = Words("the values are no numbers: the definition changed since", "数值类型与现行定义不符")
NOTHING_COUNTED = Words("nothing was counted", "没有计数")
NOT_IN_FIELD = Words(
    "failures in the field are not known by line, operation or characteristic",
    "使用中的失效不能按产线、工序或特性统计",
)
NOTHING_OF_FIELD = Words("nothing was ever stated of units in the field", "从未录入使用中的失效或退货")
NOTHING_SHIPPED = Words(
    "nothing was shipped or made in the period, as far as is stated", "据已录入数据，该期间没有发货或生产"
)
_REASONS: Mapping[Reason, Words] = {
    Reason.NOT_MEASURED: Words("nothing was recorded for it", "未统计"),
    Reason.INCONSISTENT_COUNTS: Words("the counts contradict each other", "计数矛盾"),
    Reason.EMPTY_ROUTE: Words("parts were made without a control plan", "没有控制计划，工艺路线未知"),
    Reason.OPERATION_WITHOUT_SUBMISSION: Words("an operation of the route has no submission", "有工序没有提交检验"),
    Reason.FAMILY_NOT_RATED: Words("a product family could not be rated", "有产品系列未能评定"),
    Reason.NO_OUTPUT: Words("nothing was finished", "没有产出"),
    Reason.NO_VALUES: Words("there are no values", "没有测量值"),
    Reason.TOO_FEW_VALUES: Words("too few values", "测量值太少"),
    Reason.NO_LIMITS: Words("the characteristic has no limits", "没有规格限"),
    Reason.INVALID_LIMITS: Words("the limits are no numbers", "规格限无效"),
    Reason.REVERSED_LIMITS: Words("the limits are reversed", "规格限颠倒"),
    Reason.ZERO_SPREAD: Words("the values do not spread", "没有离散"),
    Reason.UNSTABLE: Words("the process is not stable", "过程不稳定"),
    Reason.NO_KEY_CHARACTERISTIC: Words("no characteristic is marked as key", "没有关键特性"),
    Reason.NO_OUTPUT_VALUE: Words("no annual output value was entered", "没有录入年度总产值"),
    Reason.MIXED_CURRENCY: Words("amounts are in several currencies", "币种不一致"),
    Reason.INVALID_AMOUNT: Words("an amount is no sum of money", "金额无效"),
}


def of_reasons(reasons: Iterable[Reason]) -> Words:
    """What codes mean."""
    every = [_REASONS.get(one, Words(one.value, one.value)) for one in reasons]
    return Words(", ".join(one.en for one in every), "，".join(one.zh for one in every))


def of_reason(reason: Reason, more: str = "") -> Words:
    """What one code means; ``more`` names what it is about."""
    told = of_reasons([reason])
    return Words(f"{told.en}: {more}", f"{told.zh}：{more}") if more else told


def joined(*parts: Words | None) -> Words:
    """What there is of them."""
    there = [one for one in parts if one is not None and one.en]
    return Words("; ".join(one.en for one in there), "；".join(one.zh for one in there)) if there else NOTHING
