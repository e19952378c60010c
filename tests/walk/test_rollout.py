"""A roll-out to real agents over a real connection: two of three take it, one refuses what is bad, all go back."""

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import uvicorn
from hub_stand_in import AGENT
from hub_stand_in import HUB as STAND_IN
from small_agent import PLAN, agent, write_agent
from small_hub import SmallAgent
from small_outbox import AUTHOR, Bench

from edge_agent.config.load import load_config
from edge_agent.config.settings import AgentConfig
from edge_agent.datafolder import OUTBOX
from edge_agent.downlink.fetching import Downlink, Fetching, Paces
from edge_agent.errors import AgentError
from edge_agent.pace import Pace
from edge_agent.reload.difference import difference
from edge_agent.reload.request import Answer, give_answer, take_request
from hub.api.app import create_app
from hub.composition import create_hub, system_clock
from hub.entry.master import add_agent, add_organisation, add_plant
from hub.parts import Hub
from hub.rollout.act import Act, act
from hub.rollout.advance import advance, verdicts
from hub.rollout.check import Draft
from hub.rollout.draft import keep_version
from hub.rollout.health import Trouble, Verdict
from hub.rollout.order import Order, order_rollout, whole
from hub.rollout.progress import AgentState, Progress, RolloutState
from hub.rollout.sign import request_of, take_signatures
from hub.rollout.wanted import FileState, files_of
from hub.serve import listen, url_of
from hub.store.fleet.contacts import all_contacts
from traceability.downlink import FileRole
from traceability.encoding import to_base64
from traceability.rollout import sign_request
from traceability.signing import Ed25519Signer
from traceability.unit import Environment

PLANT_KEY = Ed25519Signer.from_seed(b"p" * 32)
_PLANT_PUBLIC = to_base64(PLANT_KEY.public_key)
AGENTS = ("p.line-1", "p.line-2", "p.line-3")
SOON = Paces(down=Pace(first=0.02, longest=0.05), refused=Pace(first=0.02, longest=0.05))
PATIENCE_S = 60


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    made = create_hub(tmp_path / "hub", origin=None, environment=Environment.TEST)
    add_organisation(made, "o", "O")
    add_plant(made, "p", organisation="o", name="P")
    for author in AGENTS:
        add_agent(made, author, plant="p", public_key=SmallAgent(author).public_key)
    yield made
    made.store.close()


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    server = uvicorn.Server(uvicorn.Config(create_app(hub), log_config=None, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield url_of(listener)
    server.should_exit = True
    thread.join(30)


class Line:
    """An agent without devices: it fetches, checks, writes and reloads as a line PC does."""

    def __init__(self, folder: Path, author: str, hub: Hub, address: str) -> None:
        folder.mkdir()
        file = write_agent(folder, 9, address) / "agent.toml"
        file.write_text(file.read_text().replace("supplier-a.line-1", author))
        self._hub_key, self._file = hub.signer.public_key, file
        self.signer = SmallAgent(author).signer
        self.config = self.checked(file, None, None, None)
        self.config.data.mkdir(exist_ok=True)

    @property
    def plan(self) -> str:
        return self.config.plans.at(system_clock()).plan.revision

    def checked(self, file: Path, plan: Path | None, folder: Path | None, profiles: Path | None) -> AgentConfig:
        found = load_config(file, plan_file=plan, plan_folder=folder, profiles=profiles)
        known = msgspec.structs.replace(found.hub, public_key=self._hub_key)
        return msgspec.structs.replace(found, hub=known, plant="p", plant_key=PLANT_KEY.public_key)

    async def reloads(self) -> None:
        while True:
            if (word := take_request(self.config.data)) is not None:
                try:
                    new = self.checked(self._file, None, None, None)
                    difference(self.config, new)
                    self.config = new
                    give_answer(self.config.data, Answer(word=word, taken=True, said="taken over"))
                except AgentError as error:
                    give_answer(self.config.data, Answer(word=word, taken=False, said=str(error)))
            await asyncio.sleep(0.02)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        outbox = await Bench(self.config.data / OUTBOX).open()
        words = iter(f"{self.config.author}-{number}" for number in range(10_000))
        parts = Fetching(
            config=lambda: self.config,
            outbox=outbox,
            signer=self.signer,
            check=self.checked,
            word=lambda: next(words),
            clock=system_clock,
            clock_ahead=lambda: None,
            jitter=lambda: 0.5,
            paces=SOON,
            wait=0.3,
        )
        tasks = [asyncio.create_task(Downlink(parts).run()), asyncio.create_task(self.reloads())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            outbox.close()


def revised(revision: str) -> str:
    return PLAN.replace('revision = "A"', f'revision = "{revision}"')


def started(hub: Hub, text: str, *stages: tuple[str, ...]) -> str:
    """Drafted on the hub, signed by the plant, begun."""
    draft = Draft(plant="p", role=FileRole.CONTROL_PLAN, name="housing", text=text)
    version = keep_version(hub, draft, by="q7")
    identity = order_rollout(hub, Order(version=version.id, stages=stages, soak_s=0), by="q7")
    with hub.store.reading() as connection:
        request = request_of(connection, whole(connection, identity))
    take_signatures(hub, identity, msgspec.json.encode(sign_request(request, PLANT_KEY, hub.clock())))
    act(hub, identity, Act.START, by="q7")
    return identity


async def until(hub: Hub, identity: str, holds: Callable[[Progress], bool]) -> Progress:
    """The hub's rounds go on until it is so."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            await asyncio.to_thread(advance, hub)
            with hub.store.reading() as connection:
                found = whole(connection, identity).progress
            if holds(found):
                return found
            await asyncio.sleep(0.05)


def is_(state: RolloutState) -> Callable[[Progress], bool]:
    return lambda found: found.state is state


async def test_two_of_three_take_a_plan_a_bad_one_stops_and_all_go_back(hub: Hub, address: str, tmp_path: Path) -> None:
    lines = {author: Line(tmp_path / author, author, hub, address) for author in AGENTS}
    one, two, three = AGENTS
    async with contextlib.AsyncExitStack() as stack:
        for line in lines.values():
            await stack.enter_async_context(line.running())
        keep_version(hub, Draft(plant="p", role=FileRole.CONTROL_PLAN, name="housing", text=PLAN), by="q7")
        await asyncio.sleep(0.5)  # every agent was heard of: the hub knows what is in force there
        first = started(hub, revised("B"), (one,), (two,))
        await until(hub, first, is_(RolloutState.FINISHED))
        assert [line.plan for line in lines.values()] == ["B", "B", "A"]

        without = revised("C").replace('id = "bore"', 'id = "drill"')  # line PCs measure "bore": they refuse it
        second = started(hub, without, (two,), (one, three))
        found = await until(hub, second, is_(RolloutState.STOPPED))
        assert "bore" in found.reason
        assert found.of(two).state is AgentState.REFUSED
        assert {line.plan for line in (lines[one], lines[two])} == {"B"}
        act(hub, second, Act.WITHDRAW, by="q7")

        third = started(hub, PLAN, (two,), (one,))
        await until(hub, third, is_(RolloutState.FINISHED))
        assert {line.plan for line in lines.values()} == {"A"}
        act(hub, third, Act.BACK, by="q7")
        await until(hub, third, is_(RolloutState.ROLLED_BACK))
        assert [line.plan for line in lines.values()] == ["B", "B", "A"]


async def test_an_agent_process_takes_it_and_says_which_device_is_away(hub: Hub, address: str, tmp_path: Path) -> None:
    """The whole program: its files by their hashes and its devices reach the hub, and hold the next stage back."""
    add_agent(hub, AUTHOR, plant="p", public_key=to_base64(AGENT.public_key))
    folder = write_agent(tmp_path, 9, address, more=f'[plant]\nid = "p"\npublic_key = "{_PLANT_PUBLIC}"\n')
    file = folder / "agent.toml"
    file.write_text(file.read_text().replace(to_base64(STAND_IN.public_key), to_base64(hub.signer.public_key)))
    async with agent(folder):
        first = started(hub, revised("B"), (AUTHOR,), (AGENTS[0],))
        found = await until(hub, first, lambda found: found.of(AUTHOR).state is not AgentState.SENT)
        assert found.of(AUTHOR).state is AgentState.TAKEN, (folder / "log").read_text()
        assert revised("B") == (folder / "control-plan.toml").read_text()

        def told() -> Verdict:
            with hub.store.reading() as connection:
                return verdicts(all_contacts(connection), whole(connection, first), hub.clock())[AUTHOR]

        await until(hub, first, lambda _: told().trouble is Trouble.DEVICE)
        assert told().detail.startswith("cell: ")
        with hub.store.reading() as connection:
            beat = all_contacts(connection)[AUTHOR].heartbeat
            files = {one.role: one.state for one in files_of(connection, AUTHOR, "p", beat)}
            assert whole(connection, first).progress.stage == 0
        assert files == {FileRole.CONFIGURATION: FileState.NOT_MANAGED, FileRole.CONTROL_PLAN: FileState.AS_WANTED}
