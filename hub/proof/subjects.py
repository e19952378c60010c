"""What belongs into the evidence of a lot, of a declaration, and of a single record."""

from collections.abc import Collection

from hub.errors import NotFound
from hub.parts import Hub
from hub.proof.assemble import FIRST_RECORD_LINE, NOTHING
from hub.proof.disclose import assemble_seen, shows
from hub.store.core.database import Reading
from hub.store.ledger.batches import batch_by_id
from hub.store.trace.evidence import Place, places_about, places_moved, places_of_declaration, places_that_took
from traceability.errors import LimitExceeded
from traceability.evidence import DECLARATION, RECORD, Evidence

MOST_RECORDS = 20_000


def lot_evidence(connection: Reading, hub: Hub, lot: str, withhold: Collection[str] = NOTHING) -> Evidence:
    """What was recorded about ``lot`` (canonical identity) itself, and the records that say who took from it."""
    places = (
        places_about(connection, [lot]) | places_that_took(connection, lot) | places_moved(connection, [lot], layers=0)
    )
    _refuse_none(places, f"nobody has sent a record about the lot {lot}")
    return assemble_seen(connection, hub, lot, places, withhold, {lot})


def declaration_evidence(
    connection: Reading, hub: Hub, declaration: str, withhold: Collection[str] = NOTHING
) -> Evidence:
    """Every record of a declaration (an assessment, an output value, a quality loss) by its id."""
    places = places_of_declaration(connection, declaration)
    _refuse_none(places, f"there is no declaration {declaration!r}")
    return assemble_seen(connection, hub, f"{DECLARATION}{declaration}", places, withhold)


def record_evidence(connection: Reading, hub: Hub, log_index: int, line: int) -> Evidence:
    """One record alone, whatever its kind."""
    with hub.store.whole() as whole:
        stored = batch_by_id(whole, log_index)
    there = stored is not None and FIRST_RECORD_LINE <= line < FIRST_RECORD_LINE + stored.records
    if stored is None or not there or not shows(connection, (log_index, line)):
        raise NotFound(f"there is no record at log position {log_index}, line {line}", advice="records begin at line 2")
    subject = f"{RECORD}{stored.hash}:{line - FIRST_RECORD_LINE}"
    return assemble_seen(connection, hub, subject, {(log_index, line)})


def _refuse_none(places: Collection[Place], what: str) -> None:
    if not places:
        raise NotFound(what, advice="check the id")
    if len(places) > MOST_RECORDS:
        raise LimitExceeded(f"the evidence would hold {len(places)} records, at most {MOST_RECORDS} fill one file")
