"""The words of SQL about what plants state: of which part and lot a judgement on a lot is, and what was reversed.

A statement holds the words of who entered it, and these may name a part otherwise than policies do. What part it is of
counts as told only where it is an identity, or a part of the plant's own control plans; a statement that tells none is
covered by no policy once its owner has policies of single parts.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from hub.settings import HUB_AUTHOR
from traceability.identifier.item import CANONICAL_ROOT

_PARTS, _GTIN = f"{CANONICAL_ROOT}/01/", 14
_STATED_PART = "json_extract(r.body, '$.part')"
_STATED_LOT = "json_extract(r.body, '$.lot')"
_IS_KEY = (
    f"substr({_STATED_PART}, 1, {len(_PARTS)}) = '{_PARTS}' AND length({_STATED_PART}) = {len(_PARTS) + _GTIN}"
    f" AND replace(substr({_STATED_PART}, {len(_PARTS) + 1}), '/', '') = substr({_STATED_PART}, {len(_PARTS) + 1})"
)
_IS_PLANNED = f"EXISTS (SELECT 1 FROM main.control_plan p WHERE p.plant = r.plant AND p.part = {_STATED_PART})"
_IS_TOLD = f"(({_IS_KEY}) OR {_IS_PLANNED})"

LOT_INSPECTIONS = "r.kind = 'lot-inspection'"
"""The rows of ``quality_statement`` that are judgements on lots."""
PART_OF_LOT = f"CASE WHEN {_IS_TOLD} THEN {_STATED_PART} END"
LOT = (  # named in full, or by its number alone
    f"CASE WHEN substr({_STATED_LOT}, 1, {len(_PARTS)}) = '{_PARTS}' THEN {_STATED_LOT}"
    f" WHEN {_IS_TOLD} THEN {_STATED_PART} || '/10/' || {_STATED_LOT} END"
)


def _against_lots(row: str) -> str:
    return (
        f"({row}.target_author = '{HUB_AUTHOR}' AND EXISTS (SELECT 1 FROM temp.quality_statement v"
        f" WHERE v.author = {row}.target_author AND v.kind = 'lot-inspection'"
        f" AND (v.id = {row}.target_record OR (v.chain = {row}.target_chain AND v.seq = {row}.target_seq))))"
    )


# without what was said against it, a judgement that was taken back would count for others and not for its plant
AGAINST_LOTS = (
    f"({_against_lots('r')} OR (r.target_author = '{HUB_AUTHOR}' AND EXISTS (SELECT 1 FROM main.correction c"
    f" WHERE c.author = r.target_author AND (c.record = r.target_record OR (c.chain = r.target_chain"
    f" AND c.seq = r.target_seq)) AND {_against_lots('c')})))"
)
"""Corrections ``r`` of judgements on lots that the asker sees, and what takes such a correction back."""
REVERSALS_OF_LOSSES = (
    "(r.kind = 'loss-reversal' AND EXISTS (SELECT 1 FROM temp.quality_loss v"
    " WHERE v.plant = r.plant AND v.id = json_extract(r.body, '$.reverses')))"
)
"""Rows of ``quality_statement`` by which losses that the asker sees count no more."""
