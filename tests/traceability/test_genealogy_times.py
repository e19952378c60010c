"""What holds when: joined, taken out, joined again; and what was declared wrong never held."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_links import Links, any_links, at, link

from traceability.genealogy import Direction, intervals, links_in_force, trace

REWORKED = [
    link("drive", "motor-1", 10, position="motor"),
    link("drive", "motor-1", 30, action="DELETE", position="motor"),
    link("drive", "motor-2", 31, position="motor"),
]


@pytest.mark.parametrize(
    ("minute", "held"), [(9, []), (10, ["motor-1"]), (29, ["motor-1"]), (30, []), (31, ["motor-2"]), (99, ["motor-2"])]
)
def test_a_replaced_component_has_a_from_and_a_to(minute, held):
    assert [kept.child for kept in links_in_force(REWORKED, at(minute))] == held


def test_the_answer_says_since_when_and_until_when():
    (before,) = links_in_force(REWORKED, at(20))
    (after,) = links_in_force(REWORKED)
    assert (before.valid_from, before.valid_to) == (at(10), at(30))
    assert (after.child, after.valid_from, after.valid_to) == ("motor-2", at(31), None)


def test_a_disassembled_unit_was_whole_before():
    taken = [*REWORKED, link("drive", "motor-2", 50, action="DELETE", position="motor")]
    assert trace("drive", Links(taken)).links == ()
    assert trace("motor-2", Links(taken), Direction.FORWARD, as_of=at(49)).depth_of == {"motor-2": 0, "drive": 1}


def test_joined_twice_it_holds_from_the_first_time_without_a_break():
    twice = [link("car", "x", 1), link("car", "x", 5, author="b"), link("car", "x", 8, action="DELETE")]
    (held,) = links_in_force(twice, at(6))
    assert (held.author, held.valid_from, held.valid_to) == ("b", at(1), at(8))


def test_what_was_declared_wrong_did_not_happen():
    mistaken = link("car", "wrong", 1, erroneous=True)
    undone = link("car", "right", 2, action="DELETE", erroneous=True)
    assert [kept.child for kept in links_in_force([mistaken, link("car", "right", 1, seq=2), undone])] == ["right"]


def test_a_dispute_ends_when_the_component_is_taken_out():
    links = Links([link("car-1", "gear", 1), link("car-2", "gear", 5), link("car-1", "gear", 9, action="DELETE")])
    assert trace("gear", links, Direction.FORWARD, as_of=at(6)).disputed == {"gear"}
    assert not trace("gear", links, Direction.FORWARD).disputed


@given(any_links(items="ab", size=10), st.integers(-1, 10))
def test_intervals_say_when_a_link_is_in_force(links, minute):
    """Whatever holds at a time holds from its begin to its end, and not at its end."""
    for held in links_in_force(links, at(minute)):
        assert held.valid_from <= at(minute)
        assert held.valid_to is None or held.valid_to > at(minute)
        for moment in (held.valid_from, *([held.valid_to] if held.valid_to else [])):
            still = held.key in {other.key for other in links_in_force(links, moment)}
            assert still == (moment != held.valid_to)


@given(any_links())
def test_as_of_the_end_is_now(links):
    assert trace("a", Links(links), as_of=at(99)) == trace("a", Links(links))


@given(any_links(items="abc"), st.integers(-1, 10))
def test_a_link_is_in_force_when_an_interval_says_so(links, minute):
    spans = {
        (held.key, held.valid_from, held.valid_to)
        for held in intervals(links)
        if held.valid_from <= at(minute) and (held.valid_to is None or at(minute) < held.valid_to)
    }
    assert spans == {(held.key, held.valid_from, held.valid_to) for held in links_in_force(links, at(minute))}
