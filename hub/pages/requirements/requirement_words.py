"""What the pages of requirements call states, metrics, verdicts, sides, kinds of data and steps."""

import re
from collections.abc import Mapping
from enum import StrEnum

from hub.metric.pooled import Method
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.requirement.views import Fulfilled, Met
from traceability.quality.reason import Reason
from traceability.record.requirement import Metric, Party, Standing
from traceability.record.sharing import DataKind
from traceability.requirement.fold import RequirementState

STATES: Mapping[StrEnum, str] = {
    RequirementState.PROPOSED: mark("proposed"),
    RequirementState.COUNTERED: mark("other terms proposed"),
    RequirementState.AGREED: mark("agreed"),
    RequirementState.DECLINED: mark("declined"),
    RequirementState.SUPERSEDED: mark("superseded"),
    RequirementState.ENDED: mark("agreement ended"),
}
METRICS: Mapping[StrEnum, str] = {
    Metric.LEVEL: mark("Level at least"),
    Metric.FPY: mark("first-pass yield at least (a share, 0 to 1)"),
    Metric.CPK: mark("Cpk at least"),
    Metric.PPM: mark("nonconforming per million at most"),
    Metric.SHARING: mark("data that is shared"),
    Metric.RESPONSE: mark("hours until a notification is answered, at most"),
}
MET: Mapping[StrEnum, str] = {
    Met.MET: mark("met"),
    Met.MISSED: mark("missed"),
    Met.CANNOT_TELL: mark("can't tell"),
}
PARTIES: Mapping[StrEnum, str] = {Party.CUSTOMER: mark("customer"), Party.SUPPLIER: mark("supplier")}
KINDS: Mapping[StrEnum, str] = {
    DataKind.EXISTENCE: mark("that there are records"),
    DataKind.GENEALOGY: mark("genealogy"),
    DataKind.VERDICTS: mark("verdicts"),
    DataKind.MEASUREMENTS: mark("measured values"),
    DataKind.PICTURES: mark("pictures"),
    DataKind.COSTS: mark("costs"),
    DataKind.GRADING: mark("self-assessment and output value"),
}
METHODS: Mapping[StrEnum, str] = {
    Method.UNITS: mark("by units"),
    Method.LOTS: mark("by lots, each with the yield of its sample and weighted by its size"),
    Method.UNITS_AND_LOTS: mark("by units, and by lots with the yields of their samples"),
}
STANDINGS: Mapping[StrEnum, str] = {one: MET[Met(one.value)] for one in Standing}
REQUIREMENT_TABLES = (STATES, METRICS, MET, METHODS, STANDINGS, PARTIES, KINDS)
STEPS: Mapping[str, str] = {
    "Counter": mark("proposed other terms"),
    "Agree": mark("agreed to the terms"),
    "Decline": mark("declined"),
    "End": mark("ended the agreement"),
    "Supersede": mark("superseded by another requirement"),
    "Remark": mark("remarked"),
}
MET_STATES: Mapping[Met, tuple[State, int]] = {
    Met.MET: (State.OK, 0),
    Met.CANNOT_TELL: (State.NEUTRAL, 1),
    Met.MISSED: (State.BAD, 2),
}
WHYS = (
    mark("no plant of the supplier is known to the customer"),
    mark("a plant shares nothing that is graded"),
    mark("not everything that is graded is shared; the Level is at most this"),
    mark("no first submission of the part is shared for the period"),
    mark("an operation of the route has no first submission that is shared"),
    mark("no control plan with the characteristic is shared"),
    mark("the supplier's plants work to different limits"),
    mark("no measured value is shared for the period"),
    mark("nothing of the part was received in the period"),
    mark("the supplier was told nothing in the period"),
)
"""What the figures give as reasons, to be said in the reader's language."""
_PRODUCT = re.compile(r"the product over (\d+) operations; no interval")
_INSPECTED = re.compile(r"(\d+) of (\d+) received were inspected")
_LOWEST = re.compile(r"limits changed, the lowest of (\d+)")
_NOT_SHARED = "not shared: "


def why_text(why: str, speech: Speech, reasons: Mapping[StrEnum, str]) -> str:
    """Why a figure can't be told or rated, in the reader's language; ``reasons`` are the words of ``Reason``."""
    product = _PRODUCT.fullmatch(why)
    if product:
        return speech.say("the product over %(count)s operations; no interval", count=product[1])
    inspected = _INSPECTED.fullmatch(why)
    if inspected:
        return speech.say("%(some)s of %(all)s received were inspected", some=inspected[1], all=inspected[2])
    lowest = _LOWEST.search(why)
    if lowest:
        rest = why_text(why[: lowest.start()].removesuffix(", "), speech, reasons)
        said = speech.say("limits changed, the lowest of %(count)s", count=lowest[1])
        return speech.list([rest, said]) if rest else said
    if why.startswith(_NOT_SHARED):
        kinds = [KINDS.get(kind) for kind in DataKind if kind.value in why.removeprefix(_NOT_SHARED).split(", ")]
        return speech.say("not shared: %(kinds)s", kinds=speech.list(speech.say(each) for each in kinds if each))
    codes = why.split(", ")
    known = {code.value: text for code, text in reasons.items() if isinstance(code, Reason)}
    if why and all(code in known for code in codes):
        return speech.list(speech.say(known[code]) for code in codes)
    return speech.say(why) if why else ""


def remarks_text(one: Fulfilled, speech: Speech, reasons: Mapping[StrEnum, str]) -> str:
    """How a figure was counted, and what it leaves open."""
    counted = [speech.say(METHODS[one.method])] if one.method is not None else []
    return speech.list([*counted, *filter(None, [why_text(one.why, speech, reasons)])])
