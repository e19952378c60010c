"""What a probe found, for people: and what to write into the configuration next."""

from collections.abc import Iterable

from edge_agent.probe.candidate import Candidate, distinct
from edge_agent.probe.look import UnitFound
from edge_agent.probe.place import ModbusPlace, OpcUaPlace
from edge_agent.probe.seek import Sought
from edge_agent.probe.server import NodeValue, ServerFound
from firmware_profiles.identify import Claim

_MOST_LINES = 15
_MOST_NODES = 60


def units_text(place: ModbusPlace, found: list[UnitFound]) -> str:
    """The units of a Modbus host."""
    if not found:
        return f"{place.host}:{place.port} takes connections, but no unit answered; try other --units"
    lines = []
    for unit in found:
        lines.append(f"unit {unit.unit}: {_said(unit.said)}")
        lines += _suggested(unit.profiles)
    first = next((unit for unit in found if unit.profiles), found[0])
    settings = [f'host = "{place.host}"', f"port = {place.port}", f"unit_id = {first.unit}"]
    return "\n".join([*lines, "", *_snippet("modbus-tcp", first.profiles, settings)])


def server_text(place: OpcUaPlace, security: str, found: ServerFound) -> str:
    """An OPC UA server."""
    lines = [f"{place.url}: {_said(found.said)}", *_suggested(found.profiles)]
    variables = [node for node in found.nodes if node.kind == "Variable" and not node.path.startswith("Server/")]
    lines += [f"  {node.path:<50} {node.node}" for node in variables[:_MOST_NODES]]
    if len(variables) > _MOST_NODES or not found.complete:
        lines.append(f"  … {len(variables)} variables were looked at; raise --depth and --most to see more")
    return "\n".join(
        [*lines, "", *_snippet("opcua", found.profiles, [f'url = "{place.url}"', f'security = "{security}"'])]
    )


def sought_text(sought: Sought, *, told_twice: bool) -> str:
    """Where a displayed value may be kept in registers."""
    found = distinct(sought.candidates)
    lines = [_candidate_line(candidate) for candidate in found[:_MOST_LINES]]
    if len(found) > _MOST_LINES:
        lines.append(f"… and {len(found) - _MOST_LINES} more")
    read = f"{sought.registers} registers read in {sought.requests} requests"
    if not sought.complete:
        read += ", and then stopped: choose a smaller --range"
    if not found:
        return f"nothing shows that value ({read}); check the display, or look in another --range"
    if not told_twice and len(found) > 1:
        lines.append("let the display change and give its next value with --then to tell these apart")
    return "\n".join([read, *lines, "", "as a point of a profile:", point_toml(found[0])])


def nodes_text(found: list[NodeValue]) -> str:
    """Where a displayed value is in a server."""
    if not found:
        return "no variable shows that value; raise --depth and --most, or check the display"
    return "\n".join(f"{node.path:<50} {node.node}  ({node.value})" for node in found)


def point_toml(candidate: Candidate) -> str:
    """The candidate as a profile writes it."""
    point = candidate.point("value")
    lines = ["[[point]]", f'name = "{point.name}"', f'table = "{point.table}"', f"address = {point.address}"]
    lines.append(f'type = "{point.type}"')
    if point.order != "ABCD":
        lines.append(f'order = "{point.order}"')
    if point.scale != 1:
        lines.append(f"scale = {point.scale}")
    if point.length is not None:
        lines += [f"length = {point.length}", f'encoding = "{point.encoding}"']
    return "\n".join(lines)


def _candidate_line(candidate: Candidate) -> str:
    scale = "" if candidate.scale == 1 else f" x {candidate.scale}"
    return f"  {candidate.table}:{candidate.address:<6} {candidate.type:<8} {candidate.order}{scale}"


def _said(said: Claim | None) -> str:
    if said is None:
        return "answers, but does not say what it is"
    parts = [said.vendor or "", *dict.fromkeys(said.products), f"revision {said.revision}" if said.revision else ""]
    return ", ".join(filter(None, parts)) or "answers, but its identification is empty"


def _suggested(profiles: Iterable[str]) -> list[str]:
    return [f"  profile {name} fits" for name in profiles]


def _snippet(driver: str, profiles: tuple[str, ...], settings: list[str]) -> list[str]:
    profile = profiles[0] if profiles else "VENDOR/MODEL"
    hint = "" if profiles else "   # none is known by that identity; zhuoyue-profiles list"
    head = ["[[device]]", 'name = "device-1"', f'driver = "{driver}"', f'profile = "{profile}"{hint}']
    return [*head, "[device.settings]", *settings]
