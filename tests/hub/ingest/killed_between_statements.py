"""Run as a program: take one batch, and die at the n-th moment of the transaction, for every n; print what was left.

    killed_between_statements.py FOLDER

FOLDER holds a hub (``hub``) and a batch it does not have yet (``batch``). The moments are: before each statement,
before the commit and after it. One line of JSON for each n: what a fresh look finds, or "taken" when it lived.
"""

import json
import os
import shutil
import sys
from pathlib import Path

from sqlalchemy import event, func, select

from hub.audit.fsck import fsck
from hub.composition import open_hub
from hub.ingest.ingest import ingest
from hub.store.ledger.batches import log_size
from hub.store.tables.every import metadata

LIVED, DIED = 0, 9
EVERY = 8


def take_and_die(folder: Path, batch: bytes, moment: int) -> None:
    hub = open_hub(folder)
    seen = 0

    def maybe_die(*_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == moment:
            os._exit(DIED)

    engine = hub.store._writer
    for name in ("before_cursor_execute", "commit"):
        event.listen(engine, name, maybe_die)
    ingest(hub, batch, compressed=False)
    maybe_die()  # after the commit, before the answer
    os._exit(LIVED)


def look(folder: Path, audited: list[dict[str, object]]) -> dict[str, object]:
    """What stands in the tables; a state not seen before is audited in full."""
    hub = open_hub(folder)
    with hub.store.reading() as connection:
        counts = {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for name, table in metadata.tables.items()
        }
        counts["log"] = log_size(connection)
    if counts not in audited:
        fsck(hub)
        audited.append(counts)
    hub.store.close()
    return counts


def main(folder: Path) -> None:
    batch = (folder / "batch").read_bytes()
    moment, lived = 0, False
    audited: list[dict[str, object]] = []
    while not lived:
        moment += 1
        copy = folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder / "hub", copy)
        child = os.fork()
        if not child:
            take_and_die(copy, batch, moment)
        lived = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == LIVED
        left = look(copy, audited)
        then = None
        if lived or moment % EVERY == 1:
            again = open_hub(copy)
            ingest(again, batch, compressed=False)  # what was not taken is taken when sent again, what was is known
            again.store.close()
            then = look(copy, audited)
        print(json.dumps({"lived": lived, "left": left, "then": then}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
