"""A difference between two words is the request; everything else follows from that."""

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import Acknowledge, ErrorCode, Lower, Record, Refuse, Wait
from edge_agent.station.handshakes.toggle import Toggle

ONE, TWO = CycleKey(1, "A", 1000), CycleKey(2, "B", 2000)


def words(trigger, acknowledge, error=0):
    return {"trigger": trigger, "acknowledge": acknowledge, "error": error}


def test_both_edges_are_requests_and_the_acknowledgement_follows_the_trigger():
    toggle = Toggle()
    assert toggle.observe(words(0, 0), None) == Wait()
    assert toggle.observe(words(1, 0), ONE) == Record()
    assert toggle.stored(ONE) == Acknowledge((("acknowledge", 1),))
    assert toggle.observe(words(1, 1), None) == Wait()
    assert toggle.observe(words(0, 1), TWO) == Record()
    assert toggle.stored(TWO) == Acknowledge((("acknowledge", 0),))


def test_a_difference_at_start_up_is_pending():
    assert Toggle().observe(words(0, 1), ONE) == Record()


def test_a_lost_acknowledgement_is_written_again_without_storing_again():
    toggle = Toggle()
    toggle.observe(words(1, 0), ONE)
    toggle.stored(ONE)
    assert toggle.observe(words(1, 0), ONE) == Acknowledge((("acknowledge", 1),))


def test_a_controller_that_counted_on_is_told_only_of_what_was_stored():
    toggle = Toggle()
    assert toggle.observe(words(7, 6), ONE) == Record()
    assert toggle.stored(ONE) == Acknowledge((("acknowledge", 7),))
    assert toggle.observe(words(8, 7), TWO) == Record()


def test_the_error_word_speaks_of_the_last_cycle_until_the_next_one():
    toggle = Toggle()
    toggle.observe(words(1, 0), ONE)
    assert toggle.stored(ONE, ErrorCode.NOT_READ) == Acknowledge((("error", 2), ("acknowledge", 1)))
    assert toggle.observe(words(1, 1, error=2), None) == Wait()
    toggle.observe(words(0, 1, error=2), TWO)
    assert toggle.stored(TWO) == Acknowledge((("error", 0), ("acknowledge", 0)))


def test_a_refusal_is_said_once_and_cleared_when_the_controller_gives_up():
    toggle = Toggle()
    assert toggle.observe(words(1, 0), None) == Refuse((("error", 4),))
    assert toggle.observe(words(1, 0, error=4), None) == Wait()
    assert toggle.observe(words(0, 0, error=4), None) == Lower((("error", 0),))
