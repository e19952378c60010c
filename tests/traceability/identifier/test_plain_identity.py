"""The short way of reading a plain unit or lot says what the general one says."""

import string

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.digital_link import CANONICAL_ROOT
from traceability.identifier.gs1_item import parse_any_gs1_uri, parse_gs1_uri
from traceability.identifier.kind import Item

GTINS = st.sampled_from(["09506000134352", "00000000000000", "09506000134353", "0950600013435", "０9506000134352"])
TAILS = st.text(string.ascii_letters + string.digits + "._-~%/ é٣", max_size=22)


def _read(parse: object, uri: str) -> Item | str:
    assert callable(parse)
    try:
        item = parse(uri)
        assert isinstance(item, Item)
        return item
    except IdentifierRefused as error:
        return str(error)


@given(GTINS, st.sampled_from(["10", "21", "235"]), TAILS)
@example("09506000134352", "21", "S\n")
@example("09506000134352", "21", ".")
@example("09506000134352", "10", "-")
@example("09506000134352", "21", "a" * 21)
def test_both_ways_agree(gtin: str, ai: str, tail: str) -> None:
    uri = f"{CANONICAL_ROOT}/01/{gtin}/{ai}/{tail}"
    assert _read(parse_gs1_uri, uri) == _read(parse_any_gs1_uri, uri)


def test_a_wrong_check_digit_is_refused() -> None:
    with pytest.raises(IdentifierRefused, match="check digit"):
        parse_gs1_uri(f"{CANONICAL_ROOT}/01/09506000134353/21/S1")
