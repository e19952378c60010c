"""Any request that the description allows, and some that it does not, on every route: no server error, and answers as
described. ``make soak`` tries many more.

The routes of EPCIS have a test of their own, with events behind them (``tests/hub/epcis``).
"""

import os
from typing import Any

import anyio.from_thread
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from small_epcis import Client
from small_hub import admin_of, small_hub
from supply_chain import supply_chain

from hub.api.app import create_app
from hub.api.table_file import XLSX_TYPE

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
CASES = int(os.environ.get("ZHUOYUE_CASES", "2"))
ALLOWED, AGAINST = (GenerationMode.POSITIVE, CASES), (GenerationMode.NEGATIVE, max(1, CASES // 2))
BOUNDED = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ELSEWHERE = {"/api/v1/downlink/{author}", "/api/v1/batches", "/api/v1/plants/{plant}/now/events"}
"""Held open until there is news (``tests/walk``, ``tests/hub/live``); sealed bytes of a type of its own
(``tests/fuzz``)."""


@schemathesis.serializer(XLSX_TYPE)
def as_bytes(_context: object, value: object) -> bytes:
    """No workbook at all, which is what is sent most easily."""
    return value if isinstance(value, bytes) else str(value).encode()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Any:
    hub = small_hub(tmp_path_factory.mktemp("described") / "hub")
    supply_chain(hub, 3)
    with anyio.from_thread.start_blocking_portal() as portal:
        yield Client(create_app(hub), portal), admin_of(hub)
    hub.store.close()


@pytest.mark.parametrize(("mode", "cases"), [ALLOWED, AGAINST], ids=["allowed", "against"])
def test_every_route_answers_as_its_description_says(served, mode, cases):
    client, admin = served
    schema = schemathesis.openapi.from_dict(client.app.openapi()).exclude(path_regex="^/epcis")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 80
    wrong = []
    for operation in operations:
        if operation.path in ELSEWHERE:
            continue

        @settings(BOUNDED, max_examples=cases)
        @given(case=operation.as_strategy(generation_mode=mode))
        def check(case: Case) -> None:
            case.validate_response(called(client, case, admin), checks=CHECKS)

        try:
            check()
        except Unsatisfiable:
            assert mode is GenerationMode.NEGATIVE  # it takes nothing that could be wrong
        except Exception as error:  # noqa: BLE001 - every fault is told, whatever it is, and then fails the test
            wrong.append(f"{operation.method} {operation.path}: {str(error)[:1500]}")
    assert not wrong, "\n\n".join(wrong)


def called(client: Client, case: Case, admin: dict[str, str]) -> Any:
    asked = case.as_transport_kwargs(base_url="http://127.0.0.1")
    headers = dict(asked["headers"]) | admin
    more = {name: asked[name] for name in ("params", "json", "files") if asked.get(name) is not None}
    data = asked.get("data")
    if data is not None:
        more["content" if isinstance(data, bytes | str) else "data"] = data
    return client.request(asked["method"], asked["url"], headers=headers, **more)
