"""What the verdicts of requirements mean."""

from collections.abc import Mapping

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

REQUIREMENT_HELP: Mapping[str, HelpText] = {
    "fulfilment": HelpText(
        title=mark("Fulfilment"),
        text=mark(
            "Each indicator over its own period, by what the supplier shares with the customer. The point value "
            "decides; the interval beside it says how sure that is. What is not shared, or not enough, can't be told "
            "and is never guessed. The worst indicator decides for the whole."
        ),
        rules=("R18",),
    ),
}
