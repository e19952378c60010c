"""The audit finds every kind of tampering, names the place as far as it can, and is the same with many processes."""

import base64
import json

import pytest
from behind import tables_behind
from small_hub import SmallAgent, small_agent
from sqlalchemy import delete, insert, select, update

from hub.audit.fault import Fault
from hub.audit.fsck import audit
from hub.cli import main
from hub.enrol.keys import revoke
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.tables.every import author_key, batch, log_node, unit_result
from traceability.batch.open import compress, decompress


@pytest.fixture
def told(hub: Hub) -> Hub:
    """Four batches of three records each, at log indexes 4 to 7."""
    agent = small_agent(hub)
    for number in range(4):
        ingest(hub, agent.seal(*(agent.result(f"S{number}-{i}", i) for i in range(3))), compressed=False)
    return hub


def body_of(hub: Hub, index: int) -> bytes:
    with hub.store.reading() as connection:
        return decompress(bytes(connection.execute(select(batch.c.body).where(batch.c.id == index)).scalar_one()))


def put_body(hub: Hub, index: int, body: bytes) -> None:
    with hub.store.writing() as connection:
        connection.execute(update(batch).where(batch.c.id == index).values(body=body))


def first(hub: Hub) -> Fault:
    found = audit(hub)
    assert found.checkpoint is None
    return found.faults[0]


def test_a_sound_hub(told: Hub) -> None:
    found = audit(told)
    assert (found.batches, found.records, found.faults) == (8, 2 + 3 + 12, ())
    assert found.checkpoint is not None
    assert found.checkpoint.size == 8


def test_a_line_that_can_not_be_read_is_named_to_the_byte(told: Hub) -> None:
    data = body_of(told, 5)
    place = data.index(b'"verdict"', data.index(b"\n", data.index(b"\n") + 1))
    put_body(told, 5, compress(data[:place] + b"\x00" + data[place + 1 :]))
    fault = first(told)
    assert (fault.log_index, fault.author, fault.seq, fault.line) == (5, "a.line-1", 2, 3)
    assert fault.byte == place


def test_a_changed_value_is_told_with_its_batch(told: Hub) -> None:
    data = body_of(told, 6)
    put_body(told, 6, compress(data.replace(b'"verdict":"OK"', b'"verdict":"KO"')))
    assert first(told).log_index == 6
    last = data.rindex(b'"attempt":1')
    put_body(told, 6, compress(data[:last] + b'"attempt":2' + data[last + 11 :]))
    fault = first(told)
    assert (fault.log_index, fault.line, fault.byte) == (6, 4, last + 10)
    with told.store.writing() as connection:
        for each in tables_behind(told, unit_result):
            connection.execute(delete(each))
    fault = first(told)
    assert (fault.log_index, fault.line, fault.byte) == (6, 4, last + 10), "found without any row"
    assert "with another value in this one byte" in fault.what


def test_rows_that_are_gone_do_not_point_at_the_wrong_line(told: Hub) -> None:
    data = body_of(told, 6)
    last = data.rindex(b'"attempt":1')
    put_body(told, 6, compress(data[:last] + b'"attempt":2' + data[last + 11 :]))
    with told.store.writing() as connection:
        for each in tables_behind(told, unit_result):
            connection.execute(delete(each).where(each.c.batch_id == 6, each.c.line == 2))
    fault = first(told)
    assert (fault.line, fault.byte) == (4, last + 10)


def test_of_several_changed_bytes_rows_tell_the_line_and_without_them_the_batch_is_named(told: Hub) -> None:
    data = body_of(told, 6)
    last = data.rindex(b'"verdict":"OK"')
    put_body(told, 6, compress(data[:last] + b'"verdict":"NOT_OK"' + data[last + 14 :]))
    fault = first(told)
    assert (fault.log_index, fault.line, fault.byte) == (6, 4, data.rindex(b"\n", 0, last) + 1)
    assert fault.what.startswith("the records do not match the signed Merkle root; this line is not what")
    with told.store.writing() as connection:
        for each in tables_behind(told, unit_result):
            connection.execute(delete(each))
    fault = first(told)
    assert (fault.log_index, fault.line, fault.byte) == (6, None, None)
    assert "can't tell which" in fault.what


def test_a_changed_byte_of_the_header_that_can_still_be_read(told: Hub) -> None:
    data = body_of(told, 5)
    payload = base64.b64decode(json.loads(data.split(b"\n")[0])["payload"])
    changed = payload.replace(b'"records":3', b'"records":4')
    assert changed != payload
    envelope = data.split(b"\n")[0].replace(base64.b64encode(payload), base64.b64encode(changed))
    put_body(told, 5, compress(envelope + data[len(envelope) :]))
    fault = first(told)
    place = next(at for at, (one, other) in enumerate(zip(envelope, data, strict=False)) if one != other)
    assert (fault.log_index, fault.line, fault.byte) == (5, 1, place)


def test_a_flipped_bit_in_the_header_or_in_the_compressed_bytes(told: Hub) -> None:
    data = bytearray(body_of(told, 4))
    data[100] ^= 1
    put_body(told, 4, compress(bytes(data)))
    fault = first(told)
    assert fault.log_index == 4
    with told.store.reading() as connection:
        body = bytearray(connection.execute(select(batch.c.body).where(batch.c.id == 5)).scalar_one())
    body[len(body) // 2] ^= 0xFF
    put_body(told, 4, compress(bytes(data)))
    put_body(told, 5, bytes(body))
    assert [fault.log_index for fault in audit(told).faults] == [4, 5]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"first_record": 1000}, "its row does not say"),
        ({"receipt": "{}"}, "not a DSSE envelope"),
        ({"prev": "sha256:" + "0" * 64}, "its row does not say"),
    ],
)
def test_a_row_that_says_something_else(told: Hub, values: dict[str, object], said: str) -> None:
    with told.store.writing() as connection:
        connection.execute(update(batch).where(batch.c.id == 6).values(**values))
    assert said in first(told).what


def test_keys_come_from_the_ledger_and_not_from_the_projection(told: Hub) -> None:
    with told.store.writing() as connection:
        connection.execute(delete(author_key))
        for each in tables_behind(told, unit_result):
            connection.execute(delete(each))
    assert audit(told).checkpoint is not None
    intruder = SmallAgent("a.line-1", key_name="intruder")
    row = {"id": 4, "body": compress(intruder.seal(intruder.result("S0")))}
    with told.store.writing() as connection:
        connection.execute(update(batch).where(batch.c.id == 4).values(body=row["body"]))
    assert first(told).log_index == 4


def test_a_revoked_key_covers_what_stands_before_it(told: Hub) -> None:
    revoke(told, "a.line-1", reason="stolen", by="admin")
    assert audit(told).checkpoint is not None


def test_lost_batches_and_foreign_nodes(told: Hub) -> None:
    with told.store.writing() as connection:
        connection.execute(insert(log_node), [{"level": 3, "index": 9, "hash": b"0" * 32}])
    assert "belong to no leaf" in first(told).what
    with told.store.writing() as connection:
        connection.execute(update(log_node).where(log_node.c.level == 1, log_node.c.index == 2).values(hash=b"1" * 32))
    assert first(told).what == "the nodes of level 1 are not those of the leaves, from number 2 on"
    with told.store.writing() as connection:
        connection.execute(delete(batch).where(batch.c.id == 5))
    assert first(told).log_index == 5


def test_many_processes_find_what_one_finds(told: Hub) -> None:
    expected = audit(told)
    seen: list[tuple[int, int]] = []
    assert audit(told, jobs=2, level=2, progress=lambda done, total: seen.append((done, total))) == expected
    assert seen == [(4, 8), (8, 8)]
    for level in (0, 1, 3):
        assert audit(told, level=level) == expected
    with told.store.writing() as connection:
        connection.execute(update(log_node).where(log_node.c.level == 2, log_node.c.index == 1).values(hash=b"1" * 32))
    for level in (0, 1, 2, 3):
        assert "level 2" in audit(told, level=level).faults[0].what


def test_the_command_names_the_fault_and_ends_with_one(told: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    data = told.settings.data
    assert main(["fsck", "--data", str(data), "--jobs", "1", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["whole"] is True
    put_body(told, 5, compress(b"{}\n{}\n"))
    assert main(["fsck", "--data", str(data), "--json"]) == 1
    captured = capsys.readouterr()
    said = json.loads(captured.out)
    assert (said["whole"], said["faults"][0]["log_index"], said["faults"][0]["line"]) == (False, 5, 1)
    assert "log index 5 (batch 2 of a.line-1" in captured.err
