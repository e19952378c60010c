"""``agent.toml`` and the control plan it names, checked in full; nothing connects and nothing is written."""

from pathlib import Path

from edge_agent.config.control_plan import parse_control_plan, refuse_twice
from edge_agent.config.file import AgentFile, LogTable
from edge_agent.config.hub_address import check_hub
from edge_agent.config.secret import SecretReader, read_secret
from edge_agent.config.settings import AgentConfig, Sealing
from edge_agent.config.stations import check_device, check_station
from edge_agent.config.told import check_one_user
from edge_agent.config.toml import parse_toml, read_bytes
from edge_agent.errors import ConfigError
from edge_agent.log import LogRule
from firmware_profiles.catalog import Catalog
from traceability.encoding import sha256, tagged
from traceability.record.codec import plan_id
from traceability.unit import Environment


def load_config(path: Path, secrets: SecretReader = read_secret) -> AgentConfig:
    """The configuration in ``path``; ConfigError for the first thing that is wrong.

    ``secrets`` reads what references lead to; ``unread_secret`` does for who needs none of them.

    Its hash is that of the bytes of both files, the configuration first: ``cat agent.toml control-plan.toml |
    sha256sum`` gives the same.
    """
    file = str(path)
    content = read_bytes(path, "")
    written = parse_toml(content, file, AgentFile)
    folder = path.absolute().parent
    plan_path = folder / written.agent.control_plan
    plan_content = read_bytes(plan_path, f"control plan (agent.control_plan of {file})")
    loaded = parse_control_plan(plan_content, str(plan_path))
    _check_names(written, file)
    catalog = Catalog(_profile_folder(written, folder, file))
    devices = {table.name: check_device(table, catalog, file, secrets) for table in written.device}
    stations = [check_station(table, devices, loaded.plan, folder, file) for table in written.station]
    check_one_user(written.station, devices, file)
    return AgentConfig(
        file=path.absolute(),
        plan_file=plan_path,
        hash=tagged(sha256(content + plan_content)),
        author=written.agent.author,
        environment=_environment(written.agent.environment, file),
        key_file=folder / written.agent.key_file,
        data=folder / written.agent.data,
        gtin=loaded.gtin,
        plan=loaded.plan,
        plan_id=plan_id(loaded.plan),
        hub=check_hub(written.hub, file),
        sealing=Sealing(max_records=written.sealing.max_records, max_age=written.sealing.max_age_s),
        page=written.page.port,
        log=_log(written.log, folder),
        reload_on_change=written.agent.reload_on_change,
        devices=tuple(devices.values()),
        stations=tuple(stations),
    )


def _check_names(written: AgentFile, file: str) -> None:
    for table, entries in (("device", written.device), ("station", written.station)):
        if not entries:
            raise ConfigError(file, table, f"is empty; expected at least one [[{table}]]")
        refuse_twice(file, table, "name", [entry.name for entry in entries])
    places: dict[tuple[str, str], str] = {}
    for station in written.station:
        other = places.setdefault((station.device, str(station.base)), station.name)
        if other != station.name:
            expected = f"is {station.base!r}, where station {other!r} is already; expected its own"
            raise ConfigError(file, f'station "{station.name}".base', expected)


def _profile_folder(written: AgentFile, folder: Path, file: str) -> Path | None:
    if written.agent.profiles is None:
        return None
    profiles = folder / written.agent.profiles
    if not profiles.is_dir():
        raise ConfigError(file, "agent.profiles", f"{profiles} is no folder; create it or leave the key out")
    return profiles


def _log(table: LogTable, folder: Path) -> LogRule:
    file = None if table.file is None else folder / table.file
    return LogRule(file=file, max_bytes=table.max_bytes, keep=table.keep, json=table.format == "json")


def _environment(text: str, file: str) -> Environment:
    try:
        return Environment(text)
    except ValueError:
        raise ConfigError(file, "agent.environment", f"is {text!r}; expected one of {', '.join(Environment)}") from None
