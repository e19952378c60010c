"""Improvements in the making: changes that rest on each other, and the steps of a whole turn."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from traceability.improvement.fold import fold
from traceability.improvement.state import Improvement
from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.record.improvement import (
    Action,
    ActionDone,
    ActionKind,
    Cause,
    CauseState,
    Checked,
    CheckedFigure,
    Close,
    Direction,
    ImprovementChangeRecord,
    ImprovementContent,
    ImprovementStep,
    PlanCheck,
    SetTarget,
    Standardise,
    Team,
    WeakPoint,
    WeakPointKind,
)
from traceability.record.metric import MetricName, MetricReference

BEGIN = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = timedelta(days=1)
FPY = MetricReference(metric=MetricName.FIRST_PASS_YIELD, plant="plant-a", operation="OP10")
CONTENT = ImprovementContent(
    plant="plant-a", title="Leaks", owner="q1", weak_point=WeakPoint(kind=WeakPointKind.OPERATION, subject="OP10")
)
TARGET = SetTarget(reference=FPY, direction=Direction.UP, value="0.98", by_when=date(2026, 6, 30))
CAUSE = Cause(cause="c1", text="The seal is cut", evidence=("photo 7",), state=CauseState.CONFIRMED)
ACTION = Action(action="a1", text="Round the edge", owner="q2", due=date(2026, 3, 10), causes=("c1",))
CONTAIN = Action(action="a0", text="Sort", owner="q2", due=date(2026, 3, 2), kind=ActionKind.CONTAINMENT)
DONE = ActionDone(action="a1", done_on=date(2026, 3, 1), evidence=("drawing B",))
PLAN = PlanCheck(
    check="k1", reference=FPY, direction=Direction.UP, target="0.98", test=EffectTest.TWO_PROPORTIONS, level="0.05",
    before_first=date(2026, 2, 1), before_last=date(2026, 2, 28), after_first=date(2026, 3, 10),
    after_last=date(2026, 3, 31),
)  # fmt: skip
STANDARD = Standardise(standard="Control plan B", from_day=date(2026, 4, 2), evidence=("plan B",))


def figure(k: int, n: int, first: date = date(2026, 2, 1), last: date = date(2026, 2, 28)) -> CheckedFigure:
    return CheckedFigure(first=first, last=last, value=f"{k / n:.6f}", n=n, k=k)


def result(verdict: EffectVerdict, check: str = "k1", look: int = 1, tested: bool = True) -> Checked:
    return Checked(
        check=check, log_size=9, before=figure(90, 100), after=figure(99, 100), look=look, verdict=verdict,
        tested=tested, p="0.01", p_looks="0.01", effect="0.09",
    )  # fmt: skip


def change(number: int, step: ImprovementStep, after: Sequence[str] = (), at: datetime | None = None) -> Any:
    return ImprovementChangeRecord(
        id="i", change=f"x{number:03}", after=tuple(after), by="q1", made_at=at or BEGIN + DAY * number, content=step,
        seq=number + 1, event_time=BEGIN, salt="0" * 32,
    )  # fmt: skip


def chain(*steps: ImprovementStep | tuple[datetime, ImprovementStep]) -> list[ImprovementChangeRecord]:
    """Each step after the one before, a day later; or at the time that stands beside it."""
    made: list[ImprovementChangeRecord] = []
    for number, one in enumerate(steps):
        at, step = one if isinstance(one, tuple) else (None, one)
        latest = made[-1].made_at if made else BEGIN
        made.append(change(number, step, [made[-1].change] if made else [], at or latest + timedelta(hours=1)))
    return made


AFTER = datetime(2026, 4, 1, 8, tzinfo=UTC)
WHOLE_TURN = chain(
    Team(owner="q1", members=("q1", "q2")), TARGET, CONTAIN, CAUSE, ACTION,
    ActionDone(action="a0", done_on=date(2026, 3, 1), evidence=("list",)), DONE, PLAN,
    (AFTER, result(EffectVerdict.EFFECTIVE)), STANDARD, Close(lesson="Round edges", recognition="Thank you"),
)  # fmt: skip


def folded(*changes: ImprovementChangeRecord) -> Improvement:
    return fold("i", CONTENT, changes)
