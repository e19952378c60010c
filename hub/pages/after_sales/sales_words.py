"""Words for what after-sales knows by a code."""

from collections.abc import Mapping
from enum import StrEnum

from hub.analysis.factor import Kind
from hub.notify.from_recall import RecallItems
from hub.pages.after_sales.narrowed import Way
from hub.pages.speech import mark

WAYS: Mapping[StrEnum, str] = {
    Way.BOTH: mark("both ways"),
    Way.BACK: mark("what is in it"),
    Way.FORWARD: mark("where it went"),
}
FACTOR_KINDS: Mapping[StrEnum, str] = {
    Kind.LOT: mark("lot"),
    Kind.SUPPLIER: mark("supplier"),
    Kind.PLANT: mark("plant"),
    Kind.VARIANT: mark("variant of a part"),
    Kind.WORK_CELL: mark("work cell"),
    Kind.PLAN: mark("revision of the control plan"),
    Kind.TOOL: mark("tool"),
    Kind.RECIPE: mark("recipe"),
    Kind.OPERATOR: mark("operator"),
    Kind.PASSES: mark("retest or rework"),
    Kind.SHIFT: mark("shift"),
    Kind.WINDOW: mark("time window"),
    Kind.MEASURED: mark("measured range"),
}
RECALL_ITEMS: Mapping[StrEnum, str] = {
    RecallItems.RECEIVERS: mark("what it holds or made"),
    RecallItems.ALL: mark("everything affected"),
    RecallItems.LOTS: mark("the lots among it"),
}
STEPS = (
    mark("choosing the units to compare with"),
    mark("gathering what they are made of, and by"),
    mark("comparing"),
)
"""What a comparison is at, by the number of steps that are done."""
SAID_BY_ANALYSIS = (
    mark("at once"),
    mark("after a retest"),
    mark("after rework"),
    mark("fewer than 3 suspect units"),
    mark("no units to compare with"),
    mark("every unit has the same value"),
    mark("nothing is known of it for the suspects or for the others"),
    mark("too few units: no count could have been significant"),
    mark("it is how these units failed"),
    mark("measured in units of measure that can't be converted into each other"),
    mark("at every position"),
    mark("whatever the plan, while this one was in force"),
    mark("whoever worked there in this time"),
    mark("no question of a recall speaks of how often"),
    mark("in the time that was looked at; leave it out to widen"),
    mark("more than 100 windows"),
    mark("whoever supplied it"),
    mark("the lots in these units"),
    mark("the limit has too many digits"),
    mark("at every operation and on every part"),
)
"""Sentences of ``hub.analysis``, in the words in which it says them."""
AFTER_SALES_TABLES = (WAYS, FACTOR_KINDS, RECALL_ITEMS)
