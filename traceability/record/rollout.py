"""Records of what is rolled out to agents, and of agents that fell silent; all sealed by the hub.

What agents take is signed by the plant (``traceability.rollout``); these records say what was drafted, by whom, which
signatures came, and what became of it.
"""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Count, Hash, Id, Instant, Record, Sequence, Text
from traceability.record.downlink import PIECE, PIECES

WRITTEN_PIECE = 15_000
"""Characters of a piece of a written text: of any script it stays within what one string of a record may hold."""
WRITTEN_PIECES = 12
Written = Annotated[
    tuple[Annotated[str, msgspec.Meta(max_length=WRITTEN_PIECE)], ...], msgspec.Meta(max_length=WRITTEN_PIECES)
]
Pieces = Annotated[tuple[Annotated[str, msgspec.Meta(max_length=PIECE)], ...], msgspec.Meta(max_length=PIECES)]


class ConfigurationVersionRecord(Record, frozen=True, kw_only=True, tag="configuration-version"):
    """A text for agents of ``plant``, the ``number``-th of its ``name``; the id is the version's.

    ``role`` is that of the file: of a configuration ``text`` may hold places ``${name}`` that ``values`` (TOML, a table
    an agent) fill, and ``plan`` a control plan that must change with it. Texts are cut into pieces. ``restores`` is the
    earlier version whose content it takes up again; ``by`` is a pseudonymous id.
    """

    plant: Id
    role: Annotated[str, msgspec.Meta(max_length=20)]
    name: Id
    number: Sequence
    text: Written
    hash: Hash
    by: Id
    note: Text = ""
    values: Written = ()
    plan: Written = ()
    restores: Id | None = None


class RolloutRecord(Record, frozen=True, kw_only=True, tag="rollout"):
    """A version is to come to agents in ``stages``; each but the first waits until the one before is healthy.

    ``soak_s``: so long every agent of a stage must have run by it. ``by_hand``: a person lets every stage go.
    """

    plant: Id
    version: Id
    stages: Annotated[
        tuple[Annotated[tuple[Id, ...], msgspec.Meta(min_length=1, max_length=500)], ...],
        msgspec.Meta(min_length=1, max_length=20),
    ]
    by: Id
    soak_s: Count = 60
    by_hand: bool = False
    note: Text = ""


class RolloutSignedRecord(Record, frozen=True, kw_only=True, tag="rollout-signed"):
    """What the plant's key signed for one agent of a roll-out (the record's id): ``envelope``, and the way ``back``."""

    plant: Id
    agent: Id
    key: Annotated[str, msgspec.Meta(max_length=80)]
    number: Sequence
    envelope: Pieces
    back_number: Sequence | None = None
    back: Pieces = ()


class RolloutStep(StrEnum):
    """What happened to a roll-out."""

    RELEASED = "released"
    TAKEN = "taken"
    REFUSED = "refused"
    STOPPED = "stopped"
    RESUMED = "resumed"
    FINISHED = "finished"
    BACK = "back"
    BACK_TAKEN = "back-taken"
    BACK_REFUSED = "back-refused"
    ROLLED_BACK = "rolled-back"
    WITHDRAWN = "withdrawn"


class RolloutStepRecord(Record, frozen=True, kw_only=True, tag="rollout-step"):
    """A step of the roll-out named by the record's id; ``by`` is 'hub' where the hub's own round made it.

    ``stage`` (from 0) goes with released, ``agent`` with what an agent reported.
    """

    plant: Id
    step: RolloutStep
    by: Id
    stage: Count | None = None
    agent: Id | None = None
    reason: Text = ""


class SilenceState(StrEnum):
    """Whether an agent is heard of."""

    SILENT = "silent"
    BACK = "back"


class AgentSilenceRecord(Record, frozen=True, kw_only=True, tag="agent-silence"):
    """The hub heard nothing of ``agent`` for longer than its plant allows, or hears of it again.

    The id is the silence's; ``since`` is when the agent was last heard of before.
    """

    agent: Id
    plant: Id
    state: SilenceState
    since: Instant
    allowed_s: Count


class SilenceRuleRecord(Record, frozen=True, kw_only=True, tag="silence-rule"):
    """After how many seconds without a word agents of a plant (the record's id) are silent; 0: nobody is told."""

    after_s: Count
    by: Id
