"""The examples in the description of the API are true: what they ask is answered, and answered as they say."""

import re

import jsonschema_rs
import pytest
from small_hub import admin_of, client_of, small_hub
from supply_chain import supply_chain

from hub.api.app import create_app
from hub.api.examples import ANSWERS, PARAMETERS, REQUESTS

MAIN = [
    "/api/v1/units/{gtin}/{serial}", "/api/v1/trace/{gtin}/{serial}", "/api/v1/lots/{gtin}/{lot}",
    "/api/v1/items/{item}", "/api/v1/plants/{plant}", "/api/v1/plants/{plant}/grade", "/api/v1/plants/{plant}/yields",
    "/api/v1/units/{gtin}/{serial}/evidence", "/api/v1/search?q={q}",
]  # fmt: skip


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    hub = small_hub(tmp_path_factory.mktemp("examples") / "hub")
    supply_chain(hub, 4)
    yield hub
    hub.store.close()


async def test_what_the_examples_ask_is_answered(chain):
    async with client_of(chain) as client:
        for path in MAIN:
            lot = {"gtin": "09506000134390"} if "{lot}" in path else {}
            address = path.format_map(PARAMETERS | lot)
            assert (await client.get(address)).status_code == 200, address
        for path, form in REQUESTS.items():
            answer = await client.post(path, json=form, headers=admin_of(chain))
            assert answer.status_code in (200, 201, 202), (path, answer.text)


def test_examples_stand_in_the_description_and_fit_it(chain):
    described = create_app(chain).openapi()
    for path, answer in ANSWERS.items():
        content = described["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]
        assert content["example"] == answer
        jsonschema_rs.validate(content["schema"], answer)
    for path, form in REQUESTS.items():
        content = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        assert content["example"] == form
        resolved = content["schema"] | {"components": described["components"]}
        jsonschema_rs.validate(resolved, form)
    named = {
        parameter["name"]
        for path, methods in described["paths"].items()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if "example" in parameter and path.startswith("/api/")
    }
    assert named == set(PARAMETERS)
    assert re.search(r'"example"', str(described).replace("'", '"'))
