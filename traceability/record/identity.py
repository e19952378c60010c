"""Records of names: what is one thing under several codes, and whose numbers begin with which prefix."""

from typing import Annotated

import msgspec

from traceability.record.base import Id, ItemId, Record, Text


class AliasRecord(Record, frozen=True, kw_only=True, tag="alias"):
    """Both names mean one thing: a GS1 identity, a private one, or a name of another system (工业互联网标识)."""

    one: ItemId
    other: ItemId
    reason: Text = ""


class ReidentificationRecord(Record, frozen=True, kw_only=True, tag="reidentification"):
    """The thing that was called ``before`` carries ``after`` from now on (a new label, another company's serial)."""

    before: ItemId
    after: ItemId
    reason: Text = ""


class CompanyPrefixRecord(Record, frozen=True, kw_only=True, tag="company-prefix"):
    """GS1 keys that begin with ``prefix`` are given by ``organisation``; the record's id is the prefix."""

    organisation: Id
    prefix: Annotated[str, msgspec.Meta(pattern="^[0-9]{4,12}$")]
