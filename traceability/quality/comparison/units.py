"""What is known of the units that are compared."""

from collections.abc import Mapping

import msgspec


class KnownUnit(msgspec.Struct, frozen=True, kw_only=True):
    """One unit: the values of each factor (several lots of one material are several), and what was measured.

    ``factors``: name of the factor (``lot of 09506…``, ``station OP20``, ``shift``) to its values. A factor that is
    absent is not known of this unit; an empty set says that it is known to have none.
    ``values``: name of the characteristic to the value of its valid result, all in one uom.
    """

    name: str
    factors: Mapping[str, frozenset[str]] = msgspec.field(default_factory=dict)
    values: Mapping[str, float] = msgspec.field(default_factory=dict)
