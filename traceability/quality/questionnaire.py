"""The items that dimensions D1 to D3 are assessed by (notice, section 16 and annex), and the answers to them.

An answer counts when it is linked to evidence (a record, a document), or waived with a reason: statements alone do not
(rule R22). The wording is this product's own, after the notice's description of each level.
"""

from enum import StrEnum

import msgspec

from traceability.quality.level import Level

VERSION = "2026-1"


class Dimension(StrEnum):
    """The qualitative dimensions; the fourth, performance, is the five metrics."""

    SYSTEM = "D1"
    """质量管理体系有效性, effectiveness of the quality management system."""
    DIGITAL = "D2"
    """质量管理数字化, digital quality management."""
    SUSTAINED_SUCCESS = "D3"
    """持续成功的能力, ability for sustained success."""


class Area(StrEnum):
    """What part of a dimension an item asks about."""

    SYSTEM = "system"
    DESIGN = "design"
    PRODUCTION = "production"
    ASSURANCE = "assurance"
    SUPPLY_CHAIN = "supply-chain"
    STRATEGY = "strategy"
    CULTURE = "culture"
    INNOVATION = "innovation"


class Item(msgspec.Struct, frozen=True):
    """One thing to be shown at one level, in both languages; ids never change their meaning."""

    id: str
    dimension: Dimension
    area: Area
    level: Level
    zh: str
    en: str


class Stance(StrEnum):
    """What a plant says about an item."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not-satisfied"
    WAIVED = "waived"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one item; ``evidence`` links records or documents, ``reason`` explains a waiver."""

    item: str
    stance: Stance
    evidence: tuple[str, ...] = ()
    reason: str = ""


def counts(answer: Answer) -> bool:
    """Whether an answer satisfies its item: evidence is linked, or a waiver gives its reason."""
    if answer.stance is Stance.WAIVED:
        return bool(answer.reason.strip())
    return answer.stance is Stance.SATISFIED and any(link.strip() for link in answer.evidence)
