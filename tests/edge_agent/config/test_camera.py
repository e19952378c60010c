"""``[station.camera]`` and ``[pictures]``: what is taken, and what is refused with the key that is wrong."""

from datetime import time
from decimal import Decimal

import msgspec
import pytest

from edge_agent.config.camera import check_camera, check_pictures
from edge_agent.config.file import StationTable
from edge_agent.config.picture_tables import PicturesTable
from edge_agent.config.secret import read_secret, unread_secret
from edge_agent.config.settings import PictureLane
from edge_agent.errors import ConfigError
from traceability.measurement import Characteristic
from traceability.picture import SendPolicy
from traceability.record.master import ControlPlan, Operation
from vision.expectation import Check
from vision.formats import Format

GTIN = "09506000134352"
PLAN = ControlPlan(
    part=f"https://id.gs1.org/01/{GTIN}", plant="plant", revision="A", name="x",
    operations=(Operation(id="OP10", name="x"),),
    characteristics=(
        Characteristic(id="dmc-uec", name="x", operation="OP10", uom="%", decimals=1, lsl=Decimal(25)),
        Characteristic(id="dmc-mod", name="x", operation="OP10", uom="1", decimals=3),
        Characteristic(id="bore", name="x", operation="OP10", uom="mm", decimals=3),
    ),
)  # fmt: skip


def checked(tmp_path, camera, secrets=read_secret, **station):
    written = {"name": "OP10", "work_cell": "c", "operation": "OP10", "device": "d", "camera": camera, **station}
    table = msgspec.convert(written, StationTable)
    return check_camera(table, PLAN, tmp_path, "agent.toml", secrets)


def test_a_folder_of_named_files_as_before(tmp_path):
    camera = checked(tmp_path, {"folder": "camera", "positions": ["unit", "housing"]})
    assert (camera.folder, camera.positions) == (tmp_path / "camera", ("unit", "housing"))
    assert (camera.formats, camera.timeout) == ((Format.DATA_MATRIX, Format.QR), 2.0)
    assert (camera.grade, camera.libdmtx, camera.files, camera.live) == (True, False, {}, {})
    assert checked(tmp_path, None) is None


def test_everything_at_once(tmp_path):
    address = tmp_path / "camera.url"
    address.write_text("rtsp://u:geheim@10.0.0.7/main\n")
    address.chmod(0o600)
    camera = checked(
        tmp_path,
        {
            "positions": ["unit", "pump"],
            "live": {"unit": "secret:file:camera.url", "pump": "video:0"},
            "formats": ["itf", "code39"],
            "charsets": ["utf-8", "gb18030", "shift_jis"],
            "expect": [{"formats": ["itf"], "length": 14, "check": "mod10"}, {"pattern": "S\\d+"}],
            "measurements": {"unit": {"unused_correction": "dmc-uec", "modulation": "dmc-mod"}},
        },
    )
    assert camera.live["unit"].reveal() == "rtsp://u:geheim@10.0.0.7/main"
    assert "geheim" not in repr(camera)
    itf, other = camera.expectations
    assert (itf.formats, itf.min_length, itf.max_length, itf.check) == ({Format.ITF}, 14, 14, Check.MOD10)
    assert (other.pattern, Format.QR in other.formats) == ("S\\d+", True)
    assert camera.measurements["unit"]["modulation"].id == "dmc-mod"


def test_who_only_looks_at_the_configuration_reads_no_secret(tmp_path):
    camera = checked(
        tmp_path, {"positions": ["unit"], "live": {"unit": "secret:file:not-there"}}, secrets=unread_secret
    )
    assert camera.live["unit"].reference == "secret:file:not-there"


BASE = {"folder": "camera", "positions": ["unit"]}


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"positions": []}, "positions", "expected different names"),
        ({"positions": ["a/b"]}, "positions", "letters, digits"),
        ({"folder": None}, "folder", "either a folder, or live"),
        ({"live": {"unit": "video:0"}}, "folder", "either a folder, or live"),
        ({"folder": None, "live": {"unit": "video:0"}, "files": {"unit": "*"}}, "files", "together with live"),
        ({"files": {"pump": "*.png"}}, "files", "names pump; expected each of the positions unit"),
        ({"folder": None, "live": {"unit": "ftp://x/y"}}, "live.unit", "is no camera's address"),
        ({"folder": None, "live": {"unit": "rtsp://u:geheim@x/y"}}, "live.unit", "has a password in it"),
        ({"folder": None, "live": {"unit": "secret:env:NO_SUCH_CAMERA"}}, "live.unit", "which is not set"),
        ({"formats": ["qrr"]}, "formats", "unknown symbol format"),
        ({"charsets": ["klingon"]}, "charsets", "unknown charset"),
        ({"expect": [{"pattern": "("}]}, "expect", "no regular expression"),
        ({"expect": [{"formats": ["itff"]}]}, "expect.formats", "unknown symbol format"),
        ({"measurements": {"pump": {"contrast": "dmc-mod"}}}, "measurements.pump", "expected one of unit"),
        ({"grade": False, "measurements": {"unit": {"contrast": "dmc-mod"}}}, "measurements.unit", "grade = true"),
        ({"measurements": {"unit": {"beauty": "dmc-mod"}}}, "measurements.unit.beauty", "is no estimate"),
        ({"measurements": {"unit": {"contrast": "bore"}}}, "measurements.unit.contrast", "dmc-uec, dmc-mod"),
        (
            {"measurements": {"unit": {"contrast": "dmc-mod", "axial": "dmc-mod"}}},
            "measurements.unit.axial",
            "measured already",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_its_key(tmp_path, changes, key, words):
    with pytest.raises(ConfigError) as refused:
        checked(tmp_path, BASE | changes)
    assert f'station "OP10".camera.{key}' in str(refused.value)
    assert words in str(refused.value)
    assert "geheim" not in str(refused.value)


def test_how_much_is_kept():
    rule = check_pictures(PicturesTable(ok_mb=1, other_mb=2, ok_days=3, other_days=4))
    assert (rule.ok_bytes, rule.other_bytes, rule.ok_days, rule.other_days) == (1 << 20, 2 << 20, 3, 4)


def test_what_is_sent_of_it_and_when():
    assert check_pictures(PicturesTable()).lane == PictureLane(policy=SendPolicy.FAILED, bytes_a_day=1 << 30)
    written = {"send": "all", "send_mb_a_day": 5, "send_hours": "20:00-06:30"}
    lane = check_pictures(msgspec.convert(written, PicturesTable)).lane
    assert (lane.policy, lane.bytes_a_day, lane.hours) == (SendPolicy.ALL, 5 << 20, (time(20), time(6, 30)))
    for wrong in ({"send": "some"}, {"send_hours": "24:00-06:00"}, {"send_hours": "20-6"}, {"send_mb_a_day": 0}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(wrong, PicturesTable)
