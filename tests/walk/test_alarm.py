"""From a unit that completes an alarm, over the hub's answer, back to the line: one alarm, one answer, one hold."""

from pathlib import Path

import pytest
from small_alarms import IN_A_ROW, AlarmBench
from small_hub import small_agent, small_hub
from small_outbox import AUTHOR

from edge_agent.downlink.receive import Recipient, receive
from edge_agent.outbox.alarms import AlarmFile
from edge_agent.outbox.downlink import Place
from edge_agent.outbox.holds import HoldFile
from hub.alarm.acknowledge import acknowledge
from hub.alarm.views import alarm_page
from hub.downlink.batches import next_batch
from hub.downlink.contact import receive_poll
from hub.entry.master import add_agent
from hub.ingest.ingest import ingest
from hub.store.mail.alarms import AlarmWanted
from traceability.downlink import Heartbeat, Poll, seal_poll
from traceability.encoding import to_base64
from traceability.quality.alarm.rule import AlarmKind
from traceability.signing import key_id
from traceability.unit import Environment, Verdict


@pytest.fixture
def bench(tmp_path: Path) -> AlarmBench:
    return AlarmBench(tmp_path / "outbox.sqlite", environment=Environment.DEMO, alarms=(IN_A_ROW,))


async def test_the_hub_answers_an_alarm_and_the_station_is_let_go_at_the_line(bench: AlarmBench, tmp_path: Path):
    hub = small_hub(tmp_path / "hub")
    small_agent(hub, "p.other", "p")
    add_agent(hub, AUTHOR, plant="p", public_key=to_base64(bench.signer.public_key))
    outbox = await bench.open()
    for cycle in (1, 2, 3):
        await outbox.append(bench.unit(cycle, verdict=Verdict.NOT_OK))
    batch = await outbox.seal(100)
    assert batch is not None
    ingest(hub, batch.body, compressed=False)

    with hub.store.reading() as connection:
        (alarm,) = alarm_page(connection, AlarmWanted(open=True), offset=0, limit=10).alarms
    assert (alarm.agent, alarm.warns_of, alarm.plant) == (AUTHOR, AlarmKind.CONSECUTIVE_NOT_OK, "p")
    acknowledge(hub, AUTHOR, alarm.id, by="q7", cause="clamp loose", action="clamp replaced")

    beat = Heartbeat(version="1", config="c", unsent=0)
    poll = Poll(
        author=AUTHOR, hub=key_id(hub.signer.public_key), at=hub.clock(), instance="i1", heartbeat=beat, chain=None,
        epoch=0, after=0,
    )  # fmt: skip
    body = next_batch(hub, receive_poll(hub, AUTHOR, seal_poll(poll, bench.signer)))
    assert body is not None
    recipient = Recipient(author=AUTHOR, environment=Environment.DEMO, hub_key=hub.signer.public_key)
    await outbox.take_news(receive(body, recipient, Place()).news)
    outbox.close()
    hub.store.close()

    file = AlarmFile(bench.path, bench.salt)
    assert file.all(acknowledged=False) == []
    (answered,) = file.all(acknowledged=True)
    assert (answered.by_hub, answered.acknowledged_by, answered.action) == (True, "q7", "clamp replaced")
    (hold,) = HoldFile(bench.path, bench.salt).all(released=False)
    assert hold.target == "OP10"
