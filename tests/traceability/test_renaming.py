import random

from hypothesis import given
from hypothesis import strategies as st

from traceability.genealogy import Renaming, renamed

NAMES = "abcdef"


def told(*pairs):
    return [Renaming(f"r{number}", *pair) for number, pair in enumerate(pairs)]


def test_the_newest_name_stands_for_all_before_it():
    found = renamed(told("bc", "ab"))
    assert [found.newest_of(name) for name in "abcx"] == ["c", "c", "c", "x"]


def test_the_same_statement_by_two_is_no_dispute():
    assert not renamed(told("ab", "ab")).disputes


def test_one_that_became_two_two_that_became_one_and_a_ring_are_disputes():
    for pairs in (("ab", "ac"), ("ac", "bc"), ("ab", "bc", "ca")):
        found = renamed(told(*pairs))
        assert not found.newest
        (dispute,) = found.disputes
        assert dispute.statements == tuple(f"r{number}" for number in range(len(pairs)))


@given(
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=8), st.randoms(use_true_random=False)
)
def test_the_order_of_statements_does_not_matter(pairs, chance: random.Random):
    statements = told(*pairs)
    shuffled = list(statements)
    chance.shuffle(shuffled)
    found = renamed(statements)
    assert found == renamed(shuffled)
    assert all(found.newest_of(found.newest_of(name)) == found.newest_of(name) for name in NAMES)
    assert not set(found.newest) & {name for dispute in found.disputes for name in dispute.names}
