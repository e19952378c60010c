"""What the lots of one supplier's part at a plant have led to: severity, score, the run towards skipped lots."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from hub.store.core.database import Reading
from hub.store.quality.incoming import incoming_history
from traceability.quality.sampling_plan.attributes import Severity
from traceability.quality.sampling_plan.skip_lot import JudgedLot
from traceability.quality.sampling_plan.switching import (
    NORMAL,
    Judged,
    Switching,
    after_lot,
    resumed,
    to_normal,
    to_reduced,
)
from traceability.record.incoming import (
    Decision,
    IncomingDecisionRecord,
    IncomingInspectionRecord,
    LotVerdict,
)

History = Iterable[IncomingInspectionRecord | IncomingDecisionRecord]


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """How the next lot is inspected, by characteristic; and the lots so far, at their first submission."""

    switching: Mapping[str, Switching]
    inspections: tuple[IncomingInspectionRecord, ...] = ()

    def of(self, characteristic: str) -> Switching:
        """A characteristic of which nothing is known begins with normal inspection."""
        return self.switching.get(characteristic, NORMAL)

    @property
    def discontinued(self) -> bool:
        """Whether inspection stands still until the supplier acts."""
        return any(state.discontinued for state in self.switching.values())

    def judged_lots(self, escaped: frozenset[tuple[str, str]]) -> list[JudgedLot]:
        """As skip-lot asks; ``escaped`` are lots (receipt, item) of which something failed later."""
        return [
            JudgedLot(
                on=one.inspected_on,
                accepted=one.verdict is not LotVerdict.REJECTED,
                severity=_severest(one),
                skipped=one.verdict is LotVerdict.SKIPPED,
                escaped=(one.receipt, one.item) in escaped,
            )
            for one in self.inspections
        ]


def supply_of(connection: Reading, plant: str, supplier: str, part: str, *, reduce: bool) -> Supply:
    """Folded from what stands in the ledger; ``reduce`` as the plan in force says."""
    return folded(incoming_history(connection, plant, supplier, part), reduce=reduce)


def folded(history: History, *, reduce: bool) -> Supply:
    """The same, of records in the order of the log; ``reduce`` speaks of the next lot, not of those that were judged.

    Whether reduced inspection was agreed to when a lot came, its results say: they name their severity.
    """
    states: defaultdict[str, Switching] = defaultdict(lambda: NORMAL)
    lots: list[IncomingInspectionRecord] = []
    decided: set[str] = set()
    for record in history:
        if isinstance(record, IncomingDecisionRecord):
            for name, state in states.items():
                states[name] = _decided(state, record.decision)
            if record.decision is Decision.REDUCE:
                decided = {name for name, state in states.items() if state.severity is Severity.REDUCED}
        elif record.submission == 1:
            lots.append(record)
            for result in record.results:
                before = _as_inspected(states[result.name], result.severity)
                states[result.name] = after_lot(before, Judged(result.accepted, result.gain))
            decided = {name for name in decided if states[name].severity is Severity.REDUCED}
    told = {name: to_reduced(state) if reduce else _ended(state, name in decided) for name, state in states.items()}
    return Supply(switching=told, inspections=tuple(lots))


def _as_inspected(state: Switching, severity: str) -> Switching:
    """Reduced where that was agreed to when the lot came, normal where it was agreed to no more."""
    if severity == Severity.REDUCED:
        return to_reduced(state)
    return to_normal(state) if severity == Severity.NORMAL else state


def _ended(state: Switching, decided: bool) -> Switching:
    """Without the plan's agreement reduced inspection goes on only where somebody decided it."""
    return state if decided else to_normal(state)


def _decided(state: Switching, decision: Decision) -> Switching:
    changes = {Decision.REDUCE: to_reduced, Decision.IRREGULAR: to_normal, Decision.RESUME: resumed}
    return changes[decision](state) if decision in changes else state


def _severest(one: IncomingInspectionRecord) -> Severity:
    if any(result.severity == Severity.TIGHTENED for result in one.results):
        return Severity.TIGHTENED
    return Severity.NORMAL
