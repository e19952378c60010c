"""Tallies in the store, as they are kept with every batch; ``tallied_queries`` reads them for any window."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import msgspec
from msgspec.structs import asdict, astuple, replace
from sqlalchemy import Insert, Table, bindparam, delete, select

from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import insert_or_add, insert_or_replace, is_postgres, own_schema
from hub.store.core.listed import among, given_among
from hub.store.core.quick import ask, put
from hub.store.rollup.tally_names import keep_names, key_of
from hub.store.tables.every import link, unit_result
from hub.store.tables.pass_counts import PASS_COUNTS
from hub.store.tables.tally import (
    NEVER,
    chain_pass,
    component_count,
    first_pass_span,
    result_hour,
    tallied,
    tally,
)
from traceability.quality.first_pass import FirstPass

EVERYTHING = ""
SPANS = ("hour", "day")
DEFECT, DEFECT_DAY = "defect", "defectday"


class TallyKey(msgspec.Struct, frozen=True):
    """What happened where and when, and when before and after that; see ``tally_tables``."""

    plant: str
    what: str
    name: str
    operation: str
    hour: int
    before: int = NEVER
    after: int = NEVER


def defect_name(part: str, defect: str) -> str:
    """Under which name a defect of a part is tallied."""
    return msgspec.json.encode([part, defect]).decode()


def part_and_defect(name: str) -> tuple[str, str]:
    """What such a name says."""
    return msgspec.json.decode(name, type=tuple[str, str])


class SpanKey(msgspec.Struct, frozen=True):
    """Where units were first submitted, in the hour or on the day of UTC (``span``) that begins with hour ``start``."""

    plant: str
    span: str
    start: int
    part: str
    operation: str


class HourOfResults(msgspec.Struct, frozen=True):
    """Results of a plant in an hour: those that stand, those declared wrong, and the log positions that hold them."""

    standing: int = 0
    wrong: int = 0
    first_batch: int = 2**62
    last_batch: int = -1


class ChainKey(msgspec.Struct, frozen=True):
    """One part at one operation, as one chain tells of it."""

    plant: str
    author: str
    chain: str
    part: str
    operation: str


class ChainCounts(msgspec.Struct, frozen=True):
    """What a claim states: submitted, first OK, submissions, invalid results."""

    submitted: int = 0
    first_ok: int = 0
    attempts: int = 0
    invalid: int = 0


class ChainPass(msgspec.Struct, frozen=True):
    """Counts up to ``last_seq``, and up to ``through``, as far as a claim speaks (0: none is known)."""

    last_seq: int = 0
    counts: ChainCounts = ChainCounts()
    through: int = 0
    at_through: ChainCounts = ChainCounts()


_COUNTED = ChainCounts.__struct_fields__
_OF_KEY = len(ChainKey.__struct_fields__)


def marked_plants(connection: Reading, plants: Collection[str]) -> set[str]:
    """Those of ``plants`` whose tallies hold all that ever came of them."""
    postgres = is_postgres(connection.dialect)
    found = ask(connection, _MARKED[postgres], {"plants": given_among(plants, postgres=postgres)}) if plants else ()
    return {row[0] for row in found}


def kept_whole(connection: Reading, plants: Collection[str]) -> set[str]:
    """The same of plants of which the asker may see a part: what is summed up there is all that the store holds."""
    found = connection.execute(
        select(tallied.c.plant), execution_options={"schema_translate_map": {None: own_schema(connection)}}
    )
    return set(found.scalars()) & set(plants)


def nothing_came_before(connection: Reading, batch_id: int) -> bool:
    """Whether no batch before this one told of a result or a link."""
    return not any(
        connection.execute(select(table.c.batch_id).where(table.c.batch_id < batch_id).limit(1)).first()
        for table in (unit_result, link)
    )


def mark_plants(connection: Writing, plants: Iterable[str]) -> None:
    """From now on their tallies hold everything."""
    rows = [{"plant": plant} for plant in sorted(set(plants))]
    if rows:
        connection.execute(tallied.insert(), rows)
        connection.execute(component_count.insert(), [{**row, "components": 0, "recorded": 0} for row in rows])


def add_tallies(connection: Writing, changes: Mapping[TallyKey, int]) -> None:
    """Add counts (negative ones take away); what is left of nothing goes."""
    rows = {key: n for key, n in changes.items() if n}
    kept = [(*astuple(replace(key, name=key_of(key.name))), n) for key, n in rows.items()]
    put(connection, _adding(connection, tally, ("n",)), tally, kept)
    if any(n < 0 for n in rows.values()):
        plants = sorted({key.plant for key in rows})
        hours = sorted({key.hour for key in rows})
        connection.execute(
            delete(tally).where(
                tally.c.n == 0, tally.c.plant.in_(plants), tally.c.hour >= hours[0], tally.c.hour <= hours[-1]
            )
        )
    keep_names(connection, {(key.plant, key.name) for key in rows})


def add_first_pass_spans(connection: Writing, changes: Mapping[SpanKey, FirstPass]) -> None:
    """The same of first-pass counts."""
    statement = _adding(connection, first_pass_span, PASS_COUNTS)
    put(connection, statement, first_pass_span, [(*astuple(key), *astuple(one)) for key, one in changes.items()])
    rows = [{**asdict(key), **asdict(one)} for key, one in changes.items()]
    if any(row[name] < 0 for row in rows for name in PASS_COUNTS):
        table = first_pass_span.c
        within = (table[name].in_(sorted({row[name] for row in rows})) for name in ("plant", "span", "start"))
        connection.execute(delete(first_pass_span).where(*within, *(table[name] == 0 for name in PASS_COUNTS)))


def results_at(connection: Reading, hours: Collection[tuple[str, int]]) -> dict[tuple[str, int], HourOfResults]:
    """What is kept of hours of plants, a few."""
    rows = ((key, ask(connection, _HOUR_OF_RESULTS, {"plant": key[0], "hour": key[1]})) for key in hours)
    return {key: HourOfResults(*found[0]) for key, found in rows if found}


def put_results(connection: Writing, found: Mapping[tuple[str, int], HourOfResults]) -> None:
    """Keep these instead."""
    rows = [(*key, *astuple(one)) for key, one in found.items()]
    put(connection, _adding(connection, result_hour, ()), result_hour, rows)


def chain_passes(connection: Reading, plants: Collection[str]) -> dict[ChainKey, ChainPass]:
    """What each chain tells of each part and operation of plants."""
    found = connection.execute(select(chain_pass).where(chain_pass.c.plant.in_(sorted(set(plants)))))
    return {ChainKey(*row[:_OF_KEY]): _passed(row[_OF_KEY:]) for row in found}


def passes_at(connection: Reading, keys: Iterable[ChainKey]) -> dict[ChainKey, ChainPass]:
    """The same of some parts and operations, a few."""
    rows = ((key, ask(connection, _PASS, asdict(key))) for key in keys)
    return {key: _passed(found[0][_OF_KEY:]) for key, found in rows if found}


def put_chain_passes(connection: Writing, found: Mapping[ChainKey, ChainPass]) -> None:
    """Keep these instead."""
    rows = [
        (*astuple(key), one.last_seq, *astuple(one.counts), one.through, *astuple(one.at_through))
        for key, one in found.items()
    ]
    put(connection, _adding(connection, chain_pass, ()), chain_pass, rows)


def _passed(told: Sequence[int]) -> ChainPass:
    """Of the columns behind the key."""
    through = 1 + len(_COUNTED)
    return ChainPass(told[0], ChainCounts(*told[1:through]), told[through], ChainCounts(*told[through + 1 :]))


def add_components(connection: Writing, changes: Mapping[str, tuple[int, int]]) -> None:
    """Units newly built in at plants, and how many more of those built in have results of another plant."""
    rows = [{"plant": plant, "components": new, "recorded": known} for plant, (new, known) in changes.items()]
    if rows:
        connection.execute(_adding(connection, component_count, ("components", "recorded")), rows)


_MADE: dict[tuple[bool, str], Insert] = {}


def _adding(connection: Writing, table: Table, counts: Sequence[str]) -> Insert:
    """Insert rows, or add their ``counts`` to the row with the same key; without counts, in place of it. Made once."""
    key = (is_postgres(connection.dialect), table.name)
    if key not in _MADE:
        made = insert_or_add(connection, table, counts) if counts else insert_or_replace(connection, table)
        _MADE[key] = made
    return _MADE[key]


_MARKED = {
    postgres: select(tallied).where(among(tallied.c.plant, "plants", postgres=postgres)) for postgres in (False, True)
}
_HOUR_OF_RESULTS = select(*(result_hour.c[name] for name in HourOfResults.__struct_fields__)).where(
    result_hour.c.plant == bindparam("plant"), result_hour.c.hour == bindparam("hour")
)
_PASS = select(chain_pass).where(*(chain_pass.c[name] == bindparam(name) for name in ChainKey.__struct_fields__))
