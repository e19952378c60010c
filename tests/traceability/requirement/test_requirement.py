"""Requirements as a pure function of a set of changes, and what may be asked."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.record.requirement import (
    Agree,
    Counter,
    Decline,
    End,
    Indicator,
    Metric,
    Party,
    Remark,
    RequirementChangeRecord,
    RequirementContent,
    Supersede,
    Terms,
)
from traceability.record.sharing import DataKind
from traceability.requirement.content import (
    RequirementRefused,
    check_content,
    content_hash,
    passed_on,
    terms_hash,
)
from traceability.requirement.fold import RequirementState, begun, fold, objection

START = datetime(2026, 3, 1, 8, tzinfo=UTC)
FPY = Indicator(name="fpy", metric=Metric.FPY, target="0.98", operation="OP10")


def terms(target: str = "0.98", **changes: Any) -> Terms:
    indicator = msgspec.structs.replace(FPY, target=target)
    return Terms(**({"indicators": (indicator,), "valid_from": date(2026, 1, 1)} | changes))


CONTENT = RequirementContent(customer="oem", supplier="tier1", part="p", title="Housing", terms=terms())


def change(name: str, step: Any, party: Party, after: tuple[str, ...] = (), minute: int = 0) -> RequirementChangeRecord:
    return RequirementChangeRecord(
        id="r", seq=1, event_time=START, salt="0" * 32, change=name, after=after, party=party, by="q1",
        made_at=START + timedelta(minutes=minute), content=step,
    )  # fmt: skip


CUSTOMER, SUPPLIER = Party.CUSTOMER, Party.SUPPLIER


def test_proposed_countered_agreed_ended() -> None:
    counter = change("c", Counter(terms=terms("0.95")), SUPPLIER)
    agree = change("d", Agree(terms=terms_hash(terms("0.95"))), CUSTOMER, ("c",), 1)
    end = change("e", End(reason="product ends"), SUPPLIER, ("d",), 2)
    assert begun("r", CONTENT).state is RequirementState.PROPOSED
    countered = fold("r", CONTENT, [counter])
    assert (countered.state, countered.terms_of, countered.heads) == (RequirementState.COUNTERED, SUPPLIER, ("c",))
    agreed = fold("r", CONTENT, [counter, agree])
    assert agreed.state is RequirementState.AGREED
    assert agreed.terms.indicators[0].target == "0.95"
    assert agreed.content_hash == content_hash(CONTENT)
    assert fold("r", CONTENT, [end, agree, counter]).state is RequirementState.ENDED


@pytest.mark.parametrize(
    ("step", "party", "said"),
    [
        (Agree(terms=terms_hash(terms())), CUSTOMER, "own"),
        (Agree(terms=terms_hash(terms("0.5"))), SUPPLIER, "not the latest"),
        (End(reason="x"), CUSTOMER, "can't be ended"),
        (Supersede(by="other"), CUSTOMER, "can't be ended"),
        (Counter(terms=terms()), SUPPLIER, "stand already"),
        (Counter(terms=terms("1.5")), SUPPLIER, "between"),
    ],
)
def test_what_is_not_possible_says_why(step: Any, party: Party, said: str) -> None:
    assert said in (objection(begun("r", CONTENT), step, party) or "")


def test_nothing_is_negotiated_after_the_end() -> None:
    declined = fold("r", CONTENT, [change("a", Decline(reason="can't"), SUPPLIER)])
    assert declined.state is RequirementState.DECLINED
    assert "not negotiated" in (objection(declined, Counter(terms=terms("0.9")), CUSTOMER) or "")
    assert objection(declined, Remark(text="a pity"), CUSTOMER) is None


def test_in_force_between_its_days() -> None:
    limited = msgspec.structs.replace(CONTENT, terms=terms(valid_to=date(2026, 6, 30)))
    agreed = fold("r", limited, [change("a", Agree(terms=terms_hash(limited.terms)), SUPPLIER)])
    days = {date(2025, 12, 31): False, date(2026, 1, 1): True, date(2026, 6, 30): True, date(2026, 7, 1): False}
    assert {day: agreed.in_force(day) for day in days} == days
    assert not begun("r", limited).in_force(date(2026, 2, 1))


STEPS = st.one_of(
    st.sampled_from(["0.90", "0.95", "0.97", "0.98"]).map(lambda target: Counter(terms=terms(target))),
    st.sampled_from(["0.90", "0.95", "0.98"]).map(lambda target: Agree(terms=terms_hash(terms(target)))),
    st.just(Decline(reason="no")),
    st.just(End(reason="over")),
    st.just(Supersede(by="next")),
    st.just(Remark(text="hello")),
)


@given(
    steps=st.lists(st.tuples(STEPS, st.sampled_from(Party), st.integers(0, 5)), max_size=12),
    seed=st.integers(0, 10_000),
)
def test_any_order_of_arrival_gives_the_same(steps: list[tuple[Any, Party, int]], seed: int) -> None:
    """Two sides that do not wait for each other; each change rests on some that its author had seen."""
    source = random.Random(seed)
    changes: list[RequirementChangeRecord] = []
    for number, (step, party, minute) in enumerate(steps):
        seen = tuple(sorted({one.change for one in changes if source.random() < 0.5}))
        changes.append(change(f"c{number:02}", step, party, seen[:64], minute))
    one = fold("r", CONTENT, changes)
    shuffled = [*changes, *changes[::2]]
    source.shuffle(shuffled)
    assert fold("r", CONTENT, shuffled) == one
    assert len(one.history) == len(changes)
    counting = [item for item in one.history if item.disputed is None]
    agreements = [item for item in counting if isinstance(item.content, Agree)]
    assert len(agreements) <= 1
    if one.state is RequirementState.AGREED:
        (agreement,) = agreements
        assert isinstance(agreement.content, Agree)
        assert agreement.content.terms == one.terms_hash
        assert agreement.party is not one.terms_of


def test_a_change_whose_ground_is_missing_waits() -> None:
    now = fold("r", CONTENT, [change("b", Agree(terms=terms_hash(terms("0.9"))), CUSTOMER, ("a",))])
    assert (now.state, now.waiting) == (RequirementState.PROPOSED, ("b",))


@pytest.mark.parametrize(
    "wrong",
    [
        Indicator(name="x", metric=Metric.FPY),
        Indicator(name="x", metric=Metric.FPY, target="98"),
        Indicator(name="x", metric=Metric.LEVEL, target="2.5"),
        Indicator(name="x", metric=Metric.CPK, target="1.33"),
        Indicator(name="x", metric=Metric.PPM, target="50", characteristic="length"),
        Indicator(name="x", metric=Metric.SHARING),
        Indicator(name="x", metric=Metric.SHARING, target="1", kinds=(DataKind.VERDICTS,)),
        Indicator(name="x", metric=Metric.PPM, target="50", kinds=(DataKind.VERDICTS,)),
    ],
)
def test_an_indicator_that_makes_no_sense_is_refused(wrong: Indicator) -> None:
    with pytest.raises(RequirementRefused):
        check_content(msgspec.structs.replace(CONTENT, terms=terms(indicators=(wrong,))))


def test_terms_that_make_no_sense_are_refused() -> None:
    for bad in (terms(indicators=()), terms(indicators=(FPY, FPY)), terms(valid_to=date(2025, 1, 1))):
        with pytest.raises(RequirementRefused):
            check_content(msgspec.structs.replace(CONTENT, terms=bad))
    with pytest.raises(RequirementRefused, match="same company"):
        check_content(msgspec.structs.replace(CONTENT, supplier="oem"))


def test_passed_on_it_shows_nothing_of_the_original() -> None:
    own = RequirementContent(customer="tier1", supplier="tier2", part="q", title="Casting", terms=terms("0.99"))
    made = passed_on("r", CONTENT, own)
    assert made.passes_on is not None
    assert (made.passes_on.requirement, made.passes_on.content) == ("r", content_hash(CONTENT))
    assert "oem" not in str(msgspec.to_builtins(made))
    assert "Housing" not in str(msgspec.to_builtins(made))
    with pytest.raises(RequirementRefused, match="only tier1"):
        passed_on("r", CONTENT, msgspec.structs.replace(own, customer="tier2", supplier="tier3"))
