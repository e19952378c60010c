"""Attribute agreement: published kappas, false rejects and escapes of a station."""

import pytest

from traceability.quality.msa.agreement import Judgement, attribute_agreement
from traceability.quality.msa.kappa import cohen_kappa, fleiss_kappa
from traceability.quality.reason import Reason
from traceability.quality.refusal import Refused


def test_cohen_of_two_by_two():
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: po = 0.7, pe = 0.5, kappa = 0.4."""
    first = ["yes"] * 25 + ["no"] * 25
    second = ["yes"] * 20 + ["no"] * 5 + ["yes"] * 10 + ["no"] * 15
    assert cohen_kappa(first, second).value == 0.4
    assert cohen_kappa(second, first).value == 0.4


def test_fleiss_of_fourteen_raters():
    """Ten subjects, fourteen raters, five categories: a worked example found in many texts; kappa 0.210."""
    table = [
        (0, 0, 0, 0, 14), (0, 2, 6, 4, 2), (0, 0, 3, 5, 6), (0, 3, 9, 2, 0), (2, 2, 8, 1, 1),
        (7, 7, 0, 0, 0), (3, 2, 6, 3, 0), (2, 5, 3, 2, 2), (6, 5, 2, 1, 0), (0, 2, 2, 3, 7),
    ]  # fmt: skip
    ratings = [[str(j) for j, count in enumerate(row) for _ in range(count)] for row in table]
    found = fleiss_kappa(ratings)
    assert found.value == pytest.approx(0.210, abs=5e-4)
    assert found.error == pytest.approx(0.017, abs=5e-4)


def test_two_raters_who_use_categories_alike_have_the_same_kappa_by_both():
    first, second = list("aabb" * 5), list("abab" * 5)
    assert fleiss_kappa(list(zip(first, second, strict=True))).exact == cohen_kappa(first, second).exact == 0


def study(reference, **ratings):
    return [
        Judgement(unit, appraiser, one)
        for appraiser, rows in ratings.items()
        for unit, row in rows.items()
        for one in row
    ]


REFERENCE = {"1": "OK", "2": "OK", "3": "NOT_OK", "4": "NOT_OK"}
CAMERA = {"1": ["OK", "OK"], "2": ["OK", "NOT_OK"], "3": ["NOT_OK", "NOT_OK"], "4": ["NOT_OK", "NOT_OK"]}
PERSON = {"1": ["OK", "OK"], "2": ["OK", "OK"], "3": ["OK", "NOT_OK"], "4": ["OK", "OK"]}


def test_a_station_and_a_person():
    found = attribute_agreement(study(REFERENCE, camera=CAMERA, person=PERSON), REFERENCE)
    camera, person = found.appraisers
    assert (camera.within.count, camera.correct.count, camera.within.of) == (3, 3, 4)
    assert (camera.false_reject.count, camera.false_reject.of, camera.escape.count, camera.escape.of) == (1, 4, 0, 4)
    assert (person.within.count, person.correct.count) == (3, 2)
    assert (person.false_reject.value, person.escape.value) == (0.0, 0.75)
    assert (found.between.count, found.all_correct.count, found.units) == (1, 1, 4)
    assert camera.reference_kappa.exact == pytest.approx(0.75)
    assert camera.within.interval.low < 0.75 < camera.within.interval.high


def test_reasons():
    judgements = study(REFERENCE, camera=CAMERA)
    assert attribute_agreement([]).reason is Reason.NO_VALUES
    assert attribute_agreement(judgements[:-1]).reason is Reason.UNBALANCED
    assert attribute_agreement(judgements, {"1": "OK"}).reason is Reason.NOT_MEASURED
    assert cohen_kappa(["a"], ["a", "b"]).reason is Reason.UNEQUAL_LENGTHS
    assert cohen_kappa(["a", "a"], ["a", "a"]).reason is Reason.NO_EVENTS
    assert fleiss_kappa([["a"], ["b"]]).reason is Reason.NOT_ENOUGH_DATA
    assert fleiss_kappa([["a", "a"], ["b"]]).reason is Reason.UNBALANCED
    alone = attribute_agreement(judgements).appraisers[0]
    assert (alone.correct, alone.reference_kappa, alone.escape) == (None, None, None)
    only_good = dict.fromkeys(REFERENCE, "OK")
    all_ok = study(only_good, camera={unit: ["OK", "OK"] for unit in REFERENCE})
    perfect = attribute_agreement(all_ok, only_good).appraisers[0]
    assert isinstance(perfect.reference_kappa, Refused)
    assert (perfect.escape.of, perfect.escape.value) == (0, None)
