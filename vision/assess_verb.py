"""``assess``: how good is the station, by a folder of pictures whose truth is known."""

import argparse
import json
import time
from pathlib import Path
from typing import Any

import msgspec

from vision.assess.plot import plot
from vision.assess.study import Assessment, assess
from vision.assess.table import table
from vision.assess.truth import TABLE, read_labels
from vision.decode import DecodeOptions
from vision.errors import SourceRefused
from vision.formats import Format, parse_formats
from vision.inspect.program_file import load_program
from vision.inspect.run import Inspector

JSON_NAME, PLOT_NAME = "assessment.json", "assessment.svg"


def add_assess_verb(verbs: Any) -> None:
    """Adds the verb; it sets ``run``."""
    verb = verbs.add_parser(
        "assess",
        help="read rate, false rejects, escapes, agreement, gauge studies and times of a station",
        description=(
            f"A folder of labelled pictures: {TABLE} in it says what they show, or folders named OK and NOT_OK, or "
            "file names that begin with the text of the code. Writes a JSON file and a plot, prints a table."
        ),
    )
    verb.add_argument("folder", type=Path, metavar="FOLDER")
    verb.add_argument("--program", type=Path, metavar="FILE", help="the inspection program that judges")
    verb.add_argument("--formats", default=",".join(Format), help="symbologies to read; default: all")
    verb.add_argument("--budget", type=float, metavar="SECONDS", help="begin no further pass on a picture after this")
    verb.add_argument("--out", type=Path, default=Path("assessment"), metavar="DIR", help="default: %(default)s")
    verb.add_argument("--json", action="store_true", help="print the JSON instead of the table")
    verb.set_defaults(run=_assess)


def _assess(given: argparse.Namespace) -> int:
    labels = read_labels(given.folder)
    options = DecodeOptions(
        formats=parse_formats(given.formats.split(",")), budget=given.budget, clock=time.perf_counter
    )
    found = assess(labels, options, _inspector(given.program), time.perf_counter)
    words = msgspec.json.format(msgspec.json.encode(found), indent=2)
    _write(given.out, words + b"\n", plot(found))
    if given.json:
        print(json.dumps(msgspec.to_builtins(found), ensure_ascii=False))
    else:
        print(_with_places(found, given.out))
    return 0


def _inspector(program: Path | None) -> Inspector | None:
    if program is None:
        return None
    loaded = load_program(program)
    return Inspector(loaded.program, loaded.taught, digest=loaded.digest, calibration=loaded.calibration)


def _write(folder: Path, words: bytes, picture: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / JSON_NAME).write_bytes(words)
        (folder / PLOT_NAME).write_text(picture, encoding="utf-8")
    except OSError as error:
        raise SourceRefused(f"cannot be written: {error.strerror}", where=str(error.filename or folder)) from None


def _with_places(found: Assessment, folder: Path) -> str:
    return f"{table(found)}\nwritten: {folder / JSON_NAME}, {folder / PLOT_NAME}"
