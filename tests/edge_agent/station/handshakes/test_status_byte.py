"""One word, written in turn: each side leaves it alone when it is the other one's turn."""

import pytest

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, ErrorCode, Lower, Record, Refuse, Wait
from edge_agent.station.handshakes.status_byte import StatusByte

ONE = CycleKey(1, "A", 1000)
IDLE, REQUEST, RUNNING, DONE, ERROR = 0, 1, 2, 4, 8


def words(status, error=0):
    return {"status": status, "error": error}


def test_request_running_done():
    status = StatusByte()
    assert status.observe(words(IDLE), None) == Wait()
    assert status.observe(words(REQUEST), ONE) == Record((("status", RUNNING),))
    assert status.stored(ONE) == Acknowledge((("status", DONE),))


@pytest.mark.parametrize("turn", [DONE, ERROR])
def test_the_controllers_turn_is_left_to_the_controller(turn):
    assert StatusByte().observe(words(turn), None) == Wait()
    assert not StatusByte().due(words(turn))


def test_running_at_start_up_is_what_a_dead_agent_left_behind():
    assert StatusByte().observe(words(RUNNING), ONE) == Record()


def test_a_lost_done_is_written_again_without_storing_again():
    status = StatusByte()
    status.stored(ONE)
    assert status.observe(words(RUNNING), ONE) == Acknowledge((("status", DONE),))


def test_what_cannot_be_taken_ends_as_an_error_with_its_reason_first():
    status = StatusByte()
    assert status.observe(words(REQUEST), None) == Refuse((("error", 4), ("status", ERROR)))
    status.observe(words(RUNNING), ONE)
    assert status.refused(ErrorCode.NOT_STORED) == Refuse((("error", 1), ("status", ERROR)))
    assert status.observe(words(IDLE, error=1), None) == Lower((("error", 0),))


def test_an_outcome_stands_beside_done():
    status = StatusByte()
    status.observe(words(RUNNING), ONE)
    assert status.stored(ONE, ErrorCode.NOT_READ) == Acknowledge((("error", 2), ("status", DONE)))


def test_any_other_value_is_no_request_and_the_word_is_left_alone():
    status = StatusByte()
    assert status.observe(words(3), ONE) == Refuse((("error", 5),))
    assert status.strange(words(3)) == "the status is none of 0, 1, 2, 4 and 8"
    assert not status.due(words(3))
