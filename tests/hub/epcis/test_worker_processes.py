"""Long documents are checked by worker processes: what they say is what the hub itself would say."""

import json
from io import BytesIO
from pathlib import Path

import msgspec
import pytest
from small_events import CONTEXT, document, some_event

from hub.epcis import checked
from hub.epcis.limits import LIMITS
from hub.epcis.read_document import DocumentEvents

GOOD = [some_event(eventID=f"urn:uuid:{number}", eventTime="2026-11-22T01:00:00Z") for number in range(600)]
BAD = [
    some_event(action="TAKE"),
    some_event(**{"unknown:field": 1}),
    {"type": "ObjectEvent"},
    7,
    some_event(eventTime="0001-01-01T00:00:00Z"),
    some_event(**{"@context": {"own": "https://example.com/own/"}, "own:field": "x"}),
]
MIXED = json.dumps(document(*GOOD[:300], *BAD, *GOOD[300:])).encode()
TEXTS = {
    "right and wrong events": MIXED,
    "a name that stands twice": MIXED.replace(b'"action": "TAKE"', b'"action": "ADD", "action": "ADD"'),
    "a number without end": MIXED.replace(b'"action": "TAKE"', b'"example:n": ' + b"9" * 5_000),
    "context behind the events": json.dumps(
        {**{name: part for name, part in document(*GOOD, *BAD).items() if name != "@context"}, "@context": CONTEXT}
    ).encode(),
    "breaks off": MIXED[:-40],
    "broken in the middle": MIXED.replace(b'"urn:uuid:500"', b"urn:uuid:500"),
    "something behind it": MIXED + b"x",
    "a list of bare events": json.dumps([{**event, "@context": CONTEXT} for event in GOOD[:20]]).encode(),
    "one event": json.dumps({**GOOD[0], "@context": CONTEXT}).encode(),
    "no events": json.dumps(document()).encode(),
}


def read(text: bytes, workers: int) -> tuple[object, ...]:
    found = DocumentEvents(BytesIO(text), len(text), LIMITS, workers=workers)
    events = list(found)
    return events, found.count, found.refused, found.whole, found.document_problems, msgspec.to_builtins(found.errors)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_processes_say_the_same(text: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = read(text, workers=1)
    monkeypatch.setattr(checked, "WORTH_WORKERS", 0)
    assert read(text, workers=2) == plain


def test_short_documents_start_no_process(tmp_path: Path) -> None:
    with checked.checking(checked.WORTH_WORKERS - 1, LIMITS, workers=4) as checkers:
        assert not checkers.apart
