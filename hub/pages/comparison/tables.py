"""Tables of the comparison: own plants, plants per Level by region, and the bands of every group."""

from collections.abc import Sequence
from typing import Any

import msgspec

from hub.comparison.answers import GroupView, OwnView, ReleaseView, TableView
from hub.comparison.measures import Measure
from hub.comparison.places import industry_words, region_words
from hub.comparison.sheets import MEASURES, band_words
from hub.named import Named
from hub.page_paths import plant_path
from hub.pages.language import Language
from hub.pages.speech import NO_FIGURE, Speech, mark
from hub.pages.tables.cells import Cell, text_cell
from hub.pages.tables.columns import made, number
from hub.pages.tables.define import Column, Definition, Empty, Filled, Kind
from hub.tabular.words import Words
from traceability.quality.level import Level
from traceability.record.comparison import BandCount


class OwnRow(msgspec.Struct, frozen=True):
    """One plant in one measure."""

    plant: Named
    view: OwnView


def comparison_tables(view: ReleaseView, measure: Measure, own: Sequence[OwnRow]) -> tuple[Filled, ...]:
    """What the page shows of a year."""
    levels = view.table(Measure.LEVEL)
    chosen = view.table(measure)
    return (
        Filled(own_table(), own),
        Filled(_counts("levels", mark("Plants per Level by region"), levels), _regions(levels)),
        Filled(_counts("groups", mark("Plants per band by group"), chosen), _groups(chosen)),
    )


def own_table() -> Definition[OwnRow]:
    """Where one's own plants stand."""
    columns: list[Column[OwnRow]] = [
        made("plant", mark("plant"), lambda row, speech: _plant(row.plant, speech), head=True),
        made("measure", mark("measure"), lambda row, speech: text_cell(said(MEASURES[row.view.measure], speech))),
        made("band", mark("band"), lambda row, speech: text_cell(said(band_words(row.view.band), speech))),
        made("below", mark("plants in lower bands"), lambda row, _: _percent(row.view.below), Kind.NUMBER,
             topic="comparison-below"),
        made("at_most", mark("plants in this band or lower"), lambda row, _: _percent(row.view.at_most), Kind.NUMBER),
        made("group", mark("of the group"), lambda row, speech: _group(row.view.group, speech)),
    ]  # fmt: skip
    return Definition(
        id="own",
        title=mark("Own plants"),
        columns=columns,
        empty=Empty(
            mark("No plant of yours is in this release."),
            mark("Take part, and state industry and region of the plants in their master data."),
        ),
    )


def _counts(name: str, title: str, table: TableView) -> Definition[GroupView]:
    columns: list[Column[GroupView]] = []
    if table.measure.by_industry:
        columns.append(made("industry", mark("industry"), _industry))
    columns += [
        made("region", mark("region"), _region, head=True),
        number("plants", mark("plants"), lambda row: row.plants),
    ]
    for place, band in enumerate(table.bands):
        columns.append(_band(place, band))
    return Definition(
        id=name,
        title=title,
        columns=columns,
        empty=Empty(
            mark("No group is large enough to be shown."), mark("The more plants take part, the more can be told.")
        ),
    )


def _band(place: int, band: str) -> Column[GroupView]:
    def cell(row: GroupView, speech: Speech) -> Cell:
        return _span(row.bands[place], row.plants, speech)

    return Column(id=f"band-{band}", title=_TITLES[band], cell=cell, kind=Kind.NUMBER, help=_HELPS.get(place))


_TITLES = {"not-rated": mark("not rated"), **{level.name: level.name for level in Level}}
_HELPS = {0: "comparison-bands"}


def _span(band: BandCount, plants: int, speech: Speech) -> Cell:
    middle = (band.low + band.high) / 2
    text = speech.count(band.low) if band.low == band.high else f"{speech.count(band.low)} – {speech.count(band.high)}"
    shares = f"{band.low * 100 // plants} – {-(-band.high * 100 // plants)} %" if plants else ""
    return Cell(text=text, sort=middle, raw=text, beside=shares)


def _regions(table: TableView) -> list[GroupView]:
    return [*table.groups, *([table.whole] if table.whole and len(table.groups) > 1 else [])]


def _groups(table: TableView) -> list[GroupView]:
    several = [one for one in table.by_industry if one not in table.groups and _is_sum(one, table)]
    return [*table.groups, *several, *([table.whole] if table.whole and len(table.groups) > 1 else [])]


def _is_sum(total: GroupView, table: TableView) -> bool:
    return sum(one.industry == total.industry for one in table.groups) > 1


def _industry(row: GroupView, speech: Speech) -> Cell:
    return text_cell(said(industry_words(row.industry), speech))


def _region(row: GroupView, speech: Speech) -> Cell:
    return text_cell(said(region_words(row.region, rest=row.rest), speech))


def _group(group: GroupView | None, speech: Speech) -> Cell:
    if group is None:
        return text_cell(speech.say("too small to be shown"))
    names = [said(region_words(group.region, rest=group.rest), speech)]
    names += [said(industry_words(group.industry), speech)] if group.industry else []
    return text_cell(speech.list(names), beside=f"n = {speech.count(group.plants)}")


def _plant(plant: Named, speech: Speech) -> Cell:
    return text_cell(speech.named(plant), url=plant_path(plant.id))


def _percent(ends: tuple[int, int] | None) -> Cell:
    if ends is None:
        return Cell(text=NO_FIGURE)
    text = f"{ends[0]} – {ends[1]}"
    return Cell(text=text, sort=sum(ends) / 2, raw=text, uom="%")


def said(both: Words, speech: Speech) -> str:
    """In the reader's language."""
    return both.told("zh" if speech.language is Language.ZH else "en")


def target_rows(view: ReleaseView, speech: Speech) -> list[dict[str, Any]]:
    """The notice's targets."""
    return [
        {"year": year, "level": said(band_words(level), speech), "more": speech.count(more)}
        for year, targets in view.targets.items()
        for level, more in targets.items()
    ]
