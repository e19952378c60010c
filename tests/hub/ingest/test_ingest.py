import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_hub import SmallAgent, projection_of, small_agent

from hub.entry.master import add_agent
from hub.errors import Fork, OutOfOrder, UnknownAuthor, WrongEnvironment
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.ledger.batches import log_size
from hub.store.ledger.forks import list_forks
from traceability.batch.header import HEADER_TYPE
from traceability.batch.open import compress, open_batch
from traceability.errors import ProofRefused, SignatureRefused, ZhuoyueError
from traceability.identifier.item import unit_uri
from traceability.record.codec import encode_record
from traceability.record.master import AuthorKeyRecord
from traceability.signing import read_envelope, verified_payload
from traceability.sync import open_receipt
from traceability.unit import Environment


def size_of(hub: Hub) -> int:
    with hub.store.reading() as connection:
        return log_size(connection)


def take(hub: Hub, batch: bytes):
    return ingest(hub, batch, compressed=False)


def quarantine_of(hub: Hub) -> list[tuple[int, str]]:
    return [(row["seq"], row["reason"]) for row in projection_of(hub)["quarantine"]]


@pytest.mark.every_store(spread=True)
def test_a_batch_gets_a_receipt_signed_by_the_hub_for_its_place_in_the_log(hub: Hub, agent: SmallAgent) -> None:
    before = size_of(hub)
    batch = agent.seal(agent.result("S1"), agent.loss(1))
    taken = take(hub, batch)
    receipt = open_receipt(taken.stored.receipt.encode(), hub.signer.public_key)
    assert (receipt.author, receipt.seq, receipt.log_index) == (agent.author, 1, before)
    assert receipt.hash == open_batch(batch).hash
    assert receipt.quarantined == ()
    rows = projection_of(hub)
    assert [(row["unit"], row["plant"]) for row in rows["unit_result"]] == [
        (unit_uri("09506000134352", "S1"), "plant-a")
    ]
    assert [(row["batch_id"], row["line"]) for row in rows["data_loss"]] == [(before, 3)]


@pytest.mark.every_store(spread=True)
def test_the_same_batch_again_gets_the_same_receipt_and_changes_nothing(hub: Hub, agent: SmallAgent) -> None:
    batch = agent.seal(agent.result("S1"))
    first = take(hub, batch)
    rows, size = projection_of(hub), size_of(hub)
    later = msgspec.structs.replace(hub, clock=lambda: pytest.fail("the receipt was made anew"))
    again = ingest(later, compress(batch), compressed=True)
    assert (again.new, again.stored.receipt) == (False, first.stored.receipt)
    assert (projection_of(hub), size_of(hub)) == (rows, size)


@pytest.mark.every_store
def test_a_batch_that_comes_too_early_is_told_which_one_is_due(hub: Hub, agent: SmallAgent) -> None:
    first, second, third = (agent.seal(agent.result(f"S{i}")) for i in range(3))
    with pytest.raises(OutOfOrder) as early:
        take(hub, second)
    assert early.value.expected_seq == 1
    take(hub, first)
    with pytest.raises(OutOfOrder) as early:
        take(hub, third)
    assert early.value.expected_seq == 2
    assert take(hub, second).new
    assert take(hub, third).new


@pytest.mark.every_store(spread=True)
def test_two_histories_of_one_chain_are_a_fork_and_its_proof_is_kept(hub: Hub, agent: SmallAgent) -> None:
    twin = SmallAgent(agent.author)
    take(hub, agent.seal(agent.result("S1")))
    other = twin.seal(twin.result("S2"))
    after_other = twin.seal(twin.result("S3"))
    rows, size = projection_of(hub), size_of(hub)
    for _ in range(2):
        with pytest.raises(Fork):
            take(hub, other)
    with pytest.raises(Fork):  # next in number, but after another first batch
        take(hub, after_other)
    assert (projection_of(hub), size_of(hub)) == (rows, size)
    with hub.store.reading() as connection:
        seen = list_forks(connection)
    assert {(fork.author, fork.seq) for fork in seen} == {(agent.author, 1), (agent.author, 2)}
    assert len(seen) == 2
    for fork in seen:
        verified_payload(read_envelope(fork.envelope.encode()), HEADER_TYPE, agent.signer.public_key)


def test_an_author_may_open_another_chain(hub: Hub, agent: SmallAgent) -> None:
    take(hub, agent.seal(agent.result("S1")))
    fresh = SmallAgent(agent.author, chain="ab" * 16)
    assert take(hub, fresh.seal(fresh.result("S2"))).new


def test_an_unknown_author_is_refused_and_welcome_once_registered(hub: Hub, agent: SmallAgent) -> None:
    stranger = SmallAgent("stranger")
    batch = stranger.seal(stranger.result("S1"))
    with pytest.raises(UnknownAuthor):
        take(hub, batch)
    add_agent(hub, "stranger", plant="plant-a", public_key=stranger.public_key)
    assert take(hub, batch).new


@pytest.mark.parametrize("author", ["a.line-1", "hub"])
def test_nobody_signs_for_another(hub: Hub, agent: SmallAgent, author: str, caplog: pytest.LogCaptureFixture) -> None:
    impostor = SmallAgent(author, key_name="impostor", chain="cd" * 16)
    with pytest.raises(SignatureRefused):
        take(hub, impostor.seal(impostor.result("S1")))
    assert "batch refused: batch 1 of " in caplog.text


@pytest.mark.every_store
def test_a_new_key_counts_from_its_log_position_on(hub: Hub, agent: SmallAgent) -> None:
    old = agent.seal(agent.result("S1"))
    receipt = take(hub, old).stored.receipt
    unsent = agent.seal(agent.result("S2"))
    agent.key_name = "rotated"
    add_agent(hub, agent.author, plant="plant-a", public_key=agent.public_key)
    assert take(hub, old).stored.receipt == receipt
    with pytest.raises(SignatureRefused):
        take(hub, unsent)
    agent.seq, agent.prev, agent.next_record = 1, open_batch(old).hash, 2
    assert take(hub, agent.seal(agent.result("S2"))).new


@pytest.mark.parametrize("environment", [Environment.PRODUCTION, Environment.TEST])
def test_environments_never_mix(hub: Hub, agent: SmallAgent, environment: Environment) -> None:
    agent.environment = environment
    with pytest.raises(WrongEnvironment):
        take(hub, agent.seal(agent.result("S1")))


def test_records_that_were_not_signed_are_refused(hub: Hub, agent: SmallAgent) -> None:
    batch = agent.seal(agent.result("S1"), agent.result("S2", 1))
    envelope, first, second, _ = batch.split(b"\n")
    for lines in ([envelope, second, first], [envelope, first], [envelope, first, second, second]):
        with pytest.raises(ProofRefused):
            take(hub, b"\n".join(lines) + b"\n")


@given(data=st.data())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_byte_can_be_changed(hub: Hub, data: st.DataObject) -> None:
    agent = SmallAgent("a.line-1")
    if size_of(hub) == 1:
        small_agent(hub)
    batch = bytearray(agent.seal(agent.result("S1"), agent.loss(1)))
    size = size_of(hub)
    place = data.draw(st.integers(0, len(batch) - 1))
    batch[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ZhuoyueError):
        take(hub, bytes(batch))
    assert size_of(hub) == size


BAD_LINES = {
    "not JSON": b"{nonsense",
    "unknown kind": b'{"kind":"poem","id":"x"}',
    "no salt": None,
    "twice a key": None,
    "deep": b'{"kind":"data-loss","x":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    "not UTF-8": b'{"kind":"data-loss","id":"\xff"}',
}


@pytest.mark.every_store
@pytest.mark.parametrize("fault", BAD_LINES)
def test_what_can_not_be_read_is_kept_with_its_reason_and_the_rest_is_taken(
    hub: Hub, agent: SmallAgent, fault: str
) -> None:
    good, line = encode_record(agent.result("S1")), encode_record(agent.loss(1))
    bad = {
        "no salt": line.replace(b'"salt"', b'"pepper"'),
        "twice a key": line.replace(b'"count":3', b'"count":3,"count":4'),
    }.get(fault, BAD_LINES[fault])
    assert bad is not None
    last = encode_record(agent.result("S3", 2))
    taken = take(hub, agent.seal_lines(good, bad, last))
    receipt = open_receipt(taken.stored.receipt.encode(), hub.signer.public_key)
    assert [(item.seq, item.reason) for item in receipt.quarantined] == quarantine_of(hub)
    assert [seq for seq, _ in quarantine_of(hub)] == [2]
    assert all(reason for _, reason in quarantine_of(hub))
    assert len(projection_of(hub)["unit_result"]) == 2
    assert projection_of(hub)["data_loss"] == []


@pytest.mark.parametrize("value", [b"1" * 5000, b"1e999", b"[" * 20 + b"]" * 20, b'"[[[[[["'])
def test_fields_of_newer_agents_do_no_harm(hub: Hub, agent: SmallAgent, value: bytes) -> None:
    line = encode_record(agent.loss())
    assert take(hub, agent.seal_lines(line[:-1] + b',"news":' + value + b"}")).quarantined == ()


def test_a_record_out_of_its_place_is_quarantined(hub: Hub, agent: SmallAgent) -> None:
    take(hub, agent.seal(agent.result("S1"), agent.result("S2", 2)))
    assert quarantine_of(hub) == [(2, "has seq 3 where 2 is due in its chain")]


@pytest.mark.every_store
def test_a_batch_that_skips_records_is_quarantined_and_the_next_one_goes_on(hub: Hub, agent: SmallAgent) -> None:
    take(hub, agent.seal(agent.result("S1")))
    agent.next_record = 10
    take(hub, agent.seal(agent.result("S2")))
    take(hub, agent.seal(agent.result("S3")))
    assert quarantine_of(hub) == [(2, "has seq 10 where 2 is due in its chain")]
    assert [row["seq"] for row in projection_of(hub)["unit_result"]] == [1, 11]


def test_an_agent_can_not_register_keys(hub: Hub, agent: SmallAgent) -> None:
    keys = projection_of(hub)["author_key"]
    forged = AuthorKeyRecord(
        id="hub", plant=None, public_key=agent.public_key, environment=Environment.DEMO, **agent.stamp()
    )
    take(hub, agent.seal(forged))
    assert [reason for _, reason in quarantine_of(hub)] == ["records of this kind are sealed by the hub alone"]
    assert projection_of(hub)["author_key"] == keys


@pytest.mark.parametrize(
    "changes",
    [
        {"unit": "serial 12"},
        {"unit": "https://id.gs1.org/01/09506000134352"},
        {"defect": "a\x00b"},
        {"event_time": "0001-01-01T00:00:00+14:00"},
        {"source_time": "9999-12-31T23:59:59-10:00"},
    ],
)
def test_statements_that_no_reader_could_show_are_quarantined(hub: Hub, agent: SmallAgent, changes) -> None:
    fields = msgspec.to_builtins(agent.result("S1")) | changes
    taken = take(hub, agent.seal_lines(msgspec.json.encode(fields)))
    assert len(taken.quarantined) == 1
    assert projection_of(hub)["unit_result"] == []


@pytest.mark.parametrize("year", [1601, 1970, 2400])
def test_clocks_are_not_judged(hub: Hub, agent: SmallAgent, year: int) -> None:
    record = agent.result("S1")
    off = msgspec.structs.replace(record, event_time=record.event_time.replace(year=year))
    agent.header = {"sealed_at": off.event_time}
    assert take(hub, agent.seal(off)).quarantined == ()
