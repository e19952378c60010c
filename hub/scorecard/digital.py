"""D2 measured: which planned operations and key characteristics have data, and which components have records."""

from collections.abc import Collection, Iterable, Mapping

from hub.scorecard.submissions import Subject
from hub.scorecard.views import CapabilityView
from hub.store.core.database import Reading
from hub.store.master.queries import PlanEntry
from hub.store.rollup.coverage import component_records
from traceability.quality.calendar import Coverage
from traceability.quality.digital_coverage import DigitalCoverage
from traceability.quality.first_pass import FirstPass


def digital_coverage(
    connection: Reading,
    plant: str,
    *,
    plans: Collection[PlanEntry],
    counts: Mapping[Subject, FirstPass],
    capability: Iterable[CapabilityView],
    coverage: Coverage,
    before: int | None,
) -> DigitalCoverage:
    """What the data of a plant's window cover."""
    operations = {(entry.plan.part, operation.id) for entry in plans for operation in entry.plan.operations}
    views = list(capability)
    key = {(view.part.id, view.operation.id) for view in views}
    missing = {(view.part.id, view.operation.id) for view in views if not view.result.n}
    components, known = component_records(connection, plant, before)
    return DigitalCoverage(
        operations=len(operations),
        operations_with_data=len({subject for subject in operations if subject in counts and counts[subject].attempts}),
        key_operations=len(key),
        key_operations_with_data=len(key - missing),
        components=components,
        components_with_records=known,
        days=coverage.share,
    )
