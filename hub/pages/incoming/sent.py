"""From what a form of the pages sends to the forms of the API: codes one a line, results by the plan's names."""

import re
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import FormData

from hub.errors import EntryRefused
from hub.incoming.forms import (
    CharacteristicForm,
    EscapeForm,
    InspectionForm,
    LotDecisionForm,
    PlanForm,
    ReceiptForm,
    ResultForm,
    ScannedForm,
    SwitchForm,
)
from hub.pages.improvement.sent import read

CHARACTERISTIC_ROWS = 4
_LINE = re.compile(r"(\S+)(?:\s+([0-9]{1,9}))?")
_BETWEEN = re.compile(r"[\s;]+")
_MOST_RESULTS = 100
Given = dict[str, Any]


def given_by(form: FormData) -> Given:
    """The fields of a form that say something."""
    texts = {name: value.strip() for name, value in form.items() if isinstance(value, str)}
    return {name: text for name, text in texts.items() if text}


def read_receipt(given: Given, by: str) -> ReceiptForm:
    """``codes``: one a line, a lot's quantity behind it. ``EntryRefused`` names the line that is none."""
    lines = [line.strip() for line in str(given.get("codes", "")).splitlines() if line.strip()]
    items = [_scanned(line, at) for at, line in enumerate(lines, 1)]
    if not items:
        raise EntryRefused("no code was given", where="codes", advice="scan or type one a line")
    return read(ReceiptForm, given | {"items": items, "entered_by": by})


def read_inspection(given: Given, by: str) -> InspectionForm:
    """``name-N`` with ``found-N``, ``second-N`` or ``values-N``."""
    results = [_result(given, at) for at in range(_MOST_RESULTS) if f"name-{at}" in given]
    return read(InspectionForm, given | {"results": results, "entered_by": by})


def read_decision(given: Given, by: str) -> LotDecisionForm:
    """About a lot."""
    return read(LotDecisionForm, given | {"entered_by": by})


def read_switch(given: Given, by: str) -> SwitchForm:
    """About further lots."""
    return read(SwitchForm, given | {"entered_by": by})


def read_escape(given: Given, by: str) -> EscapeForm:
    """Something that slipped through."""
    return read(EscapeForm, given | {"entered_by": by})


def read_plan(given: Given, by: str) -> PlanForm:
    """``name-N`` and what else is said of the characteristic."""
    rows = [
        {field: given[f"{field}-{at}"] for field in CharacteristicForm.model_fields if f"{field}-{at}" in given}
        for at in range(CHARACTERISTIC_ROWS)
        if f"name-{at}" in given
    ]
    characteristics = [read(CharacteristicForm, row) for row in rows]
    return read(PlanForm, given | {"characteristics": characteristics, "entered_by": by})


def _scanned(line: str, at: int) -> ScannedForm:
    match = _LINE.fullmatch(line)
    if match is None:
        raise EntryRefused(
            f"{line[:60]!r} is no code with a quantity",
            where=f"codes, line {at}",
            advice="write the code, and behind a blank the quantity of a lot",
        )
    return read(ScannedForm, {"code": match[1], "quantity": None if match[2] is None else int(match[2])})


def _result(given: Mapping[str, Any], at: int) -> ResultForm:
    fields = {"name": given[f"name-{at}"]}
    if f"values-{at}" in given:
        fields["values"] = [value for value in _BETWEEN.split(given[f"values-{at}"]) if value]
    for name, sent in (("found", f"found-{at}"), ("found_second", f"second-{at}")):
        if sent in given:
            fields[name] = given[sent]
    return read(ResultForm, fields)
