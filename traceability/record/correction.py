"""Records that say that another record is wrong. The other record stays as it is."""

from typing import Annotated

import msgspec

from traceability.record.base import Id, Record, Sequence, Text


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which records of ``author``: the one numbered ``seq`` in ``chain``, or all that carry the id ``record``."""

    author: Id
    chain: Annotated[str, msgspec.Meta(max_length=32)] | None = None
    seq: Sequence | None = None
    record: Id | None = None


class CorrectionRecord(Record, frozen=True, kw_only=True, tag="correction"):
    """``target`` was recorded in error: from now on it doesn't count; what is right stands in ``corrective`` records.

    It binds when its author, another author of the same plant, or the hub for one of these (``on_behalf_of``) says so.
    A correction that is itself corrected binds no more, and its target counts again.
    """

    target: Target
    reason: Text
    corrective: tuple[Id, ...] = ()
    on_behalf_of: Id | None = None
    entered_by: Id | None = None
