"""What may be written to a device is decided in one place."""

import logging

import msgspec
import pytest
from small_line import profile_of, resolved_of

from edge_agent.acquisition.resolve import resolve
from edge_agent.errors import DeviceUnreachable, RoleClosed
from edge_agent.station.gate import WriteGate
from edge_agent.station.link import DeviceLink
from firmware_profiles.handshakes import HANDSHAKES


class Device:
    def __init__(self):
        self.written = []

    async def write(self, point, value):
        self.written.append((point.name, value))


def gate(resolved, roles):
    device = Device()
    return WriteGate("OP10", DeviceLink("cell", device, lambda: 0.0), resolved, roles), device


async def test_only_the_roles_of_the_handshake_get_through():
    opened, device = gate(resolved_of("four-phase"), HANDSHAKES["four-phase"].written)
    await opened.write([("error", 2), ("acknowledge", 1)])
    assert device.written == [("error", 2), ("acknowledge", 1)]
    for role in ("trigger", "serial", "permit_answer", "status", "nonsense"):
        with pytest.raises(RoleClosed, match=rf"station OP10.*{role} is not written.*nothing was sent"):
            await opened.write([(role, 1)])
    assert len(device.written) == 2


async def test_a_role_that_the_profile_does_not_mark_writable_is_refused():
    profile = profile_of("four-phase")
    points = tuple(msgspec.structs.replace(point, writable=False) for point in profile.points)
    opened, device = gate(resolve(msgspec.structs.replace(profile, points=points), 0), ["acknowledge"])
    with pytest.raises(RoleClosed, match="point acknowledge writable"):
        await opened.write([("acknowledge", 1)])
    assert device.written == []


async def test_a_station_that_counts_is_read_only():
    opened, device = gate(resolved_of("counter"), HANDSHAKES["counter"].written)
    for role in ("acknowledge", "error", "cycle", "status", "permit_answer"):
        with pytest.raises(RoleClosed):
            await opened.write([(role, 0)])
    assert device.written == []


async def test_an_optional_word_that_the_profile_lacks_is_left_out():
    opened, device = gate(resolved_of("counter"), ["error"])
    await opened.write([("error", 2)])
    assert device.written == []


async def test_every_write_is_named_in_one_line_for_what_belongs_together(caplog):
    caplog.set_level(logging.INFO)
    opened, _ = gate(resolved_of("four-phase"), HANDSHAKES["four-phase"].written)
    await opened.write([("error", 2), ("acknowledge", 1)])
    await opened.write([("error", 0), ("acknowledge", 0)])
    opened.say(cycle=7)
    opened.say(cycle=7)
    (line,) = caplog.records
    assert line.fields["words"] == "error=2 acknowledge=1 error=0 acknowledge=0"
    assert (line.fields["station"], line.fields["device"], line.fields["cycle"]) == ("OP10", "cell", 7)


async def test_a_write_that_the_device_did_not_confirm_is_named_as_that(caplog):
    caplog.set_level(logging.INFO)
    opened, device = gate(resolved_of("four-phase"), HANDSHAKES["four-phase"].written)

    async def refuse(point, value):
        raise DeviceUnreachable("cell", "here", "no answer", "look")

    await opened.write([("error", 2)])
    device.write = refuse
    with pytest.raises(DeviceUnreachable):
        await opened.write([("acknowledge", 1)])
    opened.say()
    (line,) = caplog.records
    assert line.fields["words"] == "error=2 acknowledge=1 (not confirmed)"
