"""What the routes of an organisation's targets take."""

from hub.entry.forms import Key
from hub.target.forms import StatedWords


class OrganisationTargetForm(StatedWords):
    """A metric over all plants, what it should come to, by somebody."""

    entered_by: Key
