"""The hub as one organisation sees it."""

from datetime import datetime

import msgspec

from hub.parts import Hub
from hub.sharing.audit import AuditDesk, Question, notes_of
from hub.sharing.policy import Decided, decide
from hub.store.core.database import Reading
from hub.store.sharing.queries import (
    organisations_known,
    owners_of_authors,
    owners_of_plants,
    policies_stated,
    prefixes_of,
)
from hub.store.sharing.seen import SeenStore
from hub.store.sharing.views import Ground, Noted
from traceability.identifier.digital_link import CANONICAL_ROOT

LOCATION = f"{CANONICAL_ROOT}/414/"


def seen_by(hub: Hub, question: Question, audit: AuditDesk | None, plants: frozenset[str] = frozenset()) -> Hub:
    """``hub``, of which every reading shows what ``question.asker`` may see; of its own, what is of ``plants``.

    What is read of others goes into ``audit``; None where nothing leaves the operator's hands.
    """
    decided: list[Decided] = []

    def ground_of(connection: Reading) -> Ground:
        ground, by = ground_for(connection, question.asker, hub.clock(), plants)
        decided.append(by)
        return ground

    def told(_ground: Ground, noted: Noted) -> None:
        by = decided.pop()
        if audit is not None and noted.rows:
            audit.keep(notes_of(question, hub.clock(), noted, by.versions))

    return msgspec.structs.replace(hub, store=SeenStore(hub.store, ground_of, told))


def ground_for(
    connection: Reading, asker: str, now: datetime, only: frozenset[str] = frozenset()
) -> tuple[Ground, Decided]:
    """Everything that decides what ``asker`` sees, as the store says now; ``only`` these of its plants, if any."""
    plants = owners_of_plants(connection)
    organisations = organisations_known(connection)
    owners = organisations | frozenset(plants.values())
    by = decide(asker, owners, policies_stated(connection, now, partner=asker))
    ground = Ground(
        organisation=asker,
        authors=owners_of_authors(connection, plants),
        plants=plants,
        organisations=organisations,
        locations=tuple(LOCATION + prefix for prefix in prefixes_of(connection, asker)),
        acquaintances=by.acquaintances,
        grants=by.grants,
        named_parts=by.named_parts,
        only=only,
        plants_of_authors=owners_of_authors(connection, {plant: plant for plant in plants}) if only else {},
    )
    return ground, by
