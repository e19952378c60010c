"""With whose eyes something was worked out that is kept and read later."""

import msgspec


class Eyes(msgspec.Struct, frozen=True, kw_only=True):
    """Who looks: an organisation ("" is the operator), of whose own plants ``plants`` alone, or every one when empty.

    ``by`` is who it is: an account, a token, or "operator".
    """

    organisation: str = ""
    plants: frozenset[str] = frozenset()
    by: str = ""

    def sees_what(self, other: "Eyes") -> bool:
        """Whether everything that ``other`` sees is seen by these, too."""
        if not self.organisation:
            return True
        fewer = not self.plants or (bool(other.plants) and other.plants <= self.plants)
        return self.organisation == other.organisation and fewer
