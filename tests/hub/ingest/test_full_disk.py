"""A disk without room: a stated answer, nothing half stored, and all is well once there is room again."""

import pytest
from small_hub import SmallAgent, client_of, projection_of
from sqlalchemy import event

from hub.audit.fsck import fsck
from hub.parts import Hub
from traceability import sync

pytestmark = pytest.mark.in_a_file("SQLite is told to grow no further; a server's: store/test_server_faults.py")


async def test_a_full_disk_is_said_and_survived(hub: Hub, agent: SmallAgent) -> None:
    engine = hub.store._reader

    def limit(pages: int | None) -> None:
        """SQLite itself refuses to grow the file, as it does when the file system is full."""
        engine.dispose()
        if pages is not None:
            event.listen(engine, "connect", full)
        else:
            event.remove(engine, "connect", full)

    def full(connection: object, _record: object) -> None:
        connection.execute("PRAGMA max_page_count=1")

    batch = agent.seal(*(agent.result(f"S{number}", number) for number in range(300)))
    rows = projection_of(hub)
    async with client_of(hub) as client:
        limit(1)
        answer = await client.post(sync.BATCHES_PATH, content=batch)
        problem = answer.json()
        assert (answer.status_code, problem["type"]) == (507, sync.FULL)
        assert "make room" in problem["advice"]
        assert int(answer.headers["retry-after"]) > 0
        assert projection_of(hub) == rows
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200
        limit(None)
        assert (await client.post(sync.BATCHES_PATH, content=batch)).status_code == 201
    assert len(projection_of(hub)["unit_result"]) == 300
    fsck(hub)


@pytest.mark.parametrize("size", [1, 40])
async def test_what_fits_is_taken_until_the_last_page(hub: Hub, agent: SmallAgent, size: int) -> None:
    """The answer is either a receipt or 507, batch by batch, and what got a receipt is all there."""
    engine = hub.store._reader

    @event.listens_for(engine, "connect")
    def almost_full(connection: object, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count={pages + 20}")

    engine.dispose()
    taken, statuses = 0, []
    async with client_of(hub) as client:
        while not statuses or (statuses[-1] == 201 and len(statuses) < 200):
            batch = agent.seal(*(agent.result(f"S{len(statuses)}-{number}", number) for number in range(size)))
            statuses.append((await client.post(sync.BATCHES_PATH, content=batch)).status_code)
            taken += size * (statuses[-1] == 201)
    assert statuses[-1] == 507
    assert len(projection_of(hub)["unit_result"]) == taken
    fsck(hub)
