"""False rejects, escapes and agreement of a station that judges parts (AIAG MSA, chapter III C)."""

from collections.abc import Sequence

import msgspec

from traceability.quality.msa.agreement import AppraiserAgreement, Judgement, attribute_agreement
from traceability.quality.msa.kappa import Kappa
from traceability.quality.refusal import Refused
from vision.assess.figures import Rate, rate
from vision.assess.truth import GOOD, Label

STATION = "station"
DECIDED = ("OK", "NOT_OK")


class Agreeing(msgspec.Struct, frozen=True, kw_only=True):
    """One appraiser, the station or a person: kappa against the truth, and over repeats of a part."""

    appraiser: str
    kappa: float | None
    """Cohen's; None with ``why_not`` where chance cannot be told."""
    why_not: str = ""
    correct: Rate
    within: Rate
    """Parts that were judged alike in all their pictures."""
    within_kappa: float | None = None


class VerdictStudy(msgspec.Struct, frozen=True, kw_only=True):
    """Of good parts those not passed, of bad parts those passed. Undecided good parts are rejects, and told apart."""

    false_reject: Rate
    escape: Rate
    decided: Rate
    undecided_good: Rate
    undecided_bad: Rate
    appraisers: tuple[Agreeing, ...]
    between: Rate | None = None
    """Parts that station and people judged alike every time."""
    between_kappa: float | None = None
    note: str = ""
    files_escaped: tuple[str, ...] = ()
    files_rejected: tuple[str, ...] = ()


def verdict_study(judged: Sequence[tuple[Label, str]]) -> VerdictStudy:
    """``judged``: pictures whose truth is known, with the station's verdict on each."""
    good = [(label, verdict) for label, verdict in judged if label.verdict == GOOD]
    bad = [(label, verdict) for label, verdict in judged if label.verdict != GOOD]
    rejected = [label.name for label, verdict in good if verdict != GOOD]
    escaped = [label.name for label, verdict in bad if verdict == GOOD]
    appraisers, between, between_kappa, note = _agreement(judged)
    return VerdictStudy(
        false_reject=rate(len(rejected), len(good)),
        escape=rate(len(escaped), len(bad)),
        decided=rate(sum(verdict in DECIDED for _, verdict in judged), len(judged)),
        undecided_good=rate(sum(verdict not in DECIDED for _, verdict in good), len(good)),
        undecided_bad=rate(sum(verdict not in DECIDED for _, verdict in bad), len(bad)),
        appraisers=appraisers,
        between=between,
        between_kappa=between_kappa,
        note=note,
        files_escaped=tuple(escaped),
        files_rejected=tuple(rejected),
    )


def _agreement(
    judged: Sequence[tuple[Label, str]],
) -> tuple[tuple[Agreeing, ...], Rate | None, float | None, str]:
    """By part where each has equally many pictures, else by picture (and said so)."""
    for by_part in (True, False):
        reference = {_unit(label, by_part): str(label.verdict) for label, _ in judged}
        mixed = any(reference[_unit(label, by_part)] != label.verdict for label, _ in judged)
        study = attribute_agreement(list(_judgements(judged, by_part)), reference)
        if not isinstance(study, Refused) and not mixed:
            break
    else:
        return (), None, None, "people judged some pictures and not others: no agreement is computed"
    note = "" if by_part else "parts have different numbers of pictures: each picture counts as a part"
    several = len(study.appraisers) > 1
    between = rate(study.between.count, study.between.of) if several else None
    return tuple(_agreeing(one) for one in study.appraisers), between, _kappa(study.between_kappa), note


def _unit(label: Label, by_part: bool) -> str:
    return label.part if by_part else label.name


def _judgements(judged: Sequence[tuple[Label, str]], by_part: bool) -> list[Judgement]:
    found = [Judgement(_unit(label, by_part), STATION, verdict) for label, verdict in judged]
    for label, _ in judged:
        found += [Judgement(_unit(label, by_part), person, rating) for person, rating in label.ratings.items()]
    return found


def _agreeing(one: AppraiserAgreement) -> Agreeing:
    assert one.correct is not None
    refused = one.reference_kappa if isinstance(one.reference_kappa, Refused) else None
    return Agreeing(
        appraiser=one.appraiser,
        kappa=_kappa(one.reference_kappa),
        why_not=refused.detail if refused else "",
        correct=rate(one.correct.count, one.correct.of),
        within=rate(one.within.count, one.within.of),
        within_kappa=_kappa(one.within_kappa),
    )


def _kappa(found: Kappa | Refused | None) -> float | None:
    return found.value if isinstance(found, Kappa) else None
