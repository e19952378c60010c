"""Values of application identifiers, good and bad, one clause of the General Specifications each."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from traceability.errors import IdentifierRefused
from traceability.identifier.ai_rule import RULES, checked_value
from traceability.identifier.characters import CSET82, DIGITS
from traceability.identifier.check_digit import check_characters, check_digit, gtin14

GOOD = [
    ("00", "006141411234567890"),
    ("01", "09506000134352"),
    ("01", "00012345678905"),
    ("10", "!\"%&'()*+,-./?_z"),
    ("11", "260700"),  # day 00: the whole month
    ("11", "240229"),
    ("253", "9526064000028000001"),
    ("255", "9526064000028"),
    ("3103", "000195"),
    ("3932", "9780299"),
    ("401", "0614141xyz47"),
    ("402", "06141411234567890"),
    ("421", "276ABC"),
    ("423", "276040"),
    ("4307", "CN"),
    ("4309", "02790858483015297971"),
    ("4321", "1"),
    ("4324", "2601152359"),
    ("4331", "000100-"),
    ("4331", "000100"),
    ("7007", "260101260131"),
    ("7030", "999A1"),
    ("7040", "1ABC"),
    ("7041", "PX"),
    ("7241", "10"),
    ("7250", "20000229"),
    ("7252", "9"),
    ("7258", "1/3"),
    ("4300", "%E4%B8%AD"),
    ("8001", "12341234512398"),
    ("8003", "00614141123452"),
    ("8003", "00614141123452A-1"),
    ("8006", "124141411234530102"),
    ("8007", "GB98MIDL07009312345678"),
    ("8008", "26123123"),
    ("8008", "261231235959"),
    ("8010", "0614141A-1#/"),
    ("8011", "1"),
    ("8013", "1987654Ad4X4bL5ttr2310c2K"),
    ("8014", "1987654Ad4X4bL5ttr2310c2K"),
    ("8030", "QUJD-_"),
    ("8043", "123456789012345678"),
    ("8110", "012345612345611110123"),
    ("8112", "001234561234560123456"),
]
BAD = [
    ("00", "006141411234567891", "check digit 1, 0 was expected"),
    ("01", "0950600013435", "needs 14"),
    ("01", "0950600013435٢", "may not hold"),  # an Arabic-Indic digit is no digit here
    ("10", "", "1 to 20"),
    ("10", "A B", "may not hold ' '"),
    ("10", "A#B", "may not hold '#'"),
    ("10", "批次", "may not hold"),
    ("11", "261301", "no month"),
    ("11", "260231", "no day"),
    ("7006", "260700", "no day"),
    ("7006", "230229", "no day"),
    ("7003", "2607012400", "no time"),
    ("7003", "2607012360", "no time"),
    ("3932", "0000299", "no currency"),
    ("421", "000ABC", "no country"),
    ("421", "276", "4 to 12"),
    ("423", "2760", "ends within"),
    ("4307", "XX", "no country"),
    ("4309", "18000000010000000000", "no latitude"),
    ("4309", "00000000003600000001", "no longitude"),
    ("4321", "2", "yes"),
    ("4331", "000100X", "hyphen"),
    ("4300", "50%", "encodes nothing"),
    ("401", "061X123", "company prefix"),
    ("8004", "061", "company prefix"),
    ("7040", "1AB!", "importer index"),
    ("7041", "QZ", "no kind of package"),
    ("7241", "11", "medium"),
    ("7250", "19000229", "no day"),
    ("7252", "3", "sex"),
    ("7258", "3/1", "behind the end"),
    ("7258", "0/1", "no position"),
    ("8001", "00001234512398", "may not be zero"),
    ("8001", "12341234512328", "winding"),
    ("8003", "10614141123452", "must be zero"),
    ("8003", "00614141123453", "check digit"),
    ("8006", "124141411234530201", "piece 2 of 1"),
    ("8006", "124141411234530001", "piece 0 of 1"),
    ("8007", "GB99MIDL07009312345678", "wrong check digits"),
    ("8007", "XX98MIDL07009312345678", "no country"),
    ("8008", "26123124", "no hour"),
    ("8008", "2612312360", "no minute"),
    ("8010", "0614141a", "may not hold 'a'"),
    ("8011", "01", "begin with a zero"),
    ("8013", "1987654Ad4X4bL5ttr2310cXK", "check characters"),
    ("8014", "1234567", "check characters"),
    ("8030", "AB+C", "may not hold '.'"),
    ("8110", "712345612345611110123", "company prefix length"),
    ("8110", "0123456123456111101231", "ends within"),
    ("8110", "0123456123456111101237", "behind its last field"),
    ("8110", "0123456123456111101233260101426020", "ends within its start date"),
    ("8110", "01234561234561111012332601014260201", "expires before"),
    ("8112", "201234561234560123456", "format"),
    ("8112", "0012345612345601234567", "behind its last field"),
    ("89", "1", "does not exist"),
    ("1", "1", "does not exist"),
]


@pytest.mark.parametrize(("ai", "value"), GOOD)
def test_a_value_that_the_standard_allows_is_taken(ai, value):
    assert checked_value(ai, value) == value


@pytest.mark.parametrize(("ai", "value", "reason"), BAD)
def test_a_value_that_the_standard_forbids_is_refused_with_the_reason(ai, value, reason):
    with pytest.raises(IdentifierRefused, match=reason):
        checked_value(ai, value)


def test_every_identifier_of_the_dictionary_is_there():
    assert len(RULES) == 541
    assert {ai for ai, rule in RULES.items() if rule.key is not None} == {
        "00", "01", "253", "255", "401", "402", "414", "415", "417",
        "8003", "8004", "8006", "8010", "8013", "8017", "8018",
    }  # fmt: skip


def test_predefined_lengths_follow_from_the_first_two_digits():
    predefined = {"00", "01", "02", "03", *map(str, range(11, 21)), *map(str, range(31, 37)), "41"} - {"14", "18", "19"}
    assert {ai[:2] for ai, rule in RULES.items() if rule.fixed} == predefined


def test_no_identifier_begins_another():
    assert not [(one, other) for one in RULES for other in RULES if one != other and other.startswith(one)]


@given(st.text(sorted(DIGITS), min_size=1, max_size=30))
def test_a_check_digit_finds_every_single_wrong_digit(digits):
    whole = digits + check_digit(digits)
    for at, digit in enumerate(whole):
        wrong = whole[:at] + str((int(digit) + 1) % 10) + whole[at + 1 :]
        assert check_digit(wrong[:-1]) != wrong[-1]


@given(st.text(sorted(CSET82), min_size=1, max_size=23), st.data())
def test_check_characters_find_a_wrong_character(text, data):
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.sampled_from(sorted(CSET82 - {text[at]})))
    assert check_characters(text[:at] + other + text[at + 1 :]) != check_characters(text)


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("02345673", "00000002345673"),
        ("416000336108", "00416000336108"),
        ("2112345678900", "02112345678900"),
        ("09506000134352", "09506000134352"),
    ],
)
def test_gtins_of_every_length_become_fourteen_digits(short, long):
    assert gtin14(short) == long


@pytest.mark.parametrize("wrong", ["02345674", "123", "", "0950600013435²", "+2345673"])
def test_what_is_no_gtin_is_refused(wrong):
    with pytest.raises(IdentifierRefused):
        gtin14(wrong)
