"""Rolled up column by column: a batch whose units nobody spoke of before, and of which nothing was declared wrong.

Nearly all batches of a station where units begin are such. What comes out is what :mod:`hub.rollup.roll_up` makes of
any batch, result by result; a test holds the one against the other.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from hub.rollup.alike import Alike, Groups
from hub.rollup.arrived import keep_new_arrivals
from hub.rollup.changed import Changed
from hub.rollup.claimed import Counting, keep_new_claims
from hub.rollup.first_pass import keep_first_pass
from hub.rollup.keep import keep_values
from hub.rollup.sample import sampled_of_usual
from hub.rollup.tally import is_tallied, keep_spans, keep_tallies
from hub.store.core.database import Writing
from hub.store.packed.columns import ResultColumns
from hub.store.production.corrections import Place, any_correction, erroneous, last_correction
from hub.store.production.measured import column_new
from hub.store.rollup.arrived import Origin, Told
from hub.store.rollup.sources import is_known
from hub.store.rollup.tallies import ChainKey
from hub.store.rollup.tally_sources import Beside, beside_in
from hub.store.tables.measured import value_column
from hub.store.writing.rows import Row
from traceability.quality.first_pass import first_pass_of_one
from traceability.unit import Purpose, is_submission

_MICROS_AN_HOUR = 3600 * 10**6


def rolled_up(connection: Writing, results: ResultColumns, rows: Sequence[Row]) -> bool:
    """Whether it was: ``results`` and ``rows`` are all that was written of the last batch; if not, nothing changed."""
    plant, beside = results.plant, beside_in(rows)
    if plant is None or not results.batch_id or beside.built or not _is_new(connection, results):
        return False
    hours = [time // _MICROS_AN_HOUR for time in results.event_time]
    keep_new_arrivals(connection, results.batch_id, plant, dict(_told(results, plant)), len(results.unit))
    columns = [column_new(row) for name, row in rows if name == value_column.name]
    keep_values(connection, sampled_of_usual(results, _entering(results), hours, columns))
    _count(connection, results, plant, _groups(results, plant, hours), beside)
    return True


def _is_new(connection: Writing, results: ResultColumns) -> bool:
    if len(set(results.unit)) < len(results.unit) or last_correction(connection) >= results.batch_id:
        return False
    if is_known(connection, results.unit, results.batch_id):
        return False
    return not any_correction(connection) or not erroneous(connection, _places(results))


def _places(results: ResultColumns) -> Iterator[Place]:
    """How corrections would name the results and their measurements."""
    for seq, name, measured in zip(results.seq, results.result_id, results.measured_time, strict=True):
        yield Place(results.author, results.chain, seq, name, results.plant)
        if measured is not None:
            yield Place(results.author, results.chain, seq + 1, name, results.plant)


def _told(results: ResultColumns, plant: str) -> Iterator[tuple[Origin, Told]]:
    """Results by whence they are."""
    times: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for shape, time in zip(results.shape, results.event_time, strict=True):
        told = results.shapes[shape]
        times[told.part, told.operation].append(time)
    for (part, operation), own in times.items():
        yield Origin(plant, results.author, part, operation), Told(len(own), max(own))


def _entering(results: ResultColumns) -> list[int]:
    """The results whose values enter capability."""
    enters = [is_submission(shape.verdict, shape.flags) and shape.purpose is Purpose.FIRST for shape in results.shapes]
    return [
        at
        for at, (shape, measured) in enumerate(zip(results.shape, results.measured_time, strict=True))
        if measured is not None and enters[shape]
    ]


def _groups(results: ResultColumns, plant: str, hours: Sequence[int]) -> Groups:
    groups: Groups = Counter()
    for (number, hour), n in Counter(zip(results.shape, hours, strict=True)).items():
        shape = results.shapes[number]
        groups[
            Alike(
                plant,
                shape.part,
                shape.operation,
                shape.work_cell,
                results.author,
                results.chain,
                results.batch_id,
                hour,
                shape.verdict,
                shape.flags,
                shape.purpose,
                nameless=False,
            )
        ] += n
    return groups


def _count(connection: Writing, results: ResultColumns, plant: str, groups: Groups, beside: Beside) -> None:
    batch_id = results.batch_id
    nothing = Changed(first=batch_id, every=[], wrong_before=set(), wrong=set())
    passes = keep_first_pass(connection, groups, nothing)
    if is_tallied(connection, batch_id, {plant} | {one.plant for one in beside.claims}):
        keep_spans(connection, passes)
        keep_tallies(connection, groups, nothing, batch_id)
        keep_new_claims(connection, _counting(results, plant), beside.claims)


def _counting(results: ResultColumns, plant: str) -> Iterator[Counting]:
    """What results of each shape count, and their places in the chain."""
    seqs: list[list[int]] = [[] for _ in results.shapes]
    for number, seq in zip(results.shape, results.seq, strict=True):
        seqs[number].append(seq)
    for shape, own in zip(results.shapes, seqs, strict=True):
        key = ChainKey(plant, results.author, results.chain, shape.part, shape.operation)
        yield Counting(key, first_pass_of_one(shape.verdict, shape.flags), own)
