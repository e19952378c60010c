"""Records of what was learnt: a cause and the action that worked against it, to be found again."""

from typing import Annotated

import msgspec

from traceability.record.base import Id, Record, Text

Said = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Named = Annotated[str, msgspec.Meta(max_length=400)]
EVERYBODY = "*"
"""In place of an organisation: whoever has an account or a token at this hub."""


class KnowledgeContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A case; ``improvement`` is the one it was learnt in, "" where it was entered by hand.

    ``number`` is what the plant itself calls it, once at a plant; "" where it calls it by its id alone.

    What it is about (part, characteristic, defect, operation, machine type) is how it is found again.
    """

    plant: Id
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    problem: Text = ""
    cause: Said
    action: Said
    result: Text = ""
    """What it brought, with figures and the test."""
    part: Named = ""
    characteristic: Named = ""
    defect: Named = ""
    operation: Named = ""
    machine_type: Named = ""
    evidence: Annotated[tuple[Said, ...], msgspec.Meta(min_length=1, max_length=20)]
    improvement: Annotated[str, msgspec.Meta(max_length=200)] = ""
    best_case: bool = False
    """Named a best case by whoever entered it."""
    number: Annotated[str, msgspec.Meta(max_length=200)] = ""


class KnowledgeRecord(Record, frozen=True, kw_only=True, tag="knowledge"):
    """A case as it is from now on; the record's id is the case's, and a later record of it takes the earlier's place.

    ``shared_with`` are organisations that may read it beside its owner, ``EVERYBODY`` for all of the hub.
    """

    content: KnowledgeContent
    shared_with: Annotated[tuple[Id, ...], msgspec.Meta(max_length=200)] = ()
    withdrawn: bool = False
    entered_by: Id
