"""Tallies of results, kept beside the roll-ups so that no figure of a plant reads all of its results.

As roll-ups they are sums over many records, kept up in the transaction that takes a batch, and made again with
everything else by ``rebuild``. Hours are whole hours since 1970 UTC; -1 stands for "none".
"""

from sqlalchemy import BigInteger, Column, Table, Text

from hub.store.core.columns import metadata, text
from hub.store.tables.costed import COSTED
from hub.store.tables.pass_counts import PASS_COUNTS

NEVER = -1
"""In ``before`` and ``after`` of a tally: there was none, there is none."""


def _counts(*names: str) -> list[Column[int]]:
    return [Column(name, BigInteger, nullable=False) for name in names]


def _key(name: str) -> Column[int]:
    return Column(name, BigInteger, primary_key=True, autoincrement=False)


def _named(name: str, length: int = 200) -> Column[str]:
    return Column(name, text(name, length).type, primary_key=True)


# A plant whose tallies hold all that ever came of it; '' says that they were kept from the log's first result on. A
# store that is older than this table has none until it is rebuilt, and is asked for raw records as before.
tallied = Table("tallied", metadata, _named("plant"), sqlite_with_rowid=False)

# first_pass_hour over all work cells, by the hour and by the day of UTC (``span``) that begins with hour ``start``.
first_pass_span = Table(
    "first_pass_span",
    metadata,
    _named("plant"),
    _named("span", 5),
    _key("start"),
    _named("part", 400),
    _named("operation"),
    *_counts(*PASS_COUNTS),
    sqlite_with_rowid=False,
)

# Results by the hour in which they happened: those that stand, and those that were declared wrong.
result_hour = Table(
    "result_hour",
    metadata,
    _named("plant"),
    _key("hour"),
    *_counts("standing", "wrong", "first_batch", "last_batch"),
    sqlite_with_rowid=False,
)

# How many of something (``what``, see hub.rollup.tally) happened in ``hour`` that happened last in the hour ``before``
# and again in ``after``: so different ones can be counted in any window, each once.
tally = Table(
    "tally",
    metadata,
    _named("plant"),
    _named("what", 10),
    _named("name", 400),
    _named("operation"),
    _key("hour"),
    _key("before"),
    _key("after"),
    *_counts("n"),
    sqlite_with_rowid=False,
)

# What ``id``, a hash, stands for as the name of a tally; see hub.store.rollup.tally_names.
tally_name = Table(
    "tally_name",
    metadata,
    _named("plant"),
    _named("id", 71),
    Column("name", Text, nullable=False),
    sqlite_with_rowid=False,
)

# First-pass counts of one chain by its own records alone, declared wrong or not, up to ``last_seq``; and the same up
# to ``through``, as far as its latest claim speaks (0: no claim, or one that speaks of less than was known).
chain_pass = Table(
    "chain_pass",
    metadata,
    _named("plant"),
    _named("author"),
    _named("chain", 32),
    _named("part", 400),
    _named("operation"),
    *_counts("last_seq", "submitted", "first_ok", "attempts", "invalid"),
    *_counts("through", "through_submitted", "through_first_ok", "through_attempts", "through_invalid"),
    sqlite_with_rowid=False,
)

# Units that were ever built in at a plant, and how many of them have results of another plant.
component_count = Table(
    "component_count", metadata, _named("plant"), *_counts("components", "recorded"), sqlite_with_rowid=False
)

TALLIES: dict[str, Table] = {
    table.name: table
    for table in (tallied, first_pass_span, result_hour, tally, tally_name, chain_pass, component_count)
} | COSTED
