"""Names that aspects need: Catena-X ids of items, business partner numbers of who made and who got them."""

import hmac
from collections.abc import Collection, Mapping
from functools import lru_cache

from hub.errors import NotFound
from hub.parts import Hub
from hub.store.core.database import Reading
from hub.store.epcis.catenax import StoredAspect, aspects_about, partner_numbers
from hub.trace.catalogue import Catalogue, part_of_item, read_catalogue
from hub.trace.expected import expectation
from hub.trace.known import Known, standing
from traceability.catenax.aspects import Batch, SerialPart, SingleLevelBomAsBuilt, SingleLevelUsageAsBuilt
from traceability.catenax.identity import MANUFACTURER, subject_of
from traceability.catenax.mapping import derived_id
from traceability.catenax.reading import content_of, kind_of_model
from traceability.encoding import sha256
from traceability.errors import IdentifierRefused
from traceability.identifier.item import parse_item, read_identity
from traceability.identifier.private import PRIVATE_ROOT, UUID_ROOT, UUID_SCOPE

_PURPOSE = b"zhuoyue Catena-X ids, version 1"
_BPNL = "BPNL"
_UUIDS = f"{PRIVATE_ROOT}{UUID_SCOPE}:unit::"
_NUMBER_LENGTH = 16
Brought = SerialPart | Batch | SingleLevelBomAsBuilt | SingleLevelUsageAsBuilt


class Names:
    """Names as one question needs them; afterwards ``given`` has the ids (subject -> item) that were made for it."""

    def __init__(self, connection: Reading, known: Known, hub: Hub) -> None:
        self._connection = connection
        self._known = known
        self._key = _key(hub.signer.sign(_PURPOSE))
        self._numbers = partner_numbers(connection)
        self._brought: dict[str, str] = {}
        self._unknown: dict[str, None] = {}
        self.given: dict[str, str] = {}

    def id_of(self, item: str) -> str:
        """The Catena-X id that partners gave, else one of ours, the same every time."""
        uuids = [name for name in (item, *self._known.naming.others_of(item)) if name.startswith(_UUIDS)]
        if uuids:
            return UUID_ROOT + min(uuids).removeprefix(_UUIDS)
        made = derived_id(self._key, item)
        self.given[subject_of(made)] = item
        return made

    def partner_of(self, item: str) -> str:
        """The number of who made the item; what nobody knows is noted for ``check``."""
        catalogue = read_catalogue(self._connection, [item])
        rows = standing(self._known.results([item]).get(item, []))
        plant = catalogue.maker(part_of_item(parse_item(item)), rows)
        maker = catalogue.master.organisation_of(plant)
        candidates = [maker.id] if maker is not None else []
        expected = expectation(self._connection, catalogue).of(item)
        candidates += [each.organisation.id for each in expected if each.organisation is not None]
        return self._first(candidates) or self._brought.get(item) or self._not_known(f"who made {item}")

    def customers(self, item: str) -> list[str]:
        """The numbers of whom the item was sent to."""
        shipped = self._known.shipments([item]).get(item, [])
        parties = dict.fromkeys(each.row.party for each in shipped if each.row.step == "ship")
        catalogue = read_catalogue(self._connection, [])
        return sorted({self._party(party, catalogue) for party in parties})

    def learn(self, items: Mapping[str, str]) -> None:
        """Numbers by item that partners' aspects tell."""
        self._brought |= items

    def check(self) -> None:
        """``NotFound`` when somebody's number is not known: an aspect cannot be written without it."""
        if self._unknown:
            raise NotFound(
                f"the business partner number is not known of {', '.join(list(self._unknown)[:10])}",
                advice="the operator enters it with POST /api/v1/organisations/ID/partner-number",
            )

    def _party(self, party: str, catalogue: Catalogue) -> str:
        organisation = catalogue.master.organisation_of(party)
        candidates = [party] if organisation is None else [organisation.id]
        number = _location_number(party)
        if number:
            named = expectation(self._connection, catalogue).of_location(number)
            candidates += [] if named is None else [named.id]
        return self._first(candidates) or self._not_known(party)

    def _first(self, organisations: list[str]) -> str | None:
        for name in organisations:
            if name in self._numbers:
                return self._numbers[name]
            if name.startswith(_BPNL) and len(name) == _NUMBER_LENGTH and name.isalnum():
                return name
        return None

    def _not_known(self, what: str) -> str:
        self._unknown[what] = None
        return ""


def _location_number(party: str) -> str:
    """The digits of a global location number; empty where a party is named otherwise."""
    try:
        return read_identity(party).key
    except IdentifierRefused:
        return ""


def brought_about(connection: Reading, known: Known, items: Collection[str]) -> list[Brought]:
    """The aspects about items, under every name, in the order of the log."""
    stored = aspects_about(connection, known.naming.spellings_of(items), known.moment.log_size)
    return [aspect for aspect in map(_aspect, stored) if aspect is not None]


def numbers_told(aspects: list[Brought], known: Known) -> dict[str, str]:
    """Whose numbers ``aspects`` tell: of the makers of their items, and of what is in these."""
    told: dict[str, str] = {}
    for aspect in aspects:
        item = known.item(subject_of(aspect.catena_x_id))
        if isinstance(aspect, SerialPart | Batch):
            own = [each.value for each in aspect.local_identifiers if each.key == MANUFACTURER]
            told.update((item, number) for number in own if number.startswith(_BPNL))
        elif isinstance(aspect, SingleLevelBomAsBuilt):
            told |= {known.item(subject_of(each.catena_x_id)): each.business_partner for each in aspect.child_items}
        else:
            told.update((item, each.business_partner) for each in aspect.parent_items)
    return told


def _aspect(stored: StoredAspect) -> Brought | None:
    kind = kind_of_model(stored.model)
    return None if kind is None else content_of(stored.content, kind)


@lru_cache(maxsize=8)
def _key(signature: bytes) -> bytes:
    """A secret that only who holds the hub's key can make, and that is the same after a restart."""
    return hmac.new(sha256(signature), _PURPOSE, "sha256").digest()
