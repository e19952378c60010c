"""``status``: what the outbox holds and how the uplink is, readable while the agent runs."""

from datetime import datetime

import msgspec

from edge_agent.config.settings import AgentConfig
from edge_agent.datafolder import OUTBOX
from edge_agent.outbox.report import LastReceipt, OutboxReport, UplinkNote, read_report


class OperationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """First-pass counts of one operation, over the whole chain; ``fpy`` is None without a submission."""

    part: str
    operation: str
    submitted: int
    first_ok: int
    attempts: int
    invalid: int
    not_decidable: int
    fpy: float | None


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """Where this agent stands; ``chain`` is None before the first start."""

    author: str
    environment: str
    hub: str
    chain: str | None
    next_record: int
    next_seq: int
    plan: str | None
    unsealed_records: int
    unsent_batches: int
    kept_batches: int
    last_receipt: LastReceipt | None
    operations: list[OperationStatus]
    uplink: UplinkNote | None


def read_status(config: AgentConfig) -> Status:
    """The status from the outbox file; OutboxUnusable when there is none."""
    return status_of(config, read_report(config.data / OUTBOX))


def status_of(config: AgentConfig, report: OutboxReport) -> Status:
    """The status in a report."""
    chain = report.chain
    return Status(
        author=config.author,
        environment=config.environment,
        hub=config.hub.url,
        chain=chain.chain if chain else None,
        next_record=chain.next_record if chain else 1,
        next_seq=chain.next_batch if chain else 1,
        plan=chain.plan if chain else None,
        unsealed_records=report.unsealed_records,
        unsent_batches=report.unsent_batches,
        kept_batches=report.kept_batches,
        last_receipt=report.last_receipt,
        operations=[
            OperationStatus(
                part=entry.part,
                operation=entry.operation,
                fpy=entry.counts.first_ok / entry.counts.submitted if entry.counts.submitted else None,
                **msgspec.structs.asdict(entry.counts),
            )
            for entry in report.operations
        ],
        uplink=report.uplink,
    )


def status_text(status: Status) -> str:
    """For people."""
    uplink, receipt = status.uplink, status.last_receipt
    lines = [
        f"author    {status.author} ({status.environment})",
        f"chain     {status.chain or 'not started'}, next batch {status.next_seq}, next record {status.next_record}",
        f"outbox    {_depths(status)}",
        f"receipt   batch {receipt.seq} at {_clock(receipt.at)}" if receipt else "receipt   none yet",
        f"uplink    {uplink.state} since {_clock(uplink.since)}: {uplink.detail}" if uplink else "uplink    never ran",
        f"hub       {status.hub}",
    ]
    for entry in status.operations:
        share = "no submission yet" if entry.fpy is None else f"{entry.fpy:.2%}"
        lines.append(
            f"FPY       {entry.operation}: {share} ({entry.first_ok} of {entry.submitted} at first; "
            f"{entry.attempts} submissions, {entry.invalid} invalid, {entry.not_decidable} not decidable)"
        )
    return "\n".join(lines)


def _depths(status: Status) -> str:
    return (
        f"{status.unsealed_records} records to seal, {status.unsent_batches} batches to send, "
        f"{status.kept_batches} kept after their receipt"
    )


def _clock(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
