"""One sound configuration, broken in one place at a time: the error must name the file, the place and what to write."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal
from importlib.resources import files

import pytest

from edge_agent.config.load import load_config
from edge_agent.config.settings import Interlock
from edge_agent.errors import ConfigError
from edge_agent.interlock.decision import Answer
from traceability.record.codec import decode_record, encode_record, plan_id
from traceability.record.master import ControlPlanRecord
from vision.formats import Format

CONFIG = """\
[agent]
author = "supplier-a.line-1"
environment = "demo"
control_plan = "control-plan.toml"

[hub]
url = "http://127.0.0.1:8400/"
public_key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

[sealing]
max_records = 100
max_age_s = 2

[[device]]
name = "cell-1"
driver = "modbus-tcp"
profile = "zhuoyue/four-phase-cell"
poll_ms = 20
[device.settings]
host = "127.0.0.1"
port = 5020

[[device]]
name = "cell-2"
driver = "opcua"
profile = "zhuoyue/opcua-cell"
[device.settings]
url = "opc.tcp://127.0.0.1:4840"
trust = "trust"

[[station]]
name = "OP10"
work_cell = "supplier-a/machining/line-1/OP10"
operation = "OP10"
device = "cell-1"
lot_part = "09506000134376"
[station.measurements]
m1 = "bore"
m2 = "depth"

[[station]]
name = "OP20"
work_cell = "supplier-a/machining/line-1/OP20"
operation = "OP20"
device = "cell-2"
base = "OP20"
[station.camera]
folder = "camera"
positions = ["unit", "controller"]
formats = ["datamatrix"]
"""

PLAN = """\
part = "09506000134352"
plant = "supplier-a/machining"
revision = "A"
name = "Housing"
name_zh = "壳体"

[[operation]]
id = "OP10"
name = "Boring"

[[operation]]
id = "OP20"
name = "Assembly"
final = true

[[characteristic]]
id = "bore"
name = "Bore"
operation = "OP10"
uom = "mm"
decimals = 3
lsl = "24.990"
target = "25.000"
usl = 25.010
key = true

[[characteristic]]
id = "depth"
name = "Depth"
operation = "OP10"
uom = "mm"
decimals = 2
usl = "12.1"
"""


@pytest.fixture
def written(tmp_path):
    (tmp_path / "agent.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "control-plan.toml").write_text(PLAN, encoding="utf-8")
    return tmp_path / "agent.toml"


def test_a_sound_configuration_is_resolved_in_full(written, tmp_path):
    config = load_config(written)

    assert config.data == tmp_path / "data"
    assert config.key_file == tmp_path / "agent.key"
    assert config.hub.url == "http://127.0.0.1:8400"
    assert (config.sealing.max_records, config.sealing.max_age) == (100, 2.0)
    op10, op20 = config.stations
    assert op10.measurements["m1"].id == "bore"
    assert op10.lot is not None
    assert (op10.lot.quantity, op10.lot.uom) == ("1", "{piece}")
    assert op20.resolved.points["trigger"].node == "ns=2;s=OP20.Trigger"
    assert op20.camera is not None
    assert op20.camera.folder == tmp_path / "camera"
    assert op20.camera.formats == (Format.DATA_MATRIX,)
    assert config.device("cell-2").settings.trust == tmp_path / "trust"
    assert config.device("cell-1").poll == 0.02


def test_the_hash_is_that_of_both_files_as_sha256sum_would_say(written, tmp_path):
    content = written.read_bytes() + (tmp_path / "control-plan.toml").read_bytes()
    assert load_config(written).hash == "sha256:" + hashlib.sha256(content).hexdigest()


def test_limits_are_exact_whether_text_or_number_and_survive_as_a_record(written):
    config = load_config(written)
    (version,) = config.plans.versions
    bore = version.plan.characteristics[0]
    assert (bore.lsl, bore.usl) == (Decimal("24.990"), Decimal("25.010"))
    assert version.id == plan_id(version.plan)
    record = ControlPlanRecord(
        id=version.id, seq=1, salt="0" * 32, event_time=datetime(2026, 1, 1, tzinfo=UTC), plan=version.plan
    )
    assert decode_record(encode_record(record)) == record


BROKEN = [
    ("[hub]", "[hub", "line 6", "not TOML"),
    ('author = "supplier-a.line-1"\n', "", "agent.author", "is missing"),
    ('environment = "demo"', 'environment = "prod"', "agent.environment", "production, demo, test"),
    ('environment = "demo"', "environment = 3", "agent.environment", "expected `str`, got `int`"),
    ("max_records = 100", "max_record = 100", "sealing.max_record", "did you mean 'max_records'"),
    ("max_records = 100", "max_records = 0", "sealing.max_records", ">= 1"),
    ("max_records = 100", 'max_records = "100"', "sealing.max_records", "expected `int`, got `str`"),
    ("[sealing]", "[sealig]", "sealig", "did you mean 'sealing'"),
    ('url = "http://127.0.0.1:8400/"', 'url = "http://hub.example"', "hub.url", "expected https"),
    ('url = "http://127.0.0.1:8400/"', 'url = "ftp://127.0.0.1"', "hub.url", "expected https://host"),
    ('url = "http://127.0.0.1:8400/"', 'url = "https://hub:port"', "hub.url", "expected https://host"),
    (
        'url = "http://127.0.0.1:8400/"',
        'url = "http://127.0.0.1:8400/"\nproxy = "proxy:3128"',
        "hub.proxy",
        "expected http://host:port",
    ),
    (
        'url = "http://127.0.0.1:8400/"',
        'url = "http://127.0.0.1:8400/"\nproxy = "http://me:word@proxy:3128"',
        "hub.proxy",
        "user name or password",
    ),
    (
        'url = "http://127.0.0.1:8400/"',
        'url = "http://127.0.0.1:8400/"\nproxy = "http://proxy"',
        "hub.proxy",
        "expected http://host:port",
    ),
    ('url = "http://127.0.0.1:8400/"', 'url = "http://127.0.0.1:8400/"\nca_file = "nothing.pem"', "hub.ca_file", "PEM"),
    ('url = "http://127.0.0.1:8400/"', 'url = "http://127.0.0.1:8400/"\nca_file = "agent.toml"', "hub.ca_file", "PEM"),
    ('url = "http://127.0.0.1:8400/"', 'url = "http://127.0.0.1:8400/"\nmax_kbit_s = 1', "hub.max_kbit_s", "16"),
    ('url = "http://127.0.0.1:8400/"', 'url = "http://127.0.0.1:8400/"\nin_flight = 0', "hub.in_flight", "1"),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "AAAA", "hub.public_key", "32 bytes in base64"),
    ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "?", "hub.public_key", "32 bytes in base64"),
    ('driver = "modbus-tcp"', 'driver = "modbus"', 'device "cell-1".driver', "did you mean 'modbus-tcp'"),
    ("four-phase-cell", "five-phase-cell", 'device "cell-1".profile', "zhuoyue/four-phase-cell"),
    ("zhuoyue/opcua-cell", "zhuoyue/four-phase-cell", 'device "cell-2".profile', "driver opcua speaks opcua"),
    ("poll_ms = 20", "poll_ms = 0", 'device "cell-1".poll_ms', ">= 1"),
    ("port = 5020", "port = 70000", 'device "cell-1".settings.port', "<= 65535"),
    ("port = 5020", "prot = 5020", 'device "cell-1".settings.prot', "did you mean 'port'"),
    ('host = "127.0.0.1"\n', "", 'device "cell-1".settings.host', "is missing"),
    ('name = "cell-2"', 'name = "cell-1"', 'device "cell-1".name', "stands twice"),
    ('name = "OP20"', 'name = "OP10"', 'station "OP10".name', "stands twice"),
    ('name = "OP20"', 'name = "OP 20"', 'station "OP 20".name', "regex"),
    ('device = "cell-2"', 'device = "cell-3"', 'station "OP20".device', "expected one of cell-1, cell-2"),
    ('base = "OP20"', "basis = 0", 'station "OP20".basis', "did you mean 'base'"),
    ('device = "cell-1"\n', 'device = "cell-1"\nbase = 65530\n', 'station "OP10".base', "past the last one"),
    ('operation = "OP20"', 'operation = "OP30"', 'station "OP20".operation', "OP10, OP20"),
    ('m1 = "bore"', 'm9 = "bore"', 'station "OP10".measurements.m9', "m1, m2, m3, m4"),
    ('m1 = "bore"', 'trigger = "bore"', 'station "OP10".measurements.trigger', "of the profile"),
    ('m1 = "bore"', 'm1 = "bora"', 'station "OP10".measurements.m1', "did you mean 'bore'"),
    ('m1 = "bore"', 'm1 = "depth"', 'station "OP10".measurements.m2', "another point"),
    ('lot_part = "09506000134376"', 'lot_part = "09506000134377"', 'station "OP10".lot_part', "GTIN"),
    ('["unit", "controller"]', '["unit", "unit"]', 'station "OP20".camera.positions', "different names"),
    ('["unit", "controller"]', '["a/b"]', 'station "OP20".camera.positions', "letters"),
    ('["datamatrix"]', '["barcode"]', 'station "OP20".camera.formats', "datamatrix"),
    ('base = "OP20"', 'base = "OP20"\nbusy_timeout_s = 0', 'station "OP20".busy_timeout_s', "> 0"),
    (
        "[station.camera]",
        '[station.interlock]\nwhen_unknown = "maybe"\n[station.camera]',
        "when_unknown",
        "expected one of permit, refuse, tell",
    ),
    ('["datamatrix"]', '["datamatrix"]\ntimeout = 1', 'station "OP20".camera.timeout', "'timeout_s'"),
    ("control-plan.toml", "plan.toml", "plan.toml", "cannot be read"),
]


@pytest.mark.parametrize(("old", "new", "place", "expected"), BROKEN, ids=[f"{row[2]}-{row[1][:20]}" for row in BROKEN])
def test_an_error_names_the_file_the_key_and_what_was_expected(*, written, old, new, place, expected):
    assert old in CONFIG
    written.write_text(CONFIG.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(written)
    message = str(caught.value)
    assert message.startswith(str(written.parent))
    assert place in message
    assert expected in message
    assert "\n" not in message


BROKEN_PLAN = [
    ('part = "09506000134352"', 'part = "09506000134353"', "part", "GTIN of 14 digits"),
    ('part = "09506000134352"', "part = 9506000134352", "part", "expected `str`"),
    ('operation = "OP10"', 'operation = "OP11"', 'characteristic "bore".operation', "OP10, OP20"),
    ('id = "depth"', 'id = "bore"', 'characteristic "bore".id', "stands twice"),
    ('id = "OP20"', 'id = "OP10"', 'operation "OP10".id', "stands twice"),
    ('lsl = "24.990"', 'lsl = "25.005"', 'characteristic "bore"', "limits out of order"),
    ('lsl = "24.990"', 'lsl = "abc"', 'characteristic "bore".lsl', "decimal"),
    ('lsl = "24.990"', 'lsl = "NaN"', 'characteristic "bore"', "no number"),
    ("decimals = 2", "decimals = 13", 'characteristic "depth".decimals', "<= 12"),
    ("key = true", "keys = true", 'characteristic "bore".keys', "did you mean 'key'"),
    ("final = true", 'final = "yes"', 'operation "OP20".final', "expected `bool`"),
    ("name_zh = ", "name-zh = ", "name-zh", "did you mean 'name_zh'"),
]


@pytest.mark.parametrize(("old", "new", "place", "expected"), BROKEN_PLAN, ids=[row[1] for row in BROKEN_PLAN])
def test_so_does_an_error_of_the_control_plan(*, written, tmp_path, old, new, place, expected):
    assert old in PLAN
    (tmp_path / "control-plan.toml").write_text(PLAN.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_config(written)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'control-plan.toml'}: {place}")
    assert expected in message


def test_two_stations_at_one_place_of_a_device_would_answer_each_other(written):
    second = CONFIG.replace('device = "cell-2"\nbase = "OP20"', 'device = "cell-1"\nbase = 0')
    written.write_text(second, encoding="utf-8")
    with pytest.raises(ConfigError, match=r'station "OP20"\.base: is 0, where station \'OP10\' is already'):
        load_config(written)


def test_bytes_that_are_no_utf8_are_named_by_line(written):
    written.write_bytes(CONFIG.encode().replace(b'environment = "demo"', b'environment = "\xb2\xe2"'))
    with pytest.raises(ConfigError, match="line 3: is not UTF-8"):
        load_config(written)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path / "agent.toml")


def test_profiles_of_the_users_own_come_from_a_folder_that_must_exist(written):
    written.write_text(CONFIG.replace("[hub]", 'profiles = "own"\n[hub]'), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"agent\.profiles: .*own is no folder"):
        load_config(written)


INTERLOCK = '[station.interlock]\nwhen_unknown = "refuse"\n[station.camera]'


def test_an_interlock_says_what_the_controller_is_told(written):
    written.write_text(CONFIG.replace("[station.camera]", INTERLOCK), encoding="utf-8")
    op10, op20 = load_config(written).stations
    assert op10.interlock is None
    assert op20.interlock == Interlock(when_unknown=Answer.REFUSE, previous_elsewhere=False)
    assert (op20.handshake, op20.busy_timeout) == ("four-phase", 5.0)


def own_profile(written, handshake, *lacking):
    """The OPC UA cell as a profile of the user's own, with another handshake and without some roles."""
    text = (files("firmware_profiles") / "devices" / "zhuoyue" / "opcua-cell.toml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if line.split(" = ")[0] not in lacking]
    text = "\n".join(kept).replace("[roles]", f'handshake = "{handshake}"\n\n[roles]')
    text = text.replace('model = "opcua-cell"', 'model = "own"')
    place = written.parent / "own" / "zhuoyue"
    place.mkdir(parents=True)
    (place / "own.toml").write_text(text, encoding="utf-8")
    return CONFIG.replace("zhuoyue/opcua-cell", "zhuoyue/own").replace("[hub]", 'profiles = "own"\n[hub]')


@pytest.mark.parametrize("handshake", ["toggle", "counter"])
def test_the_profile_names_the_handshake(written, handshake):
    written.write_text(own_profile(written, handshake), encoding="utf-8")
    assert load_config(written).stations[1].handshake == handshake


def test_a_profile_that_lacks_a_role_of_its_handshake_is_refused(written):
    written.write_text(own_profile(written, "toggle", "acknowledge"), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"lacks the roles acknowledge of the toggle handshake"):
        load_config(written)


def test_an_interlock_needs_a_place_to_ask_and_to_answer(written):
    config = own_profile(written, "four-phase", "permit_request", "permit_answer")
    written.write_text(config.replace("[station.camera]", INTERLOCK), encoding="utf-8")
    with pytest.raises(
        ConfigError, match=r'station "OP20"\.interlock: cannot be used: .*permit_request, permit_answer'
    ):
        load_config(written)


def test_a_read_only_station_has_no_interlock(written):
    config = own_profile(written, "counter")
    written.write_text(config.replace("[station.camera]", INTERLOCK), encoding="utf-8")
    with pytest.raises(ConfigError, match=r'station "OP20"\.interlock: cannot be used: this station is read only'):
        load_config(written)
