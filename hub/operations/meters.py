"""What this process has done since it began, counted where it happens. Labels are few and known beforehand.

No label names a unit, an author or a plant: what there may be thousands of belongs into pages, not into metrics.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

OTHER = "other"
_QUICK = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_SIZES = (1, 2, 4, 8, 16, 32, 64)


class Meters:
    """One for an application; a ``Watch`` of ingest. Used from its event loop."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._batches = self._counter("batches", "Batches, by what became of them.", "outcome")
        self._records = self._counter("records", "Records of the batches taken.")
        self._quarantined = self._counter("quarantined_records", "Records set aside, with their reason in the receipt.")
        self._ingest = self._histogram("ingest_seconds", "From a batch's last byte to its receipt.", _QUICK)
        self._together = self._histogram("transaction_batches", "Batches written in one transaction.", _SIZES)
        self._writing = self._histogram("transaction_seconds", "Time of a transaction that writes batches.", _QUICK)
        self._requests = self._counter("requests", "Requests answered.", "method", "route", "status")
        self._answering = self._histogram("request_seconds", "Time of an answer.", _QUICK, "route")
        self.waiting_bytes = Gauge(
            "zhuoyue_hub_waiting_bytes", "Bodies of batches held in memory.", registry=self.registry
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"zhuoyue_hub_{name}", text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(f"zhuoyue_hub_{name}", text, labels, buckets=buckets, registry=self.registry)

    def took(self, outcome: str, seconds: float, records: int, quarantined: int) -> None:
        """A batch came to an end."""
        self._batches.labels(outcome).inc()
        self._ingest.observe(seconds)
        self._records.inc(records)
        self._quarantined.inc(quarantined)

    def wrote(self, batches: int, seconds: float) -> None:
        """A transaction ended."""
        self._together.observe(batches)
        self._writing.observe(seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """A request ended; ``route`` is the path as the program wrote it, never as it was asked."""
        self._requests.labels(method, route, str(status)).inc()
        self._answering.labels(route).observe(seconds)
