"""What the operator reads is noted too: the operator sees everything, and each owner may know when it looked.

The operator's readings pass no views, so no rows are counted. Each question is noted in two ways: for everybody the
kind of question alone (the address without what was asked about), because anything of theirs may have been in the
answer; and for whoever has records of the item or plant that the address names, the address itself.
"""

from collections.abc import Iterable, Mapping

import msgspec

from hub.store.account.audit import EVERYBODY, StoredRead
from hub.store.core.database import Reading
from hub.store.sharing.queries import organisations_known, owners_of_authors, owners_of_items, owners_of_plants
from traceability.errors import IdentifierRefused
from traceability.identifier.item import item_uri, lot_uri, read_identity, unit_uri

QUESTIONS = "questions"
_PATHS = {"serial": unit_uri, "lot": lot_uri}


class OperatorRead(msgspec.Struct, frozen=True, kw_only=True):
    """One question of the operator; ``route`` is the address without its values. ``at`` in microseconds."""

    at: int
    token: str
    asked: str
    route: str
    named: Mapping[str, str]
    """What stands in the address."""


def operator_notes(connection: Reading, reads: Iterable[OperatorRead]) -> list[StoredRead]:
    """The entries of ``reads``; none where all records are of one organisation, which then is the operator's own."""
    if len(organisations_known(connection)) < 2:
        return []
    plants = owners_of_plants(connection)
    authors = owners_of_authors(connection, plants)
    found: dict[tuple[str, str, str], StoredRead] = {}
    for read in reads:
        item = _item(read.named)
        owners = set() if item is None else owners_of_items(connection, [item], authors, plants)
        if read.named.get("plant") in plants:
            owners.add(plants[read.named["plant"]])
        _add(found, read, EVERYBODY, read.route, ())
        for owner in sorted(owners):
            _add(found, read, owner, read.asked, () if item is None else (item,))
    return list(found.values())


def _add(
    found: dict[tuple[str, str, str], StoredRead], read: OperatorRead, owner: str, asked: str, items: tuple[str, ...]
) -> None:
    """Questions that are alike and are written together become one entry that counts them."""
    before = found.get((owner, asked, read.token))
    found[owner, asked, read.token] = StoredRead(
        at=read.at if before is None else before.at,
        owner=owner,
        asker="",
        token=read.token,
        asked=asked,
        kinds={QUESTIONS: 1 + (0 if before is None else before.kinds[QUESTIONS])},
        version="",
        items=list(items),
    )


def _item(named: Mapping[str, str]) -> str | None:
    try:
        for name, uri in _PATHS.items():
            if name in named and "gtin" in named:
                return uri(named["gtin"], named[name])
        return item_uri(read_identity(named["item"])) if "item" in named else None
    except IdentifierRefused:
        return None
