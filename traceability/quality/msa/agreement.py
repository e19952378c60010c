"""Attribute agreement (AIAG MSA, chapter III C): people, and vision stations that say OK or not.

Within an appraiser (all repeats of a unit alike), with the reference (all of them right), between appraisers, and all
with the reference; shares with Clopper-Pearson intervals, kappa beside. For a reference of OK and not OK also what a
station costs: false rejects (good units refused) and escapes (bad units accepted), per decision.
"""

from collections.abc import Sequence

import msgspec

from traceability.quality.errors import NoFigure
from traceability.quality.intervals import CONFIDENCE, Interval, clopper_pearson
from traceability.quality.msa.kappa import Kappa, cohen_kappa, fleiss_kappa
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused, or_refused


class Judgement(msgspec.Struct, frozen=True):
    """One decision of an appraiser about a unit."""

    unit: str
    appraiser: str
    rating: str


class Share(msgspec.Struct, frozen=True):
    """``count`` of ``of``, with its Clopper-Pearson interval; both None when there is nothing to count."""

    count: int
    of: int
    value: float | None
    interval: Interval | None


class AppraiserAgreement(msgspec.Struct, frozen=True, kw_only=True):
    """One appraiser (or station)."""

    appraiser: str
    within: Share
    """Units that were rated alike every time."""
    correct: Share | None = None
    """Units that were rated like the reference every time."""
    within_kappa: Kappa | Refused | None = None
    """Fleiss's, over repeats."""
    reference_kappa: Kappa | Refused | None = None
    """Cohen's, every decision against the reference."""
    false_reject: Share | None = None
    escape: Share | None = None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """The whole study."""

    units: int
    appraisers: tuple[AppraiserAgreement, ...]
    between: Share
    """Units that all appraisers rated alike every time."""
    all_correct: Share | None
    between_kappa: Kappa | Refused | None


@or_refused
def attribute_agreement(
    judgements: Sequence[Judgement],
    reference: dict[str, str] | None = None,
    *,
    good: str = "OK",
    confidence: float = CONFIDENCE,
) -> Agreement:
    """``reference``: the true rating of each unit, ``good`` the rating of a good one."""
    table, units = _table(judgements)
    if reference is not None and (missing := [unit for unit in units if unit not in reference]):
        raise NoFigure(Reason.NOT_MEASURED, f"no reference for {missing[0]}")
    per_unit = [[rating for ratings in table.values() for rating in ratings[unit]] for unit in units]
    appraisers = tuple(_appraiser(name, ratings, reference, good, confidence) for name, ratings in table.items())
    alike = sum(len(set(ratings)) == 1 for ratings in per_unit)
    correct = None
    if reference is not None:
        right = sum(set(ratings) == {reference[unit]} for unit, ratings in zip(units, per_unit, strict=True))
        correct = _share(right, len(units), confidence)
    return Agreement(
        units=len(units),
        appraisers=appraisers,
        between=_share(alike, len(units), confidence),
        all_correct=correct,
        between_kappa=fleiss_kappa(per_unit) if len(table) > 1 else None,
    )


def _appraiser(
    name: str, ratings: dict[str, list[str]], reference: dict[str, str] | None, good: str, confidence: float
) -> AppraiserAgreement:
    units = len(ratings)
    repeats = len(next(iter(ratings.values())))
    alike = sum(len(set(found)) == 1 for found in ratings.values())
    plain = AppraiserAgreement(
        appraiser=name,
        within=_share(alike, units, confidence),
        within_kappa=fleiss_kappa(list(ratings.values())) if repeats > 1 else None,
    )
    if reference is None:
        return plain
    decisions = [(reference[unit], rating) for unit, found in ratings.items() for rating in found]
    of_good = [rating for truth, rating in decisions if truth == good]
    of_bad = [rating for truth, rating in decisions if truth != good]
    right = sum(set(found) == {reference[unit]} for unit, found in ratings.items())
    return msgspec.structs.replace(
        plain,
        correct=_share(right, units, confidence),
        reference_kappa=cohen_kappa([truth for truth, _ in decisions], [rating for _, rating in decisions]),
        false_reject=_share(sum(rating != good for rating in of_good), len(of_good), confidence),
        escape=_share(sum(rating == good for rating in of_bad), len(of_bad), confidence),
    )


def _table(judgements: Sequence[Judgement]) -> tuple[dict[str, dict[str, list[str]]], list[str]]:
    """Ratings by appraiser and unit; NoFigure when someone rated some unit more or less often."""
    if not judgements:
        raise NoFigure(Reason.NO_VALUES, "no judgement")
    units = list(dict.fromkeys(judgement.unit for judgement in judgements))
    table: dict[str, dict[str, list[str]]] = {}
    for judgement in judgements:
        own = table.setdefault(judgement.appraiser, {unit: [] for unit in units})
        own[judgement.unit].append(judgement.rating)
    if len({len(found) for ratings in table.values() for found in ratings.values()}) > 1:
        raise NoFigure(Reason.UNBALANCED, "units were not all rated equally often")
    return table, units


def _share(count: int, of: int, confidence: float) -> Share:
    if not of:
        return Share(0, 0, None, None)
    return Share(count, of, count / of, clopper_pearson(count, of, confidence))
