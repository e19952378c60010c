"""What the improvement routes take, as JSON; dates and figures as they are recorded."""

from datetime import date
from typing import Annotated

from pydantic import Field

from hub.entry.forms import Form, Key, Note
from hub.errors import EntryRefused
from traceability.improvement.judge import TESTS, untested_objection
from traceability.quality.effect.finding import EffectTest
from traceability.record.improvement import (
    Action,
    ActionDone,
    ActionKind,
    Cause,
    CauseArea,
    CauseMethod,
    CauseState,
    Direction,
    ImprovementContent,
    PlanCheck,
    SetTarget,
    Standardise,
    Team,
    WeakPoint,
    WeakPointKind,
)
from traceability.record.metric import MetricName, MetricReference

Said = Annotated[str, Field(min_length=1, max_length=2000)]
LongNote = Annotated[str, Field(max_length=20_000)]
OptionalKey = Annotated[str, Field(max_length=200)]
Optional = Annotated[str, Field(max_length=400)]
Number = Annotated[str, Field(pattern=r"^-?[0-9]{1,15}(\.[0-9]{1,12})?$")]
Proofs = Annotated[list[Said], Field(min_length=1, max_length=20)]


class WeakPointForm(Form):
    """What is weak: the figure as it was found, of ``n``, and its effect in words."""

    kind: WeakPointKind = WeakPointKind.OTHER
    subject: Said
    found: Note = ""
    n: Annotated[int, Field(ge=0, le=2**53 - 1)] = 0
    effect: Note = ""


class ReferenceForm(Form):
    """A metric at a place of the plant of the address; shares and rates as shares (0.98), not in percent."""

    metric: MetricName
    line: Optional = ""
    operation: Optional = ""
    part: Optional = ""
    characteristic: Optional = ""
    defect: Optional = ""
    indicator: Optional = ""

    def at(self, plant: str) -> MetricReference:
        """As it is recorded."""
        return MetricReference(plant=plant, **self.model_dump())


class TargetForm(Form):
    """Which figure is to reach which value by when."""

    reference: ReferenceForm
    direction: Direction
    value: Number
    by_when: date

    def at(self, plant: str) -> SetTarget:
        """As it is recorded."""
        return SetTarget(
            reference=self.reference.at(plant), direction=self.direction, value=self.value, by_when=self.by_when
        )


class By(Form):
    """Who says it, by a pseudonymous id."""

    by: Key


class ImprovementForm(By):
    """An improvement begins; ``number`` is what the plant calls it, once at a plant."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    weak_point: WeakPointForm
    owner: Key
    description: LongNote = ""
    notification: OptionalKey = ""
    number: OptionalKey = ""
    target: TargetForm | None = None

    def at(self, plant: str) -> ImprovementContent:
        """As it is recorded; the target is a step of its own."""
        said = self.model_dump(include={"title", "owner", "description", "notification", "number"})
        return ImprovementContent(plant=plant, weak_point=WeakPoint(**self.weak_point.model_dump()), **said)


class SetTargetForm(By):
    """A target, as long as no check of the round is planned on another."""

    target: TargetForm

    def step(self, plant: str) -> SetTarget:
        """As it is recorded."""
        return self.target.at(plant)


class TeamForm(By):
    """Who leads, and who works on it."""

    owner: Key
    members: Annotated[list[Key], Field(max_length=50)] = Field(default_factory=list)

    def step(self) -> Team:
        """As it is recorded."""
        return Team(owner=self.owner, members=tuple(dict.fromkeys(self.members)))


class CauseForm(By):
    """An entry of the analysis; with the id of an earlier one it takes its place."""

    cause: OptionalKey = ""
    text: Said
    evidence: Proofs
    state: CauseState = CauseState.SUSPECTED
    method: CauseMethod = CauseMethod.FIVE_WHY
    area: CauseArea | None = None
    why_of: OptionalKey = ""

    def step(self, fresh: str) -> Cause:
        """As it is recorded; ``fresh`` names a new one."""
        said = self.model_dump(exclude={"by", "cause", "evidence"})
        return Cause(cause=self.cause or fresh, evidence=tuple(self.evidence), **said)


class ActionForm(By):
    """An action; with the id of an earlier one that is open it takes its place."""

    action: OptionalKey = ""
    text: Said
    owner: Key
    due: date
    kind: ActionKind = ActionKind.CORRECTIVE
    causes: Annotated[list[Key], Field(max_length=50)] = Field(default_factory=list)

    def step(self, fresh: str) -> Action:
        """As it is recorded; ``fresh`` names a new one."""
        said = self.model_dump(exclude={"by", "action", "causes"})
        return Action(action=self.action or fresh, causes=tuple(dict.fromkeys(self.causes)), **said)


class DoneForm(By):
    """An action was carried out."""

    done_on: date
    evidence: Proofs

    def step(self, action: str) -> ActionDone:
        """As it is recorded."""
        return ActionDone(action=action, done_on=self.done_on, evidence=tuple(self.evidence))


class ReasonForm(By):
    """Why."""

    reason: Said


class PlanCheckForm(By):
    """A check of the target: days both inclusive, by the plant's clock; those after begin today at the earliest."""

    test: EffectTest
    level: Annotated[str, Field(pattern=r"^0\.[0-9]{1,4}$")] = "0.05"
    before_first: date
    before_last: date
    after_first: date
    after_last: date

    def step(self, fresh: str, target: SetTarget | None) -> PlanCheck:
        """As it is recorded: the check is of the target; ``EntryRefused`` where there is none."""
        if target is None:
            raise EntryRefused("a check needs a target", where="check", advice="set the target first")
        said = self.model_dump(exclude={"by"})
        plan = PlanCheck(
            check=fresh, reference=target.reference, direction=target.direction, target=target.value, **said
        )
        untested = untested_objection(plan)
        if untested:
            raise EntryRefused(untested, where="test", advice=f"choose {TESTS[plan.reference.metric][0]}")
        return plan


class StandardForm(By):
    """What keeps the gain."""

    standard: Said
    control_plan: Annotated[str, Field(max_length=100)] = ""
    from_day: date
    evidence: Proofs

    def step(self) -> Standardise:
        """As it is recorded."""
        said = self.model_dump(exclude={"by", "evidence"})
        return Standardise(evidence=tuple(self.evidence), **said)


class CloseForm(By):
    """It worked, and is standardised."""

    lesson: LongNote = ""
    recognition: Note = ""


class RemarkForm(By):
    """Something said."""

    text: Annotated[str, Field(min_length=1, max_length=20_000)]
