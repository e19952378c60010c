import json
import tracemalloc
from io import BytesIO, RawIOBase

import pytest
from small_events import CONTEXT, LOT, document, pointers, read, some_event

from traceability.epcis.document import DocumentReader
from traceability.epcis.source import Limits
from traceability.errors import LimitExceeded, Malformed

AT = "/epcisBody/eventList/0"


def _with(text: str) -> bytes:
    """A document whose event holds ``example:a`` with this JSON text."""
    return json.dumps(document(some_event(**{"example:a": "HERE"}))).replace('"HERE"', text).encode()


PLACED = {
    "NaN": ("NaN", "/example:a"),
    "infinity": ("[0, -Infinity]", "/example:a/1"),
    "a huge exponent": ('{"b": 1e999999999}', "/example:a/b"),
    "a tiny number": ("1e-999999", "/example:a"),
    "a long number": ("1" * 5_000, "/example:a"),
    "a long fraction": ("0." + "1" * 5_000, "/example:a"),
    "a name twice": ('{"b": {"c": 1, "c": 2}}', "/example:a/b/c"),
    "half a pair": (r'["\ud800"]', "/example:a/0"),
    "half a pair in a name": (r'{"\udfff": 1}', "/example:a"),
}


@pytest.mark.parametrize(("text", "pointer"), PLACED.values(), ids=PLACED)
def test_hostile_values_are_told_by_pointer(text, pointer):
    events, problems = read(_with(text))
    assert events == [None]
    assert [problem.pointer for problem in problems] == [AT + pointer]


def test_a_name_twice_at_the_top_of_a_document_and_of_an_event():
    text = json.dumps(document(some_event()))
    assert pointers(text.replace('"schemaVersion"', '"type": "EPCISDocument", "schemaVersion"').encode()) == ["/type"]
    assert pointers(text.replace('"action"', '"action": "ADD", "action"').encode()) == [f"{AT}/action"]


def test_two_prefixes_of_one_namespace_do_not_hide_a_field():
    context = [*CONTEXT, {"again": "https://ns.example.com/epcis/"}]
    assert pointers(document(some_event(**{"example:a": 1, "again:a": 2}), context=context)) == [f"{AT}/again:a"]


def test_deep_nesting_is_bounded():
    assert pointers(_with("[" * 30 + "]" * 30)) == []
    assert pointers(_with("[" * 100 + "]" * 100))[0].startswith(f"{AT}/example:a/0")
    with pytest.raises(LimitExceeded, match="nested too deep"):
        read(_with("[" * 100_000 + "]" * 100_000))


BROKEN = {
    "nothing": b"",
    "no object": b"17",
    "cut": json.dumps(document(some_event())).encode()[:-40],
    "more behind": json.dumps(document(some_event())).encode() + b"{}",
    "no comma": json.dumps(document(some_event())).encode().replace(b', "type"', b' "type"', 1),
    "not UTF-8": json.dumps(document(some_event())).encode().replace(b"OBSERVE", b"OBS\xffRVE"),
    "control character": _with('"a\nb"'),
    "trailing comma": _with("[1,]"),
}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN)
def test_broken_text_is_told_by_byte(text):
    with pytest.raises(Malformed) as refused:
        read(text)
    assert str(refused.value).startswith("byte ")


def test_the_byte_is_the_right_one():
    text = _with("é1").replace(b"\\u00e9", "é".encode())
    with pytest.raises(Malformed) as refused:
        read(text)
    assert refused.value.where == f"byte {text.index('é'.encode())}"


def test_sizes_are_bounded():
    text = json.dumps(document(*[some_event()] * 5)).encode()
    with pytest.raises(LimitExceeded, match="at most 3 events"):
        list(DocumentReader(text, Limits(events=3)).events())
    with pytest.raises(LimitExceeded, match="bytes"):
        list(DocumentReader(text, Limits(document=200)).events())
    big = json.dumps(document(some_event(**{"example:a": "x" * 3_000_000}))).encode()
    with pytest.raises(LimitExceeded, match="a value has more than"):
        list(DocumentReader(big, Limits(value=1_000_000)).events())


CONTEXTS = {
    "an empty name": ({"": "http://a.example/"}, "/@context/1/"),
    "a number": ({"a": 3}, "/@context/1/a"),
    "no namespace": ({"a": "a b"}, "/@context/1/a"),
    "a word of the standard anew": ({"cbv": "http://evil.example/"}, "/@context/1/cbv"),
    "a vocabulary": ({"@vocab": "http://a.example/"}, "/@context/1/@vocab"),
    "an import": ({"@import": "http://a.example/"}, "/@context/1/@import"),
    "null": (None, "/@context/1"),
    "no address": ("context", "/@context/1"),
    "too many names": ({f"a{n}": "http://a.example/" for n in range(2_000)}, "/@context/1"),
}


@pytest.mark.parametrize(("entry", "pointer"), CONTEXTS.values(), ids=CONTEXTS)
def test_wrong_contexts_are_told(entry, pointer):
    assert pointers(document(some_event(), context=[CONTEXT[0], entry])) == [pointer]


def test_remote_contexts_are_not_fetched_but_missed_where_they_matter():
    context = [CONTEXT[0], "https://example.com/mine.jsonld"]
    assert pointers(document(some_event(), context=context)) == []
    _, (problem,) = read(document(some_event(**{"mine:a": 1}), context=context))
    assert problem.pointer == f"{AT}/mine:a"
    assert "https://example.com/mine.jsonld" in problem.advice


class Endless(RawIOBase):
    """A document of very many events, made while it is read."""

    def __init__(self, count: int) -> None:
        text = json.dumps(document(some_event())).encode()
        event = json.dumps(some_event(quantityList=[{"epcClass": LOT, "quantity": 2.5}])).encode()
        head, tail = text.split(b"[", 2)[0] + b"[" + text.split(b"[", 2)[1], b"]}}"
        self._pieces = iter([head + b"[", *[event + b","] * (count - 1), event, tail])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        found, self._rest = self._rest[:size], self._rest[size:]
        return found


def test_long_documents_stream_at_flat_memory():
    def peak(count):
        tracemalloc.start()
        reader = DocumentReader(Endless(count))
        assert sum(each.event is not None for each in reader.events()) == count
        assert reader.problems == ()
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return used

    assert peak(8_000) < 1.5 * peak(2_000)


def test_pieces_of_any_size_give_the_same_events():
    class Trickle(BytesIO):
        def read(self, size=-1):
            return super().read(min(size, 7))

    raw = document(some_event(**{"example:a": ["é", 12.50, None, True]}), some_event("AggregationEvent"))
    text = json.dumps(raw, ensure_ascii=False, indent=1).encode()
    assert [each.event for each in DocumentReader(Trickle(text)).events()] == read(text)[0]
