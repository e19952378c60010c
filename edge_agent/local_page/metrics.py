"""The status as Prometheus metrics, from a registry of their own."""

from collections import Counter
from collections.abc import Iterable, Iterator

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily, Metric
from prometheus_client.registry import Collector

from edge_agent.alarm.facts import Alarm
from edge_agent.line_state import LineState
from edge_agent.outbox.picture_queue import PictureCounts
from edge_agent.status import InterlockStatus, OperationStatus, Status

CONTENT_TYPE = CONTENT_TYPE_LATEST
_UPLINK_STATES = ("starting", "online", "down", "refused")


def metrics_text(status: Status) -> bytes:
    """The metrics in the text format of Prometheus."""
    registry = CollectorRegistry()
    registry.register(_StatusCollector(status))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _StatusCollector(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterable[Metric]:
        """One metric after another."""
        yield from _outbox(self._status)
        yield from _space(self._status)
        yield from _pictures(self._status.pictures)
        yield from _yields(self._status.operations)
        yield _interlocks(self._status.interlocks)
        yield _alarms(self._status.alarms)
        if self._status.line is not None:
            yield from _line(self._status, self._status.line)


def _outbox(status: Status) -> Iterator[Metric]:
    yield GaugeMetricFamily("zhuoyue_outbox_unsealed_records", "Records not in a batch yet.", status.unsealed_records)
    yield GaugeMetricFamily("zhuoyue_outbox_unsent_batches", "Batches without a receipt.", status.unsent_batches)
    yield GaugeMetricFamily("zhuoyue_outbox_kept_batches", "Batches kept after their receipt.", status.kept_batches)
    yield CounterMetricFamily("zhuoyue_records", "Records made in this chain.", status.next_record - 1)
    if status.last_receipt is not None:
        yield GaugeMetricFamily(
            "zhuoyue_last_receipt_timestamp_seconds",
            "When the newest receipt came.",
            status.last_receipt.at.timestamp(),
        )
    state = GaugeMetricFamily("zhuoyue_uplink_state", "1 for the state the uplink is in.", labels=["state"])
    for name in _UPLINK_STATES:
        state.add_metric([name], float(status.uplink is not None and status.uplink.state == name))
    yield state


def _space(status: Status) -> Iterator[Metric]:
    if status.space is None:
        return
    space = status.space
    yield GaugeMetricFamily("zhuoyue_outbox_used_bytes", "What the outbox file holds.", space.used)
    yield GaugeMetricFamily("zhuoyue_outbox_quota_bytes", "What it may hold (outbox.max_mb).", space.quota)
    yield GaugeMetricFamily("zhuoyue_outbox_unsent_bytes", "Batches without a receipt.", space.unsent)
    waiting = GaugeMetricFamily(
        "zhuoyue_outbox_waiting_bytes", "What waits for the backlog to be taken, by class.", labels=["class"]
    )
    for name, size in space.waiting.items():
        waiting.add_metric([name], size)
    yield waiting
    lost = CounterMetricFamily(
        "zhuoyue_outbox_dropped_records", "Records dropped for want of room.", labels=["class", "stream"]
    )
    for loss in status.losses:
        lost.add_metric([loss.kind, loss.stream], loss.records)
    yield lost
    yield CounterMetricFamily("zhuoyue_outbox_rescues", "Broken outbox files put aside.", len(status.rescues))


def _pictures(counts: PictureCounts) -> Iterator[Metric]:
    yield GaugeMetricFamily("zhuoyue_picture_files_waiting", "Files of pictures to be sent.", counts.waiting)
    yield GaugeMetricFamily("zhuoyue_picture_files_waiting_bytes", "Their bytes.", counts.waiting_bytes)
    ended = CounterMetricFamily("zhuoyue_picture_files", "Files of pictures by what became of them.", labels=["fate"])
    for end in counts.ended:
        ended.add_metric([end.fate], end.pictures)
    yield ended


def _yields(operations: list[OperationStatus]) -> Iterator[Metric]:
    texts = {
        "submitted": "Units submitted at least once.",
        "first_ok": "Units OK at their first submission.",
        "attempts": "Submissions, repeated ones too.",
        "invalid": "Results that are no submission.",
        "not_decidable": "Submissions that could not be decided.",
    }
    for name, text in texts.items():
        family = CounterMetricFamily(f"zhuoyue_first_pass_{name}", text, labels=["part", "operation"])
        for entry in operations:
            family.add_metric([entry.part, entry.operation], getattr(entry, name))
        yield family


def _interlocks(interlocks: list[InterlockStatus]) -> Metric:
    family = CounterMetricFamily(
        "zhuoyue_interlock_answers", "Answers to controllers that asked.", labels=["station", "answer"]
    )
    for entry in interlocks:
        for answer in ("permit", "refuse", "unknown"):
            family.add_metric([entry.station, answer], getattr(entry, answer))
    return family


def _alarms(alarms: list[Alarm]) -> Metric:
    family = GaugeMetricFamily("zhuoyue_open_alarms", "Alarms that nobody answered yet.", labels=["station", "alarm"])
    for place, count in Counter((entry.station, str(entry.alarm.warns_of)) for entry in alarms).items():
        family.add_metric(list(place), count)
    return family


def _line(status: Status, line: LineState) -> Iterator[Metric]:
    about = {"author": status.author, "environment": status.environment, "version": line.version, "config": line.config}
    yield InfoMetricFamily("zhuoyue_agent", "Who this agent is and what it runs by.", about)
    yield GaugeMetricFamily("zhuoyue_start_timestamp_seconds", "When the agent started.", line.started.timestamp())
    connected = GaugeMetricFamily("zhuoyue_device_connected", "1 while connected.", labels=["device"])
    reconnects = CounterMetricFamily("zhuoyue_device_reconnects", "Connections after the first.", labels=["device"])
    for device in line.devices:
        connected.add_metric([device.device], float(device.connected))
        reconnects.add_metric([device.device], device.reconnects)
    yield connected
    yield reconnects
    trouble = GaugeMetricFamily("zhuoyue_station_trouble", "1 while a station cannot be served.", labels=["station"])
    for station in line.stations:
        trouble.add_metric([station.station], float(station.trouble is not None))
    yield trouble
    reloads = CounterMetricFamily(
        "zhuoyue_config_reloads", "Configurations by what became of them.", labels=["outcome"]
    )
    reloads.add_metric(["taken"], line.reloads.taken)
    reloads.add_metric(["refused"], line.reloads.refused)
    yield reloads
    if line.hub_clock is not None:
        yield GaugeMetricFamily(
            "zhuoyue_hub_clock_ahead_seconds", "This machine's clock minus the hub's.", line.hub_clock.ahead_s
        )
