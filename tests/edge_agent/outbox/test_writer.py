"""The write-ahead log goes home while nobody waits, not inside a commit that a machine waits for."""

from pathlib import Path

from edge_agent.outbox.schema import open_file
from edge_agent.outbox.writer import Writer


def test_the_log_does_not_grow_with_the_number_of_commits_and_keeps_what_was_committed(tmp_path):
    path = tmp_path / "outbox.db"
    writer = Writer(open_file(path), str(path))

    def store(number):
        return writer.submit(
            lambda connection: connection.execute("INSERT INTO unit_lot (unit, lot) VALUES (?, 'L')", (f"U{number}",))
        )

    def committed(first, last):
        for number in range(first, last):
            store(number).result(10)
        return Path(f"{path}-wal").stat().st_size

    first = committed(0, 150)
    assert committed(150, 600) <= 2 * first
    count = writer.submit(lambda connection: connection.execute("SELECT count(*) FROM unit_lot").fetchone()[0])
    assert count.result(10) == 600
    writer.close()


def test_a_reader_that_holds_the_log_does_not_stop_the_writer(tmp_path):
    path = tmp_path / "outbox.db"
    writer = Writer(open_file(path), str(path))
    reader = open_file(path)
    reader.execute("BEGIN")
    assert reader.execute("SELECT count(*) FROM unit_lot").fetchone() == (0,)
    for number in range(250):
        writer.submit(
            lambda connection, unit=f"U{number}": connection.execute("INSERT INTO unit_lot VALUES (?, 'L')", (unit,))
        ).result(10)
    assert reader.execute("SELECT count(*) FROM unit_lot").fetchone() == (0,)
    reader.execute("COMMIT")
    assert reader.execute("SELECT count(*) FROM unit_lot").fetchone() == (250,)
    reader.close()
    writer.close()
