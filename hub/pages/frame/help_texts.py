"""What each figure means: what it is, its formula, and the rule of the notice by which it is read."""

from collections.abc import Mapping

import msgspec

from hub.pages.speech import mark


class HelpText(msgspec.Struct, frozen=True, kw_only=True):
    """``formula`` is the same in every language; ``rules`` are numbers of the rules of grading."""

    title: str
    text: str
    formula: str = ""
    rules: tuple[str, ...] = ()


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
    "fpy": HelpText(
        title=mark("First-pass yield"),
        text=mark("The first valid submission of a unit at an operation decides; retest and rework never improve it."),
        formula="FPY = OK₁ / n₁",
        rules=("R12",),
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
    "pareto": HelpText(
        title=mark("Pareto of defects"),
        text=mark("Results that were not OK, by the defect that the station named; retests count too."),
    ),
}


def help_of(topic: str) -> HelpText:
    """The explanation of a figure."""
    return HELP[topic]
