"""Who should have sent records of an item of which nobody sent any."""

from collections.abc import Mapping

import msgspec

from hub.named import Named, unnamed
from hub.store.core.database import Reading
from hub.store.search.prefixes import company_prefixes
from hub.trace.catalogue import Catalogue, part_of_item
from hub.trace.doubt_views import Because, ExpectedView
from traceability.identifier.item import parse_item

_GTIN_INDICATOR = 1
"""A GTIN of 14 digits begins with an indicator digit; the company prefix stands behind it."""


class Expectation(msgspec.Struct, frozen=True):
    """Names, and the organisation of each company prefix."""

    catalogue: Catalogue
    prefixes: Mapping[str, str]

    def of(self, item: str) -> tuple[ExpectedView, ...]:
        """First the plants that plan the part, then who gave the number; empty when nobody is known."""
        parsed = parse_item(item)
        master = self.catalogue.master
        entry = self.catalogue.parts.get(part_of_item(parsed))
        found = [
            ExpectedView(
                organisation=master.organisation_of(plant),
                plant=master.plant_named(plant),
                because=Because.CONTROL_PLAN,
            )
            for plant in (entry.plants if entry else ())
        ]
        if parsed.is_private:
            named, because = self._organisation(parsed.organisation), Because.SCOPE
        else:
            named, because = self._owner(parsed.gtin), Because.COMPANY_PREFIX
        if named is not None and all(each.organisation is None or each.organisation.id != named.id for each in found):
            found.append(ExpectedView(organisation=named, plant=None, because=because))
        return tuple(found)

    def of_location(self, number: str) -> Named | None:
        """Whose global location number it is."""
        return self._owner("0" * _GTIN_INDICATOR + number)

    def _owner(self, gtin: str) -> Named | None:
        digits = gtin[_GTIN_INDICATOR:]
        fitting = [prefix for prefix in self.prefixes if digits.startswith(prefix)]
        return self._organisation(self.prefixes[max(fitting, key=len)]) if fitting else None

    def _organisation(self, identity: str) -> Named | None:
        if identity.startswith("~"):  # a public register, nobody's own scope
            return None
        return self.catalogue.master.organisations.get(identity, unnamed(identity))


def expectation(connection: Reading, catalogue: Catalogue) -> Expectation:
    """For the items whose names ``catalogue`` holds."""
    return Expectation(catalogue, company_prefixes(connection))
