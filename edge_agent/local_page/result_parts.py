"""Parts of the page about what the line made: first-pass yield of each operation, and the last units."""

from datetime import tzinfo

from edge_agent.local_page.language import Words
from edge_agent.local_page.line_parts import moment
from edge_agent.local_page.markup import Markup, tag
from edge_agent.station.recent import RecentUnit
from edge_agent.status import OperationStatus, Status
from traceability.errors import ZhuoyueError
from traceability.identifier.item import parse_item
from traceability.unit import Verdict

_SHOWN = 15
_SHAPES = {Verdict.OK: "fine", Verdict.NOT_OK: "act", Verdict.NOT_DECIDABLE: "notice", Verdict.UNDEFINED: "idle"}


def yields_part(operations: list[OperationStatus], say: Words) -> Markup:
    """First-pass yield, with the numbers it is made of."""
    cards = [_yield(entry, say) for entry in operations]
    content = tag("ul", cards, class_="yields") if cards else tag("p", say("no_results"), class_="empty")
    return tag("section", tag("h2", say("yields_title")), content, class_="part yields-part")


def units_part(status: Status, say: Words, zone: tzinfo | None) -> Markup:
    """The last units, newest first."""
    units = status.line.recent[:_SHOWN] if status.line else ()
    title = tag("h2", say("units_title"))
    if not units:
        return tag("section", title, tag("p", say("no_units"), class_="empty"), class_="part units")
    names = ("unit_time", "unit_operation", "unit_verdict", "unit_serial")
    head = tag("tr", [tag("th", say(name), scope="col") for name in names])
    rows = [_unit(unit, status, say, zone) for unit in units]
    return tag("section", title, tag("table", tag("thead", head), tag("tbody", rows)), class_="part units")


def share(first_ok: int, submitted: int) -> str:
    """A share in percent with one digit, cut and not rounded: 100.0 % only when all were OK at first."""
    thousandths = first_ok * 1000 // submitted
    return f"{thousandths // 10}.{thousandths % 10}"


def _yield(entry: OperationStatus, say: Words) -> Markup:
    if not entry.submitted:
        figure = tag("p", "–", class_="figure none")
        basis = say("no_submission")
    else:
        figure = tag("p", share(entry.first_ok, entry.submitted), tag("small", "%"), class_="figure")
        basis = say("yield_basis", first_ok=f"{entry.first_ok:,}", submitted=f"{entry.submitted:,}")
    doubts = say("not_decidable", n=f"{entry.not_decidable:,}") if entry.not_decidable else None
    return tag(
        "li",
        tag("h3", entry.operation),
        figure,
        tag("p", basis, class_="basis"),
        tag("p", doubts, class_="basis") if doubts else None,
    )


def _unit(unit: RecentUnit, status: Status, say: Words, zone: tzinfo | None) -> Markup:
    shape = _SHAPES[unit.verdict]
    verdict = tag(
        "td",
        tag("span", class_=f"shape {shape}", aria_hidden="true"),
        tag("span", say(f"verdict_{unit.verdict}"), class_=f"state {shape}"),
        [tag("span", say(f"flag_{flag}"), class_="flag") for flag in unit.flags],
        class_="verdict",
    )
    name = tag("td", _serial(unit, say), class_="serial", title=unit.unit)
    time = tag("td", moment(unit.at, status, zone), class_="time")
    return tag("tr", time, tag("td", unit.operation, class_="operation"), verdict, name)


def _serial(unit: RecentUnit, say: Words) -> str:
    if unit.unit is None:
        return say("no_identity")
    try:
        return parse_item(unit.unit).serial or unit.unit
    except ZhuoyueError:
        return unit.unit
