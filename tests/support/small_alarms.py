"""An outbox under a control plan with alarm rules."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
from small_outbox import Bench

from edge_agent.outbox.results import Submission
from traceability.measurement import Characteristic, Status
from traceability.quality.alarm.rule import AlarmRule, ConsecutiveRule, FrozenBaseline, PatternRule
from traceability.record.master import ControlPlan
from traceability.record.production import MeasurementsRecord
from traceability.unit import Verdict

BASELINE = FrozenBaseline(
    id="bore-2026-02", centre=Decimal("25.000"), sigma=Decimal("0.001"), who="q7", why="capability study",
    at=datetime(2026, 2, 1, tzinfo=UTC), data=("study-12",),
)  # fmt: skip
BORE = Characteristic(
    id="bore", name="Bore", operation="OP10", uom="mm", decimals=3, lsl=Decimal("24.990"), usl=Decimal("25.010")
)
IN_A_ROW = ConsecutiveRule(id="three", operation="OP10", count=3, accepted=Decimal("0.01"), hold=True)
PATTERNS = PatternRule(id="chart", characteristic="bore", baseline=BASELINE)

ALARMS: tuple[AlarmRule, ...] = (IN_A_ROW, PATTERNS)


@dataclass
class AlarmBench(Bench):
    """Its rules may be changed between two openings."""

    alarms: tuple[AlarmRule, ...] = ALARMS

    @property
    def plan(self) -> ControlPlan:
        plan = super().plan
        return msgspec.structs.replace(plan, characteristics=(BORE,), alarms=self.alarms)

    def unit(
        self, cycle: int, value: int = 25_000, verdict: Verdict = Verdict.OK, status: Status = Status.GOOD
    ) -> Submission:
        """A first submission of a unit of its own, measured ``value`` µm."""
        submission = self.submission(cycle, f"S{cycle}", verdict)
        measured = submission.others[0]
        assert isinstance(measured, MeasurementsRecord)
        values = (msgspec.structs.replace(measured.values[0], value=value, status=status),)
        return msgspec.structs.replace(submission, others=(msgspec.structs.replace(measured, values=values),))
