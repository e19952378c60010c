"""Long lists are looked up by index, and give the same on both databases."""

import pytest
from query_plans import asked, read_whole
from small_chain import Chain, housing, small_chain
from sqlalchemy import select, union_all

from hub.parts import Hub
from hub.store.core.dialect import is_postgres
from hub.store.core.listed import given, listed, pairs_in, pairs_listed
from hub.store.core.quick import ask
from hub.store.tables.every import unit_result

FOREIGN = "é'\"\\ 壳 %_\n"


@pytest.fixture
def chain(hub: Hub) -> Chain:
    made = small_chain(hub)
    for number in range(3):
        made.make_housing(f"H-{number}")
    made.send()
    return made


@pytest.mark.every_store
def test_rows_at_places_and_of_names_are_those_that_are_listed(chain: Chain) -> None:
    table = unit_result.c
    with chain.hub.store.reading() as connection:
        every = connection.execute(select(table.batch_id, table.line, table.unit)).all()
        wanted = [(row.batch_id, row.line) for row in every if row.unit != housing("H-1")]
        near = [(batch_id, line + 1000) for batch_id, line in wanted]
        here = pairs_in(connection, table.batch_id, table.line, [*wanted, *near])
        postgres = is_postgres(connection.dialect)
        named = select(table.unit).where(listed(table.unit, "names", postgres=postgres)).distinct()
        at = pairs_listed(table.batch_id, table.line, "at", postgres=postgres)
        made_once = union_all(*[select(table.batch_id, table.line).where(at)] * 2)
        with asked() as seen:
            found = connection.execute(select(table.batch_id, table.line).where(here)).all()
            units = connection.execute(
                named, {"names": given([housing("H-1"), housing("H-9"), FOREIGN], postgres=postgres)}
            ).scalars()
            assert (sorted(map(tuple, found)), list(units)) == (sorted(wanted), [housing("H-1")])
            none = connection.execute(select(table.line).where(pairs_in(connection, table.batch_id, table.line, [])))
            assert none.all() == []
            twice = ask(connection, made_once, {"at": given([*wanted, *near], postgres=postgres)})
            assert sorted(map(tuple, twice)) == sorted(wanted * 2)
            assert ask(connection, made_once, {"at": given([], postgres=postgres)}) == []
        assert postgres or read_whole(connection, seen) == []
