import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_witness import TreeOf

from traceability.errors import ProofRefused
from traceability.log.tile import tile_nodes, tile_path
from traceability.merkle import check_consistency, consistency_path, inclusion_path

BIG = TreeOf([str(number) for number in range(1200)])


def tiles_of(tree, size):
    """A reader of tiles as a hub of ``size`` entries serves them."""

    def read(path):
        level, number, width = next(
            (level, number, width)
            for level in range(3)
            for number in range((size >> (8 * level)) // 256 + 1)
            for width in [min(256, (size >> (8 * level)) - number * 256)]
            if width and tile_path(level, number, width) == path
        )
        first = number * 256
        return b"".join(tree.nodes[8 * level, index] for index in range(first, first + width))

    return read


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 1200).flatmap(lambda new: st.tuples(st.integers(1, new), st.just(new))))
def test_proofs_made_of_tiles_are_the_same_as_of_nodes(sizes):
    old, new = sizes
    node = tile_nodes(new, tiles_of(BIG, new))
    path = consistency_path(old, new, node)
    assert tuple(path) == BIG.path(old, new)
    check_consistency(old, new, path, BIG.checkpoint(old).root, BIG.checkpoint(new).root)
    assert inclusion_path(old - 1, new, node) == inclusion_path(old - 1, new, lambda lv, ix: BIG.nodes[lv, ix])


def test_a_tile_that_was_cut_off_is_named():
    node = tile_nodes(300, lambda path: tiles_of(BIG, 300)(path)[:-1])
    with pytest.raises(ProofRefused) as caught:
        consistency_path(100, 300, node)
    assert caught.value.where.startswith("0/")
