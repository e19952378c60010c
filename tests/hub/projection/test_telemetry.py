"""Sampled values become rows of their own, one a point, and never results."""

from pathlib import Path

from small_hub import projection_of, small_agent, small_hub

from hub.ingest.ingest import ingest
from hub.projection.rebuild import rebuild
from traceability.measurement import Status
from traceability.record.telemetry import TelemetryRecord, TelemetrySample, TelemetrySeries


def test_one_row_for_each_point_with_its_samples_in_order(tmp_path: Path) -> None:
    hub = small_hub(tmp_path / "hub")
    agent = small_agent(hub)
    hot = (TelemetrySample(after_ms=0, value="25.3"), TelemetrySample(after_ms=1500, status=Status.BAD))
    series = (
        TelemetrySeries(point="temperature", samples=hot, uom="Cel"),
        TelemetrySeries(point="speed", samples=(TelemetrySample(after_ms=20, value="7"),)),
        TelemetrySeries(point="silent", samples=()),
    )
    record = TelemetryRecord(id="t1", device="oven-1", every_ms=500, series=series, **agent.stamp())
    ingest(hub, agent.seal(record), compressed=False)
    rows = projection_of(hub)
    assert rows["quarantine"] == rows["unit_result"] == []
    temperature, speed = rows["telemetry"]
    start = temperature["event_time"]
    assert temperature["samples"] == [[start, "25.3", "Good"], [start + 1_500_000, None, "Bad"]]
    assert (temperature["uom"], temperature["count"], temperature["every_ms"]) == ("Cel", 2, 500)
    assert (temperature["first_at"], temperature["last_at"]) == (start, start + 1_500_000)
    assert (speed["point"], speed["item"], speed["plant"]) == ("speed", 1, "plant-a")
    rebuild(hub)
    assert projection_of(hub) == rows
    hub.store.close()
