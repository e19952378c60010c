"""``agent.toml`` and the control plan it names, checked in full; nothing connects and nothing is written."""

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

from edge_agent.config.camera import check_pictures
from edge_agent.config.control_plan import refuse_twice
from edge_agent.config.file import AgentFile, LogTable, SealingTable
from edge_agent.config.hub_address import check_hub, check_plant
from edge_agent.config.keeping import check_outbox
from edge_agent.config.plans import PlanFile, read_plans, stations_of
from edge_agent.config.sampling import check_sampling
from edge_agent.config.secret import SecretReader, SecretRefused, read_secret
from edge_agent.config.settings import AgentConfig, Device, Sealing, Station
from edge_agent.config.stations import check_device, check_station
from edge_agent.config.symbols import check_symbols
from edge_agent.config.told import check_one_user
from edge_agent.config.toml import parse_toml, read_bytes
from edge_agent.errors import ConfigError
from edge_agent.log import LogRule
from edge_agent.plans import Plans, plans_of
from edge_agent.secret import Secret
from firmware_profiles.catalog import Catalog
from traceability.downlink import FileInForce, FileRole
from traceability.encoding import sha256, tagged
from traceability.record.master import ControlPlan
from traceability.unit import Environment


def load_config(
    path: Path,
    secrets: SecretReader = read_secret,
    plan_file: Path | None = None,
    profiles: Path | None = None,
    plan_folder: Path | None = None,
) -> AgentConfig:
    """The configuration in ``path``; ConfigError for the first thing that is wrong.

    ``secrets`` reads what references lead to (``unread_secret``: none); ``plan_file``, its folder of versions and
    ``profiles`` stand for those that it names. Its hash is that of all these files' bytes, as
    ``cat agent.toml control-plan.toml control-plan.d/*.toml | sha256sum`` tells.
    """
    file, content = str(path), read_bytes(path, "")
    written, folder = parse_toml(content, file, AgentFile), path.absolute().parent
    named_by = f"control plan (agent.control_plan of {file})"
    planned = read_plans(folder / written.agent.control_plan, named_by, plan_file, plan_folder)
    own_profiles = _profile_folder(written, folder)
    used_profiles = own_profiles and (profiles or own_profiles)
    return _config_of(
        written,
        path.absolute(),
        hash_=tagged(sha256(content + b"".join(one.content for one in planned))),
        profiles=own_profiles,
        plans=plans_of(one.version for one in planned),
        devices=_devices(written, used_profiles, file, secrets),
        files=_files(path.name, content, planned, used_profiles),
        secrets=secrets,
        named=file,
    )


def _config_of(
    written: AgentFile,
    path: Path,
    *,
    hash_: str,
    profiles: Path | None,
    plans: Plans,
    devices: dict[str, Device],
    files: tuple[FileInForce, ...],
    secrets: SecretReader,
    named: str,
) -> AgentConfig:
    file, folder = named, path.parent
    plant, plant_key = check_plant(written.plant, file)
    return AgentConfig(
        file=path,
        plan_file=folder / written.agent.control_plan,
        profiles=profiles,
        hash=hash_,
        author=written.agent.author,
        environment=_environment(written.agent.environment, file),
        key_file=folder / written.agent.key_file,
        data=folder / written.agent.data,
        plans=plans,
        hub=check_hub(written.hub, folder, file),
        sealing=_sealing(written.sealing),
        page=written.page.port,
        log=_log(written.log, folder),
        reload_on_change=written.agent.reload_on_change,
        devices=tuple(devices.values()),
        stations=stations_of(plans, lambda plan: _stations(written, devices, plan, folder, file, secrets=secrets)),
        plant=plant,
        plant_key=plant_key,
        quota=check_outbox(written.outbox, file),
        pictures=check_pictures(written.pictures),
        telemetry=tuple(check_sampling(table, devices, file) for table in written.telemetry),
        key_passphrase=_passphrase(written.agent.key_passphrase, folder, file, secrets),
        files=files,
    )


def _files(name: str, content: bytes, plans: tuple[PlanFile, ...], profiles: Path | None) -> tuple[FileInForce, ...]:
    """What was read, by its hashes; of the plan's later versions the last first, since what is told may be cut."""
    config = FileInForce(role=FileRole.CONFIGURATION, name=name, hash=tagged(sha256(content)))
    first, *others = (
        FileInForce(
            role=FileRole.CONTROL_PLAN,
            name=one.name,
            hash=tagged(sha256(one.content)),
            valid_from=one.version.valid_from,
        )
        for one in plans
    )
    latest = sorted(others, key=lambda one: str(one.valid_from and one.valid_from.astimezone(UTC)), reverse=True)
    return (config, first, *latest, *_profiles_in_force(profiles))


def _profiles_in_force(folder: Path | None) -> Iterator[FileInForce]:
    """The profiles of the user's own, whether a device has them or not."""
    if folder is None:
        return
    for path in sorted(folder.glob("*/*.toml")):
        content = read_bytes(path, "agent.profiles")
        name = path.relative_to(folder).as_posix()
        yield FileInForce(role=FileRole.PROFILE, name=name, hash=tagged(sha256(content)))


def _devices(written: AgentFile, profiles: Path | None, file: str, secrets: SecretReader) -> dict[str, Device]:
    _check_names(written, file)
    catalog = Catalog(None if profiles is None else _there(profiles, file))
    return {table.name: check_device(table, catalog, file, secrets) for table in written.device}


def _stations(
    written: AgentFile,
    devices: dict[str, Device],
    plan: ControlPlan,
    folder: Path,
    file: str,
    *,
    secrets: SecretReader,
) -> tuple[Station, ...]:
    symbols = check_symbols(written.symbols, file, "symbols")
    stations = tuple(
        check_station(table, devices, plan, folder, file, symbols=symbols, secrets=secrets) for table in written.station
    )
    check_one_user(written.station, devices, file)
    return stations


def _sealing(table: SealingTable) -> Sealing:
    return Sealing(max_records=table.max_records, max_age=table.max_age_s, max_bytes=table.max_bytes)


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


def named_profiles(content: bytes, path: Path) -> Path | None:
    """The folder of profiles that the configuration ``content`` of ``path`` names; it need not be there."""
    return _profile_folder(parse_toml(content, str(path), AgentFile), path.absolute().parent)


def _profile_folder(written: AgentFile, folder: Path) -> Path | None:
    return None if written.agent.profiles is None else folder / written.agent.profiles


def _there(profiles: Path, file: str) -> Path:
    if not profiles.is_dir():
        raise ConfigError(file, "agent.profiles", f"{profiles} is no folder; create it or leave the key out")
    return profiles


def _passphrase(written: str | None, folder: Path, file: str, secrets: SecretReader) -> Secret | None:
    if written is None:
        return None
    try:
        return secrets(written, folder)
    except SecretRefused as error:
        raise ConfigError(file, "agent.key_passphrase", str(error)) from None


def _log(table: LogTable, folder: Path) -> LogRule:
    file = None if table.file is None else folder / table.file
    return LogRule(file=file, max_bytes=table.max_bytes, keep=table.keep, json=table.format == "json")


def _environment(text: str, file: str) -> Environment:
    try:
        return Environment(text)
    except ValueError:
        raise ConfigError(file, "agent.environment", f"is {text!r}; expected one of {', '.join(Environment)}") from None
