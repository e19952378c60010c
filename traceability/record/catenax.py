"""Records of what came from, and is known in, the Catena-X network."""

from typing import Annotated

import msgspec

from traceability.record.base import Hash, Id, ItemId, Record, Text
from traceability.record.epcis import EventParts

Bpnl = Annotated[str, msgspec.Meta(pattern="^BPNL[a-zA-Z0-9]{12}$")]


class AspectRecord(Record, frozen=True, kw_only=True, tag="catenax-aspect"):
    """One aspect that ``organisation`` brought, word for word in parts of its JSON; ``hash`` is that of the JSON.

    ``model`` is the URN of the aspect model. ``subject`` is the identity of its Catena-X id, ``item`` the one that its
    local identifiers spell, where it has any. The record's id is made of the organisation and the hash.
    """

    model: Text
    content: EventParts
    hash: Hash
    subject: ItemId
    item: ItemId | None = None
    organisation: Id


class BusinessPartnerRecord(Record, frozen=True, kw_only=True, tag="business-partner"):
    """An organisation is the legal entity with this business partner number; the record's id is the number."""

    organisation: Id
    number: Bpnl
