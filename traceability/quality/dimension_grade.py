"""The level of dimensions D1 to D3 from answers: level k holds when every item up to k is satisfied (rule R22)."""

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from traceability.quality.level import Level
from traceability.quality.questionnaire import Answer, Dimension, Stance, counts
from traceability.quality.questionnaire_items import ITEMS


class DimensionGrade(msgspec.Struct, frozen=True, kw_only=True):
    """The level of one dimension; ``to_next`` names the items still open for the level above, none at L4.

    ``rated`` is False while no item of the dimension was answered: not measured.
    """

    dimension: Dimension
    level: Level
    rated: bool
    waived: tuple[str, ...]
    to_next: tuple[str, ...]


def grade_dimensions(answers: Iterable[Answer]) -> tuple[DimensionGrade, ...]:
    """D1, D2 and D3. An item answered more than once is satisfied only if every answer to it counts."""
    by_item: defaultdict[str, list[Answer]] = defaultdict(list)
    for answer in answers:
        by_item[answer.item].append(answer)
    return tuple(_grade(dimension, by_item) for dimension in Dimension)


def unknown_items(answers: Iterable[Answer]) -> tuple[str, ...]:
    """Item ids that this questionnaire does not have: answers to them are in no level."""
    return tuple(sorted({answer.item for answer in answers} - ITEMS.keys()))


def _grade(dimension: Dimension, by_item: dict[str, list[Answer]]) -> DimensionGrade:
    items = [item for item in ITEMS.values() if item.dimension is dimension]
    open_items = [item for item in items if not all(map(counts, by_item.get(item.id, ()))) or item.id not in by_item]
    level = min((Level(item.level - 1) for item in open_items), default=Level.L4)
    return DimensionGrade(
        dimension=dimension,
        level=level,
        rated=any(item.id in by_item for item in items),
        waived=tuple(item.id for item in items if _is_waived(by_item.get(item.id, ()))),
        to_next=tuple(item.id for item in open_items if item.level == level + 1),
    )


def _is_waived(answers: Iterable[Answer]) -> bool:
    return any(answer.stance is Stance.WAIVED and counts(answer) for answer in answers)
