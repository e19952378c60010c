"""Writes an outbox file as the running version does: ``python write_version.py NAME.db`` (tests/support on the path).

Before the outbox's tables or records change, the file of the version so far is written and kept here for ever; no file
here is ever written again. ``test_versions`` opens and continues each of them.
"""

import asyncio
import sys
from datetime import UTC, datetime
from pathlib import Path

from hub_stand_in import HUB
from small_outbox import AUTHOR, Bench

from traceability.sync import Receipt, seal_receipt
from traceability.unit import Flag, Verdict


async def write(path: Path) -> None:
    """Batches 1 and 2 have receipts, 3 has none, and the results of cycles 7 and 8 are in no batch yet."""
    bench = Bench(path)
    outbox = await bench.open()
    for cycle, serial, verdict in (
        (1, "H1", Verdict.OK),
        (2, "H2", Verdict.NOT_OK),
        (3, "H3", Verdict.OK),
        (4, "H2", Verdict.OK),
        (5, None, Verdict.NOT_DECIDABLE),
        (6, "H6", Verdict.OK),
        (7, "H7", Verdict.NOT_OK),
    ):
        flags = (Flag.NO_READ,) if serial is None else ()
        await outbox.append(bench.submission(cycle, serial, verdict, flags=flags, outcome=2 if serial is None else 0))
        if cycle in (2, 4, 6):
            batch = await outbox.seal(500)
            if cycle < 6:
                receipt = Receipt(
                    author=AUTHOR,
                    chain=batch.chain,
                    seq=batch.seq,
                    hash=batch.hash,
                    log_index=batch.seq,
                    recorded_at=datetime(2026, 3, 1, 9, tzinfo=UTC),
                )
                await outbox.acknowledge(batch.seq, seal_receipt(receipt, HUB))
    await outbox.append(bench.submission(8, "H1", operation="OP20"))
    await outbox.note_uplink("down", "no answer")
    outbox.close()


if __name__ == "__main__":
    asyncio.run(write(Path(sys.argv[1])))
