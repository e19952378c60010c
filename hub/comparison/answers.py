"""What is answered about a released year. Everything here is made of the sealed tables and of the asker's own bands."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec

from hub.comparison.bands import added, below, outward, quantile
from hub.comparison.groups import Pair
from hub.comparison.measures import Measure
from hub.errors import NotFound
from hub.store.core.database import Reading
from hub.store.quality.comparison import released_tables, released_years, stored_members
from traceability.quality.level import Level
from traceability.record.comparison import BandCount, ComparedPlant, ComparisonTableRecord, GroupBands, GroupRules

QUARTERS = (1, 2, 3)
TARGETS: dict[int, dict[str, int]] = {
    2025: {Level.L1.name: 5000, Level.L2.name: 500, Level.L3.name: 50},
    2027: {Level.L1.name: 10000, Level.L2.name: 1000, Level.L3.name: 100, Level.L4.name: 10},
}
"""Of the notice: so many more enterprises in the whole country that reached the level, by the end of the year."""


class GroupView(msgspec.Struct, frozen=True, kw_only=True):
    """A group: for each band of the table how many plants at least and at most, and in which bands its quartiles lie.

    ``industry`` and ``region`` empty: several together; ``rest``: the regions that are not shown by themselves.
    """

    industry: str
    region: str
    rest: bool
    plants: int
    bands: tuple[BandCount, ...]
    quartiles: tuple[tuple[str, str], ...]


class TableView(msgspec.Struct, frozen=True, kw_only=True):
    """One measure: ``groups`` as sealed, and sums of them by industry, by region, and of all."""

    measure: Measure
    bands: tuple[str, ...]
    groups: tuple[GroupView, ...]
    by_industry: tuple[GroupView, ...]
    by_region: tuple[GroupView, ...]
    whole: GroupView | None


class ReleaseView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was published of a year; ``through`` is the log's size it was made of."""

    year: int
    released_at: datetime
    through: int
    root: str
    rules: GroupRules
    tables: tuple[TableView, ...]
    targets: dict[int, dict[str, int]]

    def table(self, measure: Measure) -> TableView:
        """The table of one measure."""
        return next(table for table in self.tables if table.measure is measure)


class OwnView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a plant stands in one measure: its band, and the percent of its group's plants in lower bands.

    ``below``, ``at_most``: from–to in percent, in whole tens, rounded outward: of plants in a lower band, and in the
    same or a lower one. ``group`` None: its group is too small to be shown.
    """

    measure: Measure
    band: str
    group: GroupView | None
    below: tuple[int, int] | None = None
    at_most: tuple[int, int] | None = None


class PlantComparison(msgspec.Struct, frozen=True, kw_only=True):
    """A plant against its group in each measure, at the end of a year; empty where it did not take part."""

    plant: str
    year: int
    industry: str
    region: str
    measures: tuple[OwnView, ...]


def release_view(connection: Reading, year: int) -> ReleaseView:
    """What was published of ``year``; ``NotFound`` where nothing was."""
    tables = released_tables(connection, year)
    if not tables:
        raise NotFound(
            f"there is no comparison of {year}", advice="GET /api/v1/comparison lists the years that are released"
        )
    first = tables[0]
    return ReleaseView(
        year=year,
        released_at=first.event_time,
        through=first.through,
        root=first.root,
        rules=first.rules,
        tables=tuple(map(_table_view, tables)),
        targets=TARGETS,
    )


def plant_comparison(connection: Reading, plant: str, year: int) -> PlantComparison:
    """A plant in the release of ``year``, of what the asker may see: its own plants."""
    view = release_view(connection, year)
    compared = next((one.compared for one in stored_members(connection, plant) if one.year == year), None)
    if compared is None:
        return PlantComparison(plant=plant, year=year, industry="", region="", measures=())
    return PlantComparison(
        plant=plant,
        year=year,
        industry=compared.industry,
        region=compared.region,
        measures=tuple(_own(table, compared) for table in view.tables),
    )


def years(connection: Reading) -> tuple[int, ...]:
    """The released years, the latest first."""
    return tuple(reversed(released_years(connection)))


def _table_view(table: ComparisonTableRecord) -> TableView:
    measure = Measure(table.measure)
    singly = [group for group in table.groups if not group.rest]
    return TableView(
        measure=measure,
        bands=table.bands,
        groups=tuple(_view(table.bands, [one], one.industry, one.region, rest=one.rest) for one in table.groups),
        by_industry=_sums(table, table.groups, lambda group: (group.industry, "")) if measure.by_industry else (),
        by_region=_sums(table, singly, lambda group: ("", group.region)),
        whole=_view(table.bands, table.groups, "", "") if table.groups else None,
    )


def _sums(
    table: ComparisonTableRecord, groups: Iterable[GroupBands], key: Callable[[GroupBands], Pair]
) -> tuple[GroupView, ...]:
    by_key: defaultdict[Pair, list[GroupBands]] = defaultdict(list)
    for group in groups:
        by_key[key(group)].append(group)
    return tuple(_view(table.bands, several, *pair) for pair, several in sorted(by_key.items()))


def _view(
    names: Sequence[str], groups: Sequence[GroupBands], industry: str, region: str, *, rest: bool = False
) -> GroupView:
    plants, bands = added([(group.plants, group.bands) for group in groups])
    ends = [quantile(plants, bands, quarter, 4) for quarter in QUARTERS]
    return GroupView(
        industry=industry,
        region=region,
        rest=rest,
        plants=plants,
        bands=bands,
        quartiles=tuple((names[first], names[last]) for first, last in ends),
    )


def _own(table: TableView, compared: ComparedPlant) -> OwnView:
    place = compared.bands[table.measure]
    industry = compared.industry if table.measure.by_industry else ""
    here = [one for one in table.groups if one.industry == industry and (one.rest or one.region == compared.region)]
    group = min(here, key=lambda one: one.rest, default=None)
    return OwnView(
        measure=table.measure,
        band=table.bands[place],
        group=group,
        below=None if group is None else outward(below(group.plants, group.bands, place)),
        at_most=None if group is None else outward(below(group.plants, group.bands, place + 1)),
    )
