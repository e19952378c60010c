"""Which kinds of records a plant's company does not share with whoever asks: by policy, so it tells nothing of records.

A figure that can't be told may be missing because nothing was recorded, or because it is not shared; these are two
things to say to a supplier.
"""

from enum import StrEnum

from hub.store.core.database import Reading
from hub.store.sharing.views import Ground, looks_as
from traceability.record.sharing import DataKind, Items

EVERY = ""
FIGURES_REST_ON = (DataKind.VERDICTS, DataKind.MEASUREMENTS, DataKind.COSTS, DataKind.GRADING)


class Withheld(StrEnum):
    """How far a kind is withheld."""

    WHOLLY = "wholly"
    IN_PART = "in-part"
    """Shared of some parts only, or only of what was delivered."""


class Withholding:
    """What every company withholds from whoever asks by this connection."""

    def __init__(self, connection: Reading) -> None:
        self._ground = looks_as(connection)

    def of(self, plant: str) -> dict[DataKind, Withheld]:
        """Of the kinds on which figures rest; nothing of one's own plants, or where everything is seen."""
        ground = self._ground
        if ground is None or plant in ground.own_plants():
            return {}
        told = ((kind, _withheld(ground, plant, kind)) for kind in FIGURES_REST_ON)
        return {kind: how for kind, how in told if how is not None}


def _withheld(ground: Ground, plant: str, kind: DataKind) -> Withheld | None:
    owner = ground.plants.get(plant)
    if owner == ground.organisation:
        return Withheld.WHOLLY  # somebody of the company, who works for others of its plants
    parts = {EVERY, *(part for whose, part in ground.named_parts if whose == owner)}
    given = {grant.part: grant.items for grant in ground.grants if grant.owner == owner and grant.kind == kind}
    if not given:
        return Withheld.WHOLLY
    whole = parts == given.keys() and set(given.values()) == {Items.ALL.value}
    return None if whole else Withheld.IN_PART
