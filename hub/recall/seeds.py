"""From a question to the items that it begins with."""

from hub.errors import EntryRefused
from hub.recall.question import Question
from hub.store.core.database import Reading
from hub.store.trace.recalls import items_of_part, units_made_by, units_measured_outside, units_that_passed
from hub.trace.known import Known
from traceability.errors import IdentifierRefused
from traceability.identifier.alias import alias_name
from traceability.identifier.item import ItemKind, item_uri, read_identity

MOST_SEEDS = 1_000_000


def seeds_of(connection: Reading, question: Question, known: Known, log_size: int) -> tuple[list[str], bool]:
    """Canonical identities, in order, and whether there were more than ``MOST_SEEDS``."""
    names = {_name(text) for text in question.items}
    for part in question.parts:
        names.update(items_of_part(connection, _part(part), log_size, MOST_SEEDS))
    for passed in question.passed:
        names.update(units_that_passed(connection, passed.wanted(), log_size, MOST_SEEDS))
    for measured in question.measured:
        names.update(units_measured_outside(connection, measured.wanted(), log_size, MOST_SEEDS))
    for made in (*(tool.wanted() for tool in question.tools), *(recipe.wanted() for recipe in question.recipes)):
        names.update(units_made_by(connection, made, log_size, MOST_SEEDS))
    known.naming.learn(names)
    found = sorted({known.naming.canonical_of(name) for name in names})
    return found[:MOST_SEEDS], len(found) >= MOST_SEEDS


def check_names(question: Question) -> None:
    """``EntryRefused`` for the first item or part that names nothing."""
    for text in question.items:
        _name(text)
    for text in question.parts:
        _part(text)


def _name(text: str) -> str:
    try:
        return alias_name(text)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"items: {text[:100]}", advice=error.advice) from None


def _part(text: str) -> str:
    try:
        item = read_identity(text)
    except IdentifierRefused as error:
        raise EntryRefused(error.what, where=f"parts: {text[:100]}", advice=error.advice) from None
    if item.kind is not ItemKind.PART:
        raise EntryRefused(f"is a {item.kind}", where=f"parts: {text[:100]}", advice="name lots and units in items")
    return item_uri(item)
