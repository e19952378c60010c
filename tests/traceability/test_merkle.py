"""Roots of the reference leaves used by Certificate Transparency implementations (RFC 6962/9162), and properties."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import ProofRefused
from traceability.merkle import (
    EMPTY_ROOT,
    all_nodes,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    root,
    tree_hash,
)

LEAVES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize(("size", "expected"), list(enumerate(ROOTS, start=1)))
def test_published_roots(size, expected):
    assert tree_hash([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == expected


def test_the_empty_tree_has_the_hash_of_nothing():
    assert tree_hash([]) == EMPTY_ROOT == root(0, lambda level, index: b"")


@given(
    st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1), st.integers(1, size)))
)
def test_every_leaf_and_every_older_tree_is_proved(shape):
    size, index, older = shape
    leaves = [leaf_hash(bytes([i])) for i in range(size)]
    nodes = all_nodes(leaves)

    def node(level, index):
        return nodes[level, index]

    assert root(size, node) == tree_hash(leaves)
    path = inclusion_path(index, size, node)
    check_inclusion(leaves[index], index, size, path, tree_hash(leaves))
    check_consistency(older, size, consistency_path(older, size, node), tree_hash(leaves[:older]), tree_hash(leaves))


@given(st.data())
def test_a_changed_proof_is_refused(data):
    size = data.draw(st.integers(2, 40))
    index = data.draw(st.integers(0, size - 1))
    leaves = [leaf_hash(bytes([i])) for i in range(size)]
    nodes = all_nodes(leaves)
    path = inclusion_path(index, size, lambda level, i: nodes[level, i])
    changed = data.draw(
        st.sampled_from(
            [
                (leaves[index], index, size, [*path, os.urandom(32)]),
                (leaves[index], index, size, path[:-1]),
                (leaves[index], (index + 1) % size, size, path),
                (os.urandom(32), index, size, path),
                (leaves[index], index, size, [os.urandom(32), *path[1:]]),
                (leaves[index], size, size, path),
            ]
        )
    )
    with pytest.raises(ProofRefused):
        check_inclusion(*changed, tree_hash(leaves))


def test_a_rewritten_history_is_not_consistent():
    leaves = [leaf_hash(bytes([i])) for i in range(20)]
    rewritten = [leaf_hash(b"other"), *leaves[1:]]
    nodes = all_nodes(rewritten)
    path = consistency_path(7, 20, lambda level, index: nodes[level, index])
    with pytest.raises(ProofRefused):
        check_consistency(7, 20, path, tree_hash(leaves[:7]), tree_hash(rewritten))
