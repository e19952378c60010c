"""Which names mean one thing, as far as a question comes to them: aliases and re-identifications together.

What is canonical follows from all statements about a group of names, whatever their order
(:mod:`traceability.identifier.alias`, :mod:`traceability.genealogy.renaming`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable

from hub.projection.trace_records import REIDENTIFIED
from hub.store.core.database import Reading
from hub.store.trace.aliases import AliasRow, aliases_about, any_alias
from traceability.errors import LimitExceeded
from traceability.genealogy import Renaming, renamed
from traceability.identifier.alias import AliasStatement, Dispute, resolve

MOST_NAMES = 50_000
"""A question that comes to more names with aliases than this is asked part by part."""


class Naming:
    """Learns about names when it is told to; what it was not told about stands for itself."""

    def __init__(self, connection: Reading, log_size: int | None = None) -> None:
        self._connection = connection
        self._log_size = log_size
        self.needed = any_alias(connection)
        """False: nobody ever said anything about names, so each stands for itself."""
        self._asked: set[str] = set()
        self._told: dict[str, AliasRow] = {}
        self._canonical: dict[str, str] = {}
        self._spellings: dict[str, set[str]] = {}
        self._disputes: tuple[Dispute, ...] = ()

    def learn(self, names: Iterable[str]) -> None:
        """Look up everything that was said about ``names`` and about the names that are linked to them."""
        if not self.needed:
            return
        fresh, before = set(names) - self._asked, len(self._told)
        while fresh:
            self._asked |= fresh
            rows = aliases_about(self._connection, fresh, self._log_size)
            self._told |= {_id(row): row for row in rows}
            fresh = {name for row in rows for name in (row.one, row.other)} - self._asked
            if len(self._told) > MOST_NAMES:
                raise LimitExceeded(f"more than {MOST_NAMES} names are linked by aliases", advice="ask for fewer items")
        if len(self._told) > before:
            self._resolve()

    def canonical_of(self, name: str) -> str:
        """The one identity that ``name`` stands for; itself as far as nothing else was learnt."""
        return self._canonical.get(name, name)

    def spellings_of(self, items: Collection[str]) -> set[str]:
        """Every name under which ``items`` may stand in a record."""
        self.learn(items)
        return {name for item in items for name in self._spellings.get(item, (item,))}

    def others_of(self, item: str) -> tuple[str, ...]:
        """The other names of ``item``."""
        return tuple(sorted(self._spellings.get(item, set()) - {item}))

    def disputes_about(self, items: Collection[str]) -> list[tuple[Dispute, tuple[AliasRow, ...]]]:
        """What can't be true of the names of ``items``, with the statements that contradict each other."""
        names = {*items, *self.spellings_of(items)}
        return [
            (dispute, tuple(self._told[statement] for statement in dispute.statements))
            for dispute in self._disputes
            if names & set(dispute.names)
        ]

    def _resolve(self) -> None:
        same = [row for row in self._told.values() if row.kind != REIDENTIFIED]
        resolution = resolve(AliasStatement(_id(row), row.one, row.other) for row in same)
        became = renamed(
            Renaming(_id(row), resolution.canonical_of(row.one), resolution.canonical_of(row.other))
            for row in self._told.values()
            if row.kind == REIDENTIFIED
        )
        told = {name for row in self._told.values() for name in (row.one, row.other)}
        self._canonical = {name: became.newest_of(resolution.canonical_of(name)) for name in told}
        spellings: defaultdict[str, set[str]] = defaultdict(set)
        for name, item in self._canonical.items():
            spellings[item] |= {name, item}
        self._spellings = spellings
        contradictions = (Dispute(each.names, each.statements, each.reason) for each in became.disputes)
        self._disputes = (*resolution.disputes, *contradictions)


def _id(row: AliasRow) -> str:
    return f"{row.batch_id:012}:{row.line:08}"
