"""What the unit page, the lot page and the trace answers show."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from hub.named import Named
from hub.picture.views import PictureFileView
from hub.planned.finding import AgainstPlan
from hub.store.master.defect_codes import Defect
from hub.trace.doubt_views import CorrectionView, DisputeView, MissingView
from hub.trace.line_views import CodesView, HoldView, RefusalView
from hub.trace.pointer import Pointer, SymbolView
from traceability.identifier.item import ItemKind
from traceability.measurement import Status
from traceability.unit import Flag, Purpose, Verdict


class LimitState(StrEnum):
    """Where a value lies; a value on a limit is within it."""

    WITHIN = "within"
    BELOW = "below"
    ABOVE = "above"
    NO_LIMITS = "no-limits"
    NO_VALUE = "no-value"
    OTHER_UOM = "other-uom"
    """Measured in another unit of measure than the limits: not compared."""


class MeasurementView(msgspec.Struct, frozen=True, kw_only=True):
    """One value on the limits of the control plan it was measured under; all figures in ``uom``, exact."""

    characteristic: str
    name: str
    value: Decimal | None
    uom: str
    status: Status
    state: LimitState
    lsl: Decimal | None = None
    target: Decimal | None = None
    usl: Decimal | None = None
    key: bool = False
    raw: str | None = None
    """The device's own value, where keeping the resolution rounded it."""
    pointer: Pointer


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """A picture by the hash of its file; ``file`` says where that is."""

    sha256: str
    size: int
    position: str
    symbols: tuple[SymbolView, ...]
    reason: str | None = None
    file: PictureFileView
    pointer: Pointer


class ResultView(msgspec.Struct, frozen=True, kw_only=True):
    """One pass through one operation."""

    result_id: str
    operation: Named
    verdict: Verdict
    flags: tuple[Flag, ...]
    purpose: Purpose
    attempt: int
    event_time: datetime
    source_time: datetime | None
    record_time: datetime
    work_cell: str
    defect: str | None
    author: str
    plant: Named | None
    organisation: Named | None
    plan: str | None
    measurements: tuple[MeasurementView, ...]
    pictures: tuple[PictureView, ...]
    disputed: bool
    """Another content was recorded under the same id by the same author; both are shown."""
    pointer: Pointer
    erroneous: bool = False
    """Declared wrong by somebody who may: shown, and counted no more."""
    corrections: tuple[CorrectionView, ...] = ()
    """What was said against the result, in the order of the log."""
    recipe: str | None = None
    recipe_version: str | None = None
    tools: tuple[str, ...] = ()
    """Tools, nests, cavities and programs, as the plant names them."""
    operator: str | None = None
    """A pseudonymous id."""
    defect_named: Defect | None = None
    """What master data of the day call the defect."""


class GraphNode(msgspec.Struct, frozen=True, kw_only=True):
    """A unit or lot. ``depth`` 0 is the start, below zero what went in, above zero where it went."""

    item: str
    kind: ItemKind
    label: str
    """Serial or lot number."""
    part: Named
    organisation: Named | None
    plant: Named | None
    verdict: Verdict | None
    """Of its latest result with a valid verdict."""
    depth: int
    disputed: bool
    has_records: bool
    """False: nobody has sent a result of this item."""
    url: str
    names: tuple[str, ...] = ()
    """Its other names, by aliases."""
    missing: bool = False
    """A unit that was built in, and of which nobody has sent a record."""


class GraphLink(msgspec.Struct, frozen=True, kw_only=True):
    """``child`` is in ``parent``; not certain when the child is a lot."""

    parent: str
    child: str
    certain: bool
    position: str | None
    quantity: str | None
    uom: str | None
    operation: str | None
    event_time: datetime
    author: str
    valid_from: datetime | None = None
    """Since when the child has been there without a break."""
    valid_to: datetime | None = None
    """When it was taken out, if that is later than the time asked about."""
    pointer: Pointer


class SealedView(msgspec.Struct, frozen=True, kw_only=True):
    """A record that is withheld from whoever asks: that it is there may be known, and by ``leaf`` it can be proved.

    ``leaf`` is the hash of the salted record, as an evidence file shows it (base64).
    """

    item: str
    kind: str
    leaf: str
    pointer: Pointer


class GraphView(msgspec.Struct, frozen=True, kw_only=True):
    """Genealogy around ``start``; nodes sorted by depth, then part and label. ``truncated``: there is more."""

    start: str
    nodes: tuple[GraphNode, ...]
    links: tuple[GraphLink, ...]
    truncated: bool
    disputes: tuple[DisputeView, ...] = ()
    missing: tuple[MissingView, ...] = ()
    asked: str | None = None
    """The name that was asked for, where it is another one than ``start``."""
    as_of: datetime | None = None
    """What had happened by then; None: by now."""
    log_size: int | None = None
    """What the hub knew when its log held so many batches; None: now."""
    sealed: tuple[SealedView, ...] = ()
    """Records about these items that are withheld from the asker; at most the first few hundred."""
    results: dict[str, tuple[ResultView, ...]] = {}
    """The results of each node that has any, in time order, if they were asked for."""


class EvidenceSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What was checked when the page was made: every record of the unit and of everything below it."""

    ok: bool
    records: int
    batches: int
    authors: int
    problems: tuple[str, ...]
    """Empty when all was proved; each says what and where."""
    log_size: int
    checkpoint_time: datetime | None
    """When the hub stored the last batch that the checkpoint covers."""
    truncated: bool = False
    """The genealogy is larger than one evidence file takes."""
    url: str
    """Where the evidence file is downloaded."""


class UnitView(msgspec.Struct, frozen=True, kw_only=True):
    """One unit. ``results`` in time order; ``plant`` and ``organisation`` made it."""

    item: str
    gtin: str
    serial: str
    part: Named
    organisation: Named | None
    plant: Named | None
    time_zone: str
    """Of the plant; UTC when it is unknown."""
    verdict: Verdict | None
    first_time: datetime | None
    last_time: datetime | None
    results: tuple[ResultView, ...]
    disputed_results: tuple[str, ...]
    graph: GraphView
    evidence: EvidenceSummary | None
    """None when it was not asked for."""
    codes: tuple[CodesView, ...] = ()
    """What code readers read of it."""
    holds: tuple[HoldView, ...] = ()
    """On the unit and on the lots that went into it, latest first."""
    refusals: tuple[RefusalView, ...] = ()
    """Where the interlock did not clear it."""
    against_plan: AgainstPlan | None = None
    """As built beside what master data planned; None of what is no unit."""


class LotUse(msgspec.Struct, frozen=True, kw_only=True):
    """A unit (or lot) that took from the lot directly."""

    item: str
    label: str
    part: Named
    plant: Named | None
    organisation: Named | None
    verdict: Verdict | None
    position: str | None
    quantity: str | None
    uom: str | None
    operation: str | None
    event_time: datetime
    url: str


class LotView(msgspec.Struct, frozen=True, kw_only=True):
    """One lot and where it went; ``uses`` holds at most a page, ``used_by`` counts all."""

    item: str
    gtin: str
    lot: str
    part: Named
    used_by: int
    uses: tuple[LotUse, ...]
    graph: GraphView
