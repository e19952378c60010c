"""Inclusion and consistency proofs over HTTP, what appending costs, and what may be cached."""

import math

import pytest
from small_hub import client_of

from hub.entry.master import add_organisation
from hub.ledger.append import log_leaf
from hub.parts import Hub
from traceability.encoding import from_base64
from traceability.merkle import appended_nodes, check_consistency, check_inclusion, leaf_hash


@pytest.fixture
def grown(hub: Hub) -> Hub:
    for number in range(40):
        add_organisation(hub, f"org-{number}", "name")
    return hub


def hashes(texts: list[str]) -> list[bytes]:
    return [from_base64(text, "hash") for text in texts]


async def test_every_entry_is_proved_in_every_state_that_holds_it(grown: Hub) -> None:
    async with client_of(grown) as client:
        for index, size in ((0, 1), (0, 41), (40, 41), (17, 23), (31, 32)):
            answer = await client.get("/log/proof/inclusion", params={"index": index, "size": size})
            proof = answer.json()
            assert from_base64(proof["leaf"], "leaf") == log_leaf(proof["entry"])
            leaf, root = hashes([proof["leaf"], proof["root"]])
            check_inclusion(leaf, index, size, hashes(proof["path"]), root)
            assert "immutable" in answer.headers["cache-control"]


async def test_every_state_is_proved_to_grow_into_every_later_one(grown: Hub) -> None:
    async with client_of(grown) as client:
        for old, new in ((1, 41), (41, 41), (16, 33), (7, 8)):
            answer = await client.get("/log/proof/consistency", params={"old": old, "new": new})
            proof = answer.json()
            old_root, new_root = hashes([proof["old_root"], proof["new_root"]])
            check_consistency(old, new, hashes(proof["path"]), old_root, new_root)
            assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("inclusion", {"index": 5, "size": 5}, 404),
        ("inclusion", {"index": 5, "size": 99}, 404),
        ("inclusion", {"index": -1, "size": 5}, 422),
        ("consistency", {"old": 9, "new": 5}, 404),
        ("consistency", {"old": 5, "new": 99}, 404),
        ("consistency", {"old": 0, "new": 5}, 422),
        ("consistency", {"old": 5, "new": 2**60}, 422),
    ],
)
async def test_states_the_log_never_had(grown: Hub, path: str, query: dict[str, int], status: int) -> None:
    async with client_of(grown) as client:
        assert (await client.get(f"/log/proof/{path}", params=query)).status_code == status


def test_appending_looks_up_and_adds_no_more_than_the_height_of_the_tree() -> None:
    for size in (0, 1, 2**20 - 1, 2**20, 10_000_000, 2**40 - 1):
        looked_up = []

        def node(level: int, index: int, seen: list[tuple[int, int]] = looked_up) -> bytes:
            seen.append((level, index))
            return leaf_hash(b"")

        nodes = appended_nodes(size, leaf_hash(b"x"), node)
        assert len(looked_up) == len(nodes) - 1 <= math.log2(size + 1) + 1
