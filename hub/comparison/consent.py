"""Whether plants of an organisation take part."""

from collections.abc import Sequence

from hub.entry.seal import Stamps, enter
from hub.errors import EntryRefused
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.ledger.authors import latest_organisation
from hub.store.ledger.batches import StoredBatch
from hub.store.quality.comparison import stored_consents
from traceability.record.base import Record
from traceability.record.comparison import ComparisonConsentRecord


def state_consent(hub: Hub, organisation: str, *, given: bool, by: str) -> StoredBatch | None:
    """Take part in releases made from now on, or no longer; None when it stands so already."""

    def draft(connection: Reading, stamp: Stamps) -> Sequence[Record]:
        if latest_organisation(connection, organisation) is None:
            raise EntryRefused(
                f"there is no organisation {organisation[:100]!r}", where="consent", advice="add it first"
            )
        if (organisation in consenting(connection)) is given:
            return []
        return [ComparisonConsentRecord(id=organisation, given=given, by=by, **stamp())]

    return enter(hub, draft)


def consenting(connection: Reading) -> frozenset[str]:
    """The organisations that take part now."""
    return frozenset(one.organisation for one in stored_consents(connection) if one.given)
