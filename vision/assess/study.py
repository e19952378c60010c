"""A labelled folder through the station: decoding where codes are labelled, inspecting where there is a program."""

from collections.abc import Callable, Sequence

import msgspec

from vision.assess.figures import Answer, CodeStudy, CycleTimes, code_study, cycle_times
from vision.assess.gauges import GaugeStudy, gauge_studies
from vision.assess.truth import Label
from vision.assess.verdicts import VerdictStudy, verdict_study
from vision.decode import DecodeOptions, decode
from vision.errors import TruthRefused
from vision.inspect.result import Inspection
from vision.inspect.run import Inspector
from vision.listing import read_picture

Clock = Callable[[], float]


class Assessment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a folder says about a station; what was not labelled is missing."""

    pictures: int
    program: str = ""
    codes: CodeStudy | None = None
    verdicts: VerdictStudy | None = None
    gauges: tuple[GaugeStudy, ...] = ()
    decode_times: CycleTimes | None = None
    inspect_times: CycleTimes | None = None
    inspect_seconds: tuple[float, ...] = ()
    decode_seconds: tuple[float, ...] = ()


def assess(labels: Sequence[Label], options: DecodeOptions, inspector: Inspector | None, clock: Clock) -> Assessment:
    """Runs every picture once for each study that its labels allow.

    Raises:
        TruthRefused: verdicts or values are labelled without a program, or nothing is that can be assessed.
        SourceRefused: a picture cannot be read.
    """
    _check(labels, inspector)
    coded = [label for label in labels if label.texts is not None]
    answers, decode_seconds = _decoded(coded, options, clock)
    inspected, inspect_seconds = _inspected(labels, inspector, options, clock) if inspector else ([], [])
    judged = [(label, str(found.verdict)) for label, found in inspected if label.verdict is not None]
    return Assessment(
        pictures=len(labels),
        program=f"{inspector.program.name} {inspector.program.version} {inspector.digest}" if inspector else "",
        codes=code_study(answers) if answers else None,
        verdicts=verdict_study(judged) if judged else None,
        gauges=gauge_studies(inspected),
        decode_times=cycle_times(decode_seconds),
        inspect_times=cycle_times(inspect_seconds),
        decode_seconds=tuple(decode_seconds),
        inspect_seconds=tuple(inspect_seconds),
    )


def _check(labels: Sequence[Label], inspector: Inspector | None) -> None:
    if inspector is None and all(label.texts is None for label in labels):
        advice = "give the program that judges: --program FILE"
        raise TruthRefused("the labels are of verdicts or values, and there is no program", advice=advice)
    if inspector is not None:
        known = {step.id for step in inspector.program.step}
        for label in labels:
            if strange := sorted(set(label.values) - known):
                advice = f"the program's steps are {', '.join(sorted(known))}"
                raise TruthRefused(f"names {strange[0]!r}, which is no step", where=label.name, advice=advice)


def _decoded(
    labels: Sequence[Label], options: DecodeOptions, clock: Clock
) -> tuple[list[tuple[str, tuple[str, ...], Answer]], list[float]]:
    answers, seconds = [], []
    for label in labels:
        data = read_picture(label.file, options.limits.max_bytes)
        expected = len(label.texts or ()) or None
        begun = clock()
        reading = decode(data, msgspec.structs.replace(options, expected=expected))
        seconds.append(clock() - begun)
        texts = tuple(symbol.text for symbol in reading.symbols)
        answers.append((label.name, label.texts or (), Answer(texts, reading.reason)))
    return answers, seconds


def _inspected(
    labels: Sequence[Label], inspector: Inspector, options: DecodeOptions, clock: Clock
) -> tuple[list[tuple[Label, Inspection]], list[float]]:
    found, seconds = [], []
    for label in labels:
        data = read_picture(label.file, options.limits.max_bytes)
        begun = clock()
        inspection = inspector.inspect(data)
        seconds.append(clock() - begun)
        found.append((label, inspection))
    return found, seconds
