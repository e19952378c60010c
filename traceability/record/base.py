"""What every record has, and the bounds of its texts."""

from datetime import datetime
from typing import Annotated

import msgspec

Id = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
ItemId = Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
Text = Annotated[str, msgspec.Meta(max_length=2000)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**53 - 1)]
Sequence = Annotated[int, msgspec.Meta(ge=1, le=2**53 - 1)]
Integer = Annotated[int, msgspec.Meta(ge=-(2**53) + 1, le=2**53 - 1)]
Decimals = Annotated[int, msgspec.Meta(ge=0, le=12)]
Instant = Annotated[datetime, msgspec.Meta(tz=True)]
Hash = Annotated[str, msgspec.Meta(pattern="^sha256:[0-9a-f]{64}$")]
Salt = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{32}$")]
Currency = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]


class Record(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", omit_defaults=True):
    """One line of a batch.

    ``id`` names what the record is about (records of one result share it), ``seq`` runs 1, 2, 3 … through the whole
    chain of its author, ``event_time`` is the author's disciplined clock (UTC), and ``salt`` (16 random bytes, hex)
    keeps a withheld record from being guessed from its hash.
    """

    id: Id
    seq: Sequence
    event_time: Instant
    salt: Salt


def kind_of(record: Record) -> str:
    """The word that stands under ``kind`` in the record's line."""
    return str(record.__struct_config__.tag)
