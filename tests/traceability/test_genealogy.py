import random

from hypothesis import given
from hypothesis import strategies as st
from small_links import Links, any_links, link

from traceability.genealogy import Direction, TraceLimits, links_in_force, trace


def test_back_and_forward_over_three_companies():
    links = Links([link("car", "gear"), link("gear", "wheel"), link("wheel", "steel-lot", certain=False)])
    back = trace("car", links)
    assert back.depth_of == {"car": 0, "gear": 1, "wheel": 2, "steel-lot": 3}
    forward = trace("steel-lot", links, Direction.FORWARD)
    assert forward.depth_of == {"steel-lot": 0, "wheel": 1, "gear": 2, "car": 3}
    assert not back.disputed | forward.disputed


def test_a_replaced_component_is_gone_and_a_rejoined_one_is_back():
    links = [link("car", "old", 1), link("car", "old", 2, action="DELETE"), link("car", "new", 3)]
    assert [kept.child for kept in links_in_force(links)] == ["new"]
    assert [kept.child for kept in links_in_force([*links, link("car", "old", 4)])] == ["new", "old"]


def test_within_a_chain_the_sequence_decides_not_the_clock():
    jumped = [link("car", "x", 90, seq=1), link("car", "x", 5, seq=2, action="DELETE")]
    assert links_in_force(jumped) == []


def test_a_unit_in_two_parents_is_kept_in_both_and_disputed():
    links = Links([link("car-1", "gear"), link("car-2", "gear", author="b")])
    assert trace("car-1", links).disputed == {"gear"}
    assert trace("gear", links, Direction.FORWARD).depth_of.keys() == {"gear", "car-1", "car-2"}


def test_a_lot_in_many_parents_is_not_disputed():
    links = Links([link("car-1", "lot", certain=False), link("car-2", "lot", certain=False)])
    assert not trace("car-1", links).disputed


def test_a_cycle_ends_and_is_disputed_but_not_what_hangs_on_it():
    links = Links([link("a", "b"), link("b", "c"), link("c", "a"), link("c", "d"), link("x", "a")])
    found = trace("x", links)
    assert found.disputed >= {"a", "b", "c"}
    assert "d" not in found.disputed
    assert set(found.depth_of) == {"x", "a", "b", "c", "d"}


def test_a_cut_trace_says_so():
    links = Links([link(f"n{i}", f"n{i + 1}") for i in range(30)])
    assert trace("n0", links).truncated
    assert not trace("n0", links, limits=TraceLimits(depth=30)).truncated
    assert trace("n0", links, limits=TraceLimits(depth=40, items=5)).truncated


@given(st.data())
def test_the_order_of_arrival_does_not_matter(data):
    links = data.draw(any_links())
    shuffled = list(links)
    random.Random(data.draw(st.integers())).shuffle(shuffled)
    assert trace("a", Links(links)) == trace("a", Links(shuffled))
