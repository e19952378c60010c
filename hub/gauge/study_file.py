"""The readings of a gauge study from a file: one reading a row, CSV or Excel."""

from decimal import Decimal

import msgspec

from hub.tabular.problem import Problem
from hub.tabular.reading import read_all
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from traceability.quality.msa.readings import Reading
from traceability.record.quality import GaugeReading

READINGS = Sheet(
    name="reading",
    words=Words("Readings of a gauge study", "量具研究读数"),
    columns=(
        Column("part", Words("Part", "零件"), needed=True, most=200, spellings=("sample", "样件")),
        Column("operator", Words("Operator", "评价人"), needed=True, most=200, spellings=("appraiser", "测量人")),
        Column("value", Words("Value", "读数"), kind=Kind.NUMBER, needed=True, spellings=("reading", "测量值")),
    ),
    meaning=Words("Repeats are rows of the same part and operator.", "重复测量为同一零件、同一评价人的多行。"),
)
MOST_READINGS = 2000


class StudyFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a file says."""

    readings: tuple[GaugeReading, ...]
    problems: tuple[Problem, ...]

    def values(self) -> list[Reading]:
        """As studies are computed."""
        return [Reading(one.part, one.operator, Decimal(one.value)) for one in self.readings]


def read_study(data: bytes) -> StudyFile:
    """Every reading, or every problem; ``EntryRefused`` for what is no table at all."""
    found = read_all(data, [READINGS])
    readings = tuple(
        GaugeReading(part=str(one.cells["part"]), operator=str(one.cells["operator"]), value=f"{one.cells['value']:f}")
        for one in found.lines
    )
    problems = found.problems
    if len(readings) > MOST_READINGS:
        text = Words(f"more than {MOST_READINGS} readings", f"超过 {MOST_READINGS} 个读数")
        problems = (*problems, Problem(READINGS.name, MOST_READINGS + 1, "", text))
    return StudyFile(readings=readings if not problems else (), problems=problems)
