"""What do these units have in common, over ever more units: the whole question on a real store, and how it grows."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

from planted import planted_fault  # noqa: E402 - the tests' own builder of a planted cause
from small_hub import small_hub  # noqa: E402

from hub.analysis.likeness import in_common  # noqa: E402
from hub.analysis.question import CommonQuestion  # noqa: E402
from hub.analysis.source import Source  # noqa: E402
from hub.store.trace.analysis import Passing, units_passing  # noqa: E402

QUESTION = {
    "suspects": {
        "failed": {"operation": "OP20", "plant": "oem", "begin": "2020-01-01T00:00:00Z", "end": "2030-01-01T00:00:00Z"}
    },
    "sample": 5_000,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--machines", type=int, nargs="*", default=[250, 500, 1_000])
    for machines in parser.parse_args().machines:
        with tempfile.TemporaryDirectory() as folder:
            hub = small_hub(Path(folder) / "hub")
            planted_fault(hub, machines)
            with hub.store.reading() as connection:
                begin = time.process_time()
                units_passing(connection, Passing(operations=("OP20",)), 2**31)
                read = time.process_time() - begin
                begin = time.process_time()
                told = in_common(Source(connection), CommonQuestion.model_validate(QUESTION))
                whole = time.process_time() - begin
            hub.store.close()
        first = told.findings[0]
        print(
            f"{machines} machines: {whole:.2f} s, reading results alone {read:.3f} s; {told.tested} values tested,"
            f" first {first.factor.kind} {first.label.name}, corrected p {first.corrected:.1e}"
        )


if __name__ == "__main__":
    main()
