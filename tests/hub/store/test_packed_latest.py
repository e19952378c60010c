"""The last and the first results of operations, in every store and for whoever sees a part of them."""

from hypothesis import given, settings
from hypothesis import strategies as st
from packed_rows import narrow, result

from hub.store.core.instant import from_micros
from hub.store.packed.latest import earliest_until, latest_since
from hub.store.production.live import _last_of
from hub.store.production.passes import PassesWanted, _passes
from hub.store.writing.rows import write_new_rows

OPERATIONS = ("OP10", "OP20", "OP30")
PASSES = st.lists(
    st.tuples(
        st.sampled_from(OPERATIONS[:2]),
        st.integers(0, 20),
        st.sampled_from(["OK", "NOT_OK"]),
        st.sampled_from(["one", "two"]),
    ),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(PASSES, st.integers(1, 6), st.integers(0, 22), st.integers(0, 22), st.none() | st.just("one"))
def test_bounds_leave_out_nothing_that_is_wanted(
    told: list[tuple[str, int, str, str]], most: int, begin: int, end: int, work_cell: str | None
) -> None:
    rows = [
        result(number // 5, 2 + number % 5, f"r{number}", "u", **dict(zip(NAMES, one, strict=True)))
        for number, one in enumerate(told)
    ]
    with narrow() as connection:
        write_new_rows(connection, [("unit_result", row) for row in rows])
        since = latest_since(connection, "plant-a", OPERATIONS, end, most)
        bounded = _last_of(connection, "plant-a", OPERATIONS, since, end=end, most=most)
        whole = _last_of(connection, "plant-a", OPERATIONS, {}, end=end, most=most)
        assert sorted((row.operation, row.event_time) for row in bounded) == sorted(
            (row.operation, row.event_time) for row in whole
        )
        for name, at in since.items():
            assert sum(row["operation"] == name and at <= row["event_time"] < end for row in rows) >= most
        span = {"begin": from_micros(begin), "end": from_micros(end)}
        wanted = PassesWanted(plant="plant-a", operation="OP10", work_cell=work_cell, **span)
        until = earliest_until(connection, "plant-a", "OP10", (begin, end), most=most, work_cell=work_cell)
        if until is not None:
            found = _passes(connection, wanted, (begin, until + 1), most)
            assert found == _passes(connection, wanted, (begin, end), most)
            assert len(found) == most


NAMES = ("operation", "event_time", "verdict", "work_cell")
