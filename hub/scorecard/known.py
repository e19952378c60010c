"""Capability as it was known at an earlier size of the log: the raw records scanned by the rule of the roll-ups."""

from collections import defaultdict

from hub.rollup.hours import hour_of
from hub.rollup.in_uom import in_uom, scale_between
from hub.rollup.window import Period
from hub.scorecard.gather import PlantRecords
from hub.store.rollup.queries import Range
from hub.store.rollup.scores import NO_UNIT, ResultKey, ScoredResult, ValueRow
from traceability.measurement import Characteristic, Status
from traceability.quality.rollup import Rollup, RollupBuilder, pooled
from traceability.unit import Purpose, is_submission

_Stream = tuple[str, str, str, int, str]
"""Work cell, author, chain, decimals, unit of measure."""


def scanned_period(records: PlantRecords, part: str, characteristic: Characteristic, hours: Range) -> Period:
    """The values of first submissions whose hour lies in ``hours``."""
    first = _first_submissions(records, part, characteristic.operation)
    streams: defaultdict[_Stream, list[ValueRow]] = defaultdict(list)
    left_out = 0
    for row in sorted(records.values, key=lambda row: row.seq):
        result = first.get(row.key)
        if result is None or row.characteristic != characteristic.id or row.operation != characteristic.operation:
            continue
        if row.status != Status.GOOD or row.value is None or not _converts(row, characteristic):
            left_out += hours[0] <= hour_of(result.attempt.event_time) < hours[1]
        else:
            streams[result.work_cell, row.key[0], row.key[1], row.decimals, row.uom].append(row)
    told = (in_uom(_rollup(rows, first, hours), key[-1], characteristic.uom) for key, rows in sorted(streams.items()))
    rollups = [one for one in told if one is not None]
    inside = (one for one in first.values() if hours[0] <= hour_of(one.attempt.event_time) < hours[1])
    batches = [result.batch_id for result in inside]
    return Period(
        rollup=pooled(rollups) if rollups else Rollup(decimals=characteristic.decimals),
        left_out=left_out,
        first_batch=min(batches, default=None),
        last_batch=max(batches, default=None),
        work_cells=tuple(sorted({stream[0] for stream in streams})),
    )


def _converts(row: ValueRow, characteristic: Characteristic) -> bool:
    return row.uom == characteristic.uom or scale_between(row.uom, characteristic.uom, row.decimals) is not None


def _rollup(rows: list[ValueRow], first: dict[ResultKey, ScoredResult], hours: Range) -> Rollup:
    builder = RollupBuilder(rows[0].decimals)
    latest = 0
    for position, row in enumerate(rows):
        latest = max(latest, hour_of(first[row.key].attempt.event_time))
        if hours[0] <= latest < hours[1] and row.value is not None and not first[row.key].erroneous:
            builder.add(position, row.value)
    return builder.rollup()


def _first_submissions(records: PlantRecords, part: str, operation: str) -> dict[ResultKey, ScoredResult]:
    """Each chain's first submission of a unit, where its purpose is first."""
    earliest: dict[tuple[str, str, str], ScoredResult] = {}
    for result in records.results:
        attempt = result.attempt
        if result.part != part or attempt.operation != operation or attempt.unit.startswith(NO_UNIT):
            continue
        if is_submission(attempt.verdict, attempt.flags):
            key = (attempt.author, attempt.chain, attempt.unit)
            known = earliest.get(key)
            if known is None or attempt.record_seq < known.attempt.record_seq:
                earliest[key] = result
    return {result.key: result for result in earliest.values() if result.attempt.purpose is Purpose.FIRST}
