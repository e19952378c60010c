"""A stand-in for the extension Citus, which no package has: it says it is there, lays out nothing, and remembers.

What Citus's documentation refuses when a table is laid out, it refuses too (``_REFUSED``). What it can't see to, the
statements themselves, the server writes down: ``asked_of`` gives those that came from the store's own server, and
``ASKABLE`` is what of them Citus has for a table over many workers. It takes PostgreSQL 18, the first that looks for
extensions outside of its own folder.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from small_nodes import programs_with_fdw
from small_postgres import SmallPostgres

_CONTROL = "default_version = '1.0'\nrelocatable = false\nsuperuser = true\n"
_TABLES = """
CREATE TABLE public.pg_dist_partition (logicalrelid regclass PRIMARY KEY, partkey text, colocated_with text);
"""
_REFUSED = """
CREATE FUNCTION create_distributed_table(
    table_name regclass, distribution_column text, distribution_type text DEFAULT 'hash',
    colocate_with text DEFAULT 'default', shard_count int DEFAULT NULL
) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    place smallint;
BEGIN
    SELECT attnum INTO STRICT place FROM pg_attribute
        WHERE attrelid = table_name AND attname = distribution_column AND NOT attisdropped;
    IF EXISTS (SELECT FROM pg_index WHERE indrelid = table_name AND indisunique AND place <> ALL (indkey)) THEN
        RAISE 'unique constraints have to hold the distribution column %', distribution_column USING ERRCODE = '0A000';
    END IF;
    IF EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND table_name IN (conrelid, confrelid)) THEN
        RAISE 'foreign keys want a common layout' USING ERRCODE = '0A000';
    END IF;
    IF EXISTS (SELECT FROM pg_trigger WHERE tgrelid = table_name AND NOT tgisinternal)
        OR EXISTS (SELECT FROM pg_rewrite WHERE ev_class = table_name)
        OR EXISTS (SELECT FROM pg_inherits WHERE table_name IN (inhrelid, inhparent)) THEN
        RAISE 'no triggers, rules or parents' USING ERRCODE = '0A000';
    END IF;
    IF (SELECT relkind <> 'r' OR relpersistence <> 'p' FROM pg_class WHERE oid = table_name) THEN
        RAISE 'only lasting tables are laid out' USING ERRCODE = '0A000';
    END IF;
    INSERT INTO public.pg_dist_partition VALUES (table_name, distribution_column, colocate_with);
END $$;
"""
_SHARDS = """
CREATE FUNCTION run_command_on_shards(
    table_name regclass, command text, parallel boolean DEFAULT true,
    OUT shardid bigint, OUT success boolean, OUT result text
) RETURNS SETOF record LANGUAGE plpgsql AS $$
BEGIN
    shardid := 1; success := true;
    EXECUTE format(command, table_name) INTO result;
    RETURN NEXT;
END $$;
"""
_PART = r"public\.\w+_part_\d+"
_TERM = r"(?:(?!\bctid\b|\bSELECT\b|\bJOIN\b|\bFOR UPDATE\b|\bFOR SHARE\b|\bTABLESAMPLE\b|\bWITH\b|\bGROUPING\b).)*"
ASKABLE = re.compile(
    "|".join(
        (
            r"START TRANSACTION ISOLATION LEVEL REPEATABLE READ",
            r"(?:COMMIT|ABORT) TRANSACTION",
            r"(?:SAVEPOINT|RELEASE SAVEPOINT|ROLLBACK TO SAVEPOINT) s\d+",
            r"SET \w+ = '?[\w.-]+'?",
            rf"DECLARE c\d+ CURSOR FOR\s+SELECT {_TERM} FROM {_PART}(?: WHERE {_TERM})?(?: ORDER BY {_TERM})?",
            r"(?:FETCH \d+ FROM|CLOSE|MOVE BACKWARD ALL IN) c\d+",
            rf"INSERT INTO {_PART}\({_TERM}\) VALUES {_TERM}",
            rf"UPDATE {_PART} SET {_TERM} WHERE {_TERM}",
            rf"DELETE FROM {_PART} WHERE {_TERM}",
            r"DEALLOCATE (?:ALL|\w+)",
        )
    ),
    re.DOTALL,
)
"""Reading and writing of one table, by conditions on its own columns, in transactions that a cursor goes through."""
_SAID = re.compile(r"^postgres_fdw\|(\w+)\|LOG:  (?:statement|execute [^:]*): ", re.MULTILINE)
_NEXT = re.compile(r"^[^\t|]*\|[^|]*\|", re.MULTILINE)


@contextmanager
def like_citus() -> Iterator[tuple[SmallPostgres, Path]]:
    """A server that claims to have Citus, and where it writes what it was asked; ended when the block is left."""
    folder = Path(tempfile.mkdtemp(prefix="zy-citus-"))
    extension = folder / "extension"
    extension.mkdir()
    (extension / "citus.control").write_text(_CONTROL)
    (extension / "citus--1.0.sql").write_text(_TABLES + _REFUSED + _SHARDS)
    for each in (folder, extension, *extension.iterdir()):
        each.chmod(0o755)  # the server may run as somebody else
    more = (
        f"extension_control_path={folder}:$system",
        "citus.version=13.0",
        "log_statement=all",
        "log_line_prefix=%a|%d|",
    )
    server = SmallPostgres(programs_with_fdw(), more=more, log=folder / "asked")
    try:
        yield server, folder / "asked"
    finally:
        server.close()
        shutil.rmtree(folder)


def asked_of(log: Path) -> list[str]:
    """Every statement that came by postgres_fdw."""
    text = log.read_text()
    found = []
    for begun in _SAID.finditer(text):
        end = _NEXT.search(text, begun.end())
        found.append(text[begun.end() : end.start() if end else None].strip())
    return found
