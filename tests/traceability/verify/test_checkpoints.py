"""``zhuoyue-verify checkpoint``: anybody who kept an old checkpoint notices a log that forgot or forked."""

import json

import pytest
from small_witness import LOG_KEY, TreeOf

from traceability.encoding import to_base64
from traceability.log.tile import tile_path
from traceability.verify.command import main

GROWING = TreeOf([str(number) for number in range(300)])
FORKED = TreeOf(["other", *(str(number) for number in range(1, 300))])


@pytest.fixture
def compare(tmp_path, capsys):
    """Compare two checkpoints; status and the last fact."""

    def compare(old, new, *more):
        for name, note in (("old", old), ("new", new)):
            (tmp_path / name).write_text(note)
        status = main(
            ["checkpoint", str(tmp_path / "old"), str(tmp_path / "new"), "--log-key", str(LOG_KEY), "--json", *more]
        )
        return status, json.loads(capsys.readouterr().out)["facts"][-1]["text"]

    return compare


def proof_file(tmp_path, tree, old, new):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps({"path": [to_base64(digest) for digest in tree.path(old, new)]}))
    return path


def test_a_log_that_grew(compare, tmp_path):
    proof = proof_file(tmp_path, GROWING, 100, 300)
    status, said = compare(GROWING.note(100), GROWING.note(300), "--proof", str(proof))
    assert (status, said) == (
        0,
        f"{LOG_KEY.name}: the log of 300 batches begins with the log of 100 batches, unaltered",
    )


def test_tiles_are_proof_enough(compare, tmp_path):
    for level, number, width in ((0, 0, 256), (0, 1, 44), (1, 0, 1)):
        path = tmp_path / "tiles" / tile_path(level, number, width)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"".join(GROWING.nodes[8 * level, number * 256 + i] for i in range(width)))
    tiles = ("--tiles", str(tmp_path / "tiles"))
    assert compare(GROWING.note(100), GROWING.note(300), *tiles)[0] == 0
    assert compare(FORKED.note(100), GROWING.note(300), *tiles)[0] == 1


def test_a_rewritten_history(compare, tmp_path):
    proof = proof_file(tmp_path, FORKED, 100, 300)
    status, said = compare(GROWING.note(100), FORKED.note(300), "--proof", str(proof))
    assert (status, "does not extend" in said) == (1, True)


def test_a_split_view_and_a_rollback_need_no_proof_to_be_seen(compare):
    status, said = compare(GROWING.note(300), FORKED.note(300))
    assert (status, "two different logs of 300" in said) == (1, True)
    status, said = compare(GROWING.note(300), GROWING.note(100))
    assert (status, "rolled back" in said) == (1, True)


def test_the_same_checkpoint_twice_and_a_missing_proof(compare):
    assert compare(GROWING.note(100), GROWING.note(100))[0] == 0
    status, said = compare(GROWING.note(100), GROWING.note(300))
    assert (status, "/log/proof/consistency" in said) == (1, True)


def test_a_checkpoint_of_another_key(compare):
    from traceability.signing import Ed25519Signer

    stranger = TreeOf(["a"], signer=Ed25519Signer.from_seed(b"s" * 32))
    assert compare(stranger.note(), GROWING.note(100))[0] == 1
