"""``/log/proof``: inclusion and consistency proofs (RFC 9162 sections 2.1.3 and 2.1.4), for who has no tiles.

A proof between two sizes never changes, so answers may be cached for ever.
"""

from collections.abc import Sequence
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response

from hub.api.access import UsesHub
from hub.api.answer import JSON_TYPE, documented
from hub.errors import NotFound
from hub.ledger.append import log_leaf
from hub.store.core.database import Reading
from hub.store.ledger.batches import batch_by_id, log_size
from hub.store.ledger.log_nodes import node_source
from traceability.encoding import to_base64
from traceability.merkle import consistency_path, inclusion_path, root

router = APIRouter(tags=["log"])
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
Size = Annotated[int, Query(ge=1, le=2**53 - 1)]


class InclusionProof(msgspec.Struct, frozen=True, kw_only=True):
    """Entry ``index`` (its header hash and leaf hash) in the log of ``size`` leaves; hashes are base64."""

    index: int
    size: int
    entry: str
    leaf: str
    root: str
    path: Sequence[str]


class ConsistencyProof(msgspec.Struct, frozen=True, kw_only=True):
    """The log of ``new`` leaves begins with the log of ``old`` leaves; hashes are base64."""

    old: int
    new: int
    old_root: str
    new_root: str
    path: Sequence[str]


@router.get("/log/proof/inclusion", response_class=Response, responses=documented(InclusionProof))
def get_inclusion(index: Annotated[int, Query(ge=0, le=2**53 - 1)], size: Size, hub: UsesHub) -> Response:
    """The proof that entry ``index`` stands in the log as it was at ``size`` leaves."""
    with hub.store.reading() as connection:
        _refuse_beyond(connection, size, index + 1)
        stored = batch_by_id(connection, index)
        assert stored is not None
        node = node_source(connection)
        proof = InclusionProof(
            index=index,
            size=size,
            entry=stored.hash,
            leaf=to_base64(log_leaf(stored.hash)),
            root=to_base64(root(size, node)),
            path=[to_base64(digest) for digest in inclusion_path(index, size, node)],
        )
    return _answer(proof)


@router.get("/log/proof/consistency", response_class=Response, responses=documented(ConsistencyProof))
def get_consistency(old: Size, new: Size, hub: UsesHub) -> Response:
    """The proof that the log at ``new`` leaves begins with the log at ``old`` leaves."""
    with hub.store.reading() as connection:
        _refuse_beyond(connection, new, old)
        node = node_source(connection)
        proof = ConsistencyProof(
            old=old,
            new=new,
            old_root=to_base64(root(old, node)),
            new_root=to_base64(root(new, node)),
            path=[to_base64(digest) for digest in consistency_path(old, new, node)],
        )
    return _answer(proof)


def _refuse_beyond(connection: Reading, size: int, least: int) -> None:
    now = log_size(connection)
    if not least <= size <= now:
        raise NotFound(
            f"the log has {now} leaves; {size} was asked for, {least} is the least",
            advice="fetch /log/checkpoint for the size of the log",
        )


def _answer(proof: object) -> Response:
    return Response(msgspec.json.encode(proof), media_type=JSON_TYPE, headers=_FOR_EVER)
