"""Rolled up column by column: a batch of different units of which nothing was declared wrong.

Nearly all batches are such. What comes out is what :mod:`hub.rollup.roll_up` makes of any batch, result by result; a
test holds the one against the other. Where other stations told of the units before, :mod:`hub.rollup.returning` says
what that changes.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from hub.rollup.alike import Alike, Groups
from hub.rollup.arrived import keep_arrivals_at
from hub.rollup.built_in import keep_components
from hub.rollup.claimed import Counting, keep_new_claims
from hub.rollup.first_pass import keep_first_pass
from hub.rollup.keep import keep_values
from hub.rollup.returning import MICROS_AN_HOUR, Known, known_of, nothing_known, own_places
from hub.rollup.sample import sampled_of_usual
from hub.rollup.tally import is_tallied, keep_spans, keep_tallies
from hub.store.core.database import Writing
from hub.store.packed.columns import ResultColumns
from hub.store.production.corrections import any_correction, erroneous, last_correction
from hub.store.production.measured import column_new
from hub.store.rollup.arrived import Origin, Told
from hub.store.rollup.sources import is_known
from hub.store.rollup.tallies import ChainKey
from hub.store.rollup.tally_sources import Beside, beside_in
from hub.store.tables.measured import value_column
from hub.store.writing.rows import Row
from traceability.quality.first_pass import first_pass_of_one
from traceability.unit import Purpose, is_submission


def rolled_up(connection: Writing, results: ResultColumns, rows: Sequence[Row]) -> bool:
    """Whether it was: ``results`` and ``rows`` are all that was written of the last batch; if not, nothing changed."""
    plant, beside = results.plant, beside_in(rows)
    known = None if plant is None else _known(connection, results, beside)
    if plant is None or known is None:
        return False
    hours = [time // MICROS_AN_HOUR for time in results.event_time]
    keep_arrivals_at(connection, results.batch_id, plant, dict(_told(results, plant)), results.unit, known.places)
    columns = [column_new(row) for name, row in rows if name == value_column.name]
    which = [at for at in _entering(results) if at not in known.again]
    keep_values(connection, sampled_of_usual(results, which, hours, columns, known.lots))
    _count(connection, results, _groups(results, plant, hours, known), known, beside)
    return True


def _known(connection: Writing, results: ResultColumns, beside: Beside) -> Known | None:
    """None where results have to be looked at one by one."""
    first = results.batch_id
    if not first or len(set(results.unit)) < len(results.unit) or last_correction(connection) >= first:
        return None
    if beside.built or is_known(connection, results.unit, first):
        return known_of(connection, results)
    wrong = any_correction(connection) and erroneous(connection, own_places(results))
    return None if wrong else nothing_known(first)


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


def _groups(results: ResultColumns, plant: str, hours: Sequence[int], known: Known) -> Groups:
    groups: Groups = Counter()
    alike = Counter(zip(results.shape, hours, strict=True))
    alike.subtract((results.shape[at], hours[at]) for at in known.apart)
    for (number, hour), n in alike.items():
        shape = results.shapes[number]
        if n:
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


def _count(connection: Writing, results: ResultColumns, groups: Groups, known: Known, beside: Beside) -> None:
    batch_id = results.batch_id
    passes = keep_first_pass(connection, groups, known.rest)
    plants = {results.plant or ""} | {one.plant for one in beside.claims} | {one.plant for one in beside.built}
    if not is_tallied(connection, batch_id, plants | {placed.scored.plant for placed in known.rest.every}):
        return
    keep_spans(connection, passes)
    keep_tallies(connection, groups, known.rest, batch_id, begun=known.begun)
    keep_new_claims(connection, _counting(results, known), known.rest, beside.claims)
    if known.looked:
        keep_components(connection, batch_id, batch_id, results.unit, beside.built)


def _counting(results: ResultColumns, known: Known) -> Iterator[Counting]:
    """What results of each shape count, and their places in the chain."""
    seqs: list[list[int]] = [[] for _ in results.shapes]
    for at, (number, seq) in enumerate(zip(results.shape, results.seq, strict=True)):
        if at not in known.apart:
            seqs[number].append(seq)
    for shape, own in zip(results.shapes, seqs, strict=True):
        if own:
            key = ChainKey(results.plant or "", results.author, results.chain, shape.part, shape.operation)
            yield Counting(key, first_pass_of_one(shape.verdict, shape.flags), own)
