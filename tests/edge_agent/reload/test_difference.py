"""What a new configuration touches, and what it leaves alone."""

import msgspec
import pytest
from small_agent import write_agent

from edge_agent.config.load import load_config
from edge_agent.errors import ConfigError
from edge_agent.reload.difference import difference


@pytest.fixture
def changed(tmp_path):
    """The configuration before and after some texts were replaced."""

    def load(*changes, plan=()):
        before = load_config(write_agent(tmp_path, 502) / "agent.toml")
        for name, pairs in (("agent.toml", changes), ("control-plan.toml", plan)):
            path = tmp_path / name
            text = path.read_text(encoding="utf-8")
            for old, new in pairs:
                assert old in text
                text = text.replace(old, new)
            path.write_text(text, encoding="utf-8")
        return difference(before, load_config(tmp_path / "agent.toml"))

    return load


def test_a_comment_changes_nothing(changed):
    found = changed(("[hub]", "# a comment\n[hub]"))
    assert (found.ended, found.begun, found.devices, found.changed) == (frozenset(), frozenset(), frozenset(), 0)


@pytest.mark.parametrize(
    "pair",
    [
        ("max_age_s", "max_records = 7\nmax_age_s"),
        ("http://127.0.0.1:9", "http://127.0.0.1:8"),
        ("port = 0", "port = 1"),
    ],
)
def test_what_is_no_stations_business_touches_none(changed, pair):
    assert changed(pair).changed == 0


def test_a_changed_station_is_ended_and_begun_alone(changed):
    found = changed(("line/OP20", "line/OP21"))
    assert found.ended == found.begun == {"OP20"}
    assert found.devices == frozenset()


def test_a_renamed_station_is_one_gone_and_one_new(changed):
    found = changed(('name = "OP20"', 'name = "OP21"'))
    assert (found.ended, found.begun) == ({"OP20"}, {"OP21"})


@pytest.mark.parametrize("pair", [("poll_ms = 5", "poll_ms = 6"), ("port = 502", "port = 503")])
def test_a_changed_device_is_hung_up_and_takes_its_stations_with_it(changed, pair):
    found = changed(pair)
    assert found.devices == {"cell"}
    assert found.ended == found.begun == {"OP10", "OP20"}


def test_another_control_plan_is_for_every_station(changed):
    found = changed(plan=[('revision = "A"', 'revision = "B"')])
    assert found.ended == found.begun == {"OP10", "OP20"}
    assert found.devices == frozenset()


@pytest.mark.parametrize(
    ("key", "pair"),
    [
        ("author", ("supplier-a.line-1", "supplier-b.line-1")),
        ("environment", ('"test"', '"production"')),
        ("data", ("[hub]", 'data = "elsewhere"\n[hub]')),
        ("key_file", ("[hub]", 'key_file = "other.key"\n[hub]')),
    ],
)
def test_who_the_agent_is_changes_only_by_a_restart(changed, key, pair):
    with pytest.raises(ConfigError, match="restart it for this one") as refused:
        changed(pair)
    assert refused.value.key == f"agent.{key}"


def test_every_setting_is_known_here(tmp_path):
    """A setting that nobody thought of here makes every station begin anew: safe, but worth a thought."""
    config = load_config(write_agent(tmp_path, 502) / "agent.toml")
    thought_of = {
        "author", "environment", "key_file", "data", "plans", "file", "plan_file", "hash", "files",
        "hub", "sealing", "page", "log", "reload_on_change", "devices", "stations", "plant", "plant_key",
        "key_passphrase", "quota", "telemetry", "profiles", "pictures",
    }  # fmt: skip
    assert set(msgspec.structs.asdict(config)) == thought_of
