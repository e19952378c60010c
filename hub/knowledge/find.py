"""Cases found again: every word must stand somewhere in a case, in any of its texts."""

from collections.abc import Mapping

import msgspec

from hub.errors import NotFound
from hub.knowledge.views import CaseList, CaseView
from hub.master.build import canonical_part
from hub.projection.improvement import folded
from hub.store.core.database import Reading
from hub.store.quality.knowledge import KnowledgeWanted, StoredKnowledge, knowledge_like, stored_knowledge
from hub.store.sharing.queries import owners_of_plants

MOST_WORDS = 20


def words_of(text: str) -> tuple[str, ...]:
    """The words of a question, as cases are folded; a text without spaces, as in Chinese, is one piece."""
    return tuple(dict.fromkeys(folded(text).split()))[:MOST_WORDS]


def cases(
    connection: Reading,
    wanted: KnowledgeWanted,
    organisation: str,
    *,
    best: bool = False,
    offset: int = 0,
    limit: int = 50,
) -> CaseList:
    """Best cases first, then those in which the words stand most often, then the latest.

    ``organisation`` asks ("" for the operator): it is told with whom its own cases are shared.
    """
    owners = owners_of_plants(connection)
    wanted = msgspec.structs.replace(wanted, part="", parts=spellings(wanted.part))
    found = [one for one in knowledge_like(connection, wanted) if one.record.content.best_case or not best]
    ranked = sorted(found, key=lambda one: (not one.record.content.best_case, -_matched(one, wanted)))
    shown = ranked[offset : offset + limit]
    return CaseList(
        total=len(ranked),
        cases=tuple(
            msgspec.structs.replace(_view(one, owners, organisation), matched=_matched(one, wanted)) for one in shown
        ),
    )


def case(connection: Reading, identity: str, organisation: str) -> CaseView:
    """One case as it is now, withdrawn or not; ``NotFound``."""
    stored = stored_knowledge(connection, identity)
    if stored is None:
        raise NotFound(f"there is no case {identity[:100]!r}", advice="GET /api/v1/knowledge finds them")
    return _view(stored, owners_of_plants(connection), organisation)


def spellings(part: str) -> tuple[str, ...]:
    """How a part may stand in a case: as it is asked for, as its identity, and as the GTIN alone; none of "".

    Cases hold the words that were signed; parts were not always written as identities.
    """
    identity = canonical_part(part) if part else None
    gtin = (identity or "").rpartition("/01/")[2] if identity and "/01/" in identity else ""
    return tuple(dict.fromkeys(one for one in (part, identity, gtin, gtin.removeprefix("0")) if one))


def _matched(one: StoredKnowledge, wanted: KnowledgeWanted) -> int:
    return sum(one.words.count(word) for word in wanted.words)


def _view(one: StoredKnowledge, owners: Mapping[str, str], organisation: str) -> CaseView:
    record = one.record
    owner = owners.get(record.content.plant, "")
    own = organisation in ("", owner)
    return CaseView(
        id=record.id,
        organisation=owner,
        content=record.content,
        shared_with=record.shared_with if own else (),
        entered_by=record.entered_by if own else "",
        entered_at=record.event_time,
        withdrawn=record.withdrawn,
        own=own,
        log_index=one.batch_id,
        line=one.line,
    )
