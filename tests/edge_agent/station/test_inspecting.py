"""A camera station with an inspection program: what it measures and decides is in the signed records."""

import asyncio
import hashlib
import time
from decimal import Decimal

import msgspec
import numpy as np
import pytest
import zxingcpp
from drawn_parts import View, picture, plate
from station_plans import plans_for
from taught_plates import BORE, CIRCLES, HEAD, SCREW, encoded, examples, good_view

from edge_agent.acquisition.cycle import CycleData
from edge_agent.config.settings import Camera, Inspection
from edge_agent.drivers.interface import DriverContext
from edge_agent.drivers.registry import ModbusTcpSettings, create_driver
from edge_agent.pace import Pace
from edge_agent.station.album import Album
from edge_agent.station.camera import CycleCamera
from edge_agent.station.eyes import together
from edge_agent.station.identity import code_shot
from edge_agent.station.inspecting import InspectionPool, inspected_of, inspector_of, joined
from edge_agent.station.link import DeviceLink
from edge_agent.station.recorder import Recorder
from edge_agent.station.runner import StationRunner
from traceability.identifier.item import unit_uri
from traceability.measurement import Characteristic, Status
from traceability.record.production import CodesRecord, MeasurementsRecord, PicturesRecord, UnitResultRecord
from traceability.unit import Verdict
from vision.formats import Format
from vision.inspect.program_file import load_program, read_program
from vision.inspect.result import Inspection as Answer
from vision.inspect.result import StepResult, Why
from vision.inspect.result import Verdict as Judged
from vision.teach.learn import learn_program
from vision.teach.store import store_taught

GTIN = "09506000134352"
WIDTH = Characteristic(
    id="bore-d", name="Bore", operation="OP10", uom="{px}", decimals=2, lsl=Decimal("80.4"), usl=Decimal("80.8")
)


@pytest.fixture
def inspection(tmp_path):
    """A taught program, as the configuration hands it over."""
    path = tmp_path / "plate.toml"
    path.write_text(HEAD + CIRCLES + BORE + SCREW, encoding="utf-8")
    asked, content = read_program(path)
    store_taught(path, content, learn_program(asked, examples(2)), examples(2))
    return Inspection(
        position="face",
        program=path,
        digest=load_program(path).digest,
        name="plate",
        version="1",
        measurements={"bore": WIDTH},
        timeout=60.0,
    )


@pytest.fixture
def record(bench, controller, make_station, inspection, tmp_path):
    """Run one cycle with these pictures; the records that it became."""

    async def one(pictures: dict[str, bytes], *, serial="", verdict="OK", positions=("unit", "face")):
        camera = Camera(
            folder=tmp_path / "camera",
            positions=positions,
            formats=(Format.DATA_MATRIX,),
            timeout=2.0,
            unread=frozenset({"face"}),
        )
        camera.folder.mkdir(exist_ok=True)
        for position, data in pictures.items():
            (camera.folder / f"OP10-00000001-{position}.png").write_bytes(data)
        station = make_station(camera=camera, inspections=(inspection,), tools=("nest 1",))
        outbox, pool, album = await bench.open(), InspectionPool(), Album(tmp_path / "pictures")
        recorder = Recorder(
            station,
            plans_for(station, gtin=GTIN),
            outbox,
            CycleCamera(station.name, camera, album, time.monotonic),
            clock=bench.clock,
            random_bytes=bench.random.randbytes,
            inspector=inspector_of(station, album, pool),
        )
        settings = ModbusTcpSettings(host="127.0.0.1", port=controller.port, timeout=0.5)
        context = DriverContext(device="cell", data=tmp_path, clock=bench.clock)
        link = DeviceLink(
            "cell", create_driver("modbus-tcp", settings, context), bench.random.random, Pace(first=0.02, longest=0.1)
        )
        stop = asyncio.Event()
        serving = asyncio.create_task(
            StationRunner(station, link, recorder, poll=0.01, monotonic=time.monotonic).run(stop)
        )
        try:
            answer = await asyncio.wait_for(controller.cycle("OP10", 1, serial, verdict=verdict), 60)
        finally:
            stop.set()
            await serving
            await link.close()
            pool.close()
            outbox.close()
        return answer, bench.audit()

    return one


def label(serial: str) -> bytes:
    code = zxingcpp.create_barcode(f"https://example.org/01/{GTIN}/21/{serial}", zxingcpp.BarcodeFormat.DataMatrix)
    return encoded(np.array(zxingcpp.write_barcode_to_image(code, scale=6)))


def measured(found) -> dict:
    (record,) = found.of(MeasurementsRecord)
    return {value.characteristic: value for value in record.values}


async def test_a_good_part_is_measured_and_its_picture_is_in_the_signed_record(record):
    data = encoded(picture(None, good_view(3)))
    answer, found = await record({"unit": label("U1"), "face": data})
    assert answer == 0
    (result,), (kept,) = found.of(UnitResultRecord), found.of(PicturesRecord)
    assert (result.unit, result.verdict, result.defect) == (unit_uri(GTIN, "U1"), Verdict.OK, None)
    bore = measured(found)["bore-d"]
    assert (bore.status, bore.decimals, bore.uom) == (Status.GOOD, 2, "{px}")
    assert abs(bore.value - 8060) <= 4
    assert Decimal(bore.raw).scaleb(2).to_integral_value() == bore.value
    by_position = {one.position: one for one in kept.pictures}
    assert by_position["face"].sha256 == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert (by_position["face"].reason, by_position["face"].symbols) == (None, ())


async def test_a_defect_makes_the_result_not_ok_whatever_the_controller_says(record):
    data = encoded(picture(plate(screw=False, bore=(320.25, 250.5, 41.0)), good_view(4)))
    answer, found = await record({"unit": label("U2"), "face": data}, verdict="OK")
    assert answer == 0
    (result,) = found.of(UnitResultRecord)
    assert result.verdict is Verdict.NOT_OK
    assert result.defect.startswith("face plate 1: bore 8")
    assert "screw 0.0" in result.defect
    assert abs(measured(found)["bore-d"].value - 8200) <= 4


async def test_a_picture_without_the_part_decides_nothing_and_measures_nothing(record):
    _, found = await record({"unit": label("U3"), "face": encoded(picture([], View(noise=3)))})
    (result,) = found.of(UnitResultRecord)
    assert result.verdict is Verdict.NOT_DECIDABLE
    assert "NOT_LOCATED" in result.defect
    bore = measured(found)["bore-d"]
    assert (bore.value, bore.status) == (None, Status.BAD)


async def test_a_missing_picture_is_not_decidable_too(record):
    _, found = await record({"unit": label("U4")})
    (result,) = found.of(UnitResultRecord)
    assert result.verdict is Verdict.NOT_DECIDABLE
    assert "NO_PICTURE: no picture was taken" in result.defect


async def test_a_station_whose_controller_names_the_unit_needs_no_code(record):
    answer, found = await record({"face": encoded(picture(None, good_view(5)))}, serial="H0001", positions=("face",))
    assert answer == 0
    (result,), (kept,) = found.of(UnitResultRecord), found.of(PicturesRecord)
    assert (result.unit, result.verdict) == (unit_uri(GTIN, "H0001"), Verdict.OK)
    assert [one.position for one in kept.pictures] == ["face"]


@pytest.mark.parametrize(
    ("controller", "inspection", "both"),
    [
        ("OK", None, "OK"),
        ("OK", "OK", "OK"),
        ("OK", "NOT_OK", "NOT_OK"),
        ("NOT_OK", "OK", "NOT_OK"),
        ("OK", "NOT_DECIDABLE", "NOT_DECIDABLE"),
        ("NOT_DECIDABLE", "NOT_OK", "NOT_OK"),
        ("UNDEFINED", "OK", "OK"),
        ("UNDEFINED", None, "UNDEFINED"),
    ],
)
def test_one_defect_outweighs_everything(controller, inspection, both):
    assert joined(Verdict(controller), inspection and Verdict(inspection)) == both


def answer(**step) -> Answer:
    found = StepResult(**{"id": "bore", "kind": "circle", "verdict": Judged.OK, "uom": "{px}"} | step)
    return Answer(verdict=found.verdict, name="plate", version="1", program="sha256:0", steps=(found,))


@pytest.mark.parametrize(
    ("step", "value", "status", "raw"),
    [
        ({"value": 80.6}, 8060, Status.GOOD, None),
        ({"value": 80.605}, 8060, Status.GOOD, "80.605"),
        ({"value": 80.615}, 8062, Status.GOOD, "80.615"),
        ({"value": -0.004}, 0, Status.GOOD, "-0.004"),
        ({"value": 1e15}, None, Status.BAD, None),
        ({"value": 80.6, "uom": "mm"}, None, Status.BAD, None),
        ({"value": None}, None, Status.BAD, None),
        ({"value": 80.8, "why": Why.UNCERTAIN, "verdict": Judged.NOT_DECIDABLE}, 8080, Status.UNCERTAIN, None),
    ],
)
def test_values_are_kept_in_the_characteristics_resolution(inspection, step, value, status, raw):
    (found,) = inspected_of([(inspection, answer(**step))]).measurements
    assert (found.value, found.status, found.raw) == (value, status, raw)


class Named:
    """A code reader that says who the unit is; its socket is tested elsewhere."""

    trouble = None

    def __init__(self, serial: str) -> None:
        self.code = f"https://example.org/01/{GTIN}/21/{serial}".encode()
        self.tidied: list[int] = []

    async def run(self, stop: asyncio.Event) -> None:
        await stop.wait()

    async def shots(self, cycle: int):
        return [code_shot("unit", "scanner", [(self.code, "]d1")])]

    def tidy(self, cycle: int, verdict: Verdict | None = None) -> None:
        self.tidied.append(cycle)


async def test_a_code_reader_names_the_unit_and_the_camera_only_inspects(bench, make_station, inspection, tmp_path):
    camera = Camera(
        folder=tmp_path, positions=("face",), formats=(Format.DATA_MATRIX,), timeout=2.0, unread=frozenset({"face"})
    )
    (tmp_path / "OP10-00000001-face.png").write_bytes(encoded(picture(plate(screw=False), good_view(4))))
    station = make_station(camera=camera, inspections=(inspection,))
    outbox, pool, album = await bench.open(), InspectionPool(), Album(tmp_path / "pictures")
    reader = Named("U7")
    recorder = Recorder(
        msgspec.structs.replace(station, measurements={}),
        plans_for(station, gtin=GTIN),
        outbox,
        together(reader, CycleCamera(station.name, camera, album, time.monotonic)),
        clock=bench.clock,
        random_bytes=bench.random.randbytes,
        inspector=inspector_of(station, album, pool),
    )
    try:
        stored = await recorder.record(CycleData(cycle=1, serial="", verdict=Verdict.UNDEFINED))
    finally:
        pool.close()
        outbox.close()
    assert stored.fresh
    found = bench.audit()
    (result,), (codes,) = found.of(UnitResultRecord), found.of(CodesRecord)
    assert (result.unit, result.verdict) == (unit_uri(GTIN, "U7"), Verdict.NOT_OK)
    assert codes.reader == "scanner"
    assert [one.position for one in found.of(PicturesRecord)[0].pictures] == ["face"]
    assert reader.tidied == [1]
