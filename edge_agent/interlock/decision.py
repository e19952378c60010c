"""May this unit be processed at this operation? Pure: the same facts give the same answer, at any time.

The questions are asked in this order, and the first one that forbids decides:

1. Is the station on hold?
2. Does the request name a unit, with an identity that is valid, and of the part that is made here?
3. Is the unit scrapped, on hold, or does it contain a lot or component (or does the station take from one) that is
   on hold?
4. Is it finished here already (last submission OK)? Retest and rework are allowed to come again.
5. Was its last submission at the operation before in the routing OK?

Then the first thing that is not known decides: the answer is UNKNOWN, and the policy says whether the station stands
or goes on. An operation whose stations are this agent's own is never unknown: a unit without a result there has not
been there. A refusal is always stronger than not knowing.
"""

from collections.abc import Iterable
from enum import IntEnum

import msgspec

from edge_agent.interlock.facts import Hold, Standing, UnitFacts
from traceability.errors import IdentifierRefused
from traceability.identifier.item import ItemKind, parse_item, part_of
from traceability.record.master import ControlPlan
from traceability.record.production import HoldScope
from traceability.unit import Purpose, Verdict


class Answer(IntEnum):
    """The decision, as the controller reads it; 0 in its word is no answer yet."""

    PERMIT = 1
    REFUSE = 2
    UNKNOWN = 3


class Reason(IntEnum):
    """Why, as the controller reads it; from 20 on something is not known."""

    CLEAR = 0
    STATION_ON_HOLD = 1
    IDENTITY_REFUSED = 2
    WRONG_PART = 3
    SCRAPPED = 4
    UNIT_ON_HOLD = 5
    LOT_ON_HOLD = 6
    FINISHED_HERE = 7
    PREVIOUS_NOT_OK = 8
    PREVIOUS_MISSING = 9
    BAD_REQUEST = 10
    NO_SERIAL = 20
    PREVIOUS_UNKNOWN = 21
    NO_DATA = 22


WORDS: dict[Reason, tuple[str, str]] = {
    Reason.CLEAR: ("may be processed", "允许加工"),
    Reason.STATION_ON_HOLD: ("the station is on hold", "工位已锁定"),
    Reason.IDENTITY_REFUSED: ("the code names no valid unit", "条码不是有效的产品标识"),
    Reason.WRONG_PART: ("the unit is of another part", "零件型号不符"),
    Reason.SCRAPPED: ("the unit is scrapped", "产品已报废"),
    Reason.UNIT_ON_HOLD: ("the unit is on hold", "产品已锁定"),
    Reason.LOT_ON_HOLD: ("a lot of material is on hold", "物料批次已锁定"),
    Reason.FINISHED_HERE: (
        "already finished here; send it as retest or rework",
        "本工序已合格完成，需以复测或返工进入",
    ),
    Reason.PREVIOUS_NOT_OK: ("the operation before did not end OK", "上道工序不合格"),
    Reason.PREVIOUS_MISSING: ("the operation before was left out", "漏工序：上道工序未加工"),
    Reason.NO_SERIAL: ("the request names no serial", "请求中没有序列号"),
    Reason.PREVIOUS_UNKNOWN: ("nothing is known of the operation before", "上道工序结果未知"),
    Reason.NO_DATA: ("the local data cannot be read", "本地数据无法读取"),
    Reason.BAD_REQUEST: ("the request is none of 1, 2 and 3", "请求代码无效"),
}
"""English and Chinese, for log and page."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """``when_unknown`` PERMIT is fail-open, REFUSE fail-safe, UNKNOWN leaves it to the controller.

    ``own_operations`` are those whose results all pass through this agent.
    """

    when_unknown: Answer = Answer.UNKNOWN
    own_operations: frozenset[str] = frozenset()


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """``answer`` is what is known, ``told`` what the controller gets by the policy; ``detail`` names what decided."""

    answer: Answer
    told: Answer
    reason: Reason
    detail: str = ""

    @property
    def words(self) -> tuple[str, str]:
        """English and Chinese."""
        return WORDS[self.reason]


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """``unit`` is a canonical identity or None; ``lot`` the material the station takes from now, if it names one."""

    station: str
    operation: str
    unit: str | None
    purpose: Purpose = Purpose.FIRST
    lot: str | None = None


def may_process(
    question: Question, plan: ControlPlan, facts: UnitFacts, holds: Iterable[Hold], policy: Policy
) -> Decision:
    """Whether the unit may be processed. ``holds`` may hold others than those concerned, also released ones."""
    active = [hold for hold in holds if hold.released_at is None]
    forbidden = _forbidden(question, plan, facts, active, policy)
    if forbidden is not None:
        return Decision(answer=Answer.REFUSE, told=Answer.REFUSE, reason=forbidden[0], detail=forbidden[1])
    missing = _missing(question, plan, facts)
    if missing is not None:
        return undecided(missing[0], policy, missing[1])
    return Decision(answer=Answer.PERMIT, told=Answer.PERMIT, reason=Reason.CLEAR)


def undecided(reason: Reason, policy: Policy, detail: str = "") -> Decision:
    """The answer where something is not known."""
    return Decision(answer=Answer.UNKNOWN, told=policy.when_unknown, reason=reason, detail=detail)


def refused(reason: Reason, detail: str) -> Decision:
    """The answer where the request itself forbids."""
    return Decision(answer=Answer.REFUSE, told=Answer.REFUSE, reason=reason, detail=detail)


_Found = tuple[Reason, str] | None


def _forbidden(question: Question, plan: ControlPlan, facts: UnitFacts, holds: list[Hold], policy: Policy) -> _Found:
    held = _held(holds, HoldScope.STATION, {question.station})
    if held is not None:
        return Reason.STATION_ON_HOLD, held
    wrong = None if question.unit is None else _wrong_unit(question.unit, plan)
    if wrong is not None:
        return wrong
    if facts.scrapped:
        return Reason.SCRAPPED, ""
    if question.unit is not None and (held := _held(holds, HoldScope.UNIT, {question.unit})) is not None:
        return Reason.UNIT_ON_HOLD, held
    lots = facts.lots | ({question.lot} if question.lot else set())
    for scope in (HoldScope.LOT, HoldScope.UNIT):  # a component with a serial of its own is held by it
        if (held := _held(holds, scope, lots)) is not None:
            return Reason.LOT_ON_HOLD, held
    return _out_of_turn(question, plan, facts, policy)


def _wrong_unit(unit: str, plan: ControlPlan) -> _Found:
    try:
        item = parse_item(unit)
    except IdentifierRefused as error:
        return Reason.IDENTITY_REFUSED, error.what
    if item.kind is not ItemKind.UNIT:
        return Reason.IDENTITY_REFUSED, f"{unit} names no single unit"
    if _part_of(unit) != plan.part:
        return Reason.WRONG_PART, f"{unit} is not of part {plan.part}"
    return None


def _part_of(unit: str) -> str | None:
    try:
        return part_of(unit)
    except IdentifierRefused:
        return None  # a private serial that stands without a part


def _held(holds: list[Hold], scope: HoldScope, targets: set[str] | frozenset[str]) -> str | None:
    for hold in holds:
        if hold.scope is scope and hold.target in targets:
            return f"hold {hold.id} on {hold.target}: {hold.reason}"
    return None


def _out_of_turn(question: Question, plan: ControlPlan, facts: UnitFacts, policy: Policy) -> _Found:
    if question.unit is None:
        return None
    here = facts.standings.get(question.operation)
    if question.purpose is Purpose.FIRST and here is not None and here.verdict is Verdict.OK:
        return Reason.FINISHED_HERE, f"operation {question.operation}"
    before = previous_operation(plan, question.operation)
    if before is None:
        return None
    standing = facts.standings.get(before)
    if standing is None:
        return (Reason.PREVIOUS_MISSING, f"operation {before}") if before in policy.own_operations else None
    if standing.verdict is not Verdict.OK and not standing.unsure:
        return Reason.PREVIOUS_NOT_OK, f"operation {before}"
    return None


def _missing(question: Question, plan: ControlPlan, facts: UnitFacts) -> _Found:
    if question.unit is None:
        return Reason.NO_SERIAL, ""
    before = previous_operation(plan, question.operation)
    if before is None:
        return None
    standing: Standing | None = facts.standings.get(before)
    if standing is None or standing.unsure:
        return Reason.PREVIOUS_UNKNOWN, f"operation {before}"
    return None


def previous_operation(plan: ControlPlan, operation: str) -> str | None:
    """The operation before in the routing; None for the first one, and for one that this version does not plan."""
    routing = [entry.id for entry in plan.operations]
    at = routing.index(operation) if operation in routing else 0
    return routing[at - 1] if at else None
