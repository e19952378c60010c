"""A plant with some agents, versions for them, and what an agent says when it took a message."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from small_hub import small_agent
from small_people import Clock

from hub.downlink.batches import next_batch
from hub.downlink.contact import Asked
from hub.parts import Hub
from hub.rollout.act import Act, act
from hub.rollout.advance import advance
from hub.rollout.check import Draft
from hub.rollout.draft import keep_version
from hub.rollout.order import Order, order_rollout, whole
from hub.rollout.progress import AgentState, Progress
from hub.rollout.sign import request_of, take_signatures
from hub.store.core.instant import to_micros
from hub.store.fleet.contacts import Contact, keep_contact
from hub.store.fleet.rollouts import StoredVersion
from traceability.batch.open import decompress, open_batch
from traceability.downlink import (
    DOWNLINK_LIMITS,
    DeviceState,
    FileInForce,
    FileRole,
    Heartbeat,
    Poll,
    Staged,
    StagedState,
    open_plant_message,
)
from traceability.encoding import sha256, tagged
from traceability.record.codec import decode_record
from traceability.record.downlink import PlantMessageRecord
from traceability.rollout import sign_request
from traceability.signing import Ed25519Signer

PLANT_KEY = Ed25519Signer.from_seed(b"p" * 32)
PLANT = "plant-a"
AGENTS = ("a.line-1", "a.line-2", "a.line-3")


def plan(revision: str, plant: str = PLANT) -> str:
    """A control plan as a text."""
    return (
        f'part = "09506000134352"\nplant = "{plant}"\nrevision = "{revision}"\nname = "Housing"\n'
        '[[operation]]\nid = "OP10"\nname = "Boring"\n'
    )


class Lines:
    """The agents of a plant, as the hub knows them; they take what they are given, or not."""

    def __init__(self, hub: Hub, names: Iterable[str] = AGENTS) -> None:
        self.clock = Clock()
        self.hub = msgspec.structs.replace(hub, clock=self.clock)
        self.runs = dict.fromkeys(names, plan("A"))
        self.staged: dict[str, Staged | None] = dict.fromkeys(names)
        self.devices: dict[str, tuple[DeviceState, ...]] = dict.fromkeys(names, ())
        self.more: dict[str, dict[str, object]] = {}
        """What an agent says of itself beside that."""
        self._places: dict[str, tuple[str | None, int, int]] = dict.fromkeys(names, (None, 0, 0))
        for name in names:
            small_agent(hub, name, PLANT)
            self.says(name)

    def share_clock(self, hub: Hub, clock: Clock) -> None:
        """From now on they live by the clock of ``hub``."""
        self.hub, self.clock = hub, clock

    def says(self, name: str, now: datetime | None = None) -> None:
        """The agent is heard of."""
        at = to_micros(now or self.clock())
        with self.hub.store.writing() as connection:
            keep_contact(
                connection,
                Contact(
                    author=name, at=at, said_at=at, instance="i", instances=(), clone_at=None, heartbeat=self.beat(name)
                ),
            )

    def beat(self, name: str) -> Heartbeat:
        digest = tagged(sha256(self.runs[name].encode()))
        usual = {
            "version": "1",
            "config": digest,
            "staged": self.staged[name],
            "files": (FileInForce(role=FileRole.CONTROL_PLAN, name="control-plan.toml", hash=digest),),
            "devices": self.devices[name],
        }
        return Heartbeat(**(usual | self.more.get(name, {})))

    def asks(self, name: str, *, refuses: str = "") -> int | None:
        """The agent fetches what is new, deals with it, and says so; the number of the message, if there was one."""
        chain, epoch, after = self._places[name]
        poll = Poll(
            author=name, hub="h", at=self.clock(), instance="i", heartbeat=self.beat(name), chain=chain, epoch=epoch,
            after=after,
        )  # fmt: skip
        body = next_batch(self.hub, Asked(poll=poll, plant=PLANT))
        number = None
        if body is not None:
            batch = open_batch(decompress(body, DOWNLINK_LIMITS), DOWNLINK_LIMITS)
            self._places[name] = (batch.header.chain, epoch + (batch.header.seq == 1), batch.header.seq)
            for record in map(decode_record, batch.lines):
                if isinstance(record, PlantMessageRecord):
                    number = self._deals_with(name, record, refuses)
        self.says(name)
        return number

    def _deals_with(self, name: str, record: PlantMessageRecord, refuses: str) -> int:
        message = open_plant_message("".join(record.envelope).encode(), PLANT_KEY.public_key)
        state = StagedState.REFUSED if refuses else StagedState.APPLIED
        if not refuses:
            assert message.plan is not None or message.takes_away is not None
            self.runs[name] = message.plan or self.runs[name]
        self.staged[name] = Staged(number=message.number, state=state, detail=refuses)
        return message.number


def version(hub: Hub, text: str, name: str = "housing") -> StoredVersion:
    draft = Draft(plant=PLANT, role=FileRole.CONTROL_PLAN, name=name, text=text)
    return keep_version(hub, draft, by="q7")


def ordered(hub: Hub, wanted: StoredVersion, *stages: tuple[str, ...], by_hand: bool = False, soak_s: int = 60) -> str:
    """A roll-out that the plant signed."""
    identity = order_rollout(hub, Order(version=wanted.id, stages=stages, soak_s=soak_s, by_hand=by_hand), by="q7")
    sign(hub, identity)
    return identity


def sign(hub: Hub, identity: str, key: Ed25519Signer = PLANT_KEY) -> None:
    with hub.store.reading() as connection:
        request = request_of(connection, whole(connection, identity))
    take_signatures(hub, identity, msgspec.json.encode(sign_request(request, key, hub.clock())))


def started(hub: Hub, wanted: StoredVersion, *stages: tuple[str, ...], **more: object) -> str:
    identity = ordered(hub, wanted, *stages, **more)
    act(hub, identity, Act.START, by="q7")
    return identity


def look(hub: Hub, identity: str) -> Progress:
    with hub.store.reading() as connection:
        return whole(connection, identity).progress


def states(hub: Hub, identity: str) -> dict[str, AgentState]:
    return {one.agent: one.state for one in look(hub, identity).agents}


def rounds(lines: Lines, times: int = 3) -> None:
    """The hub's own rounds, until nothing moves."""
    for _ in range(times):
        if not advance(lines.hub):
            return


def later(lines: Lines, **span: float) -> None:
    """Time goes by, and every agent is heard of again."""
    lines.clock.now += timedelta(**span)
    for name in lines.runs:
        lines.says(name)
