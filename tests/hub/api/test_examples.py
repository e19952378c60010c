"""The examples in the description of the API are true: what they ask is answered, and answered as they say."""

from collections.abc import Iterator

import jsonschema_rs
import pytest
from small_hub import admin_of, client_of, small_hub
from supply_chain import supply_chain

from hub.api.app import create_app
from hub.api.examples import ANSWERS, PARAMETERS, REQUESTS, exchanges

MAIN = [
    "/api/v1/units/{gtin}/{serial}", "/api/v1/trace/{gtin}/{serial}", "/api/v1/lots/{gtin}/{lot}",
    "/api/v1/items/{item}", "/api/v1/plants/{plant}", "/api/v1/plants/{plant}/grade", "/api/v1/plants/{plant}/yields",
    "/api/v1/units/{gtin}/{serial}/evidence", "/api/v1/search?q={q}",
]  # fmt: skip

SIGNED = "bytes that only an agent's or a partner's key makes good"
FILE = "a picture or a workbook"
NO_TEXT: dict[str, str] = {
    "GET /api/v1/downlink/{author}": SIGNED,
    "POST /api/v1/plant-messages": SIGNED,
    "POST /api/v1/requirement-files": SIGNED,
    "POST /api/v1/rotation": SIGNED,
    "PUT /api/v1/pictures/{digits}": FILE,
    "GET /api/v1/records/{log_index}/{line}/pictures/{digits}": FILE,
    "POST /api/v1/search/photo": FILE,
    "GET /api/v1/plants/{plant}/improvements/{identity}/8d": FILE,
    "GET /api/v1/plants/{plant}/reviews/{year}/file": FILE,
    "GET /api/v1/plants/{plant}/now/events": "a stream of what …/now says",
}
"""Route -> why nobody can read an example of it."""


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
    for path, form in REQUESTS.items():
        content = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        assert content["example"] == form
    named = {
        parameter["name"]
        for path, methods in described["paths"].items()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if "example" in parameter and path.startswith("/api/")
    }
    assert named >= set(PARAMETERS)
    unfit = {
        (name, str(wrong)[:300])
        for name, content in contents(described)
        if "example" in content and "schema" in content and (wrong := misfit(described, content)) is not None
    }
    assert unfit == set()


def misfit(described: dict, content: dict) -> Exception | None:
    try:
        jsonschema_rs.validate(content["schema"] | {"components": described["components"]}, content["example"])
    except jsonschema_rs.ValidationError as wrong:
        return wrong
    return None


def contents(described: dict) -> Iterator[tuple[str, dict]]:
    """Everything that is sent or answered by the API, by route; problems are the same everywhere."""
    for path, methods in described["paths"].items():
        if not path.startswith("/api/"):
            continue
        for method, operation in methods.items():
            name = f"{method.upper()} {path}"
            several = [operation.get("requestBody", {}), *_good(operation)]
            yield from ((name, content) for one in several for content in one.get("content", {}).values())


def _good(operation: dict) -> list[dict]:
    return [one for status, one in operation["responses"].items() if status.startswith("2")]


def test_every_route_shows_what_is_sent_and_what_comes_back(chain):
    """What is no text has none, and what only an agent's signature makes good."""
    described = create_app(chain).openapi()
    without = set()
    for path, methods in described["paths"].items():
        for method, operation in methods.items() if path.startswith("/api/") else ():
            sent = operation.get("requestBody", {}).get("content", {})
            answered = [one.get("content", {}) for one in _good(operation) if one.get("content")]
            shown = [any("example" in kind for kind in sent.values())] if sent else []
            shown += [any("example" in kind for content in answered for kind in content.values())] if answered else []
            if not all(shown) and not _pydantic(described, sent):
                without.add(f"{method.upper()} {path}")
    assert without == set(NO_TEXT)


def _pydantic(described: dict, sent: dict) -> bool:
    """Whether the form itself has examples, and nothing more is to be shown."""
    names = [kind.get("schema", {}).get("$ref", "").rsplit("/", 1)[-1] for kind in sent.values()]
    return any("examples" in described["components"]["schemas"].get(name, {}) for name in names)


def test_no_exchange_is_of_a_route_that_is_gone(chain):
    paths = create_app(chain).openapi()["paths"]
    known = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    assert set(exchanges()) - known == set()
