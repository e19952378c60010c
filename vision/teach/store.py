"""What was learnt, beside the program: files by hash, and the table at the program's end that names them."""

import os
from collections.abc import Mapping, Sequence
from io import BytesIO
from pathlib import Path

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from vision.errors import TeachingRefused
from vision.inspect.digest import digest_of
from vision.inspect.program import Program
from vision.inspect.program_file import COLOURS, HIGH, LOW, MARKER, REFERENCE, asked_part, parse_program
from vision.inspect.taught import Model, Taught
from vision.teach.learn import Example


def store_taught(path: Path, content: bytes, taught: Taught, examples: Sequence[Example]) -> Program:
    """Writes the taught files and the program with its new last table; the program as it stands then.

    The program is replaced last and in one step: cut off before, it still names what it was taught with before, which
    lies in a folder of its own.

    Raises:
        TeachingRefused: a file cannot be written.
    """
    files = _files(taught)
    mark = digest_of(b"".join(files.values())).removeprefix("sha256:")[:12]
    folder = path.with_suffix("").name + f".taught-{mark}"
    written = asked_part(content) + b"\n\n" + _table(folder, content, files, taught, examples).encode()
    program = parse_program(written, str(path))
    try:
        (path.parent / folder).mkdir(exist_ok=True)
        for name, data in files.items():
            _replace(path.parent / folder / name, data)
        _replace(path, written)
    except OSError as error:
        raise TeachingRefused(f"cannot be written: {error.strerror}", where=str(error.filename or path)) from None
    return program


def _files(taught: Taught) -> dict[str, bytes]:
    files = {
        REFERENCE: _png(taught.reference.colour),
        LOW: _png(taught.low),
        HIGH: _png(taught.high),
        COLOURS: msgspec.json.encode(dict(taught.colours)) + b"\n",
    }
    return files | {f"{step}.npz": _packed(model) for step, model in taught.models.items()}


def _png(pixels: NDArray[np.uint8]) -> bytes:
    done, data = cv2.imencode(".png", pixels)
    assert done
    return data.tobytes()


def _packed(model: Model) -> bytes:
    packed = BytesIO()
    np.savez_compressed(packed, **dict(model))  # type: ignore[arg-type]
    return packed.getvalue()


def _table(folder: str, content: bytes, files: Mapping[str, bytes], taught: Taught, examples: Sequence[Example]) -> str:
    lines = [MARKER, "[taught]", f"folder = {_text(folder)}", f'asked = "{digest_of(asked_part(content))}"', ""]
    lines += ["[taught.files]", *(f'{_text(name)} = "{digest_of(data)}"' for name, data in files.items()), ""]
    if taught.limits:
        lines += ["[taught.limits]", *(f"{_text(step)} = {limit:.6f}" for step, limit in taught.limits.items()), ""]
    for example in examples:
        lines += ["[[taught.picture]]", f"file = {_text(example.file)}", f'sha256 = "{digest_of(example.data)}"', ""]
    return "\n".join(lines)


def _text(value: str) -> str:
    """A TOML basic string: JSON's escapes are all of TOML's."""
    return msgspec.json.encode(value).decode()


def _replace(place: Path, data: bytes) -> None:
    half = place.with_name(f"{place.name}.{os.getpid()}.half")
    with half.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    half.replace(place)
