"""What the figures of quality costs mean."""

from collections.abc import Mapping

from hub.pages.frame.help_text import HelpText
from hub.pages.speech import mark

COST_HELP: Mapping[str, HelpText] = {
    "quality-cost": HelpText(
        title=mark("Quality costs"),
        text=mark(
            "What a plant spends to prevent and to find failures, and what failures cost it. Costs count in the period "
            "in which they accrue, in one currency."
        ),
        formula="P + A + Fi + Fe",
        rules=("R16", "R20"),
    ),
    "cost-prevention": HelpText(
        title=mark("Prevention costs"),
        text=mark("Planning, training, development of suppliers, process control and improvement, as entered."),
    ),
    "cost-appraisal": HelpText(
        title=mark("Appraisal costs"),
        text=mark(
            "Inspection, incoming inspection, calibration, laboratory and audits: as entered, or what was counted "
            "times the rate of its day. A month with an entry of an activity takes the entry, never both."
        ),
    ),
    "cost-internal": HelpText(
        title=mark("Internal failures"),
        text=mark(
            "Losses before delivery from the loss ledger, the same entries that the internal loss rate is made from."
        ),
        rules=("R16",),
    ),
    "cost-external": HelpText(
        title=mark("External failures"),
        text=mark(
            "Losses after delivery from the loss ledger, the same entries that the external loss rate is made from."
        ),
        rules=("R16",),
    ),
    "cost-allocation": HelpText(
        title=mark("Named and allocated"),
        text=mark(
            "What an entry names itself is its own. The rest of it goes by what was counted in its month: first "
            "submissions, rework, scrapped units, incoming checks, calibrations, holds or field failures. Cents go to "
            "the largest remainders, so that everything adds up. Where nothing was counted it stays unallocated."
        ),
        formula="cᵢ = C · qᵢ / Σq",
    ),
    "cost-suppliers": HelpText(
        title=mark("Failures of suppliers"),
        text=mark(
            "A failure counts for a supplier where it is traced to its receipts: a defect found after the receipt, or "
            "a claim from the field that names the component, and no other supplier can have brought it. Where several "
            "fit, or none, the cost stays with the plant."
        ),
        formula="cₛ = C · nₛ / n",
    ),
    "cost-entry": HelpText(
        title=mark("Cost entries"),
        text=mark(
            "Prevention and appraisal; failures are entered as losses, and counted there alone. Leave empty what you "
            "do not know: it is allocated, or stays visible as unallocated."
        ),
    ),
    "cost-benefit": HelpText(
        title=mark("What an action saved"),
        text=mark(
            "The costs of the cause per unit or month, before less after. The interval follows from how much the "
            "monthly costs scatter (Welch); it is not told from fewer than three months on a side."
        ),
        formula="s = C₁ / n₁ − C₂ / n₂",
        rules=("R18",),
    ),
}
