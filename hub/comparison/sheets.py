"""A release as tables: plants per Level by region beside the notice's targets, and the bands of every group."""

from collections.abc import Iterator

from hub.comparison.answers import GroupView, ReleaseView, TableView
from hub.comparison.measures import NOT_RATED, Measure
from hub.comparison.places import industry_words, region_words
from hub.tabular.sheet import Column, Kind, Sheet
from hub.tabular.words import Words
from hub.tabular.writing import Row
from traceability.quality.level import Level

_GROUP = (
    Column("year", Words("Year", "年份"), kind=Kind.COUNT),
    Column("industry", Words("Industry", "行业")),
    Column("region", Words("Region", "地区")),
    Column("plants", Words("Plants", "工厂数"), kind=Kind.COUNT),
)
_LOW = Words("at least", "至少")
_HIGH = Words("at most", "至多")
LEVELS = Sheet(
    name="levels",
    words=Words("Plants per Level", "各等级工厂数"),
    columns=(
        _GROUP[0],
        *_GROUP[2:],
        *(
            Column(f"{level.name}_{end}", Words(f"{level.name} {words.en}", f"{level.zh}{words.zh}"), kind=Kind.COUNT)
            for level in Level
            for end, words in (("low", _LOW), ("high", _HIGH))
        ),
    ),
)
BAND_SHEET = Sheet(
    name="bands",
    words=Words("Bands", "指标分档"),
    columns=(
        Column("measure", Words("Measure", "指标")),
        *_GROUP,
        Column("band", Words("Band", "档")),
        Column("low", Words("Plants at least", "工厂数至少"), kind=Kind.COUNT),
        Column("high", Words("Plants at most", "工厂数至多"), kind=Kind.COUNT),
    ),
)
TARGET_SHEET = Sheet(
    name="targets",
    words=Words("Targets of the notice", "文件目标"),
    columns=(
        Column("year", Words("By the end of", "截至年份"), kind=Kind.COUNT),
        Column("level", Words("Level", "等级")),
        Column("more", Words("More in the whole country", "全国新增"), kind=Kind.COUNT),
    ),
)
SHEETS = {sheet.name: sheet for sheet in (LEVELS, BAND_SHEET, TARGET_SHEET)}
MEASURES: dict[Measure, Words] = {
    Measure.LEVEL: Words("Level", "等级"),
    Measure.SIGMA: Words("sigma level", "产品质量水平"),
    Measure.CPK: Words("process capability index (Cpk)", "过程能力指数（Cpk）"),
    Measure.RTY: Words("rolled throughput yield", "全过程一次交验合格率"),
    Measure.INTERNAL_LOSS: Words("internal quality loss rate", "内部质量损失率"),
    Measure.EXTERNAL_LOSS: Words("external quality loss rate", "外部质量损失率"),
}


def band_words(band: str) -> Words:
    """What a band is called."""
    if band == NOT_RATED:
        return Words("not rated", "未评")
    level = Level[band]
    return Words(f"{level.en} level ({level.name})", f"{level.zh}（{level.name}）")


def rows_of(sheet: Sheet, view: ReleaseView, language: str) -> list[Row]:
    """The rows of one of ``SHEETS``."""
    rows = {LEVELS.name: _level_rows, BAND_SHEET.name: _band_rows, TARGET_SHEET.name: _target_rows}[sheet.name]
    return list(rows(view, language))


def _level_rows(view: ReleaseView, language: str) -> Iterator[Row]:
    table = view.table(Measure.LEVEL)
    for group in (*table.groups, *([table.whole] if table.whole else [])):
        counts: dict[str, int] = {}
        for name, band in zip(table.bands, group.bands, strict=True):
            counts |= {f"{name}_low": band.low, f"{name}_high": band.high}
        yield {**_named(view, group, language), **counts}


def _band_rows(view: ReleaseView, language: str) -> Iterator[Row]:
    for table in view.tables:
        for group in _every_group(table):
            for name, band in zip(table.bands, group.bands, strict=True):
                yield {
                    "measure": MEASURES[table.measure].told(language),
                    **_named(view, group, language),
                    "band": band_words(name).told(language),
                    "low": band.low,
                    "high": band.high,
                }


def _target_rows(view: ReleaseView, language: str) -> Iterator[Row]:
    for year, targets in view.targets.items():
        for level, more in targets.items():
            yield {"year": year, "level": band_words(level).told(language), "more": more}


def _every_group(table: TableView) -> Iterator[GroupView]:
    yield from table.groups
    if table.measure.by_industry:
        yield from (one for one in table.by_industry if one.plants > _largest_part(table, one))
    if table.whole is not None and len(table.groups) > 1:
        yield table.whole


def _largest_part(table: TableView, total: GroupView) -> int:
    return max(group.plants for group in table.groups if group.industry == total.industry)


def _named(view: ReleaseView, group: GroupView, language: str) -> dict[str, str | int]:
    return {
        "year": view.year,
        "industry": industry_words(group.industry).told(language),
        "region": region_words(group.region, rest=group.rest).told(language),
        "plants": group.plants,
    }
