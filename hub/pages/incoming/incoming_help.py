"""What the figures of incoming inspection mean."""

from collections.abc import Mapping

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

INCOMING_HELP: Mapping[str, HelpText] = {
    "sampling-plan": HelpText(
        title=mark("The plan that applies"),
        text=mark(
            "Lot size and level give the code letter, the letter and the AQL the sample and the acceptance number "
            "(ISO 2859-1, GB/T 2828.1; measured values ISO 3951, GB/T 6378). How severely follows from earlier lots: "
            "two of five rejected tighten, five accepted in a row relax again, five rejected in tightened inspection "
            "stop it. A switching score of 30 allows reduced inspection, where that is agreed."
        ),
        formula="n, Ac = plan(letter(N, level), AQL, severity)",
    ),
    "incoming-ppm": HelpText(
        title=mark("Nonconforming per million, incoming"),
        text=mark(
            "Nonconforming items among those inspected at the first submission of each lot, a million; with the exact "
            "95 % interval (Clopper–Pearson)."
        ),
        formula="ppm = d / n · 10⁶",
        rules=("R18",),
    ),
    "escape": HelpText(
        title=mark("Escape"),
        text=mark(
            "Something that passed the receipt and turned out defective later. Its genealogy is followed back to the "
            "receipts. With one fitting receipt it is certain, with several it is possible for each, and nobody is "
            "blamed by a guess."
        ),
    ),
}
