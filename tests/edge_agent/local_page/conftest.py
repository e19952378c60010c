from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from small_chromium import chromium, for_chromium

from edge_agent.complaint import Trouble
from edge_agent.line_state import LineState, Reloads, StationState
from edge_agent.outbox.report import UplinkNote
from edge_agent.station.health import Health
from edge_agent.station.recent import RecentUnit
from edge_agent.status import OperationStatus, Status
from edge_agent.uplink.hub_clock import HubClock
from traceability.identifier.item import part_uri, unit_uri
from traceability.unit import Flag, Verdict

__all__ = ["chromium"]  # a fixture
GTIN = "09506000134352"
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def pytest_collection_modifyitems(items):
    here = Path(__file__).with_name("test_in_chromium.py")
    for item in items:
        if item.path == here:
            for_chromium(item)


def operation(name, submitted, first_ok, doubtful=0):
    fpy = first_ok / submitted if submitted else None
    return OperationStatus(
        part=part_uri(GTIN), operation=name, submitted=submitted, first_ok=first_ok, attempts=submitted + 3, invalid=1,
        not_decidable=doubtful, fpy=fpy,
    )  # fmt: skip


def unit(number, name="OP10", verdict=Verdict.OK, flags=(), known=True):
    identity = unit_uri(GTIN, f"H{number:05}") if known else None
    at = NOON - timedelta(seconds=41 * number)
    return RecentUnit(station=name, operation=name, unit=identity, verdict=verdict, at=at, flags=flags)


@pytest.fixture
def line():
    return LineState(
        at=NOON,
        started=NOON - timedelta(hours=5),
        version="1",
        config="sha256:" + "c" * 64,
        page="http://127.0.0.1:8470/",
        devices=(
            Health(device="cell-1", connected=True, since=NOON - timedelta(hours=5)),
            Health(device="torque-2", connected=True, since=NOON - timedelta(minutes=7), reconnects=2),
        ),
        stations=(
            StationState(station="OP10", operation="OP10", device="cell-1"),
            StationState(station="OP20", operation="OP20", device="torque-2"),
        ),
        recent=(
            unit(1), unit(2, "OP20"), unit(3, "OP20", Verdict.NOT_OK), unit(4), unit(5, known=False,
            verdict=Verdict.NOT_DECIDABLE, flags=(Flag.NO_READ,)), unit(6, "OP20"), unit(7),
        ),
        hub_clock=HubClock(ahead_s=0.31, within_s=0.52, at=NOON),
    )  # fmt: skip


@pytest.fixture
def status(line):
    return Status(
        author="supplier-a.line-1",
        environment="demo",
        hub="https://hub.example",
        chain="c0ffee",
        next_record=5001,
        next_seq=120,
        plan="sha256:" + "d" * 64,
        unsealed_records=3,
        unsent_batches=0,
        kept_batches=119,
        last_receipt=None,
        operations=[operation("OP10", 1250, 1249), operation("OP20", 1231, 1180, doubtful=4), operation("OP30", 0, 0)],
        uplink=UplinkNote(state="online", since=NOON - timedelta(hours=1), detail="the last batch was taken"),
        running=True,
        line=line,
    )


@pytest.fixture
def bad(status, line):
    import msgspec

    error = "device torque-2 at 192.168.0.11:502 unit 1: no connection (check power, cable, host and port)"
    devices = (
        line.devices[0],
        Health(
            device="torque-2", connected=False, since=NOON - timedelta(minutes=3), reconnects=4, last_error=error,
            last_error_at=NOON - timedelta(seconds=12),
        ),
    )  # fmt: skip
    stations = (
        StationState(
            station="OP10",
            operation="OP10",
            device="cell-1",
            trouble=Trouble(what="cycle not acknowledged", detail="nothing was stored: database or disk is full"),
        ),
        line.stations[1],
    )
    line = msgspec.structs.replace(
        line, devices=devices, stations=stations, reloads=Reloads(refused=1, refusal="agent.toml: sealing.max_age_s: x")
    )
    uplink = UplinkNote(state="down", since=NOON, detail="HTTP 503, try later")
    return msgspec.structs.replace(status, line=line, uplink=uplink, unsent_batches=17)
