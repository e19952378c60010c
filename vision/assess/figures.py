"""The figures of a station, with intervals. Shares carry Clopper-Pearson limits of 95 % (two-sided)."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import msgspec

from traceability.quality.intervals import clopper_pearson

PERCENTILES = (50, 90, 95, 99)


class Rate(msgspec.Struct, frozen=True):
    """``count`` of ``of``; limits and value are None where there was nothing to count."""

    count: int
    of: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


def rate(count: int, of: int) -> Rate:
    """A share with its interval."""
    if not of:
        return Rate(count, of)
    limits = clopper_pearson(count, of)
    return Rate(count, of, count / of, limits.low, limits.high)


class CycleTimes(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds a picture took, file in memory to answer; percentiles are of the values themselves (nearest rank)."""

    count: int
    mean: float
    percentiles: dict[str, float]
    longest: float


def cycle_times(seconds: Sequence[float]) -> CycleTimes | None:
    """None for no picture."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    ranks = {f"p{share}": ordered[max(0, math.ceil(len(ordered) * share / 100) - 1)] for share in PERCENTILES}
    return CycleTimes(count=len(ordered), mean=sum(ordered) / len(ordered), percentiles=ranks, longest=ordered[-1])


class Answer(msgspec.Struct, frozen=True):
    """What decoding made of a picture: its texts, and why there are none or fewer."""

    texts: tuple[str, ...]
    reason: str | None


class CodeStudy(msgspec.Struct, frozen=True, kw_only=True):
    """A picture is *read* when exactly the texts that are in it came out, *wrong* when any other did."""

    read: Rate
    wrong: Rate
    silent: Rate
    """Neither: nothing, or too little, and nothing wrong."""
    reasons: dict[str, int]
    """Of the pictures that were not read, by the reason given."""
    files_wrong: tuple[str, ...]


def code_study(answers: Iterable[tuple[str, tuple[str, ...], Answer]]) -> CodeStudy:
    """``answers``: name of the picture, the texts that are in it, and the answer."""
    reasons: Counter[str] = Counter()
    wrong: list[str] = []
    read = total = 0
    for name, truth, answer in answers:
        total += 1
        surplus = Counter(answer.texts) - Counter(truth)
        if surplus:
            wrong.append(name)
        elif Counter(truth) == Counter(answer.texts):
            read += 1
        else:
            reasons[answer.reason or "FEWER_THAN_EXPECTED"] += 1
    silent = total - read - len(wrong)
    return CodeStudy(
        read=rate(read, total),
        wrong=rate(len(wrong), total),
        silent=rate(silent, total),
        reasons=dict(reasons.most_common()),
        files_wrong=tuple(wrong),
    )
