"""What the figures about plan and product, and those over all plants, mean."""

from collections.abc import Mapping

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

PLANNED_HELP: Mapping[str, HelpText] = {
    "targets-over-plants": HelpText(
        title=mark("Targets over all plants"),
        text=mark(
            "Sums of money are added up over plants; rates and shares are weighted by what they are counted over, "
            "means by their values. Of a rolled yield and of a capability the lowest plant speaks for all. While "
            "nothing can be told of a plant, the target can be missed and can't be met."
        ),
    ),
    "as-built": HelpText(
        title=mark("As built against as planned"),
        text=mark(
            "Each component by the bill of material of the day on which it was built in; what is missing and how "
            "much there should be by that of the last one's day. Certain is only what follows from records of this "
            "very unit: of a lot nobody knows whether it went into it. Recipes and tools are told where the plant's "
            "master data list any."
        ),
    ),
}
