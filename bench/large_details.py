"""What people entered in a large hub, and its pages: a recall, a comparison, a thread, a receipt, a file and so on.

It is entered through the API of the hub as it is served, with the administrator's token, anew for each run; what is
refused is printed and has no page. Beside it agents that send while pages are read.
"""

import argparse
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from hub_load import agent_batches, name_of, signer_of
from large_hub import BARS, GTINS, PLANTS, lot_name, plant_name, unit_name

from hub.composition import open_hub
from hub.entry.seal import Stamps, enter
from hub.settings import ADMIN_TOKEN
from hub.store.core.database import Reading
from traceability.encoding import to_base64
from traceability.identifier.item import part_uri
from traceability.record.master import AuthorKeyRecord
from traceability.unit import Environment

API = "/api/v1"
WORKED_OUT_S = 600.0
"""So long a recall and a comparison may take before their pages are read."""
_AT = "%Y-%m-%dT%H:%M:%SZ"
_PLAN = """part = "{part}"
plant = "{plant}"
revision = "B"
name = "Part"
[[operation]]
id = "OP20"
name = "Testing"
"""


def pages_beside() -> list[str]:
    """Those that show of what was ingested what no other page does, and forms."""
    plant, part = f"/plants/{plant_name(0)}", f"part={part_uri(GTINS[0])}"
    begin, end = (datetime.now(UTC) - timedelta(days=back) for back in (2, 1))
    of_plant = (
        "/improvements/new", "/costs/benefit", "/costs/entries", "/declaration", "/incoming/supplies",
        "/incoming/plans", "/incoming/escapes", f"/reviews/{datetime.now(UTC).year}", "/as-built",
    )  # fmt: skip
    return [
        *(plant + path for path in of_plant),
        f"/suppliers/{plant_name(0)}/part?{part}",
        f"/passes/{plant_name(0)}?operation=OP10&begin={begin:{_AT}}&end={end:{_AT}}",
        "/organisations/group-0/targets",
        "/fleet/group-0.line-1",
        "/master/plant",
        "/master/control-plan",
        f"/master/plant/item?id={plant_name(0)}",
    ]


def entered(url: str, data: Path, days: int) -> list[str]:
    """Enter some of everything into the hub that is served from ``data``: the addresses of its pages."""
    token = (data / ADMIN_TOKEN).read_text().strip()
    with httpx.Client(base_url=url, headers={"Authorization": f"Bearer {token}"}, timeout=WORKED_OUT_S) as client:
        return list(_Entering(client, days).pages())


class _Entering:
    def __init__(self, client: httpx.Client, days: int) -> None:
        self._client = client
        self._now = datetime.now(UTC)
        self._lot, self._unit = lot_name(0, days // 2), unit_name(0, days - 1, 5)
        self._plant = f"/plants/{plant_name(0)}"

    def pages(self) -> Iterator[str]:
        """One thing after the other, some rest on each other."""
        yield from self._found("/recall", {"items": [self._lot]}, "/recalls/{id}", wait=True)
        yield from self._found("/analysis/common/questions", self._common(), "/common/{id}", wait=True)
        for thread in self._found("/notifications", self._notification(), "/notifications/{id}"):
            yield thread
            yield from self._found(f"{thread}/guest-link", {"days": 30, "by": "q1"}, "{path}")
        yield from self._found("/requirements", self._requirement(), "/requirements/{id}")
        at = self._plant
        yield from self._found(f"{at}/improvements", self._improvement(), at + "/improvements/{id}")
        yield from self._found(
            f"{at}/knowledge",
            {"by": "q1", "title": "Leak", "problem": "x", "cause": "y", "action": "z", "evidence": ["v"]},
            "/knowledge/{id}",
        )
        yield from self._found(f"{at}/incoming/receipts", self._receipt(), at + "/incoming/receipts/{id}")
        yield from self._file()
        for version in self._found(f"{at}/configurations", self._configuration(), "{version[id]}"):
            yield f"/configurations/{version}"
            stages = {"version": version, "stages": [["group-0.line-1"]]}
            yield from self._found(f"{at}/rollouts", stages, "/rollouts/{id}")

    def _found(self, path: str, form: dict[str, Any], page: str, *, wait: bool = False) -> Iterator[str]:
        answer = self._client.post(API + path, json=form)
        if answer.is_error:
            print(f"no page of {path}: {answer.status_code} {answer.text[:200]}", flush=True)
            return
        made = answer.json()
        until = time.monotonic() + WORKED_OUT_S
        while wait and made["state"] not in ("done", "failed") and time.monotonic() < until:
            time.sleep(0.5)
            made = self._client.get(made["url"]).json()
        yield page.format_map(made)

    def _file(self) -> Iterator[str]:
        rows = "".join(f"audit,100.10,2026-01-05,V-{self._now:%H%M%S}-{number}\n" for number in range(200))
        told = {"kind": "costs", "entered_by": "q1", "name": "costs.csv"}
        answer = self._client.post(
            f"{API}{self._plant}/files",
            params=told,
            content="activity,amount,accrued_on,evidence\n" + rows,
            headers={"Content-Type": "text/csv"},
        )
        if answer.is_error:
            print(f"no page of a file: {answer.status_code} {answer.text[:200]}", flush=True)
            return
        yield f"{self._plant}/files/{answer.json()['id']}"

    def _common(self) -> dict[str, Any]:
        begin, end = (f"{self._now - timedelta(days=back):{_AT}}" for back in (8, 1))
        failed = {"operation": "OP10", "plant": plant_name(PLANTS - 1), "begin": begin, "end": end}
        return {"suspects": {"failed": failed}, "sample": 200}

    def _notification(self) -> dict[str, Any]:
        return {
            "type": "INVESTIGATION", "severity": "MAJOR", "sender": "group-1", "receiver": "group-0",
            "title": "Cracks", "description": "Cracks at the flange.", "items": [self._unit], "by": "q1",
        }  # fmt: skip

    def _requirement(self) -> dict[str, Any]:
        wanted = {"name": "fpy", "metric": "fpy", "target": "0.98", "operation": "OP10"}
        terms = {"text": "As agreed", "indicators": [wanted], "valid_from": f"{self._now:%Y-%m-%d}"}
        part = part_uri(GTINS[0])
        return {"customer": "group-1", "supplier": "group-0", "part": part, "title": "x", "by": "q1", "terms": terms}

    def _improvement(self) -> dict[str, Any]:
        point = {"kind": "operation", "subject": "OP10", "found": "98 %", "n": 200}
        return {"by": "q1", "title": "Fewer burrs", "weak_point": point, "owner": "q1"}

    def _receipt(self) -> dict[str, Any]:
        return {
            "supplier": "group-1", "received_on": f"{self._now:%Y-%m-%d}", "entered_by": "g1",
            "items": [{"code": f"https://id.gs1.org/01/{BARS}/10/P0L{self._now:%H%M%S}", "quantity": 100}],
        }  # fmt: skip

    def _configuration(self) -> dict[str, Any]:
        text = _PLAN.format(part=GTINS[0], plant=plant_name(0))
        return {"role": "control-plan", "name": f"bench-{self._now:%d%H%M%S}", "text": text, "note": "bench"}


def writers(data: Path, options: argparse.Namespace) -> list[list[bytes]]:
    """``options.writing`` new agents of all plants: the batches of each for as long as pages are read."""
    first = int(time.time()) * 1000
    numbers = range(first, first + options.writing)

    def keys(_connection: Reading, stamps: Stamps) -> list[AuthorKeyRecord]:
        return [
            AuthorKeyRecord(
                id=name_of(number), plant=plant_name(number % PLANTS), environment=Environment.TEST,
                public_key=to_base64(signer_of(number).public_key), **stamps(),
            )
            for number in numbers
        ]  # fmt: skip

    hub = open_hub(data)
    enter(hub, keys)
    hub.store.close()
    rounds = max(1, round(options.seconds / options.every))
    load = argparse.Namespace(rounds=rounds, results=5, measurements=10)
    return [agent_batches(number, load) for number in numbers]
