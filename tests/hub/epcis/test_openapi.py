"""The OpenAPI of the EPCIS routes is true: every answer to a request that it allows is one that it names."""

from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import Case
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from small_epcis import SmallEpcis
from small_events import document, some_event

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
BOUNDED = settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_route_answers_as_its_description_says(epcis: SmallEpcis) -> None:
    epcis.capture(document(some_event(eventID="urn:uuid:1")))
    epcis.post("/queries", {"name": "all", "query": {}})
    schema = schemathesis.openapi.from_dict(epcis.client.app.openapi()).include(path_regex="^/epcis")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert len(operations) > 30
    for operation in operations:

        @BOUNDED
        @given(case=operation.as_strategy())
        def check(case: Case) -> None:
            case.validate_response(called(epcis, case), checks=CHECKS)

        check()


def called(epcis: SmallEpcis, case: Case) -> Any:
    asked = case.as_transport_kwargs(base_url="http://127.0.0.1")
    headers = dict(asked["headers"]) | epcis.token
    more = {name: asked[name] for name in ("params", "json", "files") if asked.get(name) is not None}
    data = asked.get("data")
    if data is not None:
        more["content" if isinstance(data, bytes | str) else "data"] = data
    return epcis.client.request(asked["method"], asked["url"], headers=headers, **more)
