"""Numbers for items and back."""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import insert, select, text

from hub.store.core.chunks import CHUNK, in_chunks
from hub.store.core.database import Reading, Writing
from hub.store.core.dialect import is_postgres
from hub.store.tables.every import item_number


def numbers_of(connection: Reading, names: Collection[str]) -> dict[str, int]:
    """The number of each of ``names`` that has one."""
    columns = (item_number.c.name, item_number.c.number)
    return {
        row.name: row.number
        for chunk in in_chunks(names)
        for row in connection.execute(select(*columns).where(item_number.c.name.in_(chunk)))
    }


def names_of(connection: Reading, numbers: Collection[int]) -> dict[int, str]:
    """The name behind each of ``numbers``."""
    if not is_postgres(connection.dialect):
        return _names_in_file(connection, sorted(set(numbers)))
    columns = (item_number.c.number, item_number.c.name)
    return {
        row.number: row.name
        for chunk in in_chunks(numbers)
        for row in connection.execute(select(*columns).where(item_number.c.number.in_(chunk)))
    }


def _names_in_file(connection: Reading, numbers: Sequence[int]) -> dict[int, str]:
    """Past SQLAlchemy, which takes twice the time of the database to spell a list; in order, for neighbours."""
    found: dict[int, str] = {}
    for begin in range(0, len(numbers), CHUNK):
        some = tuple(map(int, numbers[begin : begin + CHUNK]))
        places = ",".join("?" * len(some))
        query = f"SELECT number, name FROM item_number WHERE number IN ({places})"  # noqa: S608 - marks
        found.update((row[0], row[1]) for row in connection.exec_driver_sql(query, some))
    return found


def give_numbers(connection: Writing, names: Iterable[str]) -> dict[str, int]:
    """The number of each of ``names``; those without one get the next."""
    wanted = sorted(set(names))
    known = numbers_of(connection, wanted)
    fresh = [{"name": name} for name in wanted if name not in known]
    if fresh:
        connection.execute(insert(item_number), fresh)
        known |= numbers_of(connection, [each["name"] for each in fresh])
    return known


def number_linked_items(connection: Writing, after: int, before: int) -> None:
    """Give a number to everything that a link or alias in the batches ``[after, before)`` names."""
    sources: Sequence[tuple[str, str]] = (
        ("link", "parent"), ("link", "child"), ("alias", "one"), ("alias", "other"),
        ("transformation_part", "thing"),
    )  # fmt: skip
    for table, column in sources:
        connection.execute(
            text(
                f"INSERT INTO item_number (name) SELECT DISTINCT {column} FROM {table} "  # noqa: S608 - fixed words
                f"WHERE batch_id >= :after AND batch_id < :before "
                f"AND NOT EXISTS (SELECT 1 FROM item_number WHERE name = {table}.{column})"
            ),
            {"after": after, "before": before},
        )
