"""The tables of a store: made, and brought from one version of the program to another.

Tables that were only added are made when a store is opened. Everything else is an Alembic revision (``migrations``):
all that are due run in one writing transaction, which in both databases holds for tables too. So a migration that fails
in the middle, or whose process is killed, leaves the store as it was, and may be tried again.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Dialect, Table, inspect
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.exc import SQLAlchemyError

from hub.errors import DataDirectory
from hub.store.core.database import Reading, Store, Writing
from hub.store.core.dialect import is_postgres
from hub.store.packed.layout import PACKED, make_packed, statements
from hub.store.tables.every import metadata

MIGRATIONS = Path(__file__).parents[1] / "migrations"
_FAULTS = (SQLAlchemyError, CommandError, ArithmeticError, LookupError, RuntimeError, TypeError, ValueError)
BASELINE = "0001"
"""The revision of a store that says none."""
_said: dict[tuple[object, ...], tuple[str, ...]] = {}


class Upgraded(msgspec.Struct, frozen=True, kw_only=True):
    """From which revision to which, by which steps."""

    before: str
    after: str
    steps: tuple[str, ...]


def tables_there(connection: Connection) -> set[str]:
    """Which of the hub's tables there are."""
    looked = inspect(connection)
    there = set(looked.get_table_names())
    if not is_postgres(connection.dialect):
        there |= PACKED.intersection(looked.get_view_names())
    return there & metadata.tables.keys()


def create_tables(connection: Writing, tables: Iterable[Table], *, missing: bool = False) -> None:
    """Make ``tables``, or those of them that are ``missing``, as this database keeps them."""
    wanted = list(tables)
    if not is_postgres(connection.dialect):
        packed = PACKED.intersection(table.name for table in wanted)
        if packed and not (missing and packed <= tables_there(connection)):
            make_packed(connection)
        wanted = [table for table in wanted if table.name not in PACKED]
    metadata.create_all(connection, tables=wanted, checkfirst=missing)


def make_tables(connection: Writing, scripts: Path = MIGRATIONS) -> None:
    """Make the tables that are missing in a new store, which is then as this program wants it."""
    if tables_there(connection):
        create_tables(connection, metadata.tables.values(), missing=True)
    else:
        for statement in _statements(connection.dialect):
            connection.exec_driver_sql(statement)
    _context(connection).stamp(_script(scripts), "head")


def _statements(dialect: Dialect) -> tuple[str, ...]:
    """What makes every table, in the words of a database; finding them takes longer than having it done."""
    key = (dialect.name, dialect.server_version_info)
    if key not in _said:
        said: list[str] = []
        compiled = MockConnection(dialect, lambda ddl, _: said.append(str(ddl.compile(dialect=dialect))))
        packed = frozenset() if is_postgres(dialect) else PACKED
        plain = [table for table in metadata.tables.values() if table.name not in packed]
        metadata.create_all(compiled, tables=plain, checkfirst=False)
        _said[key] = (*said, *(statements() if packed else ()))
    return _said[key]


def bring_up(store: Store, scripts: Path = MIGRATIONS) -> None:
    """Make an opened store fit this program where that keeps no older program from going on.

    Takes the write lock only when something is missing. ``DataDirectory`` when the store is newer than the program, or
    has to be upgraded on purpose.
    """
    script = _script(scripts)
    with store.reading() as connection:
        due = _due(connection, script, store)
        missing = metadata.tables.keys() - tables_there(connection)
    waiting = [step.revision for step in due if not step.module.additive]
    if waiting:
        raise DataDirectory(
            f"the store has to be upgraded (revision {waiting[0]})",
            where=str(store.place),
            advice="take a backup, stop older programs, run 'zhuoyue-hub upgrade --data DIR'",
        )
    if due:
        upgrade(store, scripts=scripts)
    if missing:
        with store.shaping() as connection:
            create_tables(connection, metadata.tables.values(), missing=True)


def upgrade(store: Store, to: str | None = None, *, scripts: Path = MIGRATIONS) -> Upgraded:
    """Bring a store to revision ``to`` (the newest that the program knows), forward or back; all of it or nothing."""
    script = _script(scripts)
    wanted = to or str(script.get_current_head())
    with store.shaping() as connection:
        before = revision_of(connection, script, store)
        if wanted not in {step.revision for step in script.walk_revisions()}:
            raise DataDirectory(f"the program knows no revision {wanted}", where="--to")
        if _context(connection).get_current_revision() is None:
            _context(connection).stamp(script, before)
        steps = _run(connection, script, before, wanted)
    return Upgraded(before=before, after=wanted, steps=steps)


def revision_of(connection: Reading, script: ScriptDirectory, store: Store) -> str:
    """The revision of a store; ``DataDirectory`` when it is newer than this program."""
    found = _context(connection).get_current_revision() or BASELINE
    try:
        script.get_revision(found)
    except CommandError:
        raise DataDirectory(
            f"the store is of revision {found}, this program knows {script.get_current_head()} and older ones",
            where=str(store.place),
            advice="use the newer program, or restore the backup that was taken before the upgrade",
        ) from None
    return found


def _due(connection: Reading, script: ScriptDirectory, store: Store) -> list[Script]:
    return list(script.iterate_revisions("head", revision_of(connection, script, store)))[::-1]


def _run(connection: Writing, script: ScriptDirectory, before: str, to: str) -> tuple[str, ...]:
    back = to in {step.revision for step in script.iterate_revisions(before, "base")} and to != before
    steps: list[str] = []

    def plan(revision: Any, _context: object) -> Any:
        # what Alembic's own commands call; it has no public name
        chosen = script._downgrade_revs(to, revision) if back else script._upgrade_revs(to, revision)  # noqa: SLF001
        steps.extend(step.revision.revision for step in chosen)
        return chosen

    with EnvironmentContext(Config(), script, fn=plan, destination_rev=to) as environment:
        environment.configure(connection=connection, transactional_ddl=True, target_metadata=metadata)
        try:
            environment.run_migrations()
        except _FAULTS as error:
            failed = ", ".join(steps)
            raise DataDirectory(
                f"the migration ({failed}) failed, the store is as it was: {error}",
                where=f"revision {before} to {to}",
                advice="correct what it names and run it again, or go on with the older program",
            ) from error
    return tuple(steps)


def _script(scripts: Path) -> ScriptDirectory:
    return ScriptDirectory(scripts, version_locations=[scripts / "versions"])


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"transactional_ddl": True})
