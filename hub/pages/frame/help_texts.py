"""What each figure means: what it is, its formula, and the rule of the notice by which it is read."""

from collections.abc import Mapping

from hub.pages.after_sales.sales_help import AFTER_SALES_HELP
from hub.pages.audit.audit_help import AUDIT_HELP
from hub.pages.costs.cost_help import COST_HELP
from hub.pages.frame.help_text import HelpText
from hub.pages.incoming.incoming_help import INCOMING_HELP
from hub.pages.notifications.mail_help import MAIL_HELP
from hub.pages.plants.planned_help import PLANNED_HELP
from hub.pages.requirements.requirement_help import REQUIREMENT_HELP
from hub.pages.speech import mark

HELP: Mapping[str, HelpText] = {
    "level": HelpText(
        title=mark("Level"),
        text=mark(
            "The lowest of five metrics and three dimensions, over twelve months. Nothing is averaged and no point "
            "makes up for another. What was not measured counts as L0 and is named."
        ),
        formula="Level = min(σ, Cpk, RTY, Fi, Fe, D1, D2, D3)",
        rules=("R7", "R15", "R17"),
    ),
    "comparison-below": HelpText(
        title=mark("Among others"),
        text=mark(
            "From how many percent of the group's plants to how many: in lower bands, or in this band or a lower one. "
            "Bands are those of the notice's Levels, and shares are rounded outward to tens, so that nobody can tell "
            "what another plant has."
        ),
    ),
    "comparison-bands": HelpText(
        title=mark("Plants in a band"),
        text=mark(
            "At least and at most so many plants of the group. The steps depend on how many plants there are and on "
            "how many of them one company has, on nothing else. Sums of groups are sums of these steps."
        ),
    ),
    "fpy": HelpText(
        title=mark("First-pass yield"),
        text=mark("The first valid submission of a unit at an operation decides; retest and rework never improve it."),
        formula="FPY = OK₁ / n₁",
        rules=("R12",),
    ),
    "measured": HelpText(
        title=mark("Measured"),
        text=mark(
            "Computed by the hub from sealed records, in the same way for everybody. Nobody states it and nobody can "
            "correct it but by records."
        ),
    ),
    "declared": HelpText(
        title=mark("Declared"),
        text=mark(
            "Stated by somebody under the account's name, with its source and who answers for it. The hub keeps who "
            "stated what and when; it can't say whether it is true, and never mixes it with what is measured."
        ),
    ),
    "target-status": HelpText(
        title=mark("Where a target stands"),
        text=mark(
            "The figure itself decides between met and missed. It is at risk where its 95 % interval reaches beyond "
            "the target, or a sum is on the way beyond it. What is not fit to be rated can miss a target and can't "
            "meet one."
        ),
        rules=("R18",),
    ),
    "targets-add-up": HelpText(
        title=mark("Whether the parts add up"),
        text=mark(
            "If each part just meets its own target, is the whole met? Yields of operations multiply, losses and costs "
            "are summed, the least capable characteristic speaks for all; means and other shares depend on how much is "
            "made where."
        ),
        formula="RTY = FPY₁ × FPY₂ × …, F = Σ Fᵢ",
    ),
    "strip": HelpText(
        title=mark("The last hour by the minute"),
        text=mark(
            "Every result of the last sixty minutes, retests too: what was OK stands above the line, what was not OK "
            "hangs below it. Results that are simulated, partial, aborted or not decidable are left out."
        ),
    ),
    "response-time": HelpText(
        title=mark("Response time"),
        text=mark(
            "From the moment an alarm was raised, by the agent's clock, to the first answer with cause and action. "
            "Half of the answered alarms took no longer than the median, nine of ten no longer than the 90th "
            "percentile. Alarms that still wait are counted beside it and are in none of the two."
        ),
    ),
    "rty": HelpText(
        title=mark("Rolled throughput yield"),
        text=mark(
            "The product of the first-pass yields of all operations of the route; of several product families the "
            "mean weighted by output. An operation without a submission makes it unrated."
        ),
        formula="RTY = FPY₁ × FPY₂ × … × FPYₖ",
        rules=("R12", "R13", "R14"),
    ),
    "cpk": HelpText(
        title=mark("Process capability index"),
        text=mark(
            "How far the mean is from the nearer limit, in units of three overall standard deviations. It is called "
            "Cpk where the process was stable and Ppk where it was not; it is rated from 100 values on. Of a plant "
            "the worst key characteristic counts."
        ),
        formula="Cpk = min(USL − x̄, x̄ − LSL) / 3s",
        rules=("R8", "R9", "R10", "R11"),
    ),
    "ppm": HelpText(
        title=mark("Nonconforming at final acceptance"),
        text=mark("Units not OK at their first submission to final acceptance, per million submitted."),
        formula="PPM = 10⁶ · (n − OK₁) / n",
        rules=("R4", "R5"),
    ),
    "field-ppm": HelpText(
        title=mark("Returned from the field"),
        text=mark("Units that came back of those shipped in the months of the period, per million shipped."),
        formula="PPM = 10⁶ · returned / shipped",
        rules=("R5",),
    ),
    "loss": HelpText(
        title=mark("Quality loss rate"),
        text=mark(
            "Losses before delivery (internal) and after it (external) over the output value of the year. A rate that "
            "was not entered, or is not shared, is not shown as zero."
        ),
        formula="F = Fi + Fe",
        rules=("R16", "R20", "R21"),
    ),
    "grr": HelpText(
        title=mark("Repeatability and reproducibility (GRR)"),
        text=mark(
            "The spread of the gauge itself: of repeats by one operator, and between operators, by analysis of "
            "variance. Up to 10 % of the tolerance the gauge is good, up to 30 % it is accepted with reserve; above, "
            "or without a study, a capability index is class B. ndc is how many classes of parts the gauge tells apart."
        ),
        formula="GRR = √(EV² + AV²), %Tol = 6 · GRR / T",
        rules=("R10",),
    ),
    "dimension": HelpText(
        title=mark("Level of a dimension"),
        text=mark(
            "Each dimension asks items for L1 to L4. Level k holds when every item up to k is satisfied with evidence "
            "or waived with a reason; one that is open holds the dimension below its level."
        ),
        rules=("R22",),
    ),
    "year-on-year": HelpText(
        title=mark("Loss rate year on year"),
        text=mark(
            "The notice asks that the quality loss rate falls by 10 % each year. Two whole calendar years are "
            "compared, each over its own output value; the year that still runs is shown and not judged."
        ),
        formula="F(y) ≤ 0.9 · F(y − 1)",
        rules=("R21",),
    ),
    "freshness": HelpText(
        title=mark("Freshness"),
        text=mark("When the agents of the plant were last heard of: late after 5 minutes, silent after an hour."),
    ),
    "trust": HelpText(
        title=mark("Trust in the data"),
        text=mark(
            "Sound: every batch stands in its chain and nothing is missing. Incomplete: the plant declared gaps, or "
            "records could not be read. Broken: two histories were signed, a key was used twice, or it was revoked."
        ),
    ),
    "interval": HelpText(
        title=mark("95 % interval"),
        text=mark(
            "Where the true value lies with 95 % confidence. Few values make it wide: two figures whose intervals "
            "overlap may well be equal."
        ),
        rules=("R18",),
    ),
    "control-chart": HelpText(
        title=mark("Control chart"),
        text=mark(
            "Each point is a subgroup of five consecutive first submissions, or a single value. The limits come from "
            "the points shown. A marked point completes a pattern that a stable process shows rarely."
        ),
        formula="x̿ ± 3 · S̄ / (c₄ · √n)",
    ),
    "baseline": HelpText(
        title=mark("Frozen limits"),
        text=mark(
            "Phase I: limits are estimated from a stretch that ran as it should, and frozen with who, when, from which "
            "data and why. Phase II: every later point is judged by them, and nothing is estimated again; after a "
            "change made on purpose new limits are frozen, and the old ones stay on record. A point whose cause is "
            "known may be left out, with the reason; it stays visible, and stays in every figure that is graded."
        ),
    ),
    "config-hash": HelpText(
        title=mark("Version and configuration"),
        text=mark(
            "The version of the program, and the beginning of the hash of the files by which the agent runs, as it "
            "says itself at each question for news. Two agents with the same hash run by the same bytes."
        ),
        formula="SHA-256(agent.toml ‖ control-plan.toml)",
    ),
    "outbox": HelpText(
        title=mark("Outbox"),
        text=mark(
            "Sealed batches that the agent has not yet been able to send, and records not sealed yet. They are safe "
            "on the line PC's disk; many of them mean that the way to the hub is slow or was down. Files of pictures "
            "follow their records by a way of their own and wait for it; they hold nothing else up."
        ),
    ),
    "clock-offset": HelpText(
        title=mark("Clock offset"),
        text=mark(
            "The line PC's clock minus the hub's, as the agent measured it from the hub's answers. From two seconds on "
            "it is worth a look: results are dated by the line PC's clock."
        ),
        formula="t(PC) − t(hub)",
    ),
    "losses-declared": HelpText(
        title=mark("Gaps and losses"),
        text=mark(
            "Entries by which the agent itself declared what could not be kept: cycle numbers that jumped, a full "
            "disk, results that a device could not tell any more. They are records in the log; nothing is lost "
            "silently."
        ),
    ),
    "rollout-health": HelpText(
        title=mark("When an agent is well"),
        text=mark(
            "It reported the message as applied and the hashes of its files as wanted, was heard of within five "
            "minutes, and all of its devices are connected. A stage is done when each of its agents has been so for "
            "as long as was ordered."
        ),
    ),
    "weak-effect": HelpText(
        title=mark("Effect of a weak point"),
        text=mark(
            "Units lost at first pass, found outside limits or failed; percentage points that the rolled yield would "
            "gain without the loss; losses entered for it. Units that differ are never added up to a score."
        ),
        formula="ΔRTY = RTY / FPYₖ − RTY",
    ),
    "effect-check": HelpText(
        title=mark("Check of an improvement"),
        text=mark(
            "The test, its level and the days before and after are chosen before the data are there, and stand from "
            "then on. Each further check is a further look: its p is multiplied by the number of looks. Losses, "
            "products and declared values are compared and not tested."
        ),
    ),
    "tolerance-used": HelpText(
        title=mark("Share of tolerance used"),
        text=mark("Six overall standard deviations over the distance of the limits; above 100 % parts fall outside."),
        formula="6s / (USL − LSL)",
    ),
    "tolerance-needed": HelpText(
        title=mark("Limits that an index needs"),
        text=mark(
            "The limits about the target (or the middle) with which the process as it lies would reach the index, "
            "and the half width if it were centred."
        ),
        formula="3 · Cpk · s + |x̄ − T|",
    ),
    "component-share": HelpText(
        title=mark("Share of units with a failed component"),
        text=mark(
            "Units accepted in the last twelve months for which a claim names the component, of all units of that "
            "part accepted in these months, with the exact 95 % interval."
        ),
    ),
    "pareto": HelpText(
        title=mark("Pareto of defects"),
        text=mark("Results that were not OK, by the defect that the station named; retests count too."),
    ),
    **COST_HELP,
    **MAIL_HELP,
    **REQUIREMENT_HELP,
    **INCOMING_HELP,
    **AUDIT_HELP,
    **PLANNED_HELP,
    **AFTER_SALES_HELP,
}


def help_of(topic: str) -> HelpText:
    """The explanation of a figure."""
    return HELP[topic]
