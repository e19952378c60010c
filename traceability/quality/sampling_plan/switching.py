"""Which severity the next lot is inspected with: the switching rules of ISO 2859-1:1999, clause 9 (GB/T 2828.1, 9).

::

            2 of 5 or fewer rejected                5 rejected in all
   NORMAL ───────────────────────▶ TIGHTENED ──────────────────────▶ discontinued
     │ ▲ ◀───────────────────────  ▲  │            the supplier's         │
     │ │   5 accepted in a row     │  └──────────  action works  ◀────────┘
     │ │
     │ └── a lot rejected, production irregular, or the authority says so
     ▼
   REDUCED   score 30, production steady, the authority agrees

Only lots at their first submission count. The switching score begins at 0 with normal inspection: a lot accepted adds
3 where it would have been accepted with the AQL one step tighter (acceptance number 2 or more), 2 where the acceptance
number is 0 or 1, 3 where a double plan accepted it on its first sample; anything else sets it to 0.
"""

import msgspec

from traceability.quality.sampling_plan.attributes import Severity, SinglePlan
from traceability.quality.sampling_plan.double import DoublePlan

SCORE_FOR_REDUCED = 30
WINDOW = 5
REJECTED_TO_TIGHTEN = 2
ACCEPTED_TO_RELAX = 5
REJECTED_TO_STOP = 5


class Switching(msgspec.Struct, frozen=True, kw_only=True):
    """What the lots so far have led to; the first lot finds normal inspection.

    ``window`` holds up to four outcomes of the newest lots of this normal inspection, the latest last; ``accepted``
    counts the lots accepted in a row and ``rejected`` all those rejected in this tightened inspection.
    """

    severity: Severity = Severity.NORMAL
    score: int = 0
    window: tuple[bool, ...] = ()
    accepted: int = 0
    rejected: int = 0
    discontinued: bool = False

    @property
    def may_reduce(self) -> bool:
        """Whether the score allows reduced inspection."""
        return self.severity is Severity.NORMAL and self.score >= SCORE_FOR_REDUCED


NORMAL = Switching()
_TIGHTENED = Switching(severity=Severity.TIGHTENED)
_REDUCED = Switching(severity=Severity.REDUCED)


class Judged(msgspec.Struct, frozen=True):
    """A lot at its first submission; ``gain`` is what it adds to the score (0 sets that to 0)."""

    accepted: bool
    gain: int = 0


def score_gain(plan: SinglePlan | DoublePlan, found: int, *, second_sample: bool = False) -> int:
    """What an accepted lot adds to the switching score; 0: the score begins anew. ``found`` nonconforming items."""
    if isinstance(plan, DoublePlan):
        return 3 if not second_sample and found <= plan.first_accept else 0
    if found > plan.accept:
        return 0
    if plan.tighter is None:
        return 2
    return 3 if found <= plan.tighter else 0


def after_lot(state: Switching, lot: Judged, *, reduce: bool = False) -> Switching:
    """What the next lot finds. ``reduce``: production is steady and the authority agrees to reduced inspection."""
    if state.discontinued:
        return state
    if state.severity is Severity.TIGHTENED:
        return _after_tightened(state, lot)
    if state.severity is Severity.REDUCED:
        return state if lot.accepted else NORMAL
    window = (*state.window, lot.accepted)[-WINDOW:]
    if window.count(False) >= REJECTED_TO_TIGHTEN:
        return _TIGHTENED
    score = state.score + lot.gain if lot.accepted and lot.gain else 0
    now = Switching(score=score, window=window[-(WINDOW - 1) :])
    return _REDUCED if reduce and now.may_reduce else now


def to_reduced(state: Switching) -> Switching:
    """The authority agrees to reduced inspection; nothing changes unless the score allows it."""
    return _REDUCED if state.may_reduce else state


def to_normal(state: Switching) -> Switching:
    """Production became irregular, or the authority ends reduced inspection; nothing else is ended so."""
    return NORMAL if state.severity is Severity.REDUCED else state


def resumed(state: Switching) -> Switching:
    """The supplier's action is likely to work: a discontinued inspection goes on, tightened."""
    return _TIGHTENED if state.discontinued else state


def _after_tightened(state: Switching, lot: Judged) -> Switching:
    if lot.accepted:
        accepted = state.accepted + 1
        if accepted == ACCEPTED_TO_RELAX:
            return NORMAL
        return msgspec.structs.replace(state, accepted=accepted)
    rejected = state.rejected + 1
    return msgspec.structs.replace(state, accepted=0, rejected=rejected, discontinued=rejected >= REJECTED_TO_STOP)
