"""The words of SQL by which a row is somebody's, or is shared with somebody.

All of them speak of one asker, who stands in the temporary tables of ``sharing_views``; ``r`` is the row in question.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from hub.settings import HUB_AUTHOR

MOST_LAYERS = 5
"""How deep packing is followed from an item to what was shipped; as deep as a trace does."""
_MINE = "(SELECT author FROM temp.asker_author)"
_PARTIES = "(SELECT name FROM temp.asker_party)"
_ASKER = "(SELECT organisation FROM temp.asker)"
_BROUGHT_IN = ("epcis_event", "catenax_aspect")
"""Where it stands who brought what the hub sealed for others."""

EVERY_PLANT = "NOT EXISTS (SELECT 1 FROM temp.asker_only)"
"""The asker is somebody of its organisation who is not limited to some of its plants."""
# who works for some plants reads what was answered by these plants or fewer, and not what the others' records say
RECALLS = (
    f"(SELECT a.recall FROM main.recall_asker a WHERE a.organisation = {_ASKER} AND ({EVERY_PLANT}"
    " OR (EXISTS (SELECT 1 FROM main.recall_plant p WHERE p.recall = a.recall)"
    " AND NOT EXISTS (SELECT 1 FROM main.recall_plant p WHERE p.recall = a.recall"
    " AND p.plant NOT IN (SELECT o.plant FROM temp.asker_only o)))))"
)
"""The recalls that are the asker's to read."""


def brought_by(row: str) -> str:
    """The organisation that captured the event, or brought the aspect, of which a row was made; else NULL.

    What the operator captured is the hub's own word, like what is entered.
    """
    ways = ", ".join(
        f"(SELECT e.organisation FROM main.{table} e WHERE e.batch_id = {row}.batch_id AND e.line = {row}.line"
        f" AND e.organisation <> '{HUB_AUTHOR}')"
        for table in _BROUGHT_IN
    )
    return f"CASE WHEN {row}.author = '{HUB_AUTHOR}' THEN COALESCE({ways}) END"


def owner_of(row: str, plant: str | None, party: str | None = None, brought: str | None = None) -> str:
    """The organisation that a row belongs to: its author's; of what the hub sealed, that of who brought it, else that
    of the plant it speaks of.

    Agents do not give rows away, and nobody captures for others: only of the hub's own rows does the plant or party
    named in them count.
    """
    ways = [f"(SELECT o.organisation FROM temp.author_owner o WHERE o.author = {row}.author)"]
    if brought is not None:
        ways.append(brought)
    if plant is not None:
        ways.append(f"(SELECT o.organisation FROM temp.plant_owner o WHERE o.plant = {plant})")
    if party is not None:
        ways.append(f"(SELECT o.organisation FROM temp.plant_owner o WHERE o.plant = {party})")
        ways.append(f"(SELECT o.id FROM temp.known_organisation o WHERE o.id = {party})")
    return ways[0] if len(ways) == 1 else f"COALESCE({', '.join(ways)})"


def names_asker(party: str) -> str:
    """Whether a party of a shipment is the asker: by its id, a plant's, or a location number of its prefix."""
    within = f"substr({party}, 1, length(p.prefix)) = p.prefix"
    return f"({party} IN {_PARTIES} OR EXISTS (SELECT 1 FROM temp.asker_location p WHERE {within}))"


def made_by_asker(item: str) -> str:
    """Whether the asker has records of its own of ``item``: results, what was built into it, or its own shipment."""
    return (
        f"(EXISTS (SELECT 1 FROM main.unit_result u WHERE u.unit = {item} AND u.author IN {_MINE})"
        f" OR EXISTS (SELECT 1 FROM main.link l WHERE l.parent = {item} AND {_said_by_asker('l')})"
        f" OR EXISTS (SELECT 1 FROM main.shipment s WHERE s.shipped = {item} AND ({_said_by_asker('s')}"
        f" OR ({_said_by_hub('s')} AND {names_asker('s.source_party')}))))"
    )


def delivered(item: str, owner: str) -> str:
    """Whether the owner says that it sent ``item`` to the asker, by itself or inside something."""
    whose = owner_of("s", "s.plant", "s.source_party", brought_by("s"))
    return (
        f"EXISTS (WITH RECURSIVE box(name, depth) AS (SELECT {item}, 0 UNION SELECT p.container, depth + 1"
        f" FROM box CROSS JOIN main.packing p ON p.packed = box.name"
        f" WHERE depth < {MOST_LAYERS} AND {_by(owner, 'p', 'p.plant')})"
        f" SELECT 1 FROM box CROSS JOIN main.shipment s ON s.shipped = box.name"
        f" WHERE s.step = 'ship' AND {names_asker('s.party')} AND {whose} = {owner})"
    )


def neighbours(item: str, owner: str) -> str:
    """Whether ``item`` is one step from the asker: it took it in, or the item holds something that the asker made."""
    return (
        f"({taken_in(item)} OR {delivered(item, owner)}"
        f" OR EXISTS (SELECT 1 FROM main.link l WHERE l.parent = {item} AND {_by(owner, 'l', 'l.plant')}"
        f" AND {made_by_asker('l.child')}))"
    )


def taken_in(item: str) -> str:
    """Whether the asker says that it built ``item`` in, or received it."""
    return (
        f"(EXISTS (SELECT 1 FROM main.link l WHERE l.child = {item} AND {_said_by_asker('l')})"
        f" OR EXISTS (SELECT 1 FROM main.shipment s WHERE s.shipped = {item} AND s.step = 'receive'"
        f" AND ({_said_by_asker('s')} OR ({_said_by_hub('s')} AND {names_asker('s.party')}))))"
    )


def part_decided(owner: str, part: str | None, item: str | None) -> str:
    """The part whose policy decides: one that has a policy of its own and fits the row; '' when there is none.

    Nothing that a policy knows fits a row that tells no part, once there are policies of single parts.
    """
    own = f"FROM temp.named_part n WHERE n.owner = {owner}"
    ways = [f"(SELECT n.part {own} AND n.part = {part})"] if part is not None else []
    if item is not None:
        fits = f"(n.part = {item} OR ({item} > n.part || '/' AND {item} < n.part || '0'))"
        ways.append(f"(SELECT MAX(n.part) {own} AND {fits})")
    if not ways:
        return "''"
    told = " AND ".join(f"{word} IS NULL" for word in (part, item) if word is not None)
    ways.append(f"CASE WHEN {told} AND EXISTS (SELECT 1 {own}) THEN '?' ELSE '' END")
    return f"COALESCE({', '.join(ways)})"


def _by(owner: str, row: str, plant: str) -> str:
    return f"({_said_by_hub(row)} OR {owner_of(row, plant, None, brought_by(row))} = {owner})"


def _said_by_asker(row: str) -> str:
    return f"({row}.author IN {_MINE} OR {brought_by(row)} = {_ASKER})"


def _said_by_hub(row: str) -> str:
    return f"({row}.author = '{HUB_AUTHOR}' AND {brought_by(row)} IS NULL)"
