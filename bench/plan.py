"""The plan for 100,000 agents and a billion units a year, reckoned from what was measured.

    python bench/plan.py

Prints the table of ``docs/en/operations.md``; ``tests/docs/test_plan.py`` holds the guides to it. What was measured
stands in ``Measured``, with the bench that says it; measure anew, change it there, and the rest follows.
"""

import math
from dataclasses import dataclass

SECONDS, HOURS = 365 * 24 * 3600, 365 * 24
KILO, TERA = 1e3, 1e12


@dataclass(frozen=True)
class Measured:
    """Bytes and milliseconds; on PostgreSQL, ten values a result.

    Of ``hub_sparse.py`` (1, 2 and 6 results a batch, 64 batches together) and ``hub_postgres.py`` (200 a batch): what a
    batch takes whatever is in it, and what each result adds. A link is a row of one and its indexes, five to a record.
    """

    sent_batch: float = 900
    sent_result: float = 108
    ledger_batch: float = 2_400  # header, receipt, nodes of the log, their indexes
    ledger_result: float = 115
    values_batch: float = 1_400  # ten characteristics, a row each
    values_result: float = 25
    rows_result: float = 810  # the result and its record of measurements, with indexes
    station_hour: float = 2_300  # ten characteristics' roll-ups of 200 bytes, days and months too, and counts of passes
    link: float = 380
    batch_ms: float = 6.5
    result_ms: float = 0.2


@dataclass(frozen=True)
class Chain:
    """What is planned for; a station is an agent."""

    agents: int = 100_000
    units: float = 1e9
    operations: int = 5
    components: int = 4
    peak: float = 5

    @property
    def results(self) -> float:
        """A year."""
        return self.units * self.operations


@dataclass(frozen=True)
class Plan:
    """What a supply chain needs when its agents seal what is ``age`` seconds old."""

    age: float
    chain: Chain = Chain()
    measured: Measured = Measured()

    @property
    def in_a_batch(self) -> float:
        """Results, on average: a batch has at least one."""
        return max(1.0, self.chain.results / SECONDS / self.chain.agents * self.age)

    @property
    def batches(self) -> float:
        """A year."""
        return self.chain.results / self.in_a_batch

    @property
    def batches_at_peak(self) -> float:
        """A second, when so many results come as at the peak."""
        return min(self.chain.agents / self.age, self.chain.peak * self.chain.results / SECONDS)

    @property
    def cores_at_peak(self) -> float:
        """Of the hub and its server together."""
        results = self.chain.peak * self.chain.results / SECONDS
        return (self.batches_at_peak * self.measured.batch_ms + results * self.measured.result_ms) / KILO

    @property
    def network(self) -> float:
        """Bytes a second that come in, on average."""
        each = self.measured
        return (self.batches * each.sent_batch + self.chain.results * each.sent_result) / SECONDS

    @property
    def ledger(self) -> float:
        """Bytes a year, as of everything below; these on the first server, all others on the nodes."""
        return self.batches * self.measured.ledger_batch + self.chain.results * self.measured.ledger_result

    @property
    def rows(self) -> float:
        return self.chain.results * self.measured.rows_result

    @property
    def values(self) -> float:
        return self.batches * self.measured.values_batch + self.chain.results * self.measured.values_result

    @property
    def rollups(self) -> float:
        """When every station makes something in every hour."""
        return self.chain.agents * HOURS * self.measured.station_hour

    @property
    def links(self) -> float:
        """By parent and by child."""
        return 2 * self.chain.units * self.chain.components * self.measured.link

    @property
    def on_nodes(self) -> float:
        return self.rows + self.values + self.rollups + self.links

    def nodes(self, years: float = 2, size: float = 4 * TERA, filled: float = 0.75) -> int:
        """How many hold everything."""
        return math.ceil(years * self.on_nodes / (size * filled))


PLANS = (Plan(300), Plan(3_600), Plan(8 * 3_600))


def short(value: float) -> str:
    """Two digits that count."""
    digits = max(0, 1 - math.floor(math.log10(value)))
    return f"{round(value, 1 - math.floor(math.log10(value))):,.{digits}f}"


def cells() -> list[tuple[str, tuple[str, ...]]]:
    """What each row is about, and its figures for each of the plans."""
    rows = (
        ("results in a batch, on average", lambda plan: short(plan.in_a_batch)),
        ("batches a second, at the peak", lambda plan: short(plan.batches_at_peak)),
        ("cores at the peak, hub and server", lambda plan: short(plan.cores_at_peak)),
        ("network in, on average", lambda plan: f"{short(plan.network / KILO)} kB/s"),
        ("ledger and log a year", lambda plan: f"{short(plan.ledger / TERA)} TB"),
        ("results and records of measurements a year", lambda plan: f"{short(plan.rows / TERA)} TB"),
        ("values a year", lambda plan: f"{short(plan.values / TERA)} TB"),
        ("roll-ups a year", lambda plan: f"{short(plan.rollups / TERA)} TB"),
        ("links a year, twice", lambda plan: f"{short(plan.links / TERA)} TB"),
        ("all that lies on the nodes, a year", lambda plan: f"{short(plan.on_nodes / TERA)} TB"),
        ("nodes of 4 TB, three quarters full after two years", lambda plan: str(plan.nodes())),
    )
    return [(what, tuple(figure(plan) for plan in PLANS)) for what, figure in rows]


def main() -> None:
    """Print it."""
    print("| | every 5 minutes | every hour | every 8 hours |\n|---|---|---|---|")
    for what, figures in cells():
        print(f"| {what} | {' | '.join(figures)} |")


if __name__ == "__main__":
    main()
