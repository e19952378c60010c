"""A plant's past, loaded from files. What stands here was not measured by any agent of ours: it is what somebody says.

So it is of kinds of its own, and nothing that counts, grades or proves signed results ever reads them.
"""

from typing import Annotated

import msgspec

from traceability.record.base import Count, Decimals, Hash, Id, Instant, Integer, ItemId, Record, Text
from traceability.unit import Verdict

Name = Annotated[str, msgspec.Meta(max_length=200)]


class HistoryValue(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A value as the file has it: ``value`` x 10**-``decimals`` ``uom``."""

    characteristic: Id
    value: Integer
    decimals: Decimals
    uom: Annotated[str, msgspec.Meta(max_length=20)] = ""


class HistoryLoadRecord(Record, frozen=True, kw_only=True, tag="history-load"):
    """A file that was loaded; the record's id names the load. ``source`` is the hash of the file's bytes."""

    plant: Id
    source: Hash
    format: Name
    results: Count
    entered_by: Id
    note: Text = ""


class HistoryResultRecord(Record, frozen=True, kw_only=True, tag="history-result"):
    """One imported result, at ``at`` by the file's own clock; the record's id is the load's."""

    plant: Id
    row: Count
    part: ItemId
    operation: Id
    at: Instant
    unit: ItemId | None = None
    work_cell: Name = ""
    verdict: Verdict = Verdict.UNDEFINED
    values: tuple[HistoryValue, ...] = ()


class HistoryUndoneRecord(Record, frozen=True, kw_only=True, tag="history-undone"):
    """The load named by the record's id counts no more; its records stay in the ledger."""

    plant: Id
    reason: Text
    entered_by: Id
