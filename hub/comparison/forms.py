"""What the comparison routes take, as JSON."""

from typing import Annotated

from pydantic import Field

from hub.entry.forms import Form, Key


class ConsentForm(Form):
    """Whether plants of ``organisation`` are counted in releases from now on."""

    organisation: Key
    given: bool
    by: Key


class ReleaseForm(Form):
    """Release a year, once; ``dry_run`` says what it would be."""

    year: Annotated[int, Field(ge=2000, le=9000)]
    by: Key
    dry_run: bool = True
