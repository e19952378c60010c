"""Records of improvement: a weak point, its target, causes, actions, the check whether they worked, and the standard.

The first record of an improvement holds the weak point; every change after it names the changes its author had seen
(``after``), as with notifications, so that the same state is found whatever arrived first. People are named by
pseudonymous ids. A check is planned, with its test, before the days it will look at, and is never changed: what was
found by it is entered by the hub from the records of these days.
"""

from datetime import date
from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.record.base import Count, Id, Instant, Record, Text
from traceability.record.metric import MetricReference

Number = Annotated[str, msgspec.Meta(pattern=r"^-?[0-9]{1,18}(\.[0-9]{1,15})?$")]
"""A decimal number as text: no floating point number is signed."""
Said = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
LongText = Annotated[str, msgspec.Meta(max_length=20_000)]
OptionalId = Annotated[str, msgspec.Meta(max_length=200)]
Proofs = Annotated[tuple[Said, ...], msgspec.Meta(min_length=1, max_length=20)]
"""What shows it: a record's address, a document with its hash, an observation with place and day."""
People = Annotated[tuple[Id, ...], msgspec.Meta(max_length=50)]


class WeakPointKind(StrEnum):
    """Where a weak point was found."""

    BINDING_METRIC = "binding-metric"
    OPERATION = "operation"
    CHARACTERISTIC = "characteristic"
    DEFECT = "defect"
    TARGET = "target"
    FIELD_FAILURES = "field-failures"
    OTHER = "other"


class Direction(StrEnum):
    """Which way is better."""

    UP = "up"
    DOWN = "down"


class WeakPoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is weak: the figure as it was found, of ``n``, and its effect in words with its unit."""

    kind: WeakPointKind
    subject: Said
    found: Text = ""
    """The figure with its unit and period."""
    n: Count = 0
    effect: Text = ""


class ImprovementContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an improvement is about; ``notification`` is the complaint it answers, where it answers one.

    ``number`` is what the plant itself calls it, once at a plant; "" where it calls it by its id alone.
    """

    plant: Id
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    weak_point: WeakPoint
    owner: Id
    description: LongText = ""
    notification: OptionalId = ""
    number: OptionalId = ""


class SetTarget(msgspec.Struct, frozen=True, kw_only=True, tag="target", tag_field="what"):
    """Which figure is to reach which value by when."""

    reference: MetricReference
    direction: Direction
    value: Number
    by_when: date


class Team(msgspec.Struct, frozen=True, kw_only=True, tag="team", tag_field="what"):
    """Who works on it, and who leads; takes the place of an earlier one."""

    owner: Id
    members: People = ()


class CauseMethod(StrEnum):
    """How a cause was looked for."""

    FIVE_WHY = "5-why"
    ISHIKAWA = "ishikawa"
    OTHER = "other"


class CauseArea(StrEnum):
    """The bones of the diagram: 人 机 料 法 环 测."""

    MAN = "man"
    MACHINE = "machine"
    MATERIAL = "material"
    METHOD = "method"
    ENVIRONMENT = "environment"
    MEASUREMENT = "measurement"


class CauseState(StrEnum):
    """What the evidence says."""

    SUSPECTED = "suspected"
    CONFIRMED = "confirmed"
    RULED_OUT = "ruled-out"


class Cause(msgspec.Struct, frozen=True, kw_only=True, tag="cause", tag_field="what", omit_defaults=True):
    """One entry of the analysis; a later one of the same ``cause`` takes the place of an earlier one.

    ``why_of`` is the cause that it explains: the next why. Every entry says what shows it.
    """

    cause: Id
    text: Said
    evidence: Proofs
    state: CauseState = CauseState.SUSPECTED
    method: CauseMethod = CauseMethod.FIVE_WHY
    area: CauseArea | None = None
    why_of: OptionalId = ""


class ActionKind(StrEnum):
    """What an action is for: D3, D5 and D6, or D7 of an 8D report."""

    CONTAINMENT = "containment"
    CORRECTIVE = "corrective"
    PREVENTIVE = "preventive"


class Action(msgspec.Struct, frozen=True, kw_only=True, tag="action", tag_field="what", omit_defaults=True):
    """What somebody does until a day; a later one of the same ``action`` takes the place of an earlier one."""

    action: Id
    text: Said
    owner: Id
    due: date
    kind: ActionKind = ActionKind.CORRECTIVE
    causes: Annotated[tuple[Id, ...], msgspec.Meta(max_length=50)] = ()


class ActionDone(msgspec.Struct, frozen=True, kw_only=True, tag="action-done", tag_field="what"):
    """An action was carried out on a day; what shows it."""

    action: Id
    done_on: date
    evidence: Proofs


class ActionDropped(msgspec.Struct, frozen=True, kw_only=True, tag="action-dropped", tag_field="what"):
    """An action will not be carried out."""

    action: Id
    reason: Said


class Reminded(msgspec.Struct, frozen=True, kw_only=True, tag="reminded", tag_field="what"):
    """The hub told that an action is overdue; once for each due date."""

    action: Id
    due: date


class PlanCheck(msgspec.Struct, frozen=True, kw_only=True, tag="check-planned", tag_field="what"):
    """How it will be seen whether it worked: by which test, at which level, over which days before and after.

    ``level`` is the chance of being wrong that is accepted, as text (``0.05``). Days are the plant's, both inclusive.
    """

    check: Id
    reference: MetricReference
    direction: Direction
    target: Number
    test: EffectTest
    level: Annotated[str, msgspec.Meta(pattern=r"^0\.[0-9]{1,4}$")]
    before_first: date
    before_last: date
    after_first: date
    after_last: date


class CheckedFigure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A figure as it was used: ``k`` of ``n``, or ``mean`` and ``sd`` of ``n`` values; None where it is neither."""

    first: date
    last: date
    value: Number | None = None
    n: Count = 0
    low: Number | None = None
    high: Number | None = None
    k: Count | None = None
    mean: Number | None = None
    sd: Number | None = None
    uom: Annotated[str, msgspec.Meta(max_length=20)] = ""
    why: Text = ""


class Checked(msgspec.Struct, frozen=True, kw_only=True, tag="checked", tag_field="what", omit_defaults=True):
    """What a planned check found, from the log as it was at ``log_size``.

    ``look`` counts the checks planned in this improvement; ``p`` is as found, ``p_looks`` corrected for the looks
    (Bonferroni), and by it the verdict is made. ``effect`` is after less before, in the unit of the figure (of spreads
    the quotient), with its interval. ``target_met``: the figure after, by its value alone.
    """

    check: Id
    log_size: Count
    before: CheckedFigure
    after: CheckedFigure
    look: Annotated[int, msgspec.Meta(ge=1)]
    verdict: EffectVerdict
    tested: bool
    effect: Number | None = None
    effect_low: Number | None = None
    effect_high: Number | None = None
    statistic: Number | None = None
    p: Number | None = None
    p_looks: Number | None = None
    target_met: bool | None = None
    why: Text = ""


class Standardise(msgspec.Struct, frozen=True, kw_only=True, tag="standard", tag_field="what", omit_defaults=True):
    """What keeps the gain: the version of a control plan, a document, a training; takes effect on a day."""

    standard: Said
    control_plan: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """The hash by which results cite the plan."""
    from_day: date
    evidence: Proofs


class Close(msgspec.Struct, frozen=True, kw_only=True, tag="close", tag_field="what", omit_defaults=True):
    """It worked and is standardised; ``lesson`` is what others learn from it, ``recognition`` thanks the team."""

    lesson: LongText = ""
    recognition: Text = ""


class NextRound(msgspec.Struct, frozen=True, kw_only=True, tag="next-round", tag_field="what"):
    """Planned anew: causes and actions stay, target and check are set again."""

    reason: Said


class Cancel(msgspec.Struct, frozen=True, kw_only=True, tag="cancel", tag_field="what"):
    """It is given up."""

    reason: Said


class Remark(msgspec.Struct, frozen=True, kw_only=True, tag="remark", tag_field="what"):
    """Something said."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]


ImprovementStep = (
    SetTarget
    | Team
    | Cause
    | Action
    | ActionDone
    | ActionDropped
    | Reminded
    | PlanCheck
    | Checked
    | Standardise
    | Close
    | NextRound
    | Cancel
    | Remark
)


class ImprovementRecord(Record, frozen=True, kw_only=True, tag="improvement"):
    """An improvement begins; the record's id is the improvement's. ``by`` is a pseudonymous id."""

    content: ImprovementContent
    by: Id


class ImprovementChangeRecord(Record, frozen=True, kw_only=True, tag="improvement-change"):
    """A change of an improvement; the record's id is the improvement's, ``change`` names the change itself."""

    change: Id
    after: Annotated[tuple[Id, ...], msgspec.Meta(max_length=64)]
    by: Id
    made_at: Instant
    content: ImprovementStep
