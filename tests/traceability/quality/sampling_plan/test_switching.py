"""The switching rules against a reference that reads the standard's sentences off the whole history."""

from decimal import Decimal

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from traceability.quality.sampling_plan.attributes import Severity, single_plan
from traceability.quality.sampling_plan.double import double_plan
from traceability.quality.sampling_plan.switching import (
    NORMAL,
    Judged,
    Switching,
    after_lot,
    resumed,
    score_gain,
    to_normal,
    to_reduced,
)

GOOD, FAIR, BAD = Judged(True, 3), Judged(True, 0), Judged(False)


def run(state: Switching, *lots: Judged, reduce: bool = False) -> Switching:
    for lot in lots:
        state = after_lot(state, lot, reduce=reduce)
    return state


def test_two_of_five_tighten() -> None:
    assert run(NORMAL, BAD, GOOD, GOOD, GOOD, BAD).severity is Severity.TIGHTENED
    assert run(NORMAL, BAD, BAD).severity is Severity.TIGHTENED
    assert run(NORMAL, BAD, GOOD, GOOD, GOOD, GOOD, BAD).severity is Severity.NORMAL


def test_five_in_a_row_relax_and_five_rejected_stop() -> None:
    tightened = run(NORMAL, BAD, BAD)
    assert run(tightened, *[GOOD] * 4).severity is Severity.TIGHTENED
    assert run(tightened, *[GOOD] * 5) == NORMAL
    assert run(tightened, GOOD, GOOD, GOOD, GOOD, BAD, *[GOOD] * 4).severity is Severity.TIGHTENED
    stopped = run(tightened, BAD, GOOD, BAD, GOOD, BAD, BAD, BAD)
    assert stopped.discontinued
    assert run(stopped, *[GOOD] * 9) == stopped
    again = resumed(stopped)
    assert (again.severity, again.rejected, again.discontinued) == (Severity.TIGHTENED, 0, False)


def test_ten_good_lots_allow_reduced_inspection_which_one_rejected_lot_ends() -> None:
    ready = run(NORMAL, *[GOOD] * 10)
    assert ready.may_reduce
    assert run(NORMAL, *[GOOD] * 9, FAIR).score == 0
    assert to_reduced(ready).severity is Severity.REDUCED
    assert to_reduced(run(NORMAL, *[GOOD] * 9)).severity is Severity.NORMAL
    assert run(NORMAL, *[GOOD] * 9, reduce=True).severity is Severity.NORMAL
    reduced = run(NORMAL, *[GOOD] * 10, reduce=True)
    assert reduced.severity is Severity.REDUCED
    assert run(reduced, *[FAIR] * 3) == reduced
    assert run(reduced, BAD) == NORMAL
    assert to_normal(reduced) == NORMAL
    tightened = run(NORMAL, BAD, BAD)
    assert to_normal(tightened) == tightened


def test_what_a_lot_adds_to_the_score() -> None:
    plan = single_plan("J", Decimal("1.0"))  # 80, Ac 2; one step tighter Ac 1
    assert [score_gain(plan, found) for found in range(4)] == [3, 3, 0, 0]
    one = single_plan("J", Decimal("0.65"))
    assert [score_gain(one, found) for found in range(3)] == [2, 2, 0]
    none = single_plan("J", Decimal("0.15"))
    assert [score_gain(none, found) for found in range(2)] == [2, 0]
    double = double_plan("J", Decimal("1.0"))
    assert double is not None
    assert score_gain(double, 0) == 3
    assert score_gain(double, 3, second_sample=True) == 0


class Reference:
    """Clause 9 of the standard, sentence by sentence, over the list of everything that happened."""

    def __init__(self) -> None:
        self.periods: list[tuple[Severity, list[Judged]]] = [(Severity.NORMAL, [])]
        self.stopped = False

    @property
    def severity(self) -> Severity:
        return self.periods[-1][0]

    @property
    def lots(self) -> list[Judged]:
        return self.periods[-1][1]

    def begin(self, severity: Severity) -> None:
        self.periods.append((severity, []))

    def score(self) -> int:
        if self.severity is not Severity.NORMAL:
            return 0
        total = 0
        for lot in self.lots:
            total = total + lot.gain if lot.accepted and lot.gain > 0 else 0
        return total

    def lot(self, lot: Judged, *, reduce: bool) -> None:
        if self.stopped:
            return
        self.lots.append(lot)
        if self.severity is Severity.NORMAL:
            if any(sum(not each.accepted for each in self.lots[at : at + 5]) >= 2 for at in range(len(self.lots))):
                self.begin(Severity.TIGHTENED)
            elif reduce and self.score() >= 30:
                self.begin(Severity.REDUCED)
        elif self.severity is Severity.TIGHTENED:
            if len(self.lots) >= 5 and all(each.accepted for each in self.lots[-5:]):
                self.begin(Severity.NORMAL)
            elif sum(not each.accepted for each in self.lots) == 5:
                self.stopped = True
        elif not lot.accepted:
            self.begin(Severity.NORMAL)


LOTS = st.one_of(st.just(GOOD), st.just(FAIR), st.just(BAD), st.builds(Judged, st.just(True), st.sampled_from([2, 3])))


class SwitchingMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.state = NORMAL
        self.reference = Reference()

    @rule(lots=st.lists(LOTS, min_size=1, max_size=12), reduce=st.booleans())
    def lots_come(self, lots: list[Judged], reduce: bool) -> None:
        for lot in lots:
            self.state = after_lot(self.state, lot, reduce=reduce)
            self.reference.lot(lot, reduce=reduce)

    @rule(count=st.integers(1, 12))
    def good_lots_come(self, count: int) -> None:
        self.lots_come([GOOD] * count, False)

    @rule(count=st.integers(1, 6))
    def bad_lots_come(self, count: int) -> None:
        self.lots_come([BAD] * count, False)

    @rule()
    def the_authority_agrees_to_reduced(self) -> None:
        if self.reference.severity is Severity.NORMAL and self.reference.score() >= 30:
            self.reference.begin(Severity.REDUCED)
        self.state = to_reduced(self.state)

    @rule()
    def production_becomes_irregular(self) -> None:
        if self.reference.severity is Severity.REDUCED:
            self.reference.begin(Severity.NORMAL)
        self.state = to_normal(self.state)

    @precondition(lambda self: self.reference.stopped)
    @rule()
    def the_supplier_acts(self) -> None:
        self.reference.stopped = False
        self.reference.begin(Severity.TIGHTENED)
        self.state = resumed(self.state)

    @invariant()
    def the_same(self) -> None:
        assert self.state.severity is self.reference.severity
        assert self.state.discontinued is self.reference.stopped
        assert self.state.score == self.reference.score()


SwitchingMachine.TestCase.settings = settings(max_examples=200, stateful_step_count=20, deadline=None)
TestSwitching = SwitchingMachine.TestCase
