"""Open alarms on the local page and in the metrics: first of all, in both languages, with the id to answer by."""

import msgspec
import pytest

from edge_agent.alarm.facts import Alarm
from edge_agent.local_page.condition import Level, level_of, notes_of
from edge_agent.local_page.language import words
from edge_agent.local_page.metrics import metrics_text
from edge_agent.local_page.page import page_html
from edge_agent.status_text import status_text
from traceability.quality.alarm.rule import AlarmKind
from traceability.record.alarm import AlarmRecord, TimeToLimit


@pytest.fixture(params=list(AlarmKind))
def alarmed(request, status):
    record = AlarmRecord(
        id="alarm:3f9a1c20b4", seq=1, salt="0" * 32, event_time=status.line.at, rule="<bore>", warns_of=request.param,
        part="p", operation="OP10", work_cell="w", result="r", signs=("linear-trend",), statistic="0.1",
        limit="25.01", value="25.004", characteristic="bore", false_alarm_every=10_000,
        to_limit=TimeToLimit(units=60, least=40, most=95),
    )  # fmt: skip
    alarm = Alarm(id=record.id, station="OP10", alarm=record, signals=1, last_at=record.event_time)
    return msgspec.structs.replace(status, alarms=[alarm])


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_an_open_alarm_is_the_first_thing_said(alarmed, language):
    notes = notes_of(alarmed)
    assert (level_of(notes), len(notes)) == (Level.ACT, 1)
    page = page_html(alarmed, words(language))
    assert "3f9a1c20b4" in page
    assert "zhuoyue-agent alarm acknowledge" in page
    assert "&lt;bore&gt;" in page
    assert "about 60 units (40 to 95)" in page


def test_status_and_metrics_count_it(alarmed):
    kind = alarmed.alarms[0].alarm.warns_of
    assert f"ALARM     3f9a1c20b4  OP10  {kind}: rule <bore>" in status_text(alarmed)
    assert f'zhuoyue_open_alarms{{alarm="{kind}",station="OP10"}} 1.0' in metrics_text(alarmed).decode()
    quiet = msgspec.structs.replace(alarmed, alarms=[])
    assert "zhuoyue_open_alarms{" not in metrics_text(quiet).decode()
