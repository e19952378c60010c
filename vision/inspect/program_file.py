"""A program's file: TOML that people write, and at its end what teaching wrote.

The last table, ``[taught]``, names the good pictures and what was learnt of them by hash, so that the hash of the
program's own bytes stands for everything that decides. What was learnt lies beside it, in the folder that it names.
"""

import tomllib
from io import BytesIO
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np

from vision.calibrate.camera import Calibration, read_calibration
from vision.errors import CalibrationRefused, ProgramRefused
from vision.inspect.check import check_program, check_taught
from vision.inspect.digest import digest_of
from vision.inspect.frame import frame_of
from vision.inspect.program import Program, TaughtTable
from vision.inspect.taught import Lab, Model, Taught

MARKER = "# Written by `zhuoyue-vision teach`; teach again rather than change it."
REFERENCE, LOW, HIGH, COLOURS = "reference.png", "low.png", "high.png", "colours.json"
MOST_BYTES = 1024 * 1024


class Loaded(msgspec.Struct, frozen=True):
    """A program with everything it needs; ``digest`` is the hash of its file."""

    program: Program
    digest: str
    taught: Taught
    calibration: Calibration | None


def read_program(path: Path) -> tuple[Program, bytes]:
    """The program in a TOML file, checked, and the file's bytes; it may not be taught yet.

    Raises:
        ProgramRefused: no such file, no TOML, or something in it makes no sense.
    """
    where = str(path)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ProgramRefused(f"cannot be read: {error.strerror}", where=where) from None
    program = parse_program(content, where)
    return program, content


def parse_program(content: bytes, where: str) -> Program:
    """The program in a TOML file's bytes; ProgramRefused as `read_program`."""
    if len(content) > MOST_BYTES:
        raise ProgramRefused(f"has more than {MOST_BYTES} bytes: that is no program", where=where)
    try:
        written = tomllib.loads(content.decode("utf-8"))
        program = msgspec.convert(written, Program)
    except UnicodeDecodeError:
        raise ProgramRefused("is not UTF-8; save the file as UTF-8", where=where) from None
    except tomllib.TOMLDecodeError as error:
        raise ProgramRefused(f"is not TOML: {error}", where=where) from None
    except msgspec.ValidationError as error:
        raise ProgramRefused(_said(str(error), written), where=where) from None
    check_program(program, where)
    return program


def load_program(path: Path) -> Loaded:
    """A taught program, ready to inspect.

    Raises:
        ProgramRefused: as `read_program`; not taught, taught for something else, or files that are not those taught.
        CalibrationRefused: its calibration cannot be read, or is of another camera.
    """
    program, content = read_program(path)
    check_taught(program, str(path))
    assert program.taught is not None
    if program.taught.asked != digest_of(asked_part(content)):
        advice = "zhuoyue-vision teach PROGRAM PICTURES"
        raise ProgramRefused("was changed since it was taught", where=str(path), advice=advice)
    return Loaded(
        program=program,
        digest=digest_of(content),
        taught=read_taught(program.taught, path.parent / program.taught.folder),
        calibration=calibration_of(program, path),
    )


def asked_part(content: bytes) -> bytes:
    """The bytes that people write: all before what teaching wrote, without the white space at its end."""
    return content.partition(MARKER.encode())[0].rstrip()


def calibration_of(program: Program, path: Path) -> Calibration | None:
    """The calibration that the program names, if it does; CalibrationRefused when it is of another camera."""
    if program.calibration is None:
        return None
    place = path.parent / program.calibration
    calibration = read_calibration(place)
    picture = program.picture
    if (calibration.width, calibration.height) != (picture.width, picture.height):
        what = f"is for {calibration.width} x {calibration.height} pixels, the program for"
        raise CalibrationRefused(f"{what} {picture.width} x {picture.height}", where=str(place))
    return calibration


def read_taught(table: TaughtTable, folder: Path) -> Taught:
    """What teaching learnt; ProgramRefused when a file is missing or is not the one that was taught."""
    files: dict[str, bytes] = {}
    for name, wanted in table.files.items():
        place = folder / name
        if Path(name).name != name:
            raise ProgramRefused(f"taught.files names {name!r}; expected names within the folder", where=str(folder))
        try:
            files[name] = place.read_bytes()
        except OSError as error:
            raise ProgramRefused(f"a taught file cannot be read: {error.strerror}", where=str(place)) from None
        if digest_of(files[name]) != wanted:
            raise ProgramRefused("is not the file that was taught", where=str(place), advice="teach again")
    missing = {REFERENCE, LOW, HIGH, COLOURS} - files.keys()
    if missing:
        raise ProgramRefused(
            f"taught.files lacks {', '.join(sorted(missing))}", where=str(folder), advice="teach again"
        )
    return _taught(files, table)


def _taught(files: dict[str, bytes], table: TaughtTable) -> Taught:
    pixels = {name: _pixels(files[name], name) for name in (REFERENCE, LOW, HIGH)}
    return Taught(
        reference=frame_of(pixels[REFERENCE]),
        low=pixels[LOW],
        high=pixels[HIGH],
        colours=msgspec.json.decode(files[COLOURS], type=dict[str, Lab]),
        models={name.removesuffix(".npz"): _model(data) for name, data in files.items() if name.endswith(".npz")},
        limits=table.limits,
    )


def _pixels(data: bytes, name: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    kind = cv2.IMREAD_COLOR if name == REFERENCE else cv2.IMREAD_GRAYSCALE
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), kind), np.uint8)


def _model(data: bytes) -> Model:
    with np.load(BytesIO(data), allow_pickle=False) as stored:
        return {name: np.asarray(stored[name], np.float32) for name in stored.files}


def _said(message: str, written: Any) -> str:
    """The validator's words with the step's id instead of its number."""
    what, _, path = message.rpartition(" - at `$")
    path = path.rstrip("`").lstrip(".")
    for number, step in enumerate(written.get("step", []) if isinstance(written.get("step"), list) else []):
        if isinstance(step, dict) and isinstance(step.get("id"), str):
            path = path.replace(f"step[{number}]", f'step "{step["id"]}"')
    return f"{path}: {what[:1].lower()}{what[1:]}" if what else message
