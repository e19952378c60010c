"""A pytest plugin that writes the examples of the API's description down from what tests ask and are answered::

    PYTHONPATH=tests/support pytest -p recorded_examples tests/hub/cost

Of each route the exchange is kept that shows most, in ``hub/api/examples.json``; lists are shortened. Run it for the
tests of a room whose answers have changed; ``tests/hub/api/test_examples.py`` says when.
"""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import hub.api.app
from hub.api.route_policy import path_of

FILE = Path(os.environ.get("ZHUOYUE_EXAMPLES") or hub.api.app.__file__).with_name("examples.json")
MOST_ITEMS = 2
MOST_LINES = 4
WISHED_LENGTH = 2500
MOST_LENGTH = 16_000
KEPT = 300_000
PENALTY = 40
_UNFIT = re.compile(r"<[a-zA-Z/!]|javascript:|\\u0000|\\ufffd|&lt;|/tmp/|=cmd|xxx|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
_TEXT = re.compile(r"text/csv|application/(json|x-ndjson|octet-stream|vnd\.zhuoyue\.[a-z-]+\+json)")
_best: dict[str, tuple[float, dict[str, Any]]] = {}
_answering = hub.api.app.HubApplication.__call__


async def _listening(self: Any, scope: Any, receive: Any, send: Any) -> None:
    """Answers as ever, and keeps what was asked and answered."""
    if scope["type"] != "http" or not scope["path"].startswith("/api/v1/"):
        await _answering(self, scope, receive, send)
        return
    asked, answered, head = bytearray(), bytearray(), {}

    async def hear() -> Any:
        message = await receive()
        asked.extend(message.get("body", b"")[: KEPT - len(asked)])
        return message

    async def say(message: Any) -> None:
        if message["type"] == "http.response.start":
            head.update(message)
        else:
            answered.extend(message.get("body", b"")[: KEPT - len(answered)])
        await send(message)

    await _answering(self, scope, hear, say)
    if head and 200 <= head["status"] < 300 and "route" in scope:
        _weigh(scope, bytes(asked), bytes(answered), head)


def _weigh(scope: Any, asked: bytes, answered: bytes, head: Any) -> None:
    kinds = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    answer_kinds = {name.decode().lower(): value.decode() for name, value in head["headers"]}
    found: dict[str, Any] = {"status": head["status"]}
    named = {name: str(value) for name, value in scope.get("path_params", {}).items()}
    if named:
        found["path"] = named
    if scope["query_string"]:
        found["query"] = dict(parse_qsl(scope["query_string"].decode()))
    for items in (MOST_ITEMS, 1):
        try:
            if asked:
                found["request"] = _shown(asked, kinds.get("content-type", ""), items)
            if answered:
                found["type"] = answer_kinds.get("content-type", "").split(";")[0]
                found["response"] = _shown(answered, found["type"], items)
        except ValueError:
            return  # no text that could be shown
        text = json.dumps(found, ensure_ascii=True)
        if len(text) <= MOST_LENGTH:
            break
    if len(text) > MOST_LENGTH or _UNFIT.search(text):
        return
    key = f"{scope['method']} {re.sub(r':path}', '}', path_of(scope['route']))}"
    score = _score(found)
    if score > _best.get(key, (float("-inf"), {}))[0]:
        _best[key] = score, found


def _shown(body: bytes, kind: str, items: int) -> Any:
    """A JSON document with short lists, or the first lines of a text."""
    if kind and not _TEXT.match(kind):
        raise ValueError(kind)
    text = body.decode("utf-8-sig")
    if text[:1] in "[{" or text.strip() == "null":
        try:
            return _shortened(json.loads(text), items)
        except json.JSONDecodeError:
            pass
    if not text.isprintable() and not set(text) - {"\r", "\n", "\t"} <= set(filter(str.isprintable, text)):
        raise ValueError("no text")
    return "\n".join(text.splitlines()[:MOST_LINES]) + "\n"


def _shortened(value: Any, items: int) -> Any:
    if isinstance(value, list):
        return [_shortened(each, items) for each in value[:items]]
    if isinstance(value, dict):
        return {name: _shortened(each, items) for name, each in value.items()}
    return value


def _score(found: dict[str, Any]) -> float:
    """How much an exchange shows: what is filled in counts, what is long costs."""
    rich = len(set(_filled(found.get("response"), ""))) + 2 * len(set(_filled(found.get("request"), "")))
    return rich - max(0, len(json.dumps(found)) - WISHED_LENGTH) / PENALTY


def _filled(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, list):
        for each in value:
            yield from _filled(each, place + "[]")
    elif isinstance(value, dict):
        for name, each in value.items():
            yield from _filled(each, f"{place}.{name}")
    elif value not in (None, "", False):
        yield place


def pytest_configure() -> None:
    hub.api.app.HubApplication.__call__ = _listening  # type: ignore[method-assign]


def pytest_sessionfinish() -> None:
    """What shows more than what is there already takes its place."""
    known = json.loads(FILE.read_text()) if FILE.exists() else {}
    for key, (score, found) in _best.items():
        if key not in known or score > _score(known[key]):
            known[key] = found
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(known[key], ensure_ascii=False)}" for key in sorted(known))
    FILE.write_text("{\n" + lines + "\n}\n")
