"""The task that fetches, against a hub that listens: whatever this machine's clock says, and what a refusal does."""

import asyncio
import contextlib
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import uvicorn
from small_agent import write_agent
from small_hub import SmallAgent
from small_outbox import AUTHOR, Bench

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig
from edge_agent.downlink.fetching import Downlink, Fetching, Paces
from edge_agent.downlink.stage import heed
from edge_agent.outbox.downlink import Place
from edge_agent.outbox.store import Outbox
from edge_agent.pace import Pace
from hub.api.app import create_app
from hub.composition import create_hub, system_clock
from hub.downlink.orders import place_order
from hub.enrol.keys import revoke
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.parts import Hub
from hub.serve import listen, url_of
from hub.store.fleet.contacts import find_contact
from traceability.downlink import MessageKind, PlantMessage, StagedState, seal_plant_message
from traceability.record.downlink import PIECE, PlantMessageRecord
from traceability.signing import Ed25519Signer
from traceability.unit import Environment

LOT = "https://id.gs1.org/01/09506000134376/10/L7"
PLANT_KEY = Ed25519Signer.from_seed(b"p" * 32)
FILES = {"agent.toml": "a = 1"}
SOON = Paces(down=Pace(first=0.02, longest=0.05), refused=Pace(first=0.02, longest=0.05))


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = create_hub(tmp_path / "hub", origin=None, environment=Environment.TEST)
    add_organisation(made, "o", "O")
    add_plant(made, "p", organisation="o", name="P")
    add_agent(made, AUTHOR, plant="p", public_key=SmallAgent(AUTHOR).public_key)
    yield made
    made.store.close()


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    """The hub listens."""
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(hub), log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join(30)


def configuration(hub: Hub, folder: Path, address: str) -> AgentConfig:
    folder.mkdir(exist_ok=True)
    config = load_config(write_agent(folder, 9, address) / "agent.toml")
    reached = msgspec.structs.replace(config.hub, public_key=hub.signer.public_key)
    return msgspec.structs.replace(config, hub=reached, plant="p", plant_key=PLANT_KEY.public_key)


def checked(file: Path, plan: Path, folder: Path, profiles: Path | None) -> AgentConfig:
    return load_config(file, plan_file=plan, plan_folder=folder, profiles=profiles)


def downlink(config: AgentConfig, outbox: Outbox, clock: Callable[[], dt.datetime]) -> Downlink:
    words = iter(f"word-{number}" for number in range(1000))
    return Downlink(
        Fetching(
            config=lambda: config,
            outbox=outbox,
            signer=SmallAgent(AUTHOR).signer,
            check=checked,
            word=lambda: next(words),
            clock=clock,
            clock_ahead=lambda: None,
            jitter=lambda: 0.5,
            paces=SOON,
            wait=0.2,
        )
    )


@contextlib.asynccontextmanager
async def runs(task: Downlink):
    running = asyncio.create_task(task.run())
    try:
        yield
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not holds():  # noqa: ASYNC110 - another process's state
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("off", [dt.timedelta(), dt.timedelta(days=2000), dt.timedelta(days=-2000)])
async def test_a_clock_that_is_years_off_keeps_nothing_away(
    hub: Hub, address: str, tmp_path: Path, off: dt.timedelta
) -> None:
    place_order(hub, LOT, plant="p", by="q7", reason="cracks")
    outbox = await Bench(tmp_path / "outbox.db").open()
    config = configuration(hub, tmp_path / "line", address)
    async with runs(downlink(config, outbox, lambda: system_clock() + off)):
        async with asyncio.timeout(30):
            while (await outbox.downlink_place()).seq == 0:  # noqa: ASYNC110 - the hub's turn
                await asyncio.sleep(0.02)
        place_order(hub, LOT.replace("L7", "L8"), plant="p", by="q7", reason="more")
        async with asyncio.timeout(30):
            while (await outbox.downlink_place()).seq == 1:  # noqa: ASYNC110 - the hub's turn
                await asyncio.sleep(0.02)
    outbox.close()
    with hub.store.reading() as connection:
        contact = find_contact(connection, AUTHOR)
    assert contact is not None
    assert contact.clone_at is None


async def test_a_revoked_agent_says_so_once_and_asks_on(
    hub: Hub, address: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    revoke(hub, AUTHOR, reason="stolen", by="q7")
    outbox = await Bench(tmp_path / "outbox.db").open()
    config = configuration(hub, tmp_path / "line", address)
    task = downlink(config, outbox, system_clock)
    async with runs(task):
        await until(lambda: task._failures > 3)
    outbox.close()
    said = [record for record in caplog.records if "does not answer" in record.message]
    assert len(said) == 1
    assert "stolen" in str(said[0].fields["error"])


def message(changes: dict[str, object] | None = None, signer: Ed25519Signer = PLANT_KEY) -> PlantMessageRecord:
    fields = {"plant": "p", "recipient": "supplier-a.line-1", "number": 5, "issued_at": system_clock(), "files": FILES}
    envelope = seal_plant_message(PlantMessage(**(fields | (changes or {}))), signer).decode()
    pieces = tuple(envelope[at : at + PIECE] for at in range(0, len(envelope), PIECE))
    stamp = {"seq": 1, "salt": "0" * 32, "event_time": system_clock()}
    return PlantMessageRecord(id="m", recipient="supplier-a.line-1", envelope=pieces, **stamp)


@pytest.mark.parametrize(
    ("record", "place", "said"),
    [
        (message(signer=Ed25519Signer.from_seed(b"x" * 32)), Place(), "signed by"),
        (message({"recipient": "supplier-a.line-2"}), Place(), "is for"),
        (message({"plant": "q"}), Place(), "is for"),
        (message({"number": 5}), Place(number=5), "not newer"),
        (message({"number": 4}), Place(number=5), "not newer"),
        (message({"files": {"other.toml": "a = 1"}}), Place(), "no file of this agent"),
        (message({"files": {"agent.toml": "a = "}}), Place(), "not TOML"),
        (message({"files": {"control-plan.toml": "part = 1"}}), Place(), "control-plan"),
        (message({"files": {}, "kind": MessageKind.CONTROL_PLAN, "plan": "part = 1"}), Place(), "control-plan"),
        (message({"files": {}, "kind": MessageKind.PROFILES, "profiles": {"v/m.toml": "x"}}), Place(), "profiles"),
    ],
)
async def test_a_message_that_does_not_hold_changes_nothing(
    hub: Hub, tmp_path: Path, record: PlantMessageRecord, place: Place, said: str
) -> None:
    config = configuration(hub, tmp_path / "line", "http://127.0.0.1:9")
    before = {path.name: path.read_bytes() for path in (tmp_path / "line").iterdir() if path.is_file()}
    after = await heed(record, config, place, checked, "w", now=system_clock())
    assert after.staged is not None
    assert after.staged.state is StagedState.REFUSED
    assert said in after.staged.detail
    assert {path.name: path.read_bytes() for path in (tmp_path / "line").iterdir() if path.is_file()} == before


async def test_what_cannot_be_trusted_does_not_block_what_can(hub: Hub, tmp_path: Path) -> None:
    """A message that somebody else signed, with a number beyond all, leaves the plant's own numbers as they are."""
    config = configuration(hub, tmp_path / "line", "http://127.0.0.1:9")
    forged = message({"number": 2**52}, Ed25519Signer.from_seed(b"x" * 32))
    after = await heed(forged, config, Place(number=3), checked, "w", now=system_clock())
    assert after.number == 3
