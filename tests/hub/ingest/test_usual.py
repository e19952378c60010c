"""A usual batch that is taken at once leaves, byte by byte, what it leaves taken record by record."""

import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from left_by_batches import left_by
from small_chain import HOUSING, Line, line_of, steel
from small_hub import START, SmallAgent, projection_of, small_hub

from hub.ingest import admit
from hub.ingest.ingest import ingest
from hub.parts import Hub
from hub.rollup import roll_up
from hub.store.core.database import Writing
from hub.store.packed.columns import ResultColumns
from hub.store.writing.rows import Row
from traceability.identifier.item import unit_uri
from traceability.record.correction import CorrectionRecord, Target
from traceability.sync import CLOCK_AHEAD
from traceability.unit import Flag, Purpose, Verdict

RESULTS = st.tuples(
    st.sampled_from((0, 0, 0, 1, 1, 2)),  # line; the last one is of another plant
    st.sampled_from([None] * 12 + [0, 1, 2]),  # unit; None: a new one
    st.sampled_from([Verdict.OK] * 6 + list(Verdict)),
    st.sampled_from([(), (), (), (Flag.PARTIAL,)]),
    st.sampled_from([Purpose.FIRST] * 4 + list(Purpose)),
    st.sampled_from(("OP10", "OP10", "OP20")),
    st.integers(-40, 0),  # days
    st.sampled_from(("measured",) * 8 + ("bare", "bad", "after", "lot", "built", "wrong", "foretold")),
)
BATCHES = st.lists(st.tuples(st.lists(RESULTS, min_size=1, max_size=5), st.booleans()), max_size=6)
PLAIN: Any = (0, None, Verdict.OK, (), Purpose.FIRST, "OP10", 0, "measured")
FAILED: Any = (0, None, Verdict.NOT_OK, (), Purpose.RETEST, "OP10", -40, "measured")
AGAIN: Any = (1, 0, Verdict.OK, (), Purpose.RETEST, "OP10", 0, "measured")


def then(line: int, unit: int, operation: str, how: str = "measured", verdict: Verdict = Verdict.OK) -> Any:
    """The next station of a unit; the first new one is 11."""
    return (line, unit, verdict, (), Purpose.FIRST, operation, -1, how)


def played(lines: Sequence[Line], batches: Sequence[Any]) -> list[bytes]:
    """Batches as agents seal them, each with its claims at the end or without."""
    sealed: list[bytes] = []
    made = 0
    for results, claims in batches:
        for step in results:
            made += 1
            tell(lines[step[0]], f"H{made + 10 if step[1] is None else step[1]}", step[2:], made)
        for line in lines:
            if line.waiting and claims:
                line.claim(submitted=made, first_ok=made, attempts=made)
            if line.waiting:
                sealed.append(line.agent.seal(*line.waiting))
                line.waiting = []
    return sealed


def tell(line: Line, serial: str, step: Any, number: int) -> None:
    """A result, and what is said beside it."""
    verdict, flags, purpose, operation, days, how = step
    at, name = START + timedelta(days=days, minutes=-number), f"r-{number}"
    if how == "foretold":
        line.put(
            CorrectionRecord, id=f"c-{number}", target=Target(author=line.agent.author, record=name), reason="slip"
        )
    shared: Any = {"operation": operation, "event_time": at}
    line.result(serial, id=name, verdict=verdict, flags=flags, purpose=purpose, **shared)
    if how == "after":
        correct(line, "nobody", name)
    if how == "bad":
        line.measure(name, serial, None, operation, status="Bad")
    elif how != "bare":
        line.measure(name, serial, 25_000 + number, operation)
    if how == "lot":
        line.join(name, serial, steel(f"L{number % 2}"), operation=operation)
    if how == "built":
        line.join(name, serial, unit_uri(HOUSING, f"H{number + 11}"), operation=operation)
    if how == "wrong":
        line.put(
            CorrectionRecord, id=f"c-{number}", target=Target(author=line.agent.author, record=name), reason="slip"
        )


def correct(line: Line, author: str, name: str) -> None:
    line.put(CorrectionRecord, id=f"c-{name}", target=Target(author=author, record=name), reason="slip")


def begun(folder: Path) -> tuple[Hub, list[Line]]:
    hub = small_hub(folder)
    stations = (("supplier.line-1", "supplier"), ("supplier.line-2", "supplier"), ("maker.line-1", "maker"))
    lines = [line_of(hub, author, plant, HOUSING, None) for author, plant in stations]
    for line in lines:
        line.send()
    return hub, lines


@settings(max_examples=15, deadline=None)
@given(BATCHES)
@example([([PLAIN, PLAIN, FAILED], True), ([PLAIN, PLAIN], True), ([PLAIN, AGAIN], False), ([PLAIN, FAILED], True)])
@example([([(0, None, Verdict.OK, (), Purpose.FIRST, "OP10", 0, "wrong")], True), ([PLAIN, FAILED], True)])
@example([([(0, None, Verdict.OK, (), Purpose.FIRST, "OP10", 0, "built")], True), ([PLAIN], True), ([PLAIN], True)])
@example([([PLAIN, (0, None, Verdict.OK, (), Purpose.FIRST, "OP20", -40, "lot")], True), ([PLAIN] * 5, True)])
@example(
    [
        ([PLAIN] * 4, False),
        ([then(1, 11, "OP20"), then(1, 12, "OP20", "lot"), then(1, 13, "OP20"), PLAIN], True),
        ([then(0, 11, "OP30", "built"), then(0, 12, "OP30", verdict=Verdict.NOT_OK), then(0, 13, "OP30")], False),
        ([then(2, 11, "OP10"), then(2, 12, "OP40"), then(2, 14, "OP40", "bare")], True),
        ([then(0, 11, "OP40"), then(0, 12, "OP40"), then(0, 13, "OP10"), then(0, 14, "OP30")], True),
    ]
)
def test_it_leaves_what_it_leaves_record_by_record(batches: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        (at_once, lines), (one_by_one, others) = (begun(Path(folder) / name) for name in ("once", "one"))
        sealed = played(lines, batches)
        assert played(others, batches) == sealed
        for body in sealed:
            assert ingest(at_once, body, compressed=False).new
        patched.setattr(admit, "usual_batch", lambda *_: None)
        for body in sealed:
            assert ingest(one_by_one, body, compressed=False).new
        assert left_by(at_once) == left_by(one_by_one)
        at_once.store.close()
        one_by_one.store.close()


def test_units_are_rolled_up_at_once_wherever_they_were_before_but_not_twice_in_a_batch(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub, lines = begun(tmp_path)
    rolled_up, found = roll_up.rolled_up, []

    def noted(connection: Writing, results: ResultColumns, rows: Sequence[Row]) -> bool:
        found.append(rolled_up(connection, results, rows))
        return found[-1]

    monkeypatch.setattr(roll_up, "rolled_up", noted)
    again, other = ((0, 11, *PLAIN[2:5], operation, *PLAIN[6:]) for operation in ("OP10", "OP20"))
    told = [[PLAIN, PLAIN], [PLAIN, PLAIN, again], [other, PLAIN], [PLAIN, FAILED], [again, again]]
    for body in played(lines, [(results, True) for results in told]):
        ingest(hub, body, compressed=False)
    assert found == [True, True, True, True, False]
    hub.store.close()


def test_a_clock_that_is_ahead_is_noticed(hub: Hub, agent: SmallAgent) -> None:
    ahead = agent.result("S1", event_time=START + timedelta(minutes=6))
    taken = ingest(hub, agent.seal(ahead), compressed=False)
    assert [notice.type for notice in taken.notices] == [CLOCK_AHEAD]
    assert len(projection_of(hub)["unit_result"]) == 1


def test_a_mistake_in_the_quick_way_costs_nothing_but_time(
    hub: Hub, agent: SmallAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mistaken(connection: Writing, results: ResultColumns, rows: Sequence[Row]) -> bool:
        raise ZeroDivisionError(f"{connection} {results} {rows}")

    monkeypatch.setattr(roll_up, "rolled_up", mistaken)
    taken = ingest(hub, agent.seal(agent.result("S1")), compressed=False)
    assert (taken.new, taken.quarantined) == (True, ())
    assert len(projection_of(hub)["unit_result"]) == 1
