"""Material in quarantine is refused at the station, and taken once it is accepted: hub, downlink, interlock."""

from pathlib import Path

import pytest
from small_hub import GTIN, START, SmallAgent, small_hub
from small_incoming import PLANT, Desk, lot, two_companies, unit
from small_outbox import Bench

from edge_agent.downlink.receive import Recipient, receive
from edge_agent.interlock.decision import Answer, Policy, Question, Reason, may_process
from edge_agent.outbox.decisions import Lookup
from edge_agent.outbox.downlink import Place
from edge_agent.outbox.store import Outbox
from hub.downlink.batches import next_batch
from hub.downlink.contact import receive_poll
from hub.parts import Hub
from traceability.downlink import Heartbeat, Poll, seal_poll
from traceability.identifier.item import part_uri, unit_uri
from traceability.record.master import ControlPlan, Operation
from traceability.signing import key_id
from traceability.unit import Environment

OURS = unit_uri(GTIN, "P1")
AGENT = "a.line-1"


class Station:
    """A station of the plant: its agent fetches what is new, and its interlock answers."""

    def __init__(self, hub: Hub, agent: SmallAgent, outbox: Outbox, path: Path) -> None:
        self.hub, self.agent, self.outbox = hub, agent, outbox
        self.place = Place()
        self.asked = 0
        self.lookup = Lookup(path)
        names = ("OP10",)
        self.plan = ControlPlan(
            part=part_uri(GTIN), plant=PLANT, revision="A", name="x",
            operations=tuple(Operation(id=name, name=name) for name in names), characteristics=(),
        )  # fmt: skip

    async def fetch(self) -> None:
        self.asked += 1
        poll = Poll(
            author=AGENT,
            hub=key_id(self.hub.signer.public_key),
            at=START.replace(microsecond=self.asked),
            instance="i1",
            heartbeat=Heartbeat(version="1", config="c"),
            chain=self.place.chain,
            epoch=self.place.epoch,
            after=self.place.seq,
        )
        body = next_batch(self.hub, receive_poll(self.hub, AGENT, seal_poll(poll, self.agent.signer)))
        if body is None:
            return
        recipient = Recipient(author=AGENT, environment=Environment.DEMO, hub_key=self.hub.signer.public_key)
        news = receive(body, recipient, self.place).news
        await self.outbox.take_news(news)
        self.place = news.place

    async def may_take(self, material: str) -> tuple[Answer, Reason]:
        """Whether a unit may be built at the station that takes from this material."""
        await self.fetch()
        facts, holds = await self.lookup.facts(OURS, (material,))
        question = Question(station="ST10", operation="OP10", unit=OURS, lot=material)
        decision = may_process(question, self.plan, facts, holds, Policy())
        return decision.answer, decision.reason


@pytest.fixture
def hub(tmp_path: Path):
    made = small_hub(tmp_path / "hub")
    yield made
    made.store.close()


@pytest.mark.parametrize("serial", [False, True])
async def test_material_in_quarantine_is_refused_at_the_station(hub: Hub, tmp_path: Path, serial: bool) -> None:
    agent, _ = two_companies(hub)
    bench = Bench(tmp_path / "outbox.db")
    outbox = await bench.open()
    station, desk = Station(hub, agent, outbox, bench.path), Desk(hub)
    material, item = (unit("S1"), part_uri("09506000134376")) if serial else (lot("L1"), lot("L1"))
    await desk.plan()
    assert await station.may_take(material) == (Answer.PERMIT, Reason.CLEAR)
    receipt = await desk.receive({"code": material, "quantity": 1 if serial else 500})
    refused = (Answer.REFUSE, Reason.LOT_ON_HOLD)
    assert await station.may_take(material) == refused
    await desk.inspect(receipt, item)
    assert await station.may_take(material) == (Answer.PERMIT, Reason.CLEAR)
    await desk.decide(receipt, item, "quarantine")
    assert await station.may_take(material) == refused
    await desk.decide(receipt, item, "return")
    assert await station.may_take(material) == refused
    station.lookup.close()
    outbox.close()


async def test_a_unit_itself_on_hold_is_not_processed(hub: Hub, tmp_path: Path) -> None:
    agent, _ = two_companies(hub)
    bench = Bench(tmp_path / "outbox.db")
    outbox = await bench.open()
    station, desk = Station(hub, agent, outbox, bench.path), Desk(hub)
    await desk.plan(part=part_uri(GTIN))
    await desk.receive(OURS)
    await station.fetch()
    facts, holds = await station.lookup.facts(OURS, ())
    question = Question(station="ST10", operation="OP10", unit=OURS)
    decision = may_process(question, station.plan, facts, holds, Policy())
    assert (decision.answer, decision.reason) == (Answer.REFUSE, Reason.UNIT_ON_HOLD)
    station.lookup.close()
    outbox.close()
