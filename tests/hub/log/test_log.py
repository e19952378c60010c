import pytest
from small_hub import SmallAgent, client_of

from hub.entry.master import add_organisation
from hub.errors import NotFound
from hub.ingest.ingest import ingest
from hub.ledger.log import verifier_key
from hub.ledger.tile_path import parse_tile_path, tile_number_path
from hub.parts import Hub
from hub.store.ledger.batches import header_hashes
from traceability.encoding import from_tagged
from traceability.log.checkpoint import open_checkpoint
from traceability.log.note import parse_verifier_key
from traceability.merkle import (
    all_nodes,
    check_consistency,
    check_inclusion,
    consistency_path,
    inclusion_path,
    leaf_hash,
    tree_hash,
)

HASH = 32


async def test_the_checkpoint_is_signed_and_is_the_root_over_all_headers(hub: Hub, agent: SmallAgent) -> None:
    for serial in range(5):
        ingest(hub, agent.seal(agent.result(f"S{serial}")), compressed=False)
        async with client_of(hub) as client:
            note = (await client.get("/log/checkpoint")).text
            key = parse_verifier_key((await client.get("/log/vkey")).text.strip())
        assert key == verifier_key(hub)
        checkpoint = open_checkpoint(note, key)
        with hub.store.reading() as connection:
            hashes = header_hashes(connection, 0, checkpoint.size)
        assert len(hashes) == checkpoint.size
        assert checkpoint.root == tree_hash([leaf_hash(from_tagged(one, "hash")) for one in hashes])


async def test_a_client_with_tiles_alone_can_prove_inclusion_and_consistency(hub: Hub) -> None:
    for number in range(260 - 1):  # the hub's founding is the first leaf
        add_organisation(hub, f"org-{number}", "name")
    async with client_of(hub) as client:
        checkpoint = open_checkpoint((await client.get("/log/checkpoint")).text, verifier_key(hub))
        full = (await client.get("/log/tile/0/000")).content
        partial = (await client.get("/log/tile/0/001.p/4")).content
        upper = (await client.get("/log/tile/1/000.p/1")).content
        entries = (await client.get("/log/tile/entries/000")).content
        last_entries = (await client.get("/log/tile/entries/001.p/4")).content
    assert checkpoint.size == 260
    leaves = [(full + partial)[i : i + HASH] for i in range(0, HASH * 260, HASH)]
    assert tree_hash(leaves) == checkpoint.root
    assert upper == tree_hash(leaves[:256])
    framed = entries + last_entries
    assert len(framed) == 260 * (HASH + 2)
    for index, leaf in enumerate(leaves):
        entry = framed[index * (HASH + 2) : (index + 1) * (HASH + 2)]
        assert entry[:2] == (HASH).to_bytes(2, "big")
        assert leaf_hash(entry[2:]) == leaf
    nodes = all_nodes(leaves)
    path = inclusion_path(17, 260, lambda level, index: nodes[level, index])
    check_inclusion(leaves[17], 17, 260, path, checkpoint.root)
    older = consistency_path(100, 260, lambda level, index: nodes[level, index])
    check_consistency(100, 260, older, tree_hash(leaves[:100]), checkpoint.root)


@pytest.mark.parametrize(
    "path",
    [
        "tile/0/000",
        "tile/0/001",
        "tile/0/000.p/2",
        "tile/1/000.p/1",
        "tile/entries/000",
        "tile/entries/000.p/2",
        "tile/0/0.p/1",
        "tile/0/x000/000.p/1",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/01",
        "tile/8/000.p/1",
        "tile/-1/000.p/1",
    ],
)
async def test_tiles_that_do_not_exist_or_are_misspelt(hub: Hub, path: str) -> None:
    async with client_of(hub) as client:
        answer = await client.get(f"/log/{path}")
    assert answer.status_code == 404
    assert answer.json()["advice"]


async def test_tiles_may_be_cached_for_ever_and_checkpoints_never(hub: Hub) -> None:
    async with client_of(hub) as client:
        tile = await client.get("/log/tile/0/000.p/1")
        checkpoint = await client.get("/log/checkpoint")
    assert "immutable" in tile.headers["cache-control"]
    assert checkpoint.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    ("number", "path"), [(0, "000"), (67, "067"), (999, "999"), (1000, "x001/000"), (1234067, "x001/x234/067")]
)
def test_numbers_of_tiles_are_spelt_in_groups_of_three(number: int, path: str) -> None:
    assert tile_number_path(number) == path
    assert parse_tile_path(path) == (number, 256)
    assert parse_tile_path(path + ".p/255") == (number, 255)


@pytest.mark.parametrize("path", ["1000", "001/000", "x001", "٠٠٠", "000/", "", "000.p/5/"])
def test_no_other_spelling_is_taken(path: str) -> None:
    with pytest.raises(NotFound):
        parse_tile_path(path)
