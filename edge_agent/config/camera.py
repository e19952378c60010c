"""``[station.camera]`` and ``[pictures]``: where pictures come from, what is read in them, what is kept of them."""

from datetime import time
from pathlib import Path

from edge_agent.config.file import StationTable
from edge_agent.config.picture_tables import CameraTable, ExpectTable, PicturesTable
from edge_agent.config.secret import SecretReader, SecretRefused
from edge_agent.config.settings import Camera, PictureLane, PictureRule
from edge_agent.errors import ConfigError
from edge_agent.secret import Secret
from traceability.measurement import Characteristic
from traceability.record.master import ControlPlan
from vision.charset import check_charsets
from vision.errors import OptionRefused
from vision.expectation import Check, Expectation
from vision.formats import ALL, Format, parse_formats
from vision.source.address import has_password, parse_address
from vision.symbol import Quality

_MEGABYTE = 1024 * 1024
_PER_UOM = ("1", "%")


def check_pictures(table: PicturesTable) -> PictureRule:
    """How much is kept, and what of it is sent."""
    begin, end = (time.fromisoformat(text) for text in table.send_hours.split("-"))
    return PictureRule(
        lane=PictureLane(policy=table.send, bytes_a_day=table.send_mb_a_day * _MEGABYTE, hours=(begin, end)),
        ok_bytes=table.ok_mb * _MEGABYTE,
        ok_days=table.ok_days,
        other_bytes=table.other_mb * _MEGABYTE,
        other_days=table.other_days,
    )


def check_camera(
    station: StationTable, plan: ControlPlan, folder: Path, file: str, secrets: SecretReader
) -> Camera | None:
    """The camera of a station; ConfigError for the first thing that does not fit."""
    table, place = station.camera, f'station "{station.name}".camera.'
    if table is None:
        return None
    _check_positions(table, file, place)
    _check_places(table, file, place)
    here = {entry.id: entry for entry in plan.characteristics if entry.operation == station.operation}
    camera = Camera(
        folder=None if table.folder is None else folder / table.folder,
        positions=table.positions,
        formats=_formats(table.formats, file, place + "formats"),
        timeout=table.timeout_s,
        files=table.files,
        live={name: _address(text, folder, file, f"{place}live.{name}", secrets) for name, text in table.live.items()},
        max_age=table.max_age_s,
        charsets=table.charsets,
        expectations=tuple(_expectation(entry, file, place + "expect") for entry in table.expect),
        libdmtx=table.libdmtx,
        grade=table.grade,
        measurements=_measurements(table, here, set(station.measurements.values()), file, place),
    )
    try:
        check_charsets(table.charsets)
    except OptionRefused as error:
        raise ConfigError(file, place + "charsets", f"{error.what}; {error.advice}") from None
    return camera


def _check_positions(table: CameraTable, file: str, place: str) -> None:
    if not table.positions or len(set(table.positions)) != len(table.positions):
        raise ConfigError(file, place + "positions", "expected different names, the first one for the unit itself")
    for position in table.positions:
        if not position or not all(letter.isalnum() or letter in "_-" for letter in position):
            raise ConfigError(file, place + "positions", f"{position!r}: expected letters, digits, '-' and '_' only")


def _check_places(table: CameraTable, file: str, place: str) -> None:
    """Pictures come from a folder or from live cameras, and each position has its place."""
    if (table.folder is None) == (not table.live):
        raise ConfigError(file, place + "folder", "expected either a folder, or live with an address for each position")
    if table.files and table.live:
        raise ConfigError(file, place + "files", "cannot be used together with live; it is for files in a folder")
    for key, given in (("files", table.files), ("live", table.live)):
        if given and set(given) != set(table.positions):
            expected = f"names {', '.join(sorted(given))}; expected each of the positions {', '.join(table.positions)}"
            raise ConfigError(file, place + key, expected)


def _formats(names: tuple[str, ...], file: str, key: str) -> tuple[Format, ...]:
    try:
        return tuple(sorted(parse_formats(names)))
    except OptionRefused as error:
        raise ConfigError(file, key, f"{error.what}; {error.advice}") from None


def _expectation(table: ExpectTable, file: str, key: str) -> Expectation:
    formats = _formats(table.formats, file, key + ".formats") if table.formats else ALL
    lengths = {} if table.length is None else {"min_length": table.length, "max_length": table.length}
    try:
        return Expectation(formats=frozenset(formats), pattern=table.pattern, check=Check(table.check), **lengths)
    except OptionRefused as error:
        raise ConfigError(file, key, error.what) from None


def _address(text: str, folder: Path, file: str, key: str, secrets: SecretReader) -> Secret:
    """The address, from where it stands; one that has a password must not stand in the configuration."""
    if text.startswith("secret:"):
        try:
            address = secrets(text, folder)
        except SecretRefused as refused:
            raise ConfigError(file, key, str(refused)) from None
    elif has_password(text):
        raise ConfigError(file, key, "has a password in it; write the whole address into a file: secret:file:PATH")
    else:
        address = Secret(text, text)
    try:
        if address.reveal():  # empty where secrets are not to be read
            parse_address(address.reveal())
    except OptionRefused as error:
        raise ConfigError(file, key, f"{error.what}; {error.advice}") from None
    return address


def _measurements(
    table: CameraTable, here: dict[str, Characteristic], taken: set[str], file: str, place: str
) -> dict[str, dict[str, Characteristic]]:
    known, found = Quality.__struct_fields__, dict[str, dict[str, Characteristic]]()
    for position, wanted in table.measurements.items():
        key = f"{place}measurements.{position}"
        if position not in table.positions or not table.grade:
            raise ConfigError(file, key, f"expected one of {', '.join(table.positions)}, and grade = true")
        for estimate, name in wanted.items():
            if estimate not in known:
                raise ConfigError(file, f"{key}.{estimate}", f"is no estimate; expected one of {', '.join(known)}")
            if name not in here or here[name].uom not in _PER_UOM:
                fitting = ", ".join(entry.id for entry in here.values() if entry.uom in _PER_UOM) or "none"
                expected = f"is {name!r}; expected a characteristic of this operation in 1 or %: {fitting}"
                raise ConfigError(file, f"{key}.{estimate}", expected)
            if name in taken:
                raise ConfigError(file, f"{key}.{estimate}", f"is {name!r}, which is measured already")
            taken.add(name)
            found.setdefault(position, {})[estimate] = here[name]
    return found
