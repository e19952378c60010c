"""Reading codes: the pipeline beside each single reader, on the same pictures, in one run.

Four tables. Read rate over every symbology and every way of spoiling a picture; time for pictures that the first pass
reads, as a ratio to that reader alone; live pictures of 1920 x 1080 pixels; memory over many pictures. The generator
is the one of the tests (``label_pictures``). With ``--folder`` pictures of your own are read instead: a file's truth is
a ``.txt`` of its name beside it. ``--plot FOLDER`` draws the curves for the documentation.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import psutil
import zxingcpp
from pyzbar import pyzbar

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests" / "support"))

from label_pictures import CONTENTS, MATRIX, Grey, Spoil, label_picture  # noqa: E402 - found by the path above

from vision.decode import decode_grey  # noqa: E402
from vision.formats import Format, parse_formats  # noqa: E402
from vision.options import DecodeOptions  # noqa: E402
from vision.picture import PictureLimits, load_grey  # noqa: E402
from vision.pool import DecodePool  # noqa: E402

DEGREES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.9)
Read = Callable[[Grey], set[bytes]]


class Case(NamedTuple):
    symbology: str
    spoil: str
    degree: float
    picture: Grey
    truth: frozenset[bytes]


class Tally:
    """What one reader made of one group of pictures."""

    def __init__(self) -> None:
        self.pictures = self.right = self.wrong = 0
        self.seconds = 0.0

    def add(self, found: set[bytes], truth: frozenset[bytes], seconds: float) -> None:
        self.pictures += 1
        self.right += truth <= found
        self.wrong += bool(found - truth)
        self.seconds += seconds

    def __str__(self) -> str:
        each = 1000 * self.seconds / max(1, self.pictures)
        return f"{100 * self.right / max(1, self.pictures):5.1f} % ({self.wrong} wrong) {each:7.1f} ms"


def pipeline(picture: Grey) -> set[bytes]:
    return {symbol.raw for symbol in decode_grey(picture, DecodeOptions(expected=1)).symbols}


def zxing(picture: Grey) -> set[bytes]:
    return {code.bytes for code in zxingcpp.read_barcodes(picture)}


def zbar(picture: Grey) -> set[bytes]:
    kinds = [kind for kind in pyzbar.ZBarSymbol if kind.name not in {"PDF417", "DATABAR", "DATABAR_EXP", "NONE"}]
    return {code.data for code in pyzbar.decode(picture, symbols=kinds)}


def _as_upc(found: bytes) -> bytes:
    """Some readers give UPC-A with a zero before it; that is no error."""
    return found[1:] if len(found) == 13 and found.startswith(b"0") and found.isdigit() else found


def opencv(picture: Grey) -> set[bytes]:
    found = set()
    for detector in (cv2.QRCodeDetector(), cv2.barcode.BarcodeDetector()):
        try:
            done, texts, *_ = (
                detector.detectAndDecodeMulti(picture)
                if isinstance(detector, cv2.QRCodeDetector)
                else detector.detectAndDecodeWithType(picture)
            )
        except (cv2.error, UnicodeDecodeError):
            continue
        found |= {text.encode() for text in texts if text} if done else set()
    return found


READERS: dict[str, Read] = {"pipeline": pipeline, "zxing-cpp": zxing, "zbar": zbar, "OpenCV": opencv}


def generated(each: int) -> Iterator[Case]:
    for symbology in CONTENTS:
        for spoil in Spoil:
            if spoil is Spoil.DOT_PEEN and symbology not in {"DataMatrix", "QRCode"}:
                continue
            for degree in DEGREES:
                for number in range(each):
                    seeds = [number, round(100 * degree), *(symbology + spoil).encode()]
                    made = label_picture(symbology, 17 * number + 3, spoil, degree, np.random.default_rng(seeds))
                    yield Case(symbology, spoil, degree, made.picture, frozenset({made.truth}))


def own(folder: Path) -> Iterator[Case]:
    for truth in sorted(folder.rglob("*.txt")):
        lines = frozenset(truth.read_bytes().replace(b"\r", b"").strip(b"\n").split(b"\n"))
        for file in truth.parent.glob(f"{truth.stem}.*"):
            if file != truth:
                yield Case(folder.name, file.suffix, 0.0, load_grey(file.read_bytes(), PictureLimits()), lines)


def read_all(cases: Iterable[Case]) -> list[tuple[Case, dict[str, tuple[set[bytes], float]]]]:
    rows = []
    for told in cases:
        case, answers = told._replace(truth=frozenset(map(_as_upc, told.truth))), {}
        for name, read in READERS.items():
            begun = time.perf_counter()
            found = read(case.picture)
            answers[name] = {_as_upc(one) for one in found}, time.perf_counter() - begun
        if answers["pipeline"][0] - case.truth:
            print(f"wrong: {case.symbology}, {case.spoil} {case.degree}: {answers['pipeline'][0]} for {case.truth}")
        rows.append((case._replace(picture=case.picture[:1, :1]), answers))
    return rows


def tell(rows: list[tuple[Case, dict[str, tuple[set[bytes], float]]]], key: Callable[[Case], str]) -> None:
    tallies: dict[str, dict[str, Tally]] = {}
    for case, answers in rows:
        for name, (found, seconds) in answers.items():
            tallies.setdefault(key(case), {}).setdefault(name, Tally()).add(found, case.truth, seconds)
    width = max(map(len, tallies))
    print(f"{'':{width}}  " + "   ".join(f"{name:29}" for name in READERS))
    for group, by_reader in tallies.items():
        print(f"{group:{width}}  " + "   ".join(f"{by_reader[name]!s:29}" for name in READERS))


def first_pass(rounds: int) -> None:
    """Pictures that the first pass reads: the pipeline's time over that of zxing-cpp alone with the same formats."""
    print("\nPictures that the first pass reads, time over zxing-cpp alone for the same format (medians):")
    for symbology in CONTENTS:
        made = label_picture(symbology, 5, None, 0, np.random.default_rng(5))
        scene = cv2.copyMakeBorder(made.picture, 200, 200, 300, 300, cv2.BORDER_REPLICATE)
        fast, full = [], []
        options = DecodeOptions(formats=parse_formats([_format(symbology)]), expected=1)
        native = zxingcpp.barcode_formats_from_str("DataBar" if symbology.startswith("DataBar") else symbology)
        for _ in range(rounds):
            begun = time.perf_counter()
            zxingcpp.read_barcodes(scene, formats=native, try_rotate=False, try_downscale=False, try_invert=False)
            between = time.perf_counter()
            reading = decode_grey(scene, options)
            after = time.perf_counter()
            zxingcpp.read_barcodes(scene, formats=native)
            fast.append((after - between) / (between - begun))
            full.append((after - between) / (time.perf_counter() - after))
        mark = "" if reading.passes == ("fast",) else f"  (two votes: {', '.join(reading.passes)})"
        ratios = f"{statistics.median(full):5.2f} x as it comes, {statistics.median(fast):5.2f} x in its fast mode"
        print(f"  {symbology:12} {ratios}{mark}")


def _format(symbology: str) -> str:
    """Its name among the pipeline's formats."""
    if symbology.startswith("DataBar"):
        return "databar"
    return symbology.removesuffix("Code") if symbology in {"QRCode", "MicroQRCode", "RMQRCode"} else symbology


def live(seconds: float) -> None:
    """1920 x 1080 pictures with one QR code, formats restricted, on one core."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(3)
    scenes = []
    for number in range(12):
        code = label_picture("QRCode", number, Spoil.ROTATION, 0.05 * number, rng, module=6).picture
        scene = cv2.GaussianBlur(rng.integers(90, 170, (1080, 1920)).astype(np.uint8), (0, 0), 3)
        top, left = rng.integers(0, 1080 - code.shape[0]), rng.integers(0, 1920 - code.shape[1])
        scene[top : top + code.shape[0], left : left + code.shape[1]] = code
        scenes.append(np.clip(scene + rng.normal(0, 3, scene.shape), 0, 255).astype(np.uint8))
    for name, options in (
        ("expected 1", DecodeOptions(formats=frozenset({Format.QR}), expected=1)),
        ("expected 1, graded", DecodeOptions(formats=frozenset({Format.QR}), expected=1, grade=True)),
        ("any number", DecodeOptions(formats=frozenset({Format.QR}))),
    ):
        process, done, read = psutil.Process(), 0, 0
        before, begun = process.cpu_times(), time.perf_counter()
        while time.perf_counter() - begun < seconds:
            read += bool(decode_grey(scenes[done % len(scenes)], options).symbols)
            done += 1
        after = process.cpu_times()
        busy = after.user + after.system - before.user - before.system
        print(f"  {name:20} {done / busy:6.1f} pictures for a second of one core ({read} of {done} read)")


def memory(pictures: int) -> None:
    """Resident memory of this process, and of a decoding process, over many pictures: one in ten is a hard one."""
    both = ((case.picture, case.degree) for case in generated(1) if case.degree in {0.0, 0.45})
    several = list(both)[::7]
    easy = [picture for picture, degree in several if not degree]
    hard = [picture for picture, degree in several if degree]
    cases = [hard[number // 10 % len(hard)] if number % 10 == 9 else easy[number % len(easy)] for number in range(990)]
    process, pool = psutil.Process(), DecodePool()
    encoded = [cv2.imencode(".png", picture)[1].tobytes() for picture in cases]
    options = DecodeOptions(expected=1, budget=0.02, clock=time.monotonic)
    here, there = [], []
    for number in range(pictures):
        decode_grey(cases[number % len(cases)], options)
        if number % 4 == 0:
            pool.decode(encoded[number % len(encoded)], options)
        if number % (pictures // 10) == 0:
            here.append(process.memory_info().rss >> 20)
            there.append(psutil.Process(pool.processes[0]).memory_info().rss >> 20)
    print(f"  in this process {here} MB\n  in a process of the pool {there} MB")
    pool.close()


def plot(rows: list[tuple[Case, dict[str, tuple[set[bytes], float]]]], folder: Path) -> None:
    """Read rate over the degree, one panel for each way of spoiling, drawn without any plotting library."""
    spoils = [str(spoil) for spoil in Spoil]
    colours = {"pipeline": "#0b6e4f", "zxing-cpp": "#c1440e", "zbar": "#3366aa", "OpenCV": "#888888"}
    parts = []
    for index, spoil in enumerate(spoils):
        x, y = 60 + index % 4 * 250, 40 + index // 4 * 190
        parts.append(f'<g transform="translate({x},{y})"><text x="0" y="-8" class="t">{spoil}</text>')
        parts.append('<path d="M0 0V120H190" fill="none" stroke="#444"/><path d="M0 60H190M0 0H190" stroke="#ddd"/>')
        parts.append('<text x="-6" y="4" class="n">100</text><text x="-6" y="124" class="n">0</text>')
        parts.append('<text x="190" y="138" class="n">0.9</text>')
        for name, colour in colours.items():
            points = []
            for degree in DEGREES:
                here = [(case, answers) for case, answers in rows if (case.spoil, case.degree) == (spoil, degree)]
                right = sum(case.truth <= answers[name][0] for case, answers in here)
                points.append(f"{190 * degree / DEGREES[-1]:.0f},{120 - 120 * right / max(1, len(here)):.1f}")
            parts.append(f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append("</g>")
    for place, (name, colour) in enumerate(colours.items()):
        parts.append(f'<text x="{830}" y="{460 + 24 * place}" class="t" fill="{colour}">{name}</text>')
    style = "<style>.t{font:14px sans-serif}.n{font:11px sans-serif;text-anchor:end}</style>"
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1040 600">{style}'
    svg += '<rect width="1040" height="600" fill="#fff"/>'
    (folder / "read-rate.svg").write_text(svg + "".join(parts) + "</svg>\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=3, help="pictures of each symbology, spoiling and degree")
    parser.add_argument("--folder", type=Path, help="pictures of your own, with their truth")
    parser.add_argument("--rounds", type=int, default=40, help="repetitions of the timing")
    parser.add_argument("--seconds", type=float, default=5.0, help="of each live measurement")
    parser.add_argument("--pictures", type=int, default=10_000, help="over which memory is watched")
    parser.add_argument("--plot", type=Path, metavar="FOLDER", help="draw the read rates as read-rate.svg there")
    options = parser.parse_args()
    rows = read_all(own(options.folder) if options.folder else generated(options.each))
    if options.folder is None:
        tell(rows, lambda case: case.spoil)
        print()
        tell(rows, lambda case: case.symbology)
    print()
    tell(rows, lambda case: "matrix codes" if case.symbology in MATRIX else "linear codes")
    tell(rows, lambda _case: "all")
    if options.plot:
        plot(rows, options.plot)
    if options.folder is None:
        first_pass(options.rounds)
        print("\nLive, 1920 x 1080, QR only:")
        live(options.seconds)
        print(f"\nMemory over {options.pictures} pictures (10 looks):")
        memory(options.pictures)


if __name__ == "__main__":
    main()
