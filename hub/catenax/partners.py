"""Who is which legal entity in the Catena-X network."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from hub.entry.forms import Form
from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.epcis.catenax import partner_numbers
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from traceability.record.base import Record
from traceability.record.catenax import BusinessPartnerRecord


class PartnerNumberForm(Form):
    """A business partner number of a legal entity."""

    number: Annotated[str, Field(pattern="^BPNL[a-zA-Z0-9]{12}$")]


def enter_partner_number(hub: Hub, organisation: str, number: str) -> StoredBatch | None:
    """State the number of an organisation; None when it stood so already."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if latest_organisation(connection, organisation) is None:
            raise EntryRefused(
                f"there is no organisation {organisation!r}", where=f"number {number}", advice="add it first"
            )
        if partner_numbers(connection).get(organisation) == number:
            return []
        return [BusinessPartnerRecord(id=number, organisation=organisation, number=number, **stamp())]

    return enter(hub, draft)
