"""The results of one batch column by column, each with the measurements that follow it or without any.

Many results are read, written and rolled up faster so than row by row; the rows that they stand for are the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from hub.store.tables.measured import measured
from hub.store.tables.production import unit_result
from traceability.unit import Flag, Purpose, Verdict


class ResultShape(NamedTuple):
    """What many results of a batch have in common."""

    part: str
    operation: str
    work_cell: str
    verdict: Verdict
    flags: tuple[Flag, ...]
    purpose: Purpose
    plan: str | None


class ResultColumns(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """Sequences of one length, in the order of the batch; ``shape`` are indices of ``shapes``, times microseconds.

    ``measured_time``: when the measurements at the line after the result were recorded, None where there are none.
    """

    batch_id: int
    author: str
    chain: str
    plant: str | None
    shapes: Sequence[ResultShape]
    shape: Sequence[int]
    line: Sequence[int]
    seq: Sequence[int]
    event_time: Sequence[int]
    result_id: Sequence[str]
    unit: Sequence[str]
    attempt: Sequence[int]
    cycle: Sequence[int | None]
    source_time: Sequence[int | None]
    defect: Sequence[str | None]
    measured_time: Sequence[int | None]

    def rows(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """The rows of ``unit_result`` and ``measured``, in the order of their lines."""
        for at in range(len(self.line)):
            shape, later = self.shapes[self.shape[at]], self.measured_time[at]
            yield unit_result.name, self.result(at)
            if later is not None:
                own = {"operation": shape.operation, "plant": self.plant, "plan": shape.plan}
                yield measured.name, self._named(at, 1, later) | own

    def result(self, at: int) -> dict[str, Any]:
        """The row of ``unit_result`` of one of them."""
        return self._named(at, 0, self.event_time[at]) | self._result(at, self.shapes[self.shape[at]])

    def _named(self, at: int, after: int, time: int) -> dict[str, Any]:
        return {
            "batch_id": self.batch_id,
            "line": self.line[at] + after,
            "author": self.author,
            "chain": self.chain,
            "seq": self.seq[at] + after,
            "event_time": time,
            "result_id": self.result_id[at],
            "unit": self.unit[at],
        }

    def _result(self, at: int, shape: ResultShape) -> dict[str, Any]:
        return {
            "part": shape.part,
            "operation": shape.operation,
            "work_cell": shape.work_cell,
            "plant": self.plant,
            "verdict": shape.verdict,
            "flags": [str(flag) for flag in shape.flags],
            "purpose": shape.purpose,
            "attempt": self.attempt[at],
            "cycle": self.cycle[at],
            "source_time": self.source_time[at],
            "defect": self.defect[at],
            "plan": shape.plan,
        }
