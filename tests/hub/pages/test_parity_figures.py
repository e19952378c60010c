"""Figures on a page are those of the API: value, n and interval stand in one row of the page as the answer has them.

Each page is asked for beside the route that answers the same question, by the operator and by a company that sees
less; what the answer says is written here by itself, and looked for row by row. Figures of what is withheld are on
neither, so a row too few is a failure as well as a figure that differs.
"""

import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from fractions import Fraction
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from page_rows import holds, rows_of
from small_hub import START, admin_of

from hub.accounts.asker import Scope
from hub.accounts.tokens import make_token
from hub.composition import open_hub
from hub.pages.site import create_site
from hub.parts import Hub
from hub.target.enter import state_target
from hub.target.forms import TargetForm

pytestmark = pytest.mark.in_a_file("the hub with targets is a copy of its folder")
PLANT = "supplier-a.machining"
Said = list[tuple[str, ...]]


def count(number: int) -> str:
    return f"{number:,}"


def percent(share: float | None, digits: int) -> str:
    """Halves go to the even digit."""
    if share is None:
        return "–"
    scaled = Fraction(str(share)) * 100 * 10**digits
    return f"{round(scaled) / 10**digits:,.{digits}f}"


def ends(interval: dict[str, float], digits: int) -> tuple[str, str]:
    return percent(interval["low"], digits), percent(interval["high"], digits)


def home(told: dict[str, Any]) -> Said:
    names = {"Units traced": "units", "Results": "unit_results", "Signed batches": "batches", "Records": "records"}
    return [(title, count(told[field])) for title, field in names.items()] + [("Log size", count(told["log_size"]))]


def metrics(told: dict[str, Any]) -> Said:
    """The five of a Level, with what they rest on."""
    said: Said = []
    for one in told["metrics"]:
        value, n, interval = one["value"], one["n"], one["interval"]
        if one["metric"] == "sigma":
            low, high = (f"{interval[end]:,.0f}" for end in ("low", "high"))
            said += [(f"n = {n}", low, f"{high} per million"), (f"{value:,.0f}", "nonconforming per million")]
        elif one["metric"] == "cpk":
            said += [(f"n = {n}", f"{interval['low']:.2f}", f"{interval['high']:.2f}"), (f"{value:.2f}",)]
        elif one["metric"] == "rty":
            said += [(f"n = {n}", *(f"{end} %" for end in ends(interval, 1))), (f"{percent(value, 2)} %",)]
        elif value is not None:
            said.append((f"{percent(value, 2)} %",))
    return said


def plant(told: dict[str, Any]) -> Said:
    said: Said = [(f"{count(told['units'])} units", f"{count(told['results'])} results")]
    for one in told["operations"]:
        fpy, counts = one["fpy"], one["counts"]
        low, high = ends(fpy["interval"], 1)
        first = f"{counts['first_ok']} / {counts['submitted']}"
        said.append((one["operation"]["id"], f"{percent(fpy['value'], 2)} %", f"{low} %", f"{high} %", first))
    return said + metrics(told["grade"])


def supplier_row(one: dict[str, Any]) -> tuple[str, ...]:
    """Of a list of suppliers: RTY, worst key Cpk and ppm, each with its n."""
    rolled, key, ppm = one["rolled"], one["worst_key"], one["ppm"]
    said = [one["plant"]["name"]]
    if rolled["value"] is not None:
        said += [f"{percent(rolled['value'], 2)} %", f"n = {rolled['units']}", *ends(rolled["interval"], 1)]
    if key is not None:
        said += [f"{key['kind']} {key['value']:.2f}", f"n = {key['n']}", f"{key['interval']['low']:.2f}"]
    if ppm is not None and ppm["value"] is not None:
        said += [f"{ppm['value']:,.0f}", f"n = {ppm['units']}", f"{ppm['interval']['low']:,.0f}"]
    return tuple(said)


def suppliers(told: dict[str, Any]) -> Said:
    return [supplier_row(one) for one in told["suppliers"]]


def supplier(told: dict[str, Any]) -> Said:
    rolled, key, ppm = told["rolled"], told["worst_key"], told["ppm"]
    said: Said = [
        ("RTY", f"{percent(rolled['value'], 2)} %", f"n = {rolled['units']}", *ends(rolled["interval"], 1)),
        (f"{key['kind']} {key['value']:.2f}", key["characteristic"]["name"], f"n = {key['n']}"),
        ("ppm", f"{ppm['value']:,.0f}", f"n = {ppm['units']}", f"{ppm['interval']['high']:,.0f}"),
    ]
    if told["losses"] is not None:
        both = Fraction(str(told["losses"]["internal"])) + Fraction(str(told["losses"]["external"]))
        said.append(("Losses", f"{percent(float(both), 2)} %", f"{percent(told['losses']['internal'], 2)} %"))
    return said


def characteristics(told: dict[str, Any]) -> Said:
    return [_capability(one) for one in told["characteristics"]]


def _capability(one: dict[str, Any]) -> tuple[str, ...]:
    about, result = one["characteristic"], one["result"]
    index = result["overall"]["cpk"]["signed_square"] ** 0.5
    interval = result["interval"]
    said = (about["name"], one["operation"]["id"], f"{result['kind']} {index:.2f}", f"{interval['low']:.2f}")
    limits = tuple(about[limit] for limit in ("lsl", "usl") if about.get(limit) is not None)
    return (*said, f"{interval['high']:.2f}", str(result["n"]), *limits)


def characteristic(told: dict[str, Any]) -> Said:
    result, about = told["view"]["result"], told["filed"]["characteristic"]
    index = result["overall"]["cpk"]["signed_square"] ** 0.5
    return [
        (result["kind"], f"{index:.2f}", f"n = {result['n']}", f"{result['interval']['low']:.2f}"),
        ("Mean", f"{result['mean']:.5f} {about['uom']}"),
        ("Limits", about["lsl"], about["usl"]),
    ]


def costs(told: dict[str, Any]) -> Said:
    titles = {"prevention": "Prevention", "appraisal": "Appraisal", "internal": "Internal", "external": "External"}
    said: Said = [("Quality costs", f"{float(told['total']):,.2f} {told['currency']}")]
    for one in told["categories"]:
        share = (f"{percent(one['share'], 1)} %",) if one["share"] else ()
        said.append((titles[one["category"]], f"{float(one['amount']):,.2f} {told['currency']}", *share))
    for one in told["months"]:
        amounts = [float(one[name]) for name in titles]
        said.append((one["month"][:7], *(f"{each:,.2f}" for each in (*amounts, sum(amounts)))))
    return said


def targets(told: dict[str, Any]) -> Said:
    assert len(told["targets"]) == 1, "there is one to look at"
    return [(f"{percent(float(told['targets'][0]['figure']['value']), 2)} %",)]


def unit(told: dict[str, Any]) -> Said:
    said: Said = []
    for result in told["results"]:
        for one in result["measurements"]:
            limits = tuple(f"{name} {one[field]}" for name, field in (("LSL", "lsl"), ("USL", "usl")) if one.get(field))
            said.append((one["name"], result["operation"]["id"], f"{one['value']} {one['uom']}", *limits))
    assert said
    return said


def lot(told: dict[str, Any]) -> Said:
    took = f"{told['used_by']} units took from this lot"
    return [(took,), *((one["label"], f"{one['quantity']} {one['uom']}") for one in told["uses"])]


def fleet(told: dict[str, Any]) -> Said:
    return [(one["author"], one["plant"]["name"], one["state"], str(one["losses"])) for one in told["agents"]]


BORE = "part=https://id.gs1.org/01/09506000134352&operation=OP20"
SUPPLIER = f"/suppliers/{PLANT}"
PAGES: dict[str, tuple[str, Callable[[Any], Said]]] = {
    "/": ("/api/v1/summary", home),
    f"/plants/{PLANT}": (f"/api/v1/plants/{PLANT}", plant),
    "/suppliers": ("/api/v1/suppliers", suppliers),
    SUPPLIER: (f"/api/v1{SUPPLIER}", supplier),
    f"{SUPPLIER}/characteristics/bore?{BORE}": (
        f"/api/v1{SUPPLIER}/characteristics/bore/capability?{BORE}",
        characteristic,
    ),
    f"/plants/{PLANT}/characteristics": (f"/api/v1{SUPPLIER}/characteristics", characteristics),
    f"/plants/{PLANT}/level": (f"/api/v1/plants/{PLANT}/grade", metrics),
    f"/plants/{PLANT}/costs": (f"/api/v1/plants/{PLANT}/costs", costs),
    f"/plants/{PLANT}/targets": (f"/api/v1/plants/{PLANT}/targets", targets),
    "/01/09506000134352/21/H-00001": ("/api/v1/units/09506000134352/H-00001", unit),
    "/01/09506000134390/10/L4700": ("/api/v1/lots/09506000134390/L4700", lot),
    "/fleet": ("/api/v1/fleet", fleet),
}


@pytest.fixture(scope="module")
def measured(chain: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A copy of the chain, with a target of the plant."""
    folder = tmp_path_factory.mktemp("figures") / "hub"
    shutil.copytree(chain.settings.data, folder)
    opened = msgspec.structs.replace(open_hub(folder), clock=lambda: START)
    said = {"id": "t", "metric": "first-pass-yield", "direction": "higher", "value": "0.9", "owner": "q"}
    state_target(opened, PLANT, TargetForm.model_validate(said | {"first": "2026-01-01", "entered_by": "q"}))
    yield opened
    opened.store.close()


@pytest.fixture(scope="module")
def stated(measured: Hub) -> Iterator[FastAPI]:
    site = create_site(measured)
    yield site
    site.state.audit.settle()


@pytest.fixture(scope="module")
def tokens(measured: Hub) -> dict[str, dict[str, str]]:
    """The operator, and the company itself, which sees less."""
    made = make_token(measured, "supplier-a", [Scope.READ])
    return {"operator": admin_of(measured), "supplier-a": {"Authorization": f"Bearer {made.text}"}}


@pytest.fixture(params=["operator", "supplier-a"])
async def asking(
    request: pytest.FixtureRequest, stated: FastAPI, tokens: dict[str, dict[str, str]]
) -> AsyncIterator[httpx.AsyncClient]:
    transport, headers = httpx.ASGITransport(stated), tokens[request.param]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers) as client:
        yield client


@pytest.mark.parametrize("page", PAGES)
async def test_figures_on_the_page_are_those_of_the_answer(asking: httpx.AsyncClient, page: str) -> None:
    path, read = PAGES[page]
    shown = await asking.get(page, headers={"Accept": "text/html", "Accept-Language": "en"})
    told = await asking.get(path)
    assert (shown.status_code, told.status_code) == (200, 200), told.text
    rows = rows_of(shown.text)
    expected = read(told.json())
    assert expected
    assert [words for words in expected if not any(holds(row, words) for row in rows)] == []


def test_a_figure_that_differs_is_seen() -> None:
    """Of what is compared a digit more or less is another figure."""
    row = "OP20 Bore 91.67 % 64.6 % – 98.5 % 11 / 12"
    assert holds(row, ("OP20", "91.67 %", "64.6 %", "11 / 12"))
    for other in ("1.67 %", "91.6", "11 / 1", "2", "64.60 %"):
        assert not holds(row, ("OP20", other))
    assert not holds(row, ("64.6 %", "91.67 %"))
