import msgspec
import pytest

from edge_agent.acquisition.cycle import device_time, read_cycle, read_words
from edge_agent.acquisition.resolve import resolve
from edge_agent.drivers.interface import Sample
from edge_agent.errors import CycleFault
from firmware_profiles.catalog import Catalog
from firmware_profiles.encode import encode
from traceability.measurement import Status
from traceability.unit import Flag, Purpose, Verdict

PROFILE = Catalog().find("zhuoyue", "four-phase-cell")
STATION = resolve(PROFILE, 0)
VALUES = {
    "trigger": 1,
    "cycle": 7,
    "cycle_time": 1_735_689_600_123,
    "verdict": "OK",
    "flags": 0,
    "purpose": "first",
    "defect": 0,
    "serial": "H1",
    "lot": "L1",
    "acknowledge": 0,
    "error": 3,
}


def snapshot(**changes):
    samples = {}
    for name, value in (VALUES | changes).items():
        raw = value if isinstance(value, tuple) else encode(STATION.points[name], value)
        samples[name] = Sample(point=name, raw=raw)
    return samples


def test_a_snapshot_becomes_a_cycle():
    cycle = read_cycle(STATION, snapshot(flags=0b110, verdict="NOT_DECIDABLE", purpose="rework", defect=9))
    assert (cycle.verdict, cycle.purpose, cycle.defect) == (Verdict.NOT_DECIDABLE, Purpose.REWORK, 9)
    assert cycle.flags == {Flag.SIMULATED, Flag.ABORTED}
    assert (cycle.serial, cycle.lot, cycle.key[:3]) == ("H1", "L1", (7, "H1", 1_735_689_600_123))
    assert cycle.source_time.isoformat(timespec="milliseconds") == "2025-01-01T00:00:00.123+00:00"
    words = {"trigger": 1, "acknowledge": 0, "error": 3, "status": 0}
    assert read_words(STATION, snapshot(), words) == words


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"verdict": (9,)}, r"role verdict \(point verdict\): code 9 has no name"),
        ({"purpose": (3,)}, "role purpose"),
        ({"flags": (8,)}, "role flags.*0x0008.*bit"),
        ({"serial": (0x80FF,) * 16}, "role serial.*ascii"),
        ({"cycle": (1,)}, "role cycle.*2 registers"),
    ],
)
def test_what_cannot_be_read_is_a_fault_that_names_role_and_point(changes, message):
    with pytest.raises(CycleFault, match=message):
        read_cycle(STATION, snapshot(**changes))


def test_a_role_that_was_not_read_or_is_bad_is_a_fault():
    samples = snapshot()
    del samples["serial"]
    with pytest.raises(CycleFault, match=r"role serial.*not read"):
        read_cycle(STATION, samples)
    samples["serial"] = Sample(point="serial", raw=None, status=Status.BAD)
    with pytest.raises(CycleFault, match=r"role serial.*Bad"):
        read_cycle(STATION, samples)


def test_roles_a_profile_does_not_have_are_neutral():
    needed = {"trigger", "acknowledge", "cycle", "verdict", "serial"}
    plain = resolve(msgspec.structs.replace(PROFILE, roles={role: role for role in needed}), 0)
    cycle = read_cycle(plain, {name: sample for name, sample in snapshot().items() if name in needed})
    assert (cycle.flags, cycle.purpose, cycle.defect, cycle.lot) == (frozenset(), Purpose.FIRST, 0, None)
    assert (cycle.cycle_time_ms, cycle.source_time) == (0, None)


@pytest.mark.parametrize("role", ["cycle", "verdict", "serial"])
def test_roles_a_cycle_needs_are_never_guessed(role):
    roles = {name: point for name, point in PROFILE.roles.items() if name != role}
    with pytest.raises(CycleFault, match=f"role '{role}'"):
        read_cycle(resolve(msgspec.structs.replace(PROFILE, roles=roles), 0), snapshot())


@pytest.mark.parametrize(
    ("milliseconds", "year"),
    [(0, None), (1, 1970), (4_070_908_800_000, 2099), (253_402_300_799_999, 9999), (2**64 - 1, None)],
)
def test_device_clocks_of_any_kind(milliseconds, year):
    time = device_time(milliseconds)
    assert (time and time.year) == year
