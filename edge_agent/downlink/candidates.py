"""What a plant's message wants written where, and all of it laid out beside the files in force to be checked there."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from edge_agent.config.load import named_profiles
from edge_agent.config.plans import folder_of
from edge_agent.config.settings import AgentConfig
from edge_agent.downlink.plan_files import brought_plan, check_first_plan, taken_away
from edge_agent.errors import MessageRefused
from firmware_profiles.catalog import load
from traceability.downlink import PlantMessage

_STAGED = ".staged"
_HEEDED = "plant-message"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Contents by the files they are for (None: it goes away), the configuration last.

    ``profiles`` is the folder of the user's own.
    """

    contents: dict[Path, bytes | None]
    profiles: Path | None


class Candidates(msgspec.Struct, frozen=True, kw_only=True):
    """What to check: files that are staged, or in force where the message brings none."""

    file: Path
    plan: Path
    plan_folder: Path
    profiles: Path | None


def wanted_files(message: PlantMessage, config: AgentConfig, now: datetime) -> Wanted:
    """What ``message`` changes; MessageRefused, ConfigError or ProfileInvalid when it can't be that."""
    contents: dict[Path, bytes | None] = {}
    profiles = config.profiles
    if message.takes_away is not None:
        contents |= taken_away(message.takes_away, config)
    elif message.plan is not None:
        contents |= brought_plan(message.plan.encode(), config, now)
    known = {config.plan_file.name: config.plan_file, config.file.name: config.file}
    strange = sorted(message.files.keys() - known.keys())
    if strange:
        raise MessageRefused(f"{', '.join(strange)} is no file of this agent's configuration")
    if config.file.name in message.files:
        profiles = named_profiles(message.files[config.file.name].encode(), config.file)
    contents |= _profiles(message, profiles)
    contents |= {path: message.files[name].encode() for name, path in known.items() if name in message.files}
    check_first_plan(contents.get(config.plan_file), config, now)
    contents[config.data / _HEEDED] = str(message.number).encode()
    return Wanted(contents=contents, profiles=profiles)


def heeded(config: AgentConfig) -> int:
    """The number of the message whose files are in force; it outlives an outbox, so that no old one counts again."""
    try:
        return int((config.data / _HEEDED).read_bytes())
    except (OSError, ValueError):
        return 0


@contextmanager
def staged(wanted: Wanted, config: AgentConfig) -> Iterator[Candidates]:
    """The contents in files beside those they are for, as long as they are looked at."""
    files = {path: path.with_name(path.name + _STAGED) for path in (config.file, config.plan_file)}
    plans = folder_of(config.plan_file)
    folders = {folder: folder.with_name(folder.name + _STAGED) for folder in (plans, wanted.profiles) if folder}
    try:
        for path, candidate in files.items():
            if (content := wanted.contents.get(path)) is not None:
                candidate.write_bytes(content)
        for folder, beside in folders.items():
            _lay_out(beside, folder, wanted.contents)
        yield Candidates(
            file=files[config.file] if config.file in wanted.contents else config.file,
            plan=files[config.plan_file] if config.plan_file in wanted.contents else config.plan_file,
            plan_folder=folders[plans],
            profiles=folders[wanted.profiles] if wanted.profiles else None,
        )
    finally:
        for candidate in files.values():
            candidate.unlink(missing_ok=True)
        for beside in folders.values():
            shutil.rmtree(beside, ignore_errors=True)


def _profiles(message: PlantMessage, folder: Path | None) -> dict[Path, bytes]:
    if message.profiles and folder is None:
        raise MessageRefused(
            "device profiles came, but the configuration names no folder for them",
            advice="set agent.profiles in agent.toml, in the same message or in one before",
        )
    if folder is None:
        return {}
    for name, text in message.profiles.items():
        load(name, text)  # also those that no device of this agent has
    return {folder / name: text.encode() for name, text in message.profiles.items()}


def _lay_out(folder: Path, place: Path, contents: Mapping[Path, bytes | None]) -> None:
    """The folder as that at ``place`` will be."""
    shutil.rmtree(folder, ignore_errors=True)
    if place.is_dir():
        shutil.copytree(place, folder)
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in contents.items():
        if path.is_relative_to(place):
            target = folder / path.relative_to(place)
            target.parent.mkdir(parents=True, exist_ok=True)
            if content is None:
                target.unlink(missing_ok=True)
            else:
                target.write_bytes(content)
