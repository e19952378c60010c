"""Genuine signed things with something changed: each ends in a stated error, or says exactly what was signed.

By default some thousands of inputs. ``make soak`` sets ZHUOYUE_INPUTS to a million and ZHUOYUE_SECONDS to a bound.
"""

import os
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random, SystemRandom
from typing import Any, NamedTuple

import pytest
from small_log import LOG_KEY, SIGNERS, UNIT, about_the_unit, honest_log

from edge_agent.outbox.batches import SealedBatch
from edge_agent.uplink.answer import Accepted, Reply, understand
from traceability import downlink, enrolment, picture, sync
from traceability.batch.open import compress, decompress, open_batch, open_head, verify_batch, verify_head
from traceability.batch.seal import seal_batch
from traceability.encoding import sha256, tagged, to_base64
from traceability.errors import ZhuoyueError
from traceability.evidence import encode_evidence
from traceability.log.checkpoint import open_checkpoint
from traceability.signing import Ed25519Signer, key_id
from traceability.unit import Environment
from traceability.verify.check import check_evidence

INPUTS = int(os.environ.get("ZHUOYUE_INPUTS", "8000"))
SECONDS = float(os.environ.get("ZHUOYUE_SECONDS", "600"))
SEED = int(os.environ.get("ZHUOYUE_SEED", "0")) or SystemRandom().randrange(1, 2**32)
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
AGENT, HUB, PLANT, TOKEN = (Ed25519Signer.from_seed(letter * 32) for letter in (b"a", b"h", b"p", b"t"))
PIECES = (
    b"",
    b"0",
    b"9",
    b"-1",
    b"1e99",
    b"null",
    b"{}",
    b"[]",
    b'"',
    b"\\u0000",
    b"\n",
    b" ",
    b"\xff\xfe",
    b"\x00" * 9,
)


class Kind(NamedTuple):
    """``read`` says what an input says, or raises; ``weight`` is how often it is drawn, cheap ones more often."""

    genuine: bytes
    read: Callable[[bytes], Any]
    weight: int


def opened(data: bytes) -> tuple[str, tuple[bytes, ...]]:
    batch = open_batch(data)
    verify_batch(batch, SIGNERS["supplier"].public_key)
    return batch.hash, tuple(batch.lines)


def head_of(data: bytes) -> Any:
    head = open_head(data, compressed=True)
    verify_head(head, SIGNERS["supplier"].public_key)
    return head.hash


def polled(data: bytes) -> downlink.Poll:
    poll, envelope = downlink.read_poll(data.decode("utf-8", "surrogateescape"))
    downlink.verify_poll(poll, envelope, AGENT.public_key, HUB.public_key)
    return poll


def brought(data: bytes) -> picture.Piece:
    piece, envelope = picture.read_piece(data.decode("utf-8", "surrogateescape"))
    picture.verify_piece(piece, envelope, AGENT.public_key, HUB.public_key, b"bytes")
    return piece


def claimed(data: bytes) -> tuple[enrolment.KeyClaim, bytes, bytes]:
    proved = enrolment.open_key_request(data, HUB.public_key)
    return proved.claim, proved.public_key, proved.allowing_key


def taken(data: bytes) -> Any:
    """The hub's answer as an agent understands it; nothing but the receipt of this batch makes it forget the batch."""
    batch = SealedBatch(chain="c" * 32, seq=7, hash=tagged(sha256(b"7")), records=1, body=b"")
    answer = understand(Reply(status=201, headers={}, body=data), batch, "line-1", HUB.public_key, NOW)
    if not isinstance(answer, Accepted):
        raise ZhuoyueError("not taken")
    return answer.log_index, answer.quarantined, answer.notices


def proved(data: bytes) -> bool:
    if not check_evidence(data, LOG_KEY).ok:
        raise ZhuoyueError("not proved")
    return data == KINDS["proof"].genuine


def made() -> dict[str, Kind]:
    log = honest_log()
    batch = log.batches[2]
    sealed = seal_batch(batch.header, batch.lines, SIGNERS["supplier"])
    receipt = sync.Receipt(
        author="line-1", chain="c" * 32, seq=7, hash=tagged(sha256(b"7")), log_index=41, recorded_at=NOW,
        quarantined=(sync.Quarantined(seq=3, reason="why"),),
    )  # fmt: skip
    head = sync.ChainHead(
        author="line-1", chain="c" * 32, seq=7, hash=tagged(sha256(b"7")), next_record=90, format="1.0", nonce="n"
    )
    poll = downlink.Poll(
        author="line-1", hub=key_id(HUB.public_key), at=NOW, instance="i", chain="d" * 32, epoch=3, after=9,
        heartbeat=downlink.Heartbeat(version="1", config="c"),
    )  # fmt: skip
    piece = picture.Piece(
        author="line-1", hub=key_id(HUB.public_key), result="r", sha256=tagged(sha256(b"p")), size=9, begin=2, length=5,
        content=tagged(sha256(b"bytes")),
    )  # fmt: skip
    message = downlink.PlantMessage(plant="p", recipient="line-1", number=4, issued_at=NOW, files={"a.toml": "x = 1"})
    token = enrolment.Token(
        seed=to_base64(b"t" * 32), hub_url="https://hub:1", hub_key=to_base64(HUB.public_key), author="a", expires=NOW
    )
    answer = enrolment.Enrolled(author="a", plant="p", environment=Environment.TEST, key="k", log_index=3)
    evidence = encode_evidence(log.evidence(UNIT, about_the_unit, withhold=lambda _place, line: b"measure" in line))
    checkpoint = log.evidence(UNIT, about_the_unit).checkpoint
    hub_key, spelt = HUB.public_key, lambda data: data.decode("utf-8", "surrogateescape")
    return {
        "batch": Kind(sealed, opened, 3),
        "compressed batch": Kind(compress(sealed), lambda data: opened(decompress(data)), 3),
        "head of a batch": Kind(compress(sealed), head_of, 3),
        "receipt": Kind(sync.seal_receipt(receipt, HUB), lambda data: sync.open_receipt(data, hub_key), 3),
        "answer to a batch": Kind(sync.seal_receipt(receipt, HUB), taken, 3),
        "head of a chain": Kind(sync.seal_head(head, HUB), lambda data: sync.open_head(data, hub_key), 3),
        "poll": Kind(downlink.seal_poll(poll, AGENT).encode(), polled, 3),
        "piece of a picture": Kind(picture.seal_piece(piece, AGENT).encode(), brought, 3),
        "message of a plant": Kind(
            downlink.seal_plant_message(message, PLANT),
            lambda data: downlink.open_plant_message(data, PLANT.public_key), 3,
        ),
        "token": Kind(enrolment.write_token(token).encode(), lambda data: enrolment.read_token(spelt(data)), 3),
        "key request": Kind(enrolment.seal_key_request("a", AGENT, TOKEN, hub_key), claimed, 3),
        "enrolment answer": Kind(
            enrolment.seal_enrolled(answer, HUB), lambda data: enrolment.open_enrolled(data, hub_key), 3
        ),
        "checkpoint": Kind(checkpoint.encode(), lambda data: open_checkpoint(spelt(data), LOG_KEY), 3),
        "proof": Kind(evidence, proved, 1),
    }  # fmt: skip


KINDS = made()


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_what_is_genuine_is_taken(kind: str) -> None:
    assert KINDS[kind].read(KINDS[kind].genuine)


def test_nothing_changed_is_taken_and_nothing_crashes(capfd: pytest.CaptureFixture[str]) -> None:
    dice = Random(SEED)
    names = list(KINDS)
    weights = [KINDS[name].weight for name in names]
    meanings = {name: KINDS[name].read(KINDS[name].genuine) for name in names}
    tried: Counter[str] = Counter()
    last = time.monotonic() + SECONDS
    while tried.total() < INPUTS and time.monotonic() < last:
        name = dice.choices(names, weights)[0]
        genuine, read, _ = KINDS[name]
        changed = mutated(dice, genuine, KINDS[dice.choice(names)].genuine)
        tried[name] += 1
        try:
            said = read(changed)
        except ZhuoyueError:
            continue
        except Exception as error:
            raise AssertionError(f"{name}, ZHUOYUE_SEED={SEED}: {error!r} on {changed!r}") from error
        assert said == meanings[name], f"{name}, ZHUOYUE_SEED={SEED}: {changed!r} was taken"
    with capfd.disabled():
        print(f"\nfuzz: {tried.total()} changed inputs of {len(tried)} kinds, ZHUOYUE_SEED={SEED}; none was taken")


def mutated(dice: Random, genuine: bytes, other: bytes) -> bytes:
    """``genuine`` with a few bits, bytes, pieces or digits changed, or a part of something else put in."""
    result = bytearray(genuine)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
        place = dice.randrange(len(result) + 1)
        length = dice.choice((0, 1, 1, 2, 8, 64))
        match dice.randrange(7):
            case 0 if place < len(result):
                result[place] ^= 1 << dice.randrange(8)
            case 1:
                result[place : place + length] = dice.randbytes(length)
            case 2:
                del result[place : place + length]
            case 3:
                result[place:place] = result[place : place + length] * dice.choice((1, 2, 50))
            case 4:
                result[place : place + length] = dice.choice(PIECES)
            case 5:
                start = dice.randrange(len(other))
                result[place : place + length] = other[start : start + length]
            case _:
                del result[place:]
        if not result:
            return b""
    return bytes(result)
