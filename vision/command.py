"""The command line: files and folders of pictures to JSON lines."""

import argparse
import base64
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec

from vision.assess_verb import add_assess_verb
from vision.decode import DecodeOptions, decode
from vision.errors import OptionRefused, VisionError
from vision.expectation import Check, Expectation
from vision.formats import ALL, Format, parse_formats
from vision.inspection_verbs import add_inspection_verbs
from vision.listing import picture_files
from vision.pool import DecodePool, PoolLimits
from vision.readers import DMTX, READERS
from vision.symbol import PICTURE_REASONS, Reading, Reason, Symbol

OK, SOME_REFUSED, USAGE = 0, 1, 2
MANY = 20


def run(arguments: Sequence[str]) -> int:
    """Runs one command.

    Returns:
        0; 1 where a file was no picture that may be read; 2 for arguments that make no sense.
    """
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except VisionError as error:
        print(f"zhuoyue-vision: {error}", file=sys.stderr)
        return USAGE
    except BrokenPipeError:
        sys.stderr.close()  # whoever read us has gone; there is no one left to tell
        return SOME_REFUSED
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="zhuoyue-vision",
        description="Reads the codes in pictures, measures and inspects parts.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version="\n".join(_versions()))
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    _add_decode_verb(verbs)
    add_inspection_verbs(verbs)
    add_assess_verb(verbs)
    return parser


def _add_decode_verb(verbs: Any) -> None:
    verb = verbs.add_parser(
        "decode",
        help="read the symbols in files or folders of pictures",
        description="One line per picture. Exit status 1 where a file was no picture, 2 where an argument is wrong.",
    )
    verb.add_argument("sources", nargs="+", type=Path, metavar="FILE|FOLDER")
    verb.add_argument("--formats", default=",".join(Format), help="comma-separated; default: all (%(default)s)")
    verb.add_argument("--expected", type=int, metavar="N", help="symbols per picture: stop when so many are read")
    verb.add_argument("--charsets", default="utf-8,gb18030", help="tried in order where a symbol declares none")
    verb.add_argument("--budget", type=float, metavar="SECONDS", help="begin no further pass on a picture after this")
    expected = verb.add_argument_group(
        "what the codes say here; what does not fit is no symbol, but told as UNEXPECTED"
    )
    expected.add_argument("--pattern", default="", metavar="REGEX", help="the whole text")
    expected.add_argument("--length", type=int, metavar="N", help="characters")
    expected.add_argument(
        "--check", choices=list(Check), default=Check.NONE, help="the check character that stands last"
    )
    verb.add_argument("--grade", action="store_true", help="estimate how well each symbol is marked")
    verb.add_argument("--libdmtx", action="store_true", help="ask libdmtx last, never for GS1 codes: it loses FNC1")
    verb.add_argument("--jobs", type=int, default=1, metavar="N", help="pictures read at once (%(default)s)")
    verb.add_argument("--json", action="store_true", help="JSON lines on a terminal too (always when piped)")
    verb.add_argument("--verbose", action="store_true", help="tell the readers, and the passes of each picture")
    verb.set_defaults(run=_decode)


def _versions() -> Iterator[str]:
    try:
        yield f"zhuoyue-vision {version('zhuoyue')}"
    except PackageNotFoundError:
        yield "zhuoyue-vision (not installed)"
    for reader in READERS.values():
        yield f"{reader.name}: {reader.state}"


def _decode(arguments: argparse.Namespace) -> int:
    options = _options(arguments)
    files = list(picture_files(arguments.sources))
    if arguments.verbose:
        print(*_versions(), sep="\n", file=sys.stderr)
    as_json = arguments.json or not sys.stdout.isatty()
    refused = False
    for done, (file, (reading, error)) in enumerate(_answers(files, options, arguments.jobs)):
        _show_progress(done, len(files))
        refused = refused or bool(error)
        print(_as_json(file, reading, error) if as_json else _as_text(file, reading, error))
        if arguments.verbose:
            print(f"{file}: {', '.join(reading.passes)} in {reading.elapsed or 0:.3f} s", file=sys.stderr)
    _show_progress(len(files), len(files))
    sys.stdout.flush()
    return SOME_REFUSED if refused else OK


def _options(arguments: argparse.Namespace) -> DecodeOptions:
    if arguments.jobs < 1:
        what = f"{arguments.jobs} jobs"
        raise OptionRefused(what, advice="give 1 or more")
    longest = {} if arguments.length is None else {"min_length": arguments.length, "max_length": arguments.length}
    wanted = Expectation(pattern=arguments.pattern, check=arguments.check, **longest)
    return DecodeOptions(
        formats=parse_formats(arguments.formats.split(",")) if arguments.formats else ALL,
        expected=arguments.expected,
        charsets=tuple(name.strip() for name in arguments.charsets.split(",")),
        expectations=() if wanted == Expectation() else (wanted,),
        extra_readers=frozenset({DMTX}) if arguments.libdmtx else frozenset(),
        grade=arguments.grade,
        budget=arguments.budget,
        clock=time.monotonic,
    )


def _answers(files: Sequence[Path], options: DecodeOptions, jobs: int) -> Iterator[tuple[Path, tuple[Reading, str]]]:
    """All files in their order; several are read in processes of their own, so that none can cost the others."""
    if len(files) == 1:
        yield files[0], _answer(files[0], options, decode)
        return
    pool = DecodePool(PoolLimits(workers=min(jobs, len(files))))
    with ThreadPoolExecutor(min(jobs, len(files))) as threads:
        try:
            answers = threads.map(lambda file: _answer(file, options, pool.decode), files)
            yield from zip(files, answers, strict=True)
        finally:
            pool.close()
            threads.shutdown(cancel_futures=True)


def _answer(
    file: Path, options: DecodeOptions, decode: Callable[[bytes, DecodeOptions], Reading]
) -> tuple[Reading, str]:
    """The reading, and what was wrong with the file, if anything was."""
    try:
        with file.open("rb") as stream:
            data = stream.read(options.limits.max_bytes + 1)
    except OSError as error:
        return Reading(), f"cannot be read: {error.strerror}"
    reading = decode(data, options)
    failed = reading.reason in PICTURE_REASONS or reading.reason is Reason.READER_FAILED
    return reading, reading.detail if failed else ""


def _as_json(file: Path, reading: Reading, error: str) -> str:
    line: dict[str, Any] = {"file": str(file), "symbols": [_symbol(symbol) for symbol in reading.symbols]}
    if error:
        line["error"] = error
    if reading.reason:
        line["reason"] = reading.reason
    if reading.undecided:
        line["undecided"] = [
            {
                "reason": place.reason,
                "format": place.format,
                "polygon": place.polygon,
                "rivals": [_symbol(rival) for rival in place.rivals],
            }
            for place in reading.undecided
        ]
    return json.dumps(line, ensure_ascii=False)


def _symbol(symbol: Symbol) -> dict[str, Any]:
    quality = {} if symbol.quality is None else {"quality": msgspec.to_builtins(symbol.quality)}
    return quality | {
        "text": symbol.text,
        "bytes_base64": base64.b64encode(symbol.raw).decode("ascii"),
        "symbology": symbol.symbology,
        "polygon": symbol.polygon,
        "format": symbol.format,
        "charset": symbol.charset,
        "eci": symbol.eci,
        "readers": symbol.readers,
    }


def _as_text(file: Path, reading: Reading, error: str) -> str:
    lines = [f"{symbol.format} {symbol.symbology} {_printable(symbol.text)}" for symbol in reading.symbols]
    if error or reading.reason:
        lines.append(error or str(reading.reason))
    return "\n".join(f"{file}: {line}" for line in lines)


def _printable(text: str) -> str:
    """Control characters made visible: a terminal would swallow or obey them."""
    shown = (char if char.isprintable() else f"<{'GS' if char == chr(29) else f'{ord(char):02X}'}>" for char in text)
    return "".join(shown)


def _show_progress(done: int, total: int) -> None:
    if total < MANY or not sys.stderr.isatty():
        return
    print(f"\r{done}/{total} pictures", end="\n" if done == total else "", file=sys.stderr, flush=True)
