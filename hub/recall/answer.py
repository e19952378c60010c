"""A recall as it is answered: its figures, and its items page by page."""

from collections.abc import Iterator

import msgspec

from hub.accounts.asker import Asker
from hub.parts import Hub
from hub.recall.affected import affected
from hub.recall.desk import REACHING, RecallDesk
from hub.recall.question import Question
from hub.recall.stored import found_from
from hub.recall.tally import Tally, affected_parts, destinations, makers, silent_tiers
from hub.recall.views import Affected, AffectedPage, RecallList, RecallListed, RecallView
from hub.recall.whereabouts import Whereabouts, whereabouts
from hub.store.core.database import Reading
from hub.store.core.instant import from_micros
from hub.store.trace.recalls import RecallRow
from hub.trace.known import Known, Moment

RECALL_PATH = "/api/v1/recall"
PAGE = 1_000
POLL_S = 0.05
MOST_SOUGHT = 20_000
"""Items looked through for a page of those at one place; downloads hold all."""


def recall_view(connection: Reading, row: RecallRow) -> RecallView:
    """The figures so far."""
    tally = msgspec.convert(row.summary, Tally)
    question = Question.model_validate(row.question)
    return RecallView(
        id=row.id,
        url=f"{RECALL_PATH}/{row.id}",
        items_url=f"{RECALL_PATH}/{row.id}/items",
        state=row.state,
        asked_at=from_micros(row.asked_at),
        as_of=question.as_of,
        log_size=row.log_size,
        reached=row.reached,
        detailed=row.detailed,
        certain=tally.total.certain,
        potential=tally.total.items - tally.total.certain,
        finished=tally.total.finished,
        truncated=row.truncated,
        truncation=_truncation(row, question),
        destinations=destinations(tally),
        parts=affected_parts(tally),
        makers=makers(tally),
        silent=silent_tiers(connection, tally),
        problem=row.problem,
    )


def recall_list(seen: Hub, desk: RecallDesk, asker: Asker) -> RecallList:
    """The latest recalls that ``asker``, who sees ``seen``, may read."""
    return RecallList(
        recalls=tuple(
            RecallListed(
                id=row.id,
                url=f"{RECALL_PATH}/{row.id}",
                question=row.question,
                state=row.state,
                asked_at=from_micros(row.asked_at),
                reached=row.reached,
                own=own,
            )
            for row, own in desk.latest(seen, asker)
        )
    )


def affected_page(connection: Reading, row: RecallRow, position: int, limit: int) -> AffectedPage:
    """At most ``limit`` items from ``position`` on, as far as they are reached."""
    question = Question.model_validate(row.question)
    known = Known(connection, Moment(as_of=question.as_of, log_size=row.log_size))
    found = found_from(connection, row.id, position, limit)
    after = position + len(found)
    more = after < row.reached or row.state == REACHING
    return AffectedPage(
        items=tuple(affected(connection, known, found)), position=position, next=after if more else None
    )


def items_at(connection: Reading, row: RecallRow, at: Whereabouts, most: int) -> tuple[Affected, ...]:
    """The first items that are at one place, among the first ``MOST_SOUGHT`` that were reached."""
    found: list[Affected] = []
    position: int | None = 0
    while position is not None and position < min(row.reached, MOST_SOUGHT) and len(found) < most:
        page = affected_page(connection, row, position, PAGE)
        found += [item for item in page.items if whereabouts(item) == at]
        position = page.next if page.items else None
    return tuple(found[:most])


def recalled_items(hub: Hub, desk: RecallDesk, identity: str, position: int = 0) -> Iterator[str]:
    """The identity of every item from ``position`` on, and nothing else of it; waits as ``affected_items`` does."""
    while True:
        row = desk.read(identity)
        with hub.store.reading() as connection:
            found = found_from(connection, identity, position, PAGE)
        yield from (each.item for each in found)
        position += len(found)
        if position >= row.reached and row.state != REACHING:
            return
        if not found:
            desk.wait(identity, POLL_S)


def affected_items(
    hub: Hub, desk: RecallDesk, identity: str, position: int = 0, at: Whereabouts | None = None
) -> Iterator[Affected]:
    """Every item from ``position`` on, or those that are ``at`` one place; waits for those not reached yet.

    Memory stays flat.
    """
    while True:
        row = desk.read(identity)
        with hub.store.reading() as connection:
            page = affected_page(connection, row, position, PAGE)
        yield from (item for item in page.items if at is None or whereabouts(item) == at)
        if page.next is None:
            return
        position = page.next
        if not page.items:
            desk.wait(identity, POLL_S)


def _truncation(row: RecallRow, question: Question) -> str:
    if not row.truncated:
        return ""
    if row.reached >= question.limit:
        return f"cut at {question.limit} items; ask with a higher limit"
    return f"cut at {question.depth} levels, or at the number of items to begin with"
