"""What the sharing routes take, as JSON."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from hub.entry.forms import Form, Key
from traceability.record.sharing import DataKind, Items


class PolicyForm(Form):
    """What ``owner`` lets ``partner`` see of ``part``; the last two "" for every one.

    ``kinds`` [] withholds everything, null takes an earlier policy back. Without ``valid_from`` it holds at once.
    """

    owner: Key
    by: Key
    partner: Annotated[str, Field(max_length=200)] = ""
    part: Annotated[str, Field(max_length=400)] = ""
    kinds: Annotated[list[DataKind], Field(max_length=len(DataKind))] | None
    items: Items = Items.ALL
    valid_from: AwareDatetime | None = None
