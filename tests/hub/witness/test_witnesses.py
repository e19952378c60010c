"""A hub and its witnesses over real sockets: cosigned, rolled back, and shown to two parties differently."""

import asyncio
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from small_hub import SmallAgent, client_of, small_agent, small_hub

from hub.audit.fsck import audit, fsck
from hub.composition import open_hub
from hub.entry.master import add_organisation
from hub.errors import EntryRefused
from hub.ingest.ingest import ingest
from hub.ledger.log import verifier_key
from hub.parts import Hub
from hub.witness.asking import asking_witnesses
from hub.witness.collect import ask_witnesses
from hub.witness.policy import WITNESSES, add_witness, witness_policy
from hub.witness.post import post
from traceability.log.checkpoint import open_checkpoint
from traceability.log.cosignature import check_cosignatures
from traceability.log.policy import parse_policy
from witness.errors import HubProblem
from witness.memory import Witness, create_witness
from witness.poll import visit
from witness.server import WitnessServer

NOW = 1_790_000_000


@contextmanager
def serving(witness: Witness):
    with WitnessServer("127.0.0.1", 0, witness) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join(timeout=60)


def witness_for(hub: Hub, folder: Path, name: str = "partner.example") -> Witness:
    create_witness(folder, name)
    witness = Witness(folder, lambda: NOW)
    assert witness.follow(verifier_key(hub))
    return witness


def grow(hub: Hub, count: int, begin: int = 0) -> None:
    for number in range(begin, begin + count):
        add_organisation(hub, f"org-{number}", "name")


async def test_a_witness_cosigns_and_the_checkpoint_shows_it(hub: Hub, tmp_path: Path) -> None:
    witness = witness_for(hub, tmp_path / "w")
    with serving(witness) as url:
        add_witness(hub, "partner", str(witness.key), url)
        for count in (3, 0, 5):
            grow(hub, count, begin=count * 10)
            (asked,) = ask_witnesses(hub, post)
            assert asked.problem == ""
    async with client_of(hub) as client:
        note = (await client.get("/log/checkpoint")).text
        assert (await client.get("/log/checkpoint/cosigned")).text == note
    checkpoint = open_checkpoint(note, verifier_key(hub))
    assert checkpoint.size == asked.size == 9
    (cosignature,) = check_cosignatures(note, [witness.key])
    assert cosignature.time == NOW
    assert witness.seen()[hub.settings.origin].size == 9


def test_a_witness_that_nobody_reaches_visits(hub: Hub, tmp_path: Path) -> None:
    witness = witness_for(hub, tmp_path / "w")
    add_witness(hub, "partner", str(witness.key), "")

    def send(url: str, body: bytes | None) -> tuple[int, bytes]:
        async def ask() -> tuple[int, bytes]:
            async with client_of(hub) as client:
                answer = await (client.get(url) if body is None else client.post(url, content=body))
            return answer.status_code, answer.content

        return asyncio.run(ask())

    assert visit(witness, "http://127.0.0.1", send) == 1
    grow(hub, 4)
    assert visit(witness, "http://127.0.0.1/", send) == 5
    assert visit(witness, "http://127.0.0.1", send) == 5
    stranger = witness_for(hub, tmp_path / "stranger", "stranger.example")
    with pytest.raises(HubProblem, match="did not take it"):
        visit(stranger, "http://127.0.0.1", send)
    _, note = send("http://127.0.0.1/log/checkpoint", None)
    assert len(check_cosignatures(note.decode(), [witness.key])) == 1


@pytest.mark.in_a_file("the other hub is a copy of its folder; a server's old state is in store/test_point_in_time.py")
def test_a_hub_restored_from_an_old_backup_is_noticed(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    witness = witness_for(hub, tmp_path / "w")
    with serving(witness) as url:
        add_witness(hub, "partner", str(witness.key), url)
        grow(hub, 2)
        hub.store.close()
        shutil.copytree(tmp_path / "hub", tmp_path / "old")
        hub = open_hub(tmp_path / "hub")
        grow(hub, 3, begin=10)
        assert ask_witnesses(hub, post)[0].size == 6
        restored = open_hub(tmp_path / "old")
        (asked,) = ask_witnesses(restored, post)
        assert asked.size is None
        assert "saw this log with 6 batches, it has 3 now: it was rolled back" in asked.problem
        grow(restored, 6, begin=50)  # it goes on, and by now is longer: another history
        (asked,) = ask_witnesses(restored, post)
        assert "answered 422" in asked.problem
    assert list((tmp_path / "w" / "alarms").iterdir()), "the proof is kept"
    assert witness.seen()[hub.settings.origin].size == 6
    for one in (hub, restored):
        one.store.close()


@pytest.mark.in_a_file("the other hub is a copy of its folder; a server's old state is in store/test_point_in_time.py")
def test_two_hubs_with_one_log_key_are_noticed(tmp_path: Path) -> None:
    first = small_hub(tmp_path / "hub")
    first.store.close()
    shutil.copytree(tmp_path / "hub", tmp_path / "twin")
    first, twin = open_hub(tmp_path / "hub"), open_hub(tmp_path / "twin")
    witness = witness_for(first, tmp_path / "w")
    with serving(witness) as url:
        for hub in (first, twin):
            add_witness(hub, "partner", str(witness.key), url)
        grow(first, 2)
        grow(twin, 2, begin=70)
        assert ask_witnesses(first, post)[0].size == 3
        (asked,) = ask_witnesses(twin, post)
    assert asked.size is None
    assert "409" in asked.problem
    alarms = list((tmp_path / "w" / "alarms").iterdir())
    assert alarms
    assert all(first.settings.origin in alarm.read_text() for alarm in alarms)
    for one in (first, twin):
        one.store.close()


def test_what_was_cosigned_stays_true_for_the_audit(hub: Hub, tmp_path: Path) -> None:
    from sqlalchemy import update

    from hub.store.tables.every import cosignature

    witness = witness_for(hub, tmp_path / "w")
    with serving(witness) as url:
        add_witness(hub, "partner", str(witness.key), url)
        grow(hub, 4)
        ask_witnesses(hub, post)
    assert fsck(hub).size == 5
    with hub.store.writing() as connection:
        connection.execute(update(cosignature).values(root="A" * 43 + "="))
    assert "history was rewritten" in audit(hub).faults[0].what
    with hub.store.writing() as connection:
        connection.execute(update(cosignature).values(size=9))
    assert "rolled back" in audit(hub).faults[0].what


def test_a_witness_that_is_away_keeps_nobody_from_being_asked(hub: Hub, tmp_path: Path) -> None:
    add_witness(hub, "away", str(witness_for(hub, tmp_path / "a", "away.example").key), "http://127.0.0.1:9")
    there = witness_for(hub, tmp_path / "b")
    with serving(there) as url:
        policy = add_witness(hub, "partner", str(there.key), url)
        asked = {one.name: one for one in ask_witnesses(hub, post)}
    assert asked["away"].problem
    assert asked["partner"].size == 1
    assert policy.groups[policy.quorum].needed == 2
    assert parse_policy((hub.settings.data / WITNESSES).read_text()).logs == [verifier_key(hub)]


def test_the_hub_asks_while_it_serves(hub: Hub, tmp_path: Path) -> None:
    witness = witness_for(hub, tmp_path / "w")
    answered = threading.Event()

    def noting(url: str, body: bytes) -> tuple[int, bytes]:
        answer = post(url, body)
        answered.set()
        return answer

    with serving(witness) as url:
        add_witness(hub, "partner", str(witness.key), url)
        with asking_witnesses(hub, noting, interval_s=0.05):
            assert answered.wait(30)
    assert witness.seen()[hub.settings.origin].size == 1


def test_witnesses_are_added_once_and_never_over_a_hand_made_policy(hub: Hub, tmp_path: Path) -> None:
    witness = witness_for(hub, tmp_path / "w")
    add_witness(hub, "partner", str(witness.key), "")
    with pytest.raises(EntryRefused, match="there already"):
        add_witness(hub, "other", str(witness.key), "")
    text = (
        (hub.settings.data / WITNESSES)
        .read_text()
        .replace("group witnesses", "group ours")
        .replace("quorum witnesses", "quorum ours")
    )
    (hub.settings.data / WITNESSES).write_text(text)
    with pytest.raises(EntryRefused, match="by hand"):
        add_witness(hub, "third", str(witness_for(hub, tmp_path / "v", "v.example").key), "")
    assert witness_policy(hub).quorum == "ours"


async def test_evidence_carries_the_best_checkpoint_and_its_cosignatures(hub: Hub, tmp_path: Path) -> None:
    from small_hub import GTIN

    from traceability.identifier.item import unit_uri
    from traceability.log.policy import Policy
    from traceability.verify.check import check_evidence

    agent: SmallAgent = small_agent(hub)
    ingest(hub, agent.seal(agent.result("S1")), compressed=False)
    witness = witness_for(hub, tmp_path / "w")
    with serving(witness) as url:
        add_witness(hub, "partner", str(witness.key), url)
        ask_witnesses(hub, post)
    grow(hub, 1)  # the log goes on; the cosigned state still holds everything of the unit
    async with client_of(hub) as client:
        data = (await client.get(f"/api/v1/units/{GTIN}/S1/evidence")).content
    policy: Policy = parse_policy((hub.settings.data / WITNESSES).read_text())
    report = check_evidence(data, None, policy)
    assert report.ok, report.facts
    assert unit_uri(GTIN, "S1") == report.subject
