"""Records of comparison between plants of many companies: who takes part, and what is published of a year."""

from typing import Annotated

import msgspec

from traceability.record.base import Count, Hash, Id, Record

Year = Annotated[int, msgspec.Meta(ge=2000, le=9000)]
Class = Annotated[str, msgspec.Meta(max_length=20)]
Band = Annotated[int, msgspec.Meta(ge=0, le=99)]


class ComparisonConsentRecord(Record, frozen=True, kw_only=True, tag="comparison-consent"):
    """Whether plants of an organisation are counted in the releases that are made from now on.

    The record's id is the organisation's; a later record takes the place of an earlier one.
    """

    given: bool
    by: Id


class BandCount(msgspec.Struct, frozen=True, kw_only=True):
    """So many plants at least, and at most, lie in a band."""

    low: Count
    high: Count


class GroupBands(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One group of plants: ``bands`` as those of its table, in order.

    ``industry``: division of GB/T 4754, two digits; ``region``: first two digits of GB/T 2260. Empty: not told apart.
    ``rest``: without the regions that stand by themselves beside it.
    """

    industry: Class = ""
    region: Class = ""
    rest: bool = False
    plants: Count
    bands: tuple[BandCount, ...]


class GroupRules(msgspec.Struct, frozen=True, kw_only=True):
    """By which rules groups were published: how many plants and organisations at least, and the largest share of one.

    A change between two releases takes at least ``changed_plants`` of ``changed_organisations``, or waits.
    """

    plants: Count
    organisations: Count
    largest: Annotated[str, msgspec.Meta(pattern="^[0-9]{1,6}/[0-9]{1,6}$")]
    changed_plants: Count
    changed_organisations: Count


class ComparisonTableRecord(Record, frozen=True, kw_only=True, tag="comparison-table"):
    """All that is ever told of one measure in one year; the record's id is the release's.

    ``through`` counts the batches of the log it was made of, ``root`` is the log's tree hash at that size.
    """

    year: Year
    measure: Id
    bands: tuple[Id, ...]
    """The worst first."""
    groups: tuple[GroupBands, ...]
    rules: GroupRules
    through: Count
    root: Hash
    by: Id


class ComparedPlant(msgspec.Struct, frozen=True, kw_only=True):
    """Where a plant stood: its band in each measure, and the measures in whose published groups it is counted."""

    plant: Id
    industry: Class
    region: Class
    bands: dict[str, Band]
    counted: tuple[Id, ...]


class ComparisonMembersRecord(Record, frozen=True, kw_only=True, tag="comparison-members"):
    """The plants of one organisation in a release, for itself and for the hub's operator; never published."""

    year: Year
    organisation: Id
    plants: tuple[ComparedPlant, ...]
