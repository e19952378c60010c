"""What the page of the plant's own characteristic shows beyond a supplier's: frozen limits, points left out, strata."""

from typing import Any

import msgspec

from hub.pages.frame.address import Address
from hub.pages.home_page import State
from hub.pages.speech import Speech, mark
from hub.pages.suppliers.tables import NO_VALUES, points_table
from hub.pages.tables.cells import Cell, basis, number_cell, state_cell, text_cell
from hub.pages.tables.columns import made, moment, number
from hub.pages.tables.define import Definition, Empty, Filled, Kind
from hub.spc.strata import Strata, Stratum
from hub.spc.views import BaselineView, ExclusionView, OwnChart
from hub.suppliers.chart_views import ChartPoint
from traceability.measurement import Characteristic

POINT = "point"
"""The parameter that names a point: batch and line of its last value."""


def own_context(own: OwnChart, point: str, *, enters: bool) -> dict[str, Any]:
    """The template's variables."""
    points = own.chart.location.points if own.chart.location else ()
    return {
        "own": own,
        "standing": next((one for one in own.baselines if one.id == _id(own)), None),
        "chosen": next((one for one in points if place_text(one) == point), None),
        "point": point,
        "enters": enters,
        "left_out": [one for one in own.exclusions if one.standing],
        "kind": "xbar-s" if own.chart.subgroup > 1 else "i-mr",
    }


def own_points(own: OwnChart, zone: str, address: Address, *, enters: bool, speech: Speech) -> Filled:
    """The points of the chart, each with the way to leave it out."""
    one = own.chart.filed.characteristic
    plain = points_table(one, zone, "points", speech.say("Points of the chart"))

    def leave_out(point: ChartPoint, said: Speech) -> Cell:
        if point.excluded is not None:
            beside = f"{point.excluded.who}: {point.excluded.why}"
            return state_cell(said.say("left out"), State.NEUTRAL.value, 1, beside=beside)
        url = address.with_((POINT, place_text(point))) + "#decide" if enters else None
        return text_cell(said.say("leave out") if enters else said.say("counts"), url=url)

    columns = (*plain.columns, made("counts", mark("in the chart"), leave_out))
    points = own.chart.location.points if own.chart.location else ()
    return Filled(msgspec.structs.replace(plain, columns=columns), points)


def decided_tables(own: OwnChart, found: Strata, zone: str) -> tuple[Filled, ...]:
    """Limits and exclusions with who, when and why; stations and tools."""
    one = own.chart.filed.characteristic
    return (
        Filled(baselines_table(one, zone), own.baselines),
        Filled(exclusions_table(zone), own.exclusions),
        Filled(strata_table(one, "stations", mark("By station")), found.by_work_cell),
        Filled(strata_table(one, "tools", mark("By tool")), found.by_tool),
    )


def baselines_table(one: Characteristic, zone: str) -> Definition[BaselineView]:
    """Every set of limits that was frozen for the chart."""
    digits = max(0, one.decimals) + 1
    return Definition(
        id="baselines",
        title=mark("Frozen limits, the latest first"),
        columns=(
            moment("frozen", mark("frozen"), lambda row: row.at, zone, head=True),
            made("state", mark("state"), _baseline_state, Kind.STATE),
            number("centre", mark("centre"), lambda row: row.centre, digits, one.uom),
            number("sigma", "σ", lambda row: row.sigma, digits + 1, one.uom),
            made("data", mark("from which data"), lambda row, speech: _data(row, zone, speech)),
            made("why", mark("reason"), lambda row, _: text_cell(row.reason, beside=row.entered_by)),
        ),
        empty=Empty(
            mark("No limits are frozen: they are estimated from the points shown."),
            mark("Freeze them once the process runs as it should; later points are then judged by them."),
        ),
    )


def exclusions_table(zone: str) -> Definition[ExclusionView]:
    """Every point that was left out, and what became of it."""
    return Definition(
        id="exclusions",
        title=mark("Points left out, the latest first"),
        columns=(
            moment("at", mark("decided"), lambda row: row.at, zone, head=True),
            made("state", mark("state"), _exclusion_state, Kind.STATE),
            made("what", mark("values"), _places),
            made("why", mark("reason"), lambda row, _: text_cell(row.reason, beside=row.entered_by)),
        ),
        empty=Empty(mark("No point is left out.")),
    )


def strata_table(one: Characteristic, identity: str, title: str) -> Definition[Stratum]:
    """Stations or tools side by side."""
    digits = max(0, one.decimals) + 1

    def mean(row: Stratum, speech: Speech) -> Cell:
        return number_cell(speech, row.mean, digits, one.uom, beside=basis(speech, None, row.mean_interval, digits))

    return Definition(
        id=identity,
        title=title,
        columns=(
            made("name", mark("name"), lambda row, s: text_cell(row.name or s.say("none named")), head=True),
            number("n", "n", lambda row: row.n),
            made("mean", mark("mean"), mean, Kind.NUMBER, topic="interval"),
            number("sigma", "s", lambda row: row.sigma, digits + 1, one.uom),
            number("outside", mark("out of limits"), lambda row: row.outside, falling=True),
        ),
        empty=NO_VALUES if identity == "stations" else NO_TOOLS,
    )


NO_TOOLS = Empty(
    mark("No result names a tool."), mark("A station that sends the tool with each result fills this table.")
)


def place_text(point: ChartPoint) -> str:
    """A point as addresses name it."""
    last = point.places[-1]
    return f"{last.batch}-{last.line}"


def _id(own: OwnChart) -> str:
    return own.chart.baseline.id if own.chart.baseline else ""


def _baseline_state(row: BaselineView, speech: Speech) -> Cell:
    if row.standing:
        return state_cell(speech.say("in force"), State.OK.value, 0)
    beside = f"{row.ended_by}: {row.ended_why}" if row.ended_by else ""
    return state_cell(speech.say("ended") if beside else speech.say("replaced"), State.NEUTRAL.value, 1, beside=beside)


def _data(row: BaselineView, zone: str, speech: Speech) -> Cell:
    said = speech.say(
        "%(values)s values, batches %(first)s to %(last)s of the log; %(excluded)s points left out, "
        "%(signals)s signals",
        values=speech.count(row.values),
        first=speech.count(row.first_batch),
        last=speech.count(row.last_batch),
        excluded=speech.count(row.excluded),
        signals=speech.count(row.signals),
    )
    return text_cell(f"{speech.moment(row.first, zone)} – {speech.moment(row.last, zone)}", beside=said)


def _exclusion_state(row: ExclusionView, speech: Speech) -> Cell:
    if row.standing:
        return state_cell(speech.say("left out"), State.WARNING.value, 1)
    return state_cell(speech.say("taken back"), State.NEUTRAL.value, 0, beside=f"{row.restored_by}: {row.restored_why}")


def _places(row: ExclusionView, _speech: Speech) -> Cell:
    return text_cell(", ".join(f"{place.batch}:{place.line}" for place in row.places), code=True)
