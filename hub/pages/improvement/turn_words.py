"""The words of improvement; ``hub.pages.words`` says how such tables are used."""

from collections.abc import Mapping
from enum import StrEnum

from hub.improvement.weak import EffectUnit
from hub.pages.home_page import State
from hub.pages.speech import mark
from traceability.improvement.stages import Stage
from traceability.improvement.state import ActionState, ImprovementState
from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.record.improvement import (
    Action,
    ActionDone,
    ActionDropped,
    ActionKind,
    Cancel,
    Cause,
    CauseArea,
    CauseMethod,
    CauseState,
    Checked,
    Close,
    Direction,
    NextRound,
    PlanCheck,
    Remark,
    Reminded,
    SetTarget,
    Standardise,
    Team,
    WeakPointKind,
)

KINDS: Mapping[StrEnum, str] = {
    WeakPointKind.BINDING_METRIC: mark("metric that holds the Level"),
    WeakPointKind.OPERATION: mark("operation"),
    WeakPointKind.CHARACTERISTIC: mark("key characteristic"),
    WeakPointKind.DEFECT: mark("defect"),
    WeakPointKind.TARGET: mark("missed target"),
    WeakPointKind.FIELD_FAILURES: mark("failures in the field"),
    WeakPointKind.OTHER: mark("other"),
}
STAGES: Mapping[StrEnum, str] = {
    Stage.PLAN: mark("Plan"),
    Stage.DO: mark("Do"),
    Stage.CHECK: mark("Check"),
    Stage.ACT: mark("Act"),
}
IMPROVEMENT_STATES: Mapping[StrEnum, str] = {
    ImprovementState.OPEN: mark("under way"),
    ImprovementState.CLOSED: mark("closed"),
    ImprovementState.CANCELLED: mark("given up"),
}
ACTION_STATES: Mapping[StrEnum, str] = {
    ActionState.OPEN: mark("not done yet"),
    ActionState.DONE: mark("done"),
    ActionState.DROPPED: mark("dropped"),
}
ACTION_KINDS: Mapping[StrEnum, str] = {
    ActionKind.CONTAINMENT: mark("containment"),
    ActionKind.CORRECTIVE: mark("corrective"),
    ActionKind.PREVENTIVE: mark("preventive"),
}
CAUSE_STATES: Mapping[StrEnum, str] = {
    CauseState.SUSPECTED: mark("suspected"),
    CauseState.CONFIRMED: mark("confirmed"),
    CauseState.RULED_OUT: mark("ruled out"),
}
CAUSE_METHODS: Mapping[StrEnum, str] = {
    CauseMethod.FIVE_WHY: mark("5 whys"),
    CauseMethod.ISHIKAWA: mark("cause-and-effect diagram"),
    CauseMethod.OTHER: mark("other"),
}
CAUSE_AREAS: Mapping[StrEnum, str] = {
    CauseArea.MAN: mark("people"),
    CauseArea.MACHINE: mark("machine"),
    CauseArea.MATERIAL: mark("material"),
    CauseArea.METHOD: mark("method"),
    CauseArea.ENVIRONMENT: mark("environment"),
    CauseArea.MEASUREMENT: mark("measurement"),
}
DIRECTIONS: Mapping[StrEnum, str] = {
    Direction.UP: mark("at least"),
    Direction.DOWN: mark("at most"),
}
TESTS: Mapping[StrEnum, str] = {
    EffectTest.TWO_PROPORTIONS: mark("two shares (Fisher's exact test)"),
    EffectTest.WELCH: mark("two means (Welch's t test)"),
    EffectTest.MANN_WHITNEY: mark("two positions (Mann–Whitney)"),
    EffectTest.VARIANCE_RATIO: mark("two spreads (F test)"),
    EffectTest.CAPABILITY: mark("two capability indices (Bissell)"),
    EffectTest.PRODUCTS: mark("two rolled yields, by their counts"),
    EffectTest.MONTHS: mark("the months before and after (Welch's t test)"),
    EffectTest.POINT: mark("two values, not tested"),
}
VERDICTS: Mapping[StrEnum, str] = {
    EffectVerdict.EFFECTIVE: mark("effective"),
    EffectVerdict.NOT_SHOWN: mark("effect not shown"),
    EffectVerdict.WORSE: mark("worse"),
    EffectVerdict.BETTER_UNTESTED: mark("better, not tested"),
    EffectVerdict.CANNOT_TELL: mark("can't tell"),
}
EFFECT_UNITS: Mapping[StrEnum, str] = {
    EffectUnit.UNITS: mark("units lost"),
    EffectUnit.RTY_POINTS: mark("points of RTY"),
    EffectUnit.MONEY: mark("money lost"),
}
IMPROVEMENT_TABLES = (
    KINDS, STAGES, IMPROVEMENT_STATES, ACTION_STATES, ACTION_KINDS, CAUSE_STATES, CAUSE_METHODS, CAUSE_AREAS,
    DIRECTIONS, TESTS, VERDICTS, EFFECT_UNITS,
)  # fmt: skip

HAPPENED: Mapping[type, str] = {
    SetTarget: mark("target set"),
    Team: mark("team named"),
    Cause: mark("cause"),
    Action: mark("action planned"),
    ActionDone: mark("action done"),
    ActionDropped: mark("action dropped"),
    Reminded: mark("told that an action is overdue"),
    PlanCheck: mark("check planned"),
    Checked: mark("check made"),
    Standardise: mark("made a standard"),
    Close: mark("closed"),
    NextRound: mark("next round"),
    Cancel: mark("given up"),
    Remark: mark("remark"),
}
"""What each kind of change is called in the history."""
VERDICT_STATES: Mapping[EffectVerdict, State] = {
    EffectVerdict.EFFECTIVE: State.OK,
    EffectVerdict.NOT_SHOWN: State.WARNING,
    EffectVerdict.WORSE: State.BAD,
    EffectVerdict.BETTER_UNTESTED: State.NEUTRAL,
    EffectVerdict.CANNOT_TELL: State.NEUTRAL,
}
ACTION_MARKS: Mapping[ActionState, State] = {
    ActionState.OPEN: State.NEUTRAL,
    ActionState.DONE: State.OK,
    ActionState.DROPPED: State.NEUTRAL,
}
CAUSE_MARKS: Mapping[CauseState, State] = {
    CauseState.SUSPECTED: State.NEUTRAL,
    CauseState.CONFIRMED: State.OK,
    CauseState.RULED_OUT: State.NEUTRAL,
}
