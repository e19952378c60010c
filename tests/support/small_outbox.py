"""An outbox with a clock and randomness that can be told, and the whole of what it holds, checked like an auditor."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import msgspec

from edge_agent.acquisition.cycle import CycleKey
from edge_agent.outbox.chain import Identity
from edge_agent.outbox.quota import Quota
from edge_agent.outbox.results import Submission
from edge_agent.outbox.schema import open_for_reading
from edge_agent.outbox.store import Outbox
from edge_agent.plans import Plans, one_plan
from traceability.batch.open import OpenedBatch, open_batch, verify_batch
from traceability.identifier.item import part_uri, unit_uri
from traceability.quality.first_pass import Attempt, first_pass
from traceability.quality.first_pass_counts import FirstPassCounts, claimable
from traceability.record.base import Record
from traceability.record.codec import decode_record
from traceability.record.master import ControlPlan, Operation
from traceability.record.production import FirstPassClaim, MeasuredValue, MeasurementsRecord, UnitResultRecord
from traceability.record.telemetry import TelemetryRecord, TelemetrySample, TelemetrySeries
from traceability.signing import Ed25519Signer
from traceability.unit import Environment, Flag, Verdict

GTIN = "09506000134352"
PART = part_uri(GTIN)
AUTHOR = "supplier-a.line-1"


@dataclass
class Bench:
    """A place for an outbox; ``open`` may be called again after ``close``, as a restart does."""

    path: Path
    signer: Ed25519Signer = field(default_factory=lambda: Ed25519Signer.from_seed(b"a" * 32))
    random: Random = field(default_factory=lambda: Random(1))
    now: datetime = datetime(2026, 3, 1, 8, tzinfo=UTC)
    config: str = "sha256:" + "c" * 64
    revision: str = "A"
    plans: Plans | None = None
    environment: Environment = Environment.TEST

    def clock(self) -> datetime:
        self.now += timedelta(microseconds=1)
        return self.now

    @property
    def plan(self) -> ControlPlan:
        operations = tuple(Operation(id=name, name=name) for name in ("OP10", "OP20"))
        return ControlPlan(
            part=PART, plant="p", revision=self.revision, name="x", operations=operations, characteristics=()
        )

    async def open(self, quota: Quota | None = None) -> Outbox:
        identity = Identity(author=AUTHOR, environment=self.environment)
        outbox = Outbox(self.path, identity, self.signer, self.clock, self.random.randbytes, quota=quota)
        try:
            await outbox.begin(self.config, self.plans or one_plan(self.plan))
        except BaseException:
            outbox.close()
            raise
        return outbox

    def salt(self) -> str:
        return self.random.randbytes(16).hex()

    def submission(
        self,
        cycle: int,
        serial: str | None = None,
        verdict: Verdict = Verdict.OK,
        operation: str = "OP10",
        *,
        flags: tuple[Flag, ...] = (),
        outcome: int = 0,
    ) -> Submission:
        unit = None if serial is None else unit_uri(GTIN, serial)
        common = {"id": f"result-{operation}-{cycle}", "seq": 0, "salt": "", "event_time": self.clock()}
        result = UnitResultRecord(
            **common, unit=unit, part=PART, operation=operation, work_cell="w", verdict=verdict, attempt=0, flags=flags
        )
        value = MeasuredValue(characteristic="bore", value=25_000 + cycle, decimals=3, uom="mm")
        others = (
            () if unit is None else (MeasurementsRecord(**common, unit=unit, operation=operation, values=(value,)),)
        )
        return Submission(
            station=operation, key=CycleKey(cycle, serial or "", 0), result=result, others=others, outcome=outcome
        )

    def unsealed(self) -> list[Record]:
        """The records that are in no batch yet."""
        return [decode_record(line) for line in self.unsealed_lines()]

    def unsealed_lines(self) -> list[bytes]:
        connection = open_for_reading(self.path)
        lines = [line for (line,) in connection.execute("SELECT line FROM record ORDER BY seq")]
        connection.close()
        return lines

    def audit(self) -> "Audit":
        return audited(self.path, self.signer.public_key)


def telemetry(at: datetime, number: int, device: str = "oven-1", samples: int = 10) -> TelemetryRecord:
    """A record of samples, some 600 bytes long by default."""
    taken = tuple(TelemetrySample(after_ms=100 * place, value=f"{number}.{place}") for place in range(samples))
    series = (TelemetrySeries(point="temperature", samples=taken, uom="Cel"),)
    return TelemetryRecord(
        id=f"telemetry:{device}:{number}", seq=0, salt="", event_time=at, device=device, every_ms=100, series=series
    )


@dataclass(frozen=True)
class Audit:
    """What the file holds: batches as opened, and the records of the whole chain in their order."""

    batches: list[OpenedBatch]
    records: list[Record]
    claims_checked: int

    def of(self, kind: type[Record]) -> list[Record]:
        return [record for record in self.records if isinstance(record, kind)]


def audited(path: Path, public_key: bytes) -> Audit:
    """Open every batch, verify it, follow the chain, and recompute every claim; AssertionError for anything odd."""
    connection = open_for_reading(path)
    connection.execute("BEGIN")
    bodies = [body for (body,) in connection.execute("SELECT body FROM batch ORDER BY seq")]
    unsealed = [line for (line,) in connection.execute("SELECT line FROM record ORDER BY seq")]
    connection.close()
    batches = [open_batch(body) for body in bodies]
    lines, previous = [], None
    for seq, batch in enumerate(batches, start=1):
        verify_batch(batch, public_key)
        assert (batch.header.seq, batch.header.prev) == (seq, previous)
        assert batch.header.first_record == len(lines) + 1
        lines += batch.lines
        previous = batch.hash
    records = [decode_record(line) for line in [*lines, *unsealed]]
    assert [record.seq for record in records] == list(range(1, len(records) + 1))
    assert len({record.salt for record in records}) == len(records)
    claims = [record for record in records if isinstance(record, FirstPassClaim)]
    for claim in claims:
        assert (claim.submitted, claim.first_ok, claim.attempts, claim.invalid) == recomputed(records, claim)
    return Audit(batches, records, len(claims))


def recomputed(records: list[Record], claim: FirstPassClaim) -> tuple[int, int, int, int]:
    attempts = [
        Attempt(
            unit=record.unit or record.id,
            operation=record.operation,
            verdict=record.verdict,
            flags=record.flags,
            author=AUTHOR,
            chain="c",
            record_seq=record.seq,
            event_time=record.event_time,
            result_id=record.id,
        )
        for record in records[: claim.through]
        if isinstance(record, UnitResultRecord)
    ]
    counts = claimable(first_pass(attempts)[claim.operation]) if attempts else FirstPassCounts()
    return msgspec.structs.astuple(counts)[:4]
