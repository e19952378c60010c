"""The readings of a gauge study: parts x operators x repeats, complete and balanced."""

from collections.abc import Sequence
from fractions import Fraction

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.reason import Reason
from traceability.quality.steps import Number, steps_of


class Reading(msgspec.Struct, frozen=True):
    """One value that an operator read on a part; repeats are told apart by their order only."""

    part: str
    operator: str
    value: Number


class Cells(msgspec.Struct, frozen=True):
    """Integers of ``unit``: ``cells[part][operator][repeat]``."""

    parts: tuple[str, ...]
    operators: tuple[str, ...]
    cells: list[list[list[int]]]
    unit: Fraction

    @property
    def repeats(self) -> int:
        """Readings in each cell."""
        return len(self.cells[0][0])


def balanced(readings: Sequence[Reading]) -> Cells:
    """The readings in their cells; NoFigure when cells differ or there are too few parts or repeats."""
    steps = steps_of((reading.value for reading in readings), fewest=1)
    parts = tuple(dict.fromkeys(reading.part for reading in readings))
    operators = tuple(dict.fromkeys(reading.operator for reading in readings))
    rows = {part: row for row, part in enumerate(parts)}
    columns = {operator: column for column, operator in enumerate(operators)}
    cells: list[list[list[int]]] = [[[] for _ in operators] for _ in parts]
    for reading, value in zip(readings, steps.values, strict=True):
        cells[rows[reading.part]][columns[reading.operator]].append(value)
    sizes = {len(cell) for row in cells for cell in row}
    if len(sizes) > 1:
        raise NoFigure(Reason.UNBALANCED, f"cells hold {sorted(sizes)} readings")
    if len(parts) < 2 or sizes == {1}:
        raise NoFigure(Reason.NOT_ENOUGH_DATA, f"{len(parts)} parts, {max(sizes)} repeats; two of each are needed")
    return Cells(parts, operators, cells, steps.unit)
