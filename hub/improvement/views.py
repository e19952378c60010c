"""Improvements as they are answered."""

from datetime import date, datetime

import msgspec

from traceability.improvement.eight_d import Discipline
from traceability.improvement.stages import Pdca, Stage
from traceability.improvement.state import Improvement, ImprovementState
from traceability.quality.effect.finding import EffectTest, EffectVerdict
from traceability.record.improvement import SetTarget, WeakPointKind


class ImprovementLine(msgspec.Struct, frozen=True, kw_only=True):
    """One improvement in a list, and a card of the board."""

    id: str
    plant: str
    title: str
    kind: WeakPointKind
    subject: str
    owner: str
    state: ImprovementState
    stage: Stage
    round: int
    target: SetTarget | None
    actions_open: int
    actions_done: int
    overdue: int
    next_due: date | None
    verdict: EffectVerdict | None
    looks: int
    in_doubt: bool
    begun_at: datetime
    changed_at: datetime


class ImprovementList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of a list; ``total`` counts all that fit, ``stages`` those of each stage that are open."""

    total: int
    stages: dict[Stage, int]
    improvements: tuple[ImprovementLine, ...]


class ImprovementView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything of one improvement, as PDCA and as 8D."""

    line: ImprovementLine
    now: Improvement
    begun_by: str
    pdca: Pdca
    eight_d: tuple[Discipline, ...]
    fitting_tests: tuple[EffectTest, ...]
    """That can be planned for the target."""
    today: date
    """By the plant's clock."""


class Made(msgspec.Struct, frozen=True, kw_only=True):
    """What was entered: the improvement, the change (None for the improvement itself), and where it stands."""

    id: str
    change: str | None
    log_index: int
