"""What the unit page's template needs beyond the view: the picture of the genealogy, values worst first."""

import re
import shlex
from collections.abc import Sequence
from typing import Any

import msgspec

from hub.page_paths import report_path
from hub.pages.after_sales.narrowed import OFFERED_LEVELS, Folded, Way
from hub.pages.after_sales.strip import Strip, strip
from hub.pages.after_sales.unit_facts import UnitFacts, beside, chart_url
from hub.pages.doubt_words import DISPUTE_WORDS
from hub.pages.genealogy_picture import pictures
from hub.pages.limit_bar import LimitBar, badness, limit_bar
from hub.pages.picture_rows import picture_rows
from hub.pages.sealed_rows import sealed_by_item, sealed_rows
from hub.pages.speech import Speech
from hub.trace.views import GraphLink, GraphNode, GraphView, MeasurementView, ResultView
from traceability.measurement import Status
from traceability.quality.grade import PlantGrade

_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]")


class MeasuredRow(msgspec.Struct, frozen=True, kw_only=True):
    """One value with the result it belongs to."""

    result: ResultView
    value: MeasurementView
    bar: LimitBar | None
    strip: Strip | None
    """Everything measured there that day; None where nobody shares it."""
    chart_url: str | None
    out: bool


class GenealogyRow(msgspec.Struct, frozen=True):
    """One node of the graph as a line of a table, with the links that lead to it from nearer the start."""

    node: GraphNode
    links: tuple[GraphLink, ...]


def unit_context(
    facts: UnitFacts, shown: Folded, grade: PlantGrade | None, log_key: str, speech: Speech
) -> dict[str, Any]:
    """The template's variables; ``grade`` is that of the plant that made the unit, ``shown`` the genealogy's part."""
    view = facts.view
    rows = measured_rows(facts)
    return {
        "view": view,
        "claims": facts.claims,
        "shipped": facts.shipped,
        "beside": beside(view),
        "report_url": report_path(view.item),
        "grade": grade,
        "log_key": shlex.quote(log_key),
        "evidence_file": f"evidence-{_NOT_IN_A_NAME.sub('_', f'{view.gtin or view.part.id}-{view.serial}')}.json",
        "measured": rows,
        "out_of_limits": sum(row.out for row in rows),
        "pictures": picture_rows(view.results, view.time_zone, speech),
        "shown_attempts": shown_attempts(view.results),
        **genealogy_context(shown, speech),
    }


def genealogy_context(shown: Folded, speech: Speech) -> dict[str, Any]:
    """The picture of a graph, as far as it is unfolded, and its table."""
    graph = shown.graph
    return {
        "shown": shown,
        "ways": tuple(Way),
        "offered_levels": OFFERED_LEVELS,
        "drawings": pictures(graph, speech),
        "genealogy": genealogy_rows(graph),
        "sealed": sealed_rows(graph),
        "sealed_about": sealed_by_item(graph.sealed),
        "dispute_words": DISPUTE_WORDS,
    }


def genealogy_rows(graph: GraphView) -> tuple[GenealogyRow, ...]:
    """Every node but the start, as the view orders them."""
    return tuple(GenealogyRow(node, _links_of(node, graph.links)) for node in graph.nodes if node.item != graph.start)


def measured_rows(facts: UnitFacts) -> tuple[MeasuredRow, ...]:
    """Values of all results, worst first: out of limits, then by how near a limit they came."""
    rows = [_row(facts, result, value) for result in facts.view.results for value in result.measurements]
    return tuple(sorted(rows, key=_rank, reverse=True))


def _row(facts: UnitFacts, result: ResultView, value: MeasurementView) -> MeasuredRow:
    population = facts.day.get((result.result_id, value.characteristic))
    return MeasuredRow(
        result=result,
        value=value,
        bar=limit_bar(value),
        strip=None if population is None else strip(value, population),
        chart_url=chart_url(facts.view, result, value),
        out=value.state in ("below", "above"),
    )


def shown_attempts(results: Sequence[ResultView]) -> frozenset[str]:
    """Operations that the unit passed through more than once, where the attempt is worth a word."""
    names = [result.operation.id for result in results]
    return frozenset(name for name in names if names.count(name) > 1)


def _rank(row: MeasuredRow) -> tuple[float, bool, bool]:
    return badness(row.value), row.value.status is not Status.GOOD, row.value.key


def _links_of(node: GraphNode, links: Sequence[GraphLink]) -> tuple[GraphLink, ...]:
    if node.depth < 0:
        return tuple(link for link in links if link.child == node.item)
    return tuple(link for link in links if link.parent == node.item)
