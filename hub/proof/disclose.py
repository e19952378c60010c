"""Evidence for whoever may see a part only: what is withheld in a page is withheld in a proof.

A record is shown when the asker sees every row that was made of it; a record of which it sees some rows, or may only
know that it exists, is in the file by its hash, and others are not in it at all.
"""

from collections.abc import Collection

from hub.parts import Hub
from hub.proof.assemble import NOTHING, assemble
from hub.store.core.database import Reading
from hub.store.sharing.queries import places_seen_whole, sealed_about, sees_part
from hub.store.trace.evidence import Place
from traceability.evidence import Evidence

MOST_SEALED = 20_000


def assemble_seen(  # noqa: PLR0917 - from where, about what, and what is kept back
    connection: Reading,
    hub: Hub,
    subject: str,
    places: Collection[Place],
    withhold: Collection[str] = NOTHING,
    items: Collection[str] = NOTHING,
) -> Evidence:
    """The evidence of ``subject``: the records at ``places`` and about ``items``, as far as the asker may see them."""
    if not sees_part(connection):
        return assemble(connection, hub, subject, places, withhold)
    shown = places_seen_whole(connection, places)
    hidden = (set(places) | sealed_places(connection, items)) - shown
    with hub.store.whole() as whole:
        return assemble(whole, hub, subject, shown, withhold, hidden)


def sealed_places(connection: Reading, items: Collection[str]) -> set[Place]:
    """Records about ``items`` that the asker may know of and not see; none where everything is seen."""
    if not sees_part(connection):
        return set()
    return {(one.batch_id, one.line) for one in sealed_about(connection, items, MOST_SEALED)}


def shows(connection: Reading, place: Place) -> bool:
    """Whether the asker sees the whole record at ``place``."""
    return not sees_part(connection) or bool(places_seen_whole(connection, [place]))
