"""The way down, from the hub's ledger to an agent's outbox: what it says, and that nothing old or foreign is taken."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from small_hub import GTIN, START, FixedRandom, SmallAgent, client_of, small_agent, small_hub
from small_outbox import Bench

from edge_agent.downlink.receive import DownlinkRefused, Received, Recipient, receive
from edge_agent.outbox.decisions import Lookup
from edge_agent.outbox.downlink import Place
from hub.composition import open_hub
from hub.downlink.batches import next_batch
from hub.downlink.contact import receive_poll
from hub.downlink.orders import carry_message, place_order, release_order
from hub.enrol.keys import revoke
from hub.entry.master import add_agent
from hub.errors import EntryRefused, Fork, KeyRevoked, PollRefused
from hub.fleet.freshness import freshness
from hub.fleet.home import agents
from hub.fleet.views import Freshness
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.store.fleet.downlink import KEPT, find_downlink
from traceability.batch.open import compress, decompress
from traceability.downlink import (
    DOWNLINK_LIMITS,
    DOWNLINK_PATH,
    Heartbeat,
    PlantMessage,
    Poll,
    seal_plant_message,
    seal_poll,
)
from traceability.errors import Malformed, SignatureRefused
from traceability.identifier.item import unit_uri
from traceability.record.downlink import NoticeKind
from traceability.record.production import AssociationRecord, Component, HoldRecord, HoldScope
from traceability.signing import Ed25519Signer, key_id
from traceability.unit import Environment, Flag, Verdict

LOT = "https://id.gs1.org/01/09506000134376/10/L7"
PLANT_KEY = Ed25519Signer.from_seed(b"p" * 32)


class Line:
    """An agent of the hub's plant that asks, and remembers the place it has come to, as its outbox does."""

    def __init__(self, hub: Hub, author: str, agent: SmallAgent) -> None:
        self.hub, self.author, self.agent = hub, author, agent
        self.place = Place()
        self.instance = "i1"
        self.asked = 0

    @property
    def recipient(self) -> Recipient:
        return Recipient(author=self.author, environment=Environment.DEMO, hub_key=self.hub.signer.public_key)

    def poll(self, **changes: object) -> Poll:
        self.asked += 1
        fields = {
            "author": self.author,
            "hub": key_id(self.hub.signer.public_key),
            "at": START + dt.timedelta(milliseconds=self.asked),
            "instance": self.instance,
            "heartbeat": Heartbeat(version="1", config="c", unsent=3),
            "chain": self.place.chain,
            "epoch": self.place.epoch,
            "after": self.place.seq,
        }
        return Poll(**(fields | changes))

    def ask(self, **changes: object) -> bytes | None:
        poll = self.poll(**changes)
        asked = receive_poll(self.hub, self.author, seal_poll(poll, self.agent.signer))
        return next_batch(self.hub, asked)

    def take(self, body: bytes | None = None) -> Received:
        body = body or self.ask()
        assert body is not None
        received = receive(body, self.recipient, self.place)
        self.place = received.news.place
        return received


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.fixture
def other(hub: Hub) -> SmallAgent:
    """Another line of the same plant: it makes what this one must hear of."""
    return small_agent(hub, "a.line-2")


@pytest.fixture
def line(hub: Hub, other: SmallAgent) -> Line:
    agent = SmallAgent("a.line-1")
    add_agent(hub, "a.line-1", plant="plant-a", public_key=agent.public_key)
    return Line(hub, "a.line-1", agent)


def made(hub: Hub, agent: SmallAgent, serial: str, **changes: object) -> None:
    ingest(hub, agent.seal(agent.result(serial, **changes)), compressed=False)


def test_an_agent_hears_the_last_verdict_of_each_unit_made_elsewhere_once(
    hub: Hub, other: SmallAgent, line: Line
) -> None:
    made(hub, other, "S1", verdict=Verdict.NOT_OK)
    made(hub, other, "S1", verdict=Verdict.OK, attempt=2)
    made(hub, other, "S2", flags=(Flag.SIMULATED,))
    made(hub, line.agent, "OWN")
    received = line.take()
    states = {(state.unit, state.operation): state.verdict for state in received.news.states}
    assert states == {(unit_uri(GTIN, "S1"), "OP10"): Verdict.OK}
    assert line.ask() is None
    made(hub, other, "S1", verdict=Verdict.NOT_OK, attempt=3)
    assert [state.verdict for state in line.take().news.states] == [Verdict.NOT_OK]


def test_another_plant_hears_nothing_of_it(hub: Hub, other: SmallAgent, line: Line) -> None:
    stranger = small_agent(hub, "b.line-1", "plant-b")
    made(hub, other, "S1")
    assert Line(hub, "b.line-1", stranger).ask() is None
    assert line.ask() is not None


async def test_states_lots_and_holds_reach_the_interlock_and_the_hold_is_evidence(
    hub: Hub, other: SmallAgent, line: Line, tmp_path: Path
) -> None:
    unit = unit_uri(GTIN, "S1")
    joined = AssociationRecord(
        id="x", parent=unit, operation="OP10", components=(Component(item=LOT),), **other.stamp(1)
    )
    ingest(hub, other.seal(other.result("S1", verdict=Verdict.NOT_OK), joined), compressed=False)
    name = place_order(hub, LOT, plant="plant-a", by="q7", reason="cracks")
    bench = Bench(tmp_path / "outbox.db")
    outbox = await bench.open()
    await outbox.take_news(line.take().news)
    lookup = Lookup(bench.path)
    facts, holds = await lookup.facts(unit, ())
    assert facts.standings["OP10"].verdict is Verdict.NOT_OK
    assert facts.lots == {LOT}
    assert [(hold.id, hold.target, hold.scope) for hold in holds] == [(name, LOT, HoldScope.LOT)]
    release_order(hub, name, by="q8", reason="sorted")
    await outbox.take_news(line.take().news)
    assert (await lookup.facts(unit, ()))[1] == []
    assert await outbox.downlink_place() == line.place
    lookup.close()
    outbox.close()
    again = await bench.open()
    assert await again.downlink_place() == line.place
    again.close()
    records = [record for record in bench.audit().records if isinstance(record, HoldRecord)]
    assert [(record.id, record.by) for record in records] == [(f"hold:{name}", "q7"), (f"hold:{name}", "q8")]


def test_replay_and_gaps_are_refused(hub: Hub, other: SmallAgent, line: Line) -> None:
    bodies = []
    for serial in ("S1", "S2", "S3"):
        made(hub, other, serial)
        bodies.append(line.ask())
        line.take(bodies[-1])
    for body in bodies:
        with pytest.raises(DownlinkRefused, match="taken already"):
            receive(body, line.recipient, line.place)
    behind = msgspec.structs.replace(line.place, seq=1)
    with pytest.raises(DownlinkRefused, match="does not follow"):
        receive(bodies[2], line.recipient, behind)


def test_what_is_for_another_agent_or_by_another_hub_is_refused(
    hub: Hub, other: SmallAgent, line: Line, tmp_path: Path
) -> None:
    made(hub, line.agent, "S1")
    made(hub, other, "S2")
    theirs = Line(hub, "a.line-2", other)
    body = theirs.ask()
    with pytest.raises(DownlinkRefused, match=r"for 'a\.line-2'"):
        receive(body, line.recipient, line.place)
    line.take()
    with pytest.raises(DownlinkRefused, match=r"for 'a\.line-2'"):
        receive(body, line.recipient, line.place)
    foreign = msgspec.structs.replace(theirs.recipient, hub_key=PLANT_KEY.public_key)
    with pytest.raises(DownlinkRefused, match="not a batch of the hub"):
        receive(body, foreign, Place())
    upward = other.seal(other.result("S9"))
    with pytest.raises(DownlinkRefused):
        receive(compress(upward), line.recipient, line.place)


@pytest.mark.parametrize("place", [40, 200, -5])
def test_a_changed_byte_is_refused(hub: Hub, other: SmallAgent, line: Line, place: int) -> None:
    made(hub, other, "S1")
    data = bytearray(decompress(line.ask() or b"", DOWNLINK_LIMITS))
    data[place] ^= 1
    with pytest.raises(DownlinkRefused):
        receive(compress(bytes(data)), line.recipient, line.place)


def test_a_lost_answer_is_given_again_to_the_byte(hub: Hub, other: SmallAgent, line: Line) -> None:
    made(hub, other, "S1")
    first = line.ask()
    made(hub, other, "S2")
    assert line.ask() == first
    line.take(first)
    second = line.ask()
    assert line.ask() == second
    assert len(line.take(second).news.states) == 1


def test_a_new_outbox_gets_everything_anew_and_nothing_older_is_taken_after_that(
    hub: Hub, other: SmallAgent, line: Line
) -> None:
    old = []
    for serial in ("S1", "S2"):
        made(hub, other, serial)
        old.append(line.ask())
        line.take(old[-1])
    line.place = Place()
    received = line.take()
    assert line.place.epoch == 2
    assert len(received.news.states) == 2
    for body in old:
        with pytest.raises(DownlinkRefused):
            receive(body, line.recipient, line.place)


def test_a_hub_restored_from_a_backup_goes_on_with_a_new_chain(
    hub: Hub, other: SmallAgent, line: Line, tmp_path: Path
) -> None:
    made(hub, other, "S1")
    line.take()
    hub.store.close()
    backup = (hub.settings.data / "hub.db").read_bytes()
    made(hub, other, "S2")
    line.take()
    hub.store.close()
    for rest in ("hub.db-wal", "hub.db-shm"):
        (hub.settings.data / rest).unlink(missing_ok=True)
    (hub.settings.data / "hub.db").write_bytes(backup)
    restored = open_hub(hub.settings.data)
    line.hub = msgspec.structs.replace(restored, clock=lambda: START, random_bytes=FixedRandom())
    name = place_order(line.hub, LOT, plant=None, by="q7", reason="cracks")
    assert (line.place.epoch, line.place.seq) == (1, 2)
    received = line.take()
    assert [hold.id for hold in received.news.holds] == [name]
    assert (line.place.epoch, line.place.seq) == (2, 1)
    restored.store.close()


def test_what_is_kept_for_an_agent_is_bounded(hub: Hub, other: SmallAgent, line: Line) -> None:
    for number in range(KEPT + 10):
        made(hub, other, f"S{number}")
        line.take()
    with hub.store.reading() as connection:
        kept = [seq for seq in range(1, KEPT + 11) if find_downlink(connection, line.author, 1, seq)]
    assert kept == list(range(11, KEPT + 11))


def test_a_poll_counts_once_and_only_now(hub: Hub, line: Line) -> None:
    header = seal_poll(line.poll(), line.agent.signer)
    receive_poll(hub, line.author, header)
    with pytest.raises(PollRefused, match="not later"):
        receive_poll(hub, line.author, header)
    for minutes in (-6, 6):
        wrong = line.poll(at=START + dt.timedelta(minutes=minutes))
        with pytest.raises(PollRefused, match="hub's time"):
            receive_poll(hub, line.author, seal_poll(wrong, line.agent.signer))


def test_nobody_else_asks_in_an_agents_name(hub: Hub, other: SmallAgent, line: Line) -> None:
    with pytest.raises(SignatureRefused):
        receive_poll(hub, line.author, seal_poll(line.poll(), other.signer))
    with pytest.raises(Malformed, match="the address names"):
        receive_poll(hub, "a.line-2", seal_poll(line.poll(), line.agent.signer))
    foreign = line.poll(hub=key_id(PLANT_KEY.public_key))
    with pytest.raises(SignatureRefused, match="another hub"):
        receive_poll(hub, line.author, seal_poll(foreign, line.agent.signer))
    revoke(hub, line.author, reason="stolen", by="q7")
    with pytest.raises(KeyRevoked):
        receive_poll(hub, line.author, seal_poll(line.poll(), line.agent.signer))


def test_two_machines_with_one_key_are_noticed_and_both_are_told(hub: Hub, other: SmallAgent, line: Line) -> None:
    twin = Line(hub, line.author, line.agent)
    twin.asked = 1000
    twin.instance = "i2"
    line.ask()
    twin.ask()
    with hub.store.reading() as connection:  # a restart looks like this
        assert _view(agents(connection, START), line).clone_at is None
    line.asked = 2000
    assert [notice.notice for notice in line.take().notices] == [NoticeKind.CLONE]
    twin.asked = 3000
    assert [notice.notice for notice in twin.take().notices] == [NoticeKind.CLONE]
    with hub.store.reading() as connection:
        assert _view(agents(connection, START), line).clone_at == START


def test_a_fork_is_told_to_whoever_asks_with_that_key(hub: Hub, line: Line) -> None:
    twin = SmallAgent(line.author)
    made(hub, line.agent, "S1")
    with pytest.raises(Fork):
        ingest(hub, twin.seal(twin.result("S2")), compressed=False)
    notices = line.take().notices
    assert [notice.notice for notice in notices] == [NoticeKind.FORK]
    assert "stop both" in notices[0].advice
    assert line.ask() is None


def test_an_idle_agent_that_asks_is_fresh_and_says_how_it_does(hub: Hub, line: Line) -> None:
    made(hub, line.agent, "S1")
    hour = msgspec.structs.replace(hub, clock=lambda: START + dt.timedelta(minutes=50))
    with hub.store.reading() as connection:
        assert _view(agents(connection, hour.clock()), line).freshness is Freshness.LATE
    line.hub = hour
    line.ask(at=hour.clock())
    with hub.store.reading() as connection:
        view = _view(agents(connection, hour.clock()), line)
    assert (view.freshness, view.last_contact) == (Freshness.FRESH, START)
    assert view.heartbeat is not None
    assert (view.heartbeat.version, view.heartbeat.unsent) == ("1", 3)
    assert freshness(view.last_heard, hour.clock()) is Freshness.FRESH


def test_only_an_agent_of_its_plant_gets_a_plants_message(hub: Hub, line: Line) -> None:
    message = PlantMessage(
        plant="plant-a", recipient=line.author, number=1, issued_at=START, files={"agent.toml": "x" * 90_000}
    )
    envelope = seal_plant_message(message, PLANT_KEY)
    assert carry_message(hub, envelope) is not None
    received = line.take()
    assert "".join(received.messages[0].envelope).encode() == envelope
    for changes in ({"plant": "plant-b"}, {"recipient": "nobody"}):
        with pytest.raises(EntryRefused):
            carry_message(hub, seal_plant_message(msgspec.structs.replace(message, **changes), PLANT_KEY))


async def test_over_http_the_answer_waits_for_news(hub: Hub, other: SmallAgent, line: Line) -> None:
    address = f"{DOWNLINK_PATH}/{line.author}"
    async with client_of(hub) as client:
        headers = {"Authorization": seal_poll(line.poll(), line.agent.signer)}
        assert (await client.get(address, headers=headers)).status_code == 204
        assert (await client.get(address)).status_code == 400
        made(hub, other, "S1")
        headers = {"Authorization": seal_poll(line.poll(), line.agent.signer)}
        async with client.stream("GET", address, params={"wait": 5}, headers=headers) as answer:
            assert answer.status_code == 200
            body = b"".join([part async for part in answer.aiter_raw()])
    assert len(line.take(body).news.states) == 1


def _view(views, line: Line):
    return next(view for view in views if view.author == line.author)
