"""When a lot need not be sampled."""

from datetime import date, timedelta

import msgspec
import pytest

from traceability.quality.sampling_plan.attributes import Severity
from traceability.quality.sampling_plan.skip_lot import (
    Hindrance,
    JudgedLot,
    SignedData,
    SkipCriteria,
    qualification,
)

TODAY = date(2026, 6, 30)
DATA = SignedData(units=2000, told=2000, nonconforming=5)


def lots(count: int) -> list[JudgedLot]:
    return [JudgedLot(on=TODAY - timedelta(days=5 * (count - at)), accepted=True) for at in range(count)]


def judged(found: list[JudgedLot], data: SignedData = DATA) -> tuple[int, tuple[Hindrance, ...]]:
    answer = qualification(found, data, 0.01, TODAY)
    assert answer.qualified == (not answer.hindrances)
    return answer.every, answer.hindrances


@pytest.mark.parametrize(("count", "every"), [(20, 2), (29, 2), (30, 3), (40, 4), (60, 4)])
def test_the_longer_the_run_the_rarer_the_inspection(count: int, every: int) -> None:
    assert judged(lots(count)) == (every, ())


def test_nothing_is_skipped_at_first() -> None:
    assert judged([])[0] == 1
    assert judged(lots(19)) == (1, (Hindrance.TOO_FEW_LOTS,))


@pytest.mark.parametrize(
    ("change", "hindrance"),
    [
        ({"accepted": False}, Hindrance.LOT_REJECTED),
        ({"escaped": True}, Hindrance.ESCAPED),
        ({"severity": Severity.TIGHTENED}, Hindrance.TIGHTENED),
    ],
)
def test_one_lot_that_speaks_against_it_begins_the_run_anew(change: dict[str, object], hindrance: Hindrance) -> None:
    found = lots(40)
    found[-5] = msgspec.structs.replace(found[-5], **change)
    assert judged(found) == (1, (Hindrance.TOO_FEW_LOTS, hindrance))
    old = lots(40)
    old[-25] = msgspec.structs.replace(old[-25], **change)
    assert judged(old) == (2, ())


def test_signed_data_must_be_there_and_bear_out_the_aql() -> None:
    assert judged(lots(20), SignedData(units=0, told=0, nonconforming=0)) == (1, (Hindrance.DATA_NOT_SHARED,))
    assert judged(lots(20), SignedData(units=2000, told=1899, nonconforming=0)) == (1, (Hindrance.DATA_NOT_SHARED,))
    assert judged(lots(20), SignedData(units=2000, told=2000, nonconforming=15)) == (1, (Hindrance.DATA_ABOVE_AQL,))
    assert judged(lots(20), SignedData(units=100, told=100, nonconforming=0)) == (1, (Hindrance.DATA_ABOVE_AQL,))


def test_time_that_went_by() -> None:
    late = qualification(lots(20), DATA, 0.01, TODAY + timedelta(days=70))
    assert late.hindrances == (Hindrance.INTERRUPTED,)
    strict = qualification(lots(20), DATA, 0.01, TODAY, SkipCriteria(within_days=50))
    assert strict.hindrances == (Hindrance.TOO_OLD,)
