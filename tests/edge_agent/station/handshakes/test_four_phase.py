"""A correct controller, an agent that dies at any step, links that lose writes: every cycle exactly once."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, ErrorCode, Lower, Record, Refuse, Wait
from edge_agent.station.handshakes.four_phase import FourPhase

ONE, TWO = CycleKey(1, "A", 1000), CycleKey(2, "B", 2000)


def levels(trigger, acknowledge, error=0):
    return {"trigger": trigger, "acknowledge": acknowledge, "error": error}


def test_the_four_phases():
    handshake = FourPhase()
    assert handshake.observe(levels(0, 0), None) == Wait()
    assert handshake.observe(levels(1, 0), ONE) == Record()
    assert handshake.stored(ONE) == Acknowledge((("acknowledge", 1),))
    assert handshake.observe(levels(1, 1), ONE) == Wait()
    assert handshake.observe(levels(0, 1), None) == Lower((("acknowledge", 0),))
    assert handshake.observe(levels(0, 0), None) == Wait()
    assert handshake.observe(levels(1, 0), TWO) == Record()


@pytest.mark.parametrize("acknowledge", [0, 1])
def test_a_trigger_high_at_start_up_is_pending(acknowledge):
    assert FourPhase().observe(levels(1, acknowledge), ONE) == Record()


def test_an_acknowledgement_left_from_before_a_restart_is_cleared():
    assert FourPhase().observe(levels(0, 1), None) == Lower((("acknowledge", 0),))


def test_a_lost_acknowledgement_is_written_again_without_storing_again():
    handshake = FourPhase()
    handshake.stored(ONE)
    assert handshake.observe(levels(1, 0), ONE) == Acknowledge((("acknowledge", 1),))


def test_a_controller_that_did_not_wait_loses_nothing():
    handshake = FourPhase()
    handshake.stored(ONE)
    assert handshake.observe(levels(1, 1), TWO) == Record()


def test_a_refusal_is_said_once_and_cleared_with_success():
    handshake = FourPhase()
    assert handshake.observe(levels(1, 0), ONE) == Record()
    assert handshake.refused(ErrorCode.NOT_STORED) == Refuse((("error", 1),))
    assert handshake.observe(levels(1, 0, error=1), ONE) == Record()
    assert handshake.refused(ErrorCode.NOT_STORED) == Wait()
    assert handshake.observe(levels(1, 0, error=1), ONE) == Record()
    assert handshake.stored(ONE) == Acknowledge((("error", 0), ("acknowledge", 1)))


def test_an_outcome_stands_beside_the_acknowledgement_until_phase_four():
    handshake = FourPhase()
    assert handshake.observe(levels(1, 0), ONE) == Record()
    told = handshake.stored(ONE, ErrorCode.NOT_READ)
    assert told == Acknowledge((("error", 2), ("acknowledge", 1)))
    assert handshake.observe(levels(1, 0), ONE) == told
    assert handshake.observe(levels(1, 1, error=ErrorCode.NOT_READ), ONE) == Wait()
    assert handshake.observe(levels(0, 1, error=ErrorCode.NOT_READ), None) == Lower((("error", 0), ("acknowledge", 0)))


def test_a_controller_that_gives_up_finds_the_error_cleared():
    assert FourPhase().observe(levels(0, 0, error=2), None) == Lower((("error", 0),))


def test_what_is_unreadable_or_no_trigger_is_refused():
    assert FourPhase().observe(levels(1, 0), None) == Refuse((("error", 4),))
    assert FourPhase().observe(levels(7, 0), ONE) == Refuse((("error", 5),))


def test_it_is_half_done_from_the_acknowledgement_until_the_trigger_is_low():
    handshake = FourPhase()
    assert not handshake.half_done
    handshake.stored(ONE)
    assert handshake.half_done
    handshake.observe(levels(1, 1), ONE)
    assert handshake.half_done
    handshake.observe(levels(0, 1), None)
    assert not handshake.half_done


class Line(RuleBasedStateMachine):
    """The controller follows the rules of the handshake; the agent may die and its writes may be lost at any step."""

    def __init__(self):
        super().__init__()
        self.words = {"trigger": 0, "acknowledge": 0, "error": 0}
        self.data = CycleKey(0, "", 0)
        self.produced = []
        self.journal = []  # survives the agent: what was stored, de-duplicated
        self.restart()

    def restart(self):
        self.handshake = FourPhase()
        self.storing = None
        self.queue = []

    # --- the controller ------------------------------------------------------------------------------------------

    @precondition(lambda self: self.words["trigger"] == 0 and self.words["acknowledge"] == 0)
    @rule(same_counter=st.booleans())
    def finish_cycle(self, same_counter):
        number = len(self.produced) + 1
        # A counter that was reset repeats; serial and time still tell the cycles apart.
        self.data = CycleKey(1 if same_counter else number, f"S{number}", number * 1000)
        self.produced.append(self.data)
        self.words["trigger"] = 1

    @precondition(lambda self: self.words["trigger"] == 1 and self.words["acknowledge"] == 1)
    @rule()
    def see_acknowledgement(self):
        assert self.data in self.journal, "acknowledged, but not stored"
        self.words["trigger"] = 0

    # --- the agent -----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.storing is None and not self.queue)
    @rule()
    def read(self):
        seen = dict(self.words)
        key = self.data if seen["trigger"] else None
        action = self.handshake.observe(seen, key)
        self.storing = key if action == Record() else None
        self.queue = list(action.writes)

    @precondition(lambda self: self.storing is not None)
    @rule(outcome=st.sampled_from([ErrorCode.RECORDED, ErrorCode.NOT_READ]))
    def store(self, outcome):
        if self.storing not in self.journal:
            self.journal.append(self.storing)
        self.queue = list(self.handshake.stored(self.storing, outcome).writes)
        self.storing = None

    @precondition(lambda self: self.storing is not None)
    @rule()
    def fail_to_store(self):
        self.queue = list(self.handshake.refused(ErrorCode.NOT_STORED).writes)
        self.storing = None

    @precondition(lambda self: self.queue)
    @rule()
    def write(self):
        role, value = self.queue.pop(0)
        self.words[role] = value

    @precondition(lambda self: self.queue)
    @rule(arrived=st.booleans())
    def write_without_an_answer(self, arrived):
        if arrived:
            self.write()
        self.queue = []

    @rule(stored_before=st.booleans())
    def die(self, stored_before):
        if stored_before and self.storing is not None and self.storing not in self.journal:
            self.journal.append(self.storing)  # durable, but nobody was told
        self.restart()

    # --- what must hold ------------------------------------------------------------------------------------------

    @invariant()
    def every_finished_cycle_but_the_pending_one_is_stored_once(self):
        pending = self.produced[-1:] if self.words["trigger"] and self.data not in self.journal else []
        assert self.journal + pending == self.produced

    def teardown(self):
        for _ in range(12):  # left alone, both sides come to rest
            if self.storing is None and not self.queue:
                self.read()
            if self.storing is not None:
                self.store(ErrorCode.RECORDED)
            while self.queue:
                self.write()
            if self.words["trigger"] and self.words["acknowledge"]:
                self.see_acknowledgement()
        assert self.journal == self.produced
        assert self.words == {"trigger": 0, "acknowledge": 0, "error": 0}


Line.TestCase.settings = settings(max_examples=120, stateful_step_count=40, deadline=None)
test_line = Line.TestCase
