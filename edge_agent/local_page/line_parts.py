"""Parts of the page about what stands around the agent: stations, devices, outbox and hub."""

from datetime import datetime, tzinfo

from edge_agent.line_state import StationState
from edge_agent.local_page.language import Words
from edge_agent.local_page.markup import Content, Markup, tag
from edge_agent.station.health import Health
from edge_agent.status import Status

_UPLINK_SHAPES = {"online": "fine", "starting": "idle", "down": "notice", "refused": "act"}


def stations_part(status: Status, say: Words) -> Markup:
    """Each station: served, waiting for its device, or in trouble."""
    line = status.line
    if line is None:
        return _part("stations", say, tag("p", say("not_yet"), class_="empty"))
    down = {device.device for device in line.devices if not device.connected}
    rows = [_station(station, station.device in down, say) for station in line.stations]
    return _part("stations", say, tag("ul", rows, class_="things"))


def devices_part(status: Status, say: Words, zone: tzinfo | None) -> Markup:
    """Each device: connected or not, since when, how often again, its last error."""
    line = status.line
    if line is None:
        return _part("devices", say, tag("p", say("not_yet"), class_="empty"))
    return _part("devices", say, tag("ul", [_device(device, say, zone) for device in line.devices], class_="things"))


def interlocks_part(status: Status, say: Words) -> Markup | None:
    """What controllers were told when they asked; nothing where none ever did."""
    rows = [
        _thing(
            "idle",
            entry.station,
            say("interlock_told", permit=f"{entry.permit:,}", refuse=f"{entry.refuse:,}", unknown=f"{entry.unknown:,}"),
        )
        for entry in status.interlocks
    ]
    return _part("interlocks", say, tag("ul", rows, class_="things")) if rows else None


def hub_part(status: Status, say: Words, zone: tzinfo | None) -> Markup:
    """What waits here, and how the way to the hub is."""
    uplink, clock = status.uplink, status.line.hub_clock if status.line else None
    state = uplink.state if uplink is not None and uplink.state in _UPLINK_SHAPES else "starting"
    receipt = status.last_receipt
    facts: list[tuple[str, Content]] = [
        ("fact_to_send", say("batches", n=status.unsent_batches)),
        ("fact_to_seal", say("records", n=status.unsealed_records)),
        ("fact_receipt", moment(receipt.at, status, zone) if receipt else say("none_yet")),
        (
            "fact_clock",
            say("clock_ahead", s=f"{clock.ahead_s:+.1f}", within=f"{clock.within_s:.1f}") if clock else say("unknown"),
        ),
    ]
    if status.pictures.waiting:
        size = f"{status.pictures.waiting_bytes / 1_048_576:.1f}"
        facts.insert(2, ("fact_pictures", say("pictures_to_send", n=status.pictures.waiting, size=size)))
    return _part(
        "hub",
        say,
        tag("ul", _thing(_UPLINK_SHAPES[state], say("hub_name"), say(f"uplink_{state}"), status.hub), class_="things"),
        tag("dl", [tag("div", tag("dt", say(key)), tag("dd", value)) for key, value in facts]),
    )


def moment(time: datetime, status: Status, zone: tzinfo | None) -> Markup:
    """A time of day, with the date where that is not the day of the status."""
    here = time.astimezone(zone)
    today = status.line.at.astimezone(zone).date() if status.line else None
    text = f"{here:%H:%M:%S}" if here.date() == today else f"{here:%Y-%m-%d %H:%M}"
    return tag("time", text, datetime=time.isoformat(timespec="seconds"))


def _station(station: StationState, device_down: bool, say: Words) -> Markup:
    if station.trouble is not None:
        shape, said = "act", say.known(f"log {station.trouble.what}", station.trouble.what)
    elif device_down:
        shape, said = "act", say("station_waits")
    else:
        shape, said = "fine", say("station_served")
    return _thing(shape, station.station, said, say("on_device", device=station.device))


def _device(device: Health, say: Words, zone: tzinfo | None) -> Markup:
    shape = "fine" if device.connected else "idle" if device.since is None else "act"
    state = {"fine": "connected", "idle": "not_tried", "act": "disconnected"}[shape]
    more = []
    if device.since is not None:
        more.append(say("since", time=f"{device.since.astimezone(zone):%Y-%m-%d %H:%M:%S}"))
    if device.reconnects:
        more.append(say("reconnects", n=device.reconnects))
    if device.last_error_at is not None:
        more.append(
            say("last_error", time=f"{device.last_error_at.astimezone(zone):%H:%M:%S}", error=device.last_error)
        )
    return _thing(shape, device.device, say(state), *more)


def _thing(shape: str, name: str, state: str, *more: str) -> Markup:
    return tag(
        "li",
        tag("span", class_=f"shape {shape}", aria_hidden="true"),
        tag("strong", name),
        tag("span", state, class_=f"state {shape}"),
        [tag("span", text, class_="more") for text in more],
    )


def _part(name: str, say: Words, *content: Content) -> Markup:
    return tag("section", tag("h2", say(f"{name}_title")), content, class_=f"part {name}")
