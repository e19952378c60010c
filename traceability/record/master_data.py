"""Master data that no other record states: ISA-95 lines and work cells, parts, BOMs, recipes, tools, defect codes.

What has records of its own (organisations, plants, control plans, gauges, cost rates) states its versions in these, by
the same ``Version``. A version is named by what it is about and the day on which it begins; a later record of the same
two takes the place of the earlier one. At any day that one holds which began last, unless it ended before.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated

import msgspec

from traceability.record.base import Count, Id, ItemId, Record, Text

Code = Annotated[str, msgspec.Meta(max_length=200)]
Parts = Annotated[str, msgspec.Meta(max_length=400)]


class Version(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """From when to when a statement holds, both days included, by the plant's clock; ``end`` None: until the next.

    ``withdrawn``: it is as if nothing had been stated from ``begin`` on. ``change`` names what was entered together,
    ``undoes`` the change whose former state this restores.
    """

    begin: date
    end: date | None = None
    withdrawn: bool = False
    change: Id
    by: Id
    undoes: Code = ""


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="line"):
    """A production line of a plant (ISA-95 production line)."""

    plant: Id
    name: Text
    name_zh: Text = ""


class WorkCell(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="work-cell"):
    """A work cell of a line (ISA-95), as results name it."""

    plant: Id
    line: Id
    name: Text
    name_zh: Text = ""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="part"):
    """A part or material; the record's id is its identity. ``uom`` (UCUM) is that of quantities, empty for pieces."""

    name: Text
    name_zh: Text = ""
    uom: Annotated[str, msgspec.Meta(max_length=20)] = ""
    drawing: Code = ""
    maker: Code = ""


class BomLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A component of a part: how much of it goes into one."""

    component: ItemId
    quantity: Decimal
    uom: Annotated[str, msgspec.Meta(max_length=20)] = ""
    position: Code = ""


class Bom(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="bom"):
    """What a part is planned to be made of. ``organisation``: whose bill it is; empty where nobody said."""

    lines: tuple[BomLine, ...]
    organisation: Code = ""


class RecipeLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A parameter that a machine is set to; a number or a word."""

    parameter: Id
    value: Code
    uom: Annotated[str, msgspec.Meta(max_length=20)] = ""


class Recipe(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="recipe"):
    """What machines are set to for a part at an operation; empty: for every one."""

    plant: Id
    lines: tuple[RecipeLine, ...]
    name: Text = ""
    part: Parts = ""
    operation: Code = ""


class Tool(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="tool"):
    """A tool, mould or fixture; ``life`` is how many units it makes."""

    plant: Id
    name: Text
    name_zh: Text = ""
    type: Code = ""
    life: Count | None = None


class DefectCode(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="kind", tag="defect-code"):
    """What a defect is called everywhere; ``severity`` as the company grades it.

    ``organisation``: in whose list it stands; empty where nobody said. Two companies may call two things by one code.
    """

    name: Text
    name_zh: Text = ""
    group: Code = ""
    severity: Code = ""
    organisation: Code = ""


Body = Line | WorkCell | Part | Bom | Recipe | Tool | DefectCode


class MasterDataRecord(Record, frozen=True, kw_only=True, tag="master-data"):
    """One version of one thing; the record's id names the thing, or is its identity's hash where that is too long."""

    about: ItemId
    version: Version
    body: Body
