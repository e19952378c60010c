"""``[[station.inspection]]``: program, camera and control plan agree, or the key that does not is named."""

from decimal import Decimal
from types import SimpleNamespace

import msgspec
import pytest
from taught_plates import BORE, CIRCLES, FACE, HEAD, examples

from edge_agent.config.file import StationTable
from edge_agent.config.inspection import check_inspections, only_inspected, program_tool, with_programs
from edge_agent.config.settings import Camera
from edge_agent.config.stations import _check_eyes
from edge_agent.errors import ConfigError
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan, Operation
from vision.formats import Format
from vision.inspect.program_file import read_program
from vision.teach.learn import learn_program
from vision.teach.store import store_taught

BORE_PX = Characteristic(
    id="bore-d", name="Bore", operation="OP10", uom="{px}", decimals=2, lsl=Decimal("80.4"), usl=Decimal("80.80")
)
FLAW = Characteristic(id="flaw", name="Flaw", operation="OP10", uom="{px2}", decimals=0, usl=Decimal(0))
ELSEWHERE = Characteristic(id="other", name="Other", operation="OP20", uom="{px}", decimals=2)
PLAN = ControlPlan(
    part="https://id.gs1.org/01/09506000134352",
    plant="p",
    revision="A",
    name="Plate",
    operations=(Operation(id="OP10", name="Look"), Operation(id="OP20", name="Else")),
    characteristics=(BORE_PX, FLAW, ELSEWHERE),
)
CAMERA = Camera(folder=None, positions=("unit", "face"), formats=(Format.DATA_MATRIX,), timeout=1.0)


@pytest.fixture
def program(tmp_path):
    path = tmp_path / "plate.toml"
    path.write_text(HEAD + CIRCLES + BORE + FACE, encoding="utf-8")
    asked, content = read_program(path)
    store_taught(path, content, learn_program(asked, examples(2)), examples(2))
    return path


def station(*inspections: dict, **changes) -> StationTable:
    written = {"name": "OP10", "work_cell": "c", "operation": "OP10", "device": "d", "inspection": inspections}
    return msgspec.convert(written | changes, StationTable)


def checked(folder, *inspections: dict, plan: ControlPlan = PLAN, camera: Camera | None = CAMERA, **changes):
    return check_inspections(station(*inspections, **changes), camera, plan, folder, "agent.toml")


ONE = {"position": "face", "program": "plate.toml", "measurements": {"bore": "bore-d", "face": "flaw"}}


def test_a_program_that_agrees_with_the_plan(program, tmp_path):
    (found,) = checked(tmp_path, ONE)
    assert (found.name, found.version, found.timeout) == ("plate", "1", 10.0)
    assert found.measurements == {"bore": BORE_PX, "face": FLAW}
    assert program_tool(found) == f"program:plate:1:{found.digest[7:23]}"
    assert with_programs(("nest 1",), (found,)) == ("nest 1", program_tool(found))


def test_positions_without_a_code_are_told_to_the_camera(program):
    assert only_inspected(CAMERA, station(ONE)).unread == frozenset()
    assert only_inspected(CAMERA, station(ONE | {"code": False})).unread == {"face"}
    assert only_inspected(None, station()) is None


@pytest.mark.parametrize(
    ("inspection", "key", "said"),
    [
        ({"position": "side"}, 'inspection "side".position', "expected one of the camera's: unit, face"),
        ({"program": "none.toml"}, 'inspection "face".program', "none.toml: cannot be read"),
        ({"measurements": {"boer": "bore-d"}}, "measurements.boer", "expected one of bore, face"),
        ({"measurements": {"bore": "other"}}, "measurements.bore", "expected a characteristic of this operation"),
        ({"measurements": {"bore": "flaw"}}, "measurements.bore", "the step gives {px}, flaw is in {px2}"),
        ({"measurements": {"bore": "bore-d", "face": "bore-d"}}, "measurements.face", "measured already"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_key(program, tmp_path, inspection, key, said):
    with pytest.raises(ConfigError) as refused:
        checked(tmp_path, ONE | inspection)
    assert key in str(refused.value)
    assert said in str(refused.value)


def test_limits_that_differ_from_the_plans_are_refused(program, tmp_path):
    for changes, said in (
        ({"usl": Decimal("80.9")}, "usl of the program is 80.8, of the control plan 80.9"),
        ({"lsl": None}, "lsl of the program is 80.4, of the control plan None"),
    ):
        plan = msgspec.structs.replace(PLAN, characteristics=(msgspec.structs.replace(BORE_PX, **changes), FLAW))
        with pytest.raises(ConfigError) as refused:
            checked(tmp_path, ONE, plan=plan)
        assert said in str(refused.value)


def test_a_station_without_a_camera_and_a_position_named_twice_are_refused(program, tmp_path):
    with pytest.raises(ConfigError, match="the station has no camera"):
        checked(tmp_path, ONE, camera=None)
    with pytest.raises(ConfigError, match="stands twice"):
        checked(tmp_path, ONE, {"position": "face", "program": "plate.toml"})


def test_what_the_device_measures_already_is_not_measured_again(program, tmp_path):
    with pytest.raises(ConfigError, match="measured already"):
        checked(tmp_path, ONE, measurements={"m1": "bore-d"})


@pytest.mark.parametrize(
    ("positions", "inspection", "fits"),
    [
        (["face"], ONE | {"code": False}, True),
        (["face"], ONE, False),
        (["face", "side"], ONE | {"code": False}, False),
        (["unit"], ONE | {"code": False, "position": "unit"}, False),
    ],
)
def test_a_camera_beside_a_code_reader_only_inspects(positions, inspection, fits):
    camera = {"folder": "camera", "positions": positions}
    table = station(inspection, camera=camera, reader={"device": "scanner"})
    device = SimpleNamespace(driver="modbus-tcp")
    if fits:
        _check_eyes(table, device, "agent.toml", "")
        return
    with pytest.raises(ConfigError, match="together with a camera that identifies units too"):
        _check_eyes(table, device, "agent.toml", "")
