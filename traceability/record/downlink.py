"""Records that go down to agents. Orders and messages are entries of the hub's ledger; the rest is only carried."""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Hash, Id, Instant, ItemId, Record, Sequence, Text
from traceability.record.production import HoldScope, HoldState
from traceability.unit import Verdict

PIECE = 60_000
"""Characters of a piece of a plant's envelope: what one string of a record may hold."""
PIECES = 4


class DownlinkStartRecord(Record, frozen=True, kw_only=True, tag="downlink-start"):
    """Opens the hub's chain for one agent, named by the record's id; a batch of this chain is for nobody else.

    ``epoch`` counts the chains for this agent from 1; only a greater one takes the place of the one before.
    ``cites`` is the last header of the chain before, as far as the hub knows it.
    """

    epoch: Sequence
    reason: Text
    cites: Hash | None = None


class UnitStateRecord(Record, frozen=True, kw_only=True, tag="unit-state"):
    """The last submission of a unit at an operation of another author, for the interlock; the id is the unit's.

    ``at`` is when that was by the other author's clock; ``lots`` are those joined to the unit since the last batch.
    """

    at: Instant
    operation: Id | None = None
    verdict: Verdict | None = None
    lots: tuple[ItemId, ...] = ()


class HoldOrderRecord(Record, frozen=True, kw_only=True, tag="hold-order"):
    """The hub orders a hold, or its release, at a plant (None: at every one); the id is the hold's.

    ``target`` is a unit or lot; ``by`` is a pseudonymous id. An agent that carries it out says so with a ``hold``.
    """

    plant: Id | None
    scope: HoldScope
    target: ItemId
    state: HoldState
    by: Id
    reason: Text


class PlantMessageRecord(Record, frozen=True, kw_only=True, tag="plant-message"):
    """What a plant's key signed for one of its agents (``recipient``); the hub carries the envelope unread.

    The envelope is cut into pieces; joined they are its exact bytes.
    """

    recipient: Id
    envelope: Annotated[tuple[Annotated[str, msgspec.Meta(max_length=PIECE)], ...], msgspec.Meta(max_length=PIECES)]


def plant_message_id(recipient: str, number: int) -> str:
    """The id of the record that carries the message of that number."""
    return f"{recipient}:{number}"[:200]


class NoticeKind(StrEnum):
    """What an agent is told about itself."""

    FORK = "fork"
    CLONE = "clone"


class NoticeRecord(Record, frozen=True, kw_only=True, tag="notice"):
    """Something that a person must look at on the line PC; ``advice`` says what to do."""

    notice: NoticeKind
    text: Text
    advice: Text
