"""``calibrate``, ``teach`` and ``inspect``: what a person does with an inspection program."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import msgspec

from vision.calibrate.board import View, calibrate
from vision.calibrate.camera import Board, calibration_bytes
from vision.errors import CalibrationRefused, OptionRefused, PictureRefused, SourceRefused
from vision.inspect.digest import digest_of
from vision.inspect.frame import load_frame
from vision.inspect.overlay import overlay
from vision.inspect.program_file import load_program, read_program
from vision.inspect.result import Inspection, StepResult, Verdict, Why
from vision.inspect.run import Inspector
from vision.inspect.schema import program_schema
from vision.listing import picture_files, read_picture
from vision.picture import PictureLimits, load_grey
from vision.teach.learn import Example, Lesson, learn_all
from vision.teach.store import store_taught

OK, SOME_FAILED = 0, 1
_LIMITS = PictureLimits()


def add_inspection_verbs(verbs: Any) -> None:
    """Adds the three verbs; each sets ``run``."""
    _add_inspect(verbs)
    _add_teach(verbs)
    _add_calibrate(verbs)


def _verb(verbs: Any, name: str, text: str, more: str, run: Callable[[argparse.Namespace], int]) -> Any:
    verb = verbs.add_parser(name, help=text, description=f"{text[0].upper()}{text[1:]}. {more}")
    verb.set_defaults(run=run)
    return verb


def _add_inspect(verbs: Any) -> None:
    more = "One line per picture. Exit status 1 unless every verdict is OK, 2 where an argument is wrong."
    verb = _verb(verbs, "inspect", "measure and judge pictures by a taught program", more, _inspect)
    verb.add_argument("program", type=Path, nargs="?", metavar="PROGRAM", help="the program's TOML file")
    verb.add_argument("sources", nargs="*", type=Path, metavar="FILE|FOLDER")
    verb.add_argument("--overlay", type=Path, metavar="DIR", help="draw what was found into copies of the pictures")
    verb.add_argument("--json", action="store_true", help="JSON lines on a terminal too (always when piped)")
    verb.add_argument("--schema", action="store_true", help="print the JSON Schema of program files, and nothing else")


def _add_teach(verbs: Any) -> None:
    more = "What is learnt is written beside the program, and named by hash at its end."
    verb = _verb(verbs, "teach", "teach a program with pictures of good parts", more, _teach)
    verb.add_argument("program", type=Path, metavar="PROGRAM")
    verb.add_argument("sources", nargs="+", type=Path, metavar="FILE|FOLDER")
    verb.add_argument("--reference", type=Path, metavar="FILE", help="the first picture; default: the first by name")
    verb.add_argument("--json", action="store_true", help="say in JSON what was taught")


def _add_calibrate(verbs: Any) -> None:
    more = "Three pictures or more also correct the lens; one shows the board where parts will lie (--plane)."
    verb = _verb(verbs, "calibrate", "make pixels millimetres from pictures of a checkerboard", more, _calibrate)
    verb.add_argument("folder", type=Path, metavar="FOLDER")
    verb.add_argument("--board", required=True, metavar="9x6", help="inner corners across and down")
    verb.add_argument("--square", required=True, metavar="5mm", help="side of a square")
    verb.add_argument(
        "--board-tolerance", default="0mm", metavar="0.02mm", help="how far the board's length may be off"
    )
    verb.add_argument("--plane", metavar="NAME", help="picture of the board in the measuring plane; default: plane.*")
    verb.add_argument("--out", type=Path, default=Path("calibration.json"), metavar="FILE", help="default: %(default)s")
    verb.add_argument("--json", action="store_true", help="print the calibration as JSON")


def _inspect(given: argparse.Namespace) -> int:
    if given.schema:
        print(json.dumps(program_schema(), indent=2, ensure_ascii=False))
        return OK
    if given.program is None or not given.sources:
        raise OptionRefused("inspect needs a program and pictures", advice="zhuoyue-vision inspect PROGRAM PICTURES…")
    loaded = load_program(given.program)
    inspector = Inspector(
        loaded.program,
        loaded.taught,
        digest=loaded.digest,
        calibration=loaded.calibration,
        clock=time.perf_counter,
    )
    files = list(picture_files(given.sources))
    if given.overlay is not None:
        _make_folder(given.overlay)
    as_json, failed = given.json or not sys.stdout.isatty(), False
    for number, file in enumerate(files):
        inspection, data = _inspected(inspector, file)
        failed = failed or inspection.verdict is not Verdict.OK
        print(_as_json(file, inspection) if as_json else _as_text(file, inspection))
        if given.overlay is not None and inspection.why is not Why.PICTURE_REFUSED:
            _draw(given.overlay / f"{number:04d}-{file.stem}.png", data, inspector, inspection)
    sys.stdout.flush()
    return SOME_FAILED if failed else OK


def _inspected(inspector: Inspector, file: Path) -> tuple[Inspection, bytes]:
    try:
        data = read_picture(file, _LIMITS.max_bytes)
    except SourceRefused as refused:
        said = inspector.inspect(b"")
        return msgspec.structs.replace(said, detail=str(refused)), b""
    return msgspec.structs.replace(inspector.inspect(data), picture=digest_of(data)), data


def _draw(place: Path, data: bytes, inspector: Inspector, inspection: Inspection) -> None:
    frame = load_frame(data, _LIMITS, inspector.program.picture.bits)
    done, drawn = cv2.imencode(".png", overlay(frame.colour, inspection))
    assert done
    try:
        place.write_bytes(drawn.tobytes())
    except OSError as error:
        raise SourceRefused(f"cannot be written: {error.strerror}", where=str(place)) from None


def _as_json(file: Path, inspection: Inspection) -> str:
    line = {"file": str(file)} | msgspec.to_builtins(inspection)
    for step in line.get("steps", []):
        step.pop("marks", None)
    return json.dumps(line, ensure_ascii=False)


def _as_text(file: Path, inspection: Inspection) -> str:
    why = f" ({inspection.why}: {inspection.detail})" if inspection.why else ""
    return "\n".join([f"{file}: {inspection.verdict}{why}", *(f"  {_step_text(step)}" for step in inspection.steps)])


def _step_text(step: StepResult) -> str:
    limits = "".join(
        f" {name} {limit:g}" for name, limit in (("lsl", step.lsl), ("usl", step.usl)) if limit is not None
    )
    value = "" if step.value is None else f" {step.value:.4f} {step.uom}"
    spread = "" if step.expanded is None else f" ± {step.expanded:.4f} (k = 2)"
    said = " ".join(filter(None, (str(step.why or ""), step.detail)))
    return f"{step.id}: {step.verdict}{value}{spread}{limits}{f'; {said}' if said else ''}"


def _teach(given: argparse.Namespace) -> int:
    program, content = read_program(given.program)
    files = list(picture_files(given.sources))
    if given.reference is not None:
        files = [given.reference, *(file for file in files if file.resolve() != given.reference.resolve())]
    examples = [Example(file.name, read_picture(file, _LIMITS.max_bytes)) for file in files]
    lesson = learn_all(program, examples)
    taught = lesson.taught
    program = store_taught(given.program, content, taught, examples)
    loaded = load_program(given.program)
    inspector = Inspector(program, loaded.taught, digest=loaded.digest, calibration=loaded.calibration)
    verdicts = {example.file: inspector.inspect(example.data) for example in examples}
    bad = {file: found for file, found in verdicts.items() if found.verdict is not Verdict.OK}
    if given.json:
        print(json.dumps(_taught_words(given.program, loaded.digest, verdicts, lesson), ensure_ascii=False))
        return SOME_FAILED if bad else OK
    print(f"{given.program}: taught with {len(examples)} pictures, reference {examples[0].file}; {loaded.digest}")
    for step, limit in taught.limits.items():
        print(f"  {step}: limit {limit:.3f}")
    for doubt in lesson.doubts:
        what = f"differs from all others by {doubt.area:.0f} px in {doubt.step}; look whether the part is good"
        print(f"  {doubt.file} {what}", file=sys.stderr)
    for file, found in bad.items():
        steps = ", ".join(step.id for step in found.steps if step.verdict is not Verdict.OK)
        print(f"  {file} is taught as good, but judged {found.verdict}: {steps or found.detail}", file=sys.stderr)
    return SOME_FAILED if bad else OK


def _taught_words(program: Path, digest: str, verdicts: dict[str, Inspection], lesson: Lesson) -> dict[str, Any]:
    return {
        "program": str(program),
        "sha256": digest,
        "limits": dict(lesson.taught.limits),
        "pictures": {file: str(found.verdict) for file, found in verdicts.items()},
        "doubts": msgspec.to_builtins(lesson.doubts),
    }


def _calibrate(given: argparse.Namespace) -> int:
    files = list(picture_files([given.folder]))
    board = _board(given)
    views = [_view(file) for file in files]
    plane = given.plane or next((view.file for view in views if Path(view.file).stem == "plane"), views[0].file)
    calibration = calibrate(views, board, plane)
    try:
        given.out.write_bytes(calibration_bytes(calibration))
    except OSError as error:
        raise CalibrationRefused(f"cannot be written: {error.strerror}", where=str(given.out)) from None
    if given.json:
        print(calibration_bytes(calibration).decode(), end="")
        return OK
    lens = "lens corrected" if calibration.lens else "lens not corrected (that takes 3 pictures or more)"
    print(f"{given.out}: {len(views)} pictures, {lens}; measuring plane as in {plane}")
    print(f"  1 px = {calibration.mm_per_px:.6f} mm; reprojection error {calibration.rms_px:.3f} px (rms)")
    print(f"  corners in the plane {calibration.rms_mm * 1000:.1f} µm off (rms); lengths uncertain by", end=" ")
    print(f"{calibration.u_scale * 1e6:.0f} ppm (standard)")
    return OK


def _view(file: Path) -> View:
    data = read_picture(file, _LIMITS.max_bytes)
    try:
        return View(file.name, digest_of(data), load_grey(data, _LIMITS))
    except PictureRefused as refusal:
        raise CalibrationRefused(str(refusal), where=str(file)) from None


def _board(given: argparse.Namespace) -> Board:
    columns, _, rows = given.board.lower().partition("x")
    wanted = {"columns": columns, "rows": rows, "square_mm": _mm(given.square, "--square")}
    wanted["tolerance_mm"] = _mm(given.board_tolerance, "--board-tolerance")
    try:
        return msgspec.convert(wanted, Board, strict=False)
    except msgspec.ValidationError as error:
        what = f"--board {given.board} --square {given.square}: {error}"
        raise OptionRefused(what, advice="such as --board 9x6 --square 5mm") from None


def _mm(text: str, option: str) -> float:
    number = text.strip().lower().removesuffix("mm").strip()
    try:
        return float(number)
    except ValueError:
        raise OptionRefused(f"{option} is {text!r}", advice="expected millimetres, such as 5mm") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SourceRefused(f"cannot be made: {error.strerror}", where=str(folder)) from None
