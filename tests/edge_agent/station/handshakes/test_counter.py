"""A number that moves is a cycle; nobody is told anything."""

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.station.handshakes.actions import ErrorCode, Record, Wait
from edge_agent.station.handshakes.counter import Counter


def shown(number):
    return {"cycle": number}, CycleKey(number, f"S{number}", 0)


def test_each_number_is_recorded_until_it_is_stored_and_then_no_more():
    counter = Counter()
    assert counter.observe(*shown(7)) == Record()
    assert counter.refused(ErrorCode.NOT_STORED) == Wait()
    assert counter.observe(*shown(7)) == Record()
    assert counter.stored(shown(7)[1]).writes == ()
    assert counter.observe(*shown(7)) == Wait()
    assert counter.observe(*shown(9)) == Record()


def test_zero_says_that_nothing_was_made_yet():
    assert Counter().observe(*shown(0)) == Wait()
    assert not Counter().due({"cycle": 0})


def test_an_unreadable_cycle_waits_for_the_next_read():
    assert Counter().observe({"cycle": 7}, None) == Wait()
