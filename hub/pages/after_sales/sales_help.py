"""What the figures of after-sales mean."""

from collections.abc import Mapping

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

AFTER_SALES_HELP: Mapping[str, HelpText] = {
    "day": HelpText(
        title=mark("That day's values"),
        text=mark(
            "Every first submission of the same part at the same operation and plant on that day of the plant's clock, "
            "as far as it is shared with you. The line is this unit. A value within its limits that lies far from all "
            "others is worth a look, too."
        ),
    ),
    "recall-certain": HelpText(
        title=mark("Certain"),
        text=mark("Reached through serials alone: this very unit holds, or was made as, what the question names."),
    ),
    "recall-potential": HelpText(
        title=mark("Potential"),
        text=mark(
            "A lot stands between: the unit took from a lot of which some is affected, and nobody recorded which. "
            "It is treated as affected until its maker says otherwise."
        ),
    ),
    "recall-silent": HelpText(
        title=mark("Not shared"),
        text=mark(
            "Affected units of which nobody has sent a result, or shows you none. What lies behind them is not known "
            "here, so the recall may reach farther than it says."
        ),
    ),
    "effect": HelpText(
        title=mark("Effect"),
        text=mark(
            "The share of the units in question that have it, less the share of the others, in percent points; below "
            "it how many times the odds. The list begins with the greatest effects that are not by chance."
        ),
        formula="a / (a + b) − c / (c + d)",
    ),
    "corrected-p": HelpText(
        title=mark("Corrected p"),
        text=mark(
            "The chance to see as much or more if there were nothing, corrected for everything that was tested at once "
            "(exact test of Fisher, one-sided; Holm). Below 5 % a finding counts. It is a place to look, and no proof "
            "of the cause."
        ),
    ),
}
