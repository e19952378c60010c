"""What a result costs, and how long questions take, as a hub grows; the shape of the curve is the answer.

    python bench/hub_growth.py [--results 200000] [--steps 8] [--batch 200] [--measurements 10]

One agent's signed batches go through ingest as in ``hub_ingest.py``; after each step the processor time of a result,
the bytes on disk and the time of some questions are printed: the results of one unit, how all plants stand, and the
capability of a characteristic over everything. At the end stands how the cost grew: one that is the same at every step
is linear in the data.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from hub_ingest import AUTHOR, BEGIN, CHAIN, GTIN, SIGNER, fresh_hub, records

from hub.ingest.ingest import ingest
from hub.rollup.window import Narrowing, period
from hub.store.core.database import Reading
from hub.store.trace.queries import results_of_units
from hub.suppliers.board import graded_board
from traceability.batch.header import FORMAT_VERSION, Header
from traceability.batch.open import compress, open_batch
from traceability.batch.seal import records_root, seal_batch
from traceability.encoding import sha256, tagged
from traceability.identifier.item import unit_uri
from traceability.measurement import Characteristic
from traceability.record.codec import encode_record
from traceability.unit import Environment

EVER = (0, 10**7)
C0 = Characteristic(id="c0", name="c0", operation="OP10", uom="mm", decimals=4, key=True)


class Chain:
    """One agent that goes on where it was."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._dice = random.Random(7)
        self._prev: str | None = None
        self.made = 0
        self._seq = 0

    def next_batches(self, results: int) -> Iterator[bytes]:
        """So many more results, sealed and compressed."""
        for _ in range(results // self._options.batch):
            some = records(self.made, self._options.batch, self._options.measurements, self._dice)
            lines = [encode_record(record) for record in some]
            self._seq += 1
            header = Header(
                format=FORMAT_VERSION, author=AUTHOR, environment=Environment.TEST, chain=CHAIN, seq=self._seq,
                prev=self._prev, sealed_at=BEGIN + timedelta(seconds=2 * (self.made + self._options.batch)),
                first_record=2 * self.made + 1, records=len(lines), root=records_root(lines),
                config=tagged(sha256(b"configuration")),
            )  # fmt: skip
            sealed = seal_batch(header, lines, SIGNER)
            self._prev = open_batch(sealed).hash
            self.made += self._options.batch
            yield compress(sealed)


def milliseconds(ask: Callable[[], object], times: int = 7) -> float:
    """The median of some tries."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return 1000 * sorted(took)[times // 2]


def questions(connection: Reading, made: int) -> dict[str, Callable[[], object]]:
    """What people ask, by name."""
    unit, now = unit_uri(GTIN, f"S{made // 2:08d}"), BEGIN + timedelta(seconds=2 * made)
    return {
        "unit": lambda: results_of_units(connection, [unit]),
        "plants": lambda: graded_board(connection, now),
        "capability": lambda: period(connection, "p", C0, EVER, Narrowing()),
    }


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("--results", type=int, default=200_000)
    arguments.add_argument("--steps", type=int, default=8)
    arguments.add_argument("--batch", type=int, default=200)
    arguments.add_argument("--measurements", type=int, default=10)
    options = arguments.parse_args()
    chain, costs = Chain(options), []
    with tempfile.TemporaryDirectory() as name:
        hub = fresh_hub(Path(name) / "hub")
        for _ in range(options.steps):
            made = list(chain.next_batches(options.results // options.steps))
            cpu = time.process_time()
            for body in made:
                ingest(hub, body, compressed=True)
            cost = (time.process_time() - cpu) / (len(made) * options.batch)
            costs.append(cost)
            size = sum(file.stat().st_size for file in Path(name).rglob("*") if file.is_file())
            with hub.store.reading() as connection:
                asked = {word: milliseconds(ask) for word, ask in questions(connection, chain.made).items()}
            told = ", ".join(f"{word} {took:.1f} ms" for word, took in asked.items())
            print(
                f"{chain.made:>10,} results  {1e6 * cost:5.0f} µs each  {size / chain.made:5.0f} bytes each  {told}",
                flush=True,
            )
        hub.store.close()
    print(f"the last step cost {costs[-1] / costs[0]:.2f} of the first, for each result")


if __name__ == "__main__":
    main()
