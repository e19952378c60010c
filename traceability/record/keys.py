"""Records of authors' keys: how a key was proved, and from which log position on one counts no more."""

from enum import StrEnum
from typing import Annotated

import msgspec

from traceability.record.base import Id, Record, Text

Proof = Annotated[str, msgspec.Meta(max_length=8000)]


class KeyOrigin(StrEnum):
    """Why an author has a new key."""

    ENROLLED = "enrolled"
    REPLACED = "replaced"
    ROTATED = "rotated"


class KeyProofRecord(Record, frozen=True, kw_only=True, tag="key-proof"):
    """How the key of the ``author-key`` record in the same batch came to be; the record's id is the author's.

    ``proof`` is the envelope in which the author signed with the new key, inside the one signed by what allowed it:
    the one-time token ``token`` (its key id) or, when it was rotated, the key before. ``line`` is what the token was
    made for.
    """

    origin: KeyOrigin
    proof: Proof
    token: Id | None = None
    line: Text | None = None


class AuthorKeyRevokedRecord(Record, frozen=True, kw_only=True, tag="author-key-revoked"):
    """From this log position on no key of the author counts, until a new one is entered.

    The record's id is the author's. What stands in the log before stays verified by the key it had there. ``by`` is a
    pseudonymous id.
    """

    reason: Text
    by: Id
