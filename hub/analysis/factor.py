"""What is compared: factors of units, by kind and place."""

from enum import StrEnum

import msgspec

_JOINT = "\x1f"


class Kind(StrEnum):
    """What a factor is about."""

    LOT = "lot"
    """Lots of a part that went in, at whatever depth."""
    SUPPLIER = "supplier"
    """Who made, or sent, the part that went in."""
    PLANT = "plant"
    """Where the unit, or one that is in it, passed an operation."""
    VARIANT = "variant"
    """Which part stands at a position."""
    WORK_CELL = "work-cell"
    PLAN = "plan"
    """The control plan's revision in force."""
    TOOL = "tool"
    """Tools, nests, cavities and programs, by the plant's names."""
    RECIPE = "recipe"
    """Recipe and version."""
    OPERATOR = "operator"
    """Pseudonymous ids."""
    PASSES = "passes"
    """Passed at once, after a retest, or after rework."""
    SHIFT = "shift"
    """By the plant's calendar."""
    WINDOW = "window"
    """Hour, day or week by the plant's clock."""
    MEASURED = "measured"


class Factor(msgspec.Struct, frozen=True, kw_only=True):
    """``part`` is that of the unit or of what is in it; the rest as far as the kind has it."""

    kind: Kind
    part: str = ""
    operation: str = ""
    plant: str = ""
    position: str = ""
    characteristic: str = ""
    uom: str = ""

    @property
    def name(self) -> str:
        """One text for it; distinct for distinct factors."""
        return _JOINT.join((self.kind, self.part, self.operation, self.plant, self.position, self.characteristic))
