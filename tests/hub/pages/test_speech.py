from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from babel.dates import format_datetime, format_time
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from hub.named import Named
from hub.pages.language import Language
from hub.pages.speech import Speech

EN, ZH = Speech(Language.EN), Speech(Language.ZH)
NOW = datetime(2026, 3, 1, 8, tzinfo=UTC)
BOUNDS = [Fraction(n, 100) for n in (90, 95, 97, 98)]


def number(text: str) -> Fraction:
    return Fraction(text.removesuffix(" %").replace(",", ""))


@given(st.fractions(0, 1, max_denominator=10**7))
def test_a_percentage_never_looks_like_a_bound_it_does_not_equal(share: Fraction) -> None:
    said = EN.percent(share, 1, BOUNDS)
    equals = any(number(said) == bound * 100 for bound in BOUNDS)
    assert equals == (share in BOUNDS)
    assert abs(number(said) - share * 100) <= Fraction(1, 20)


@pytest.mark.parametrize(
    ("value", "said"),
    [("25.0120", "25.0120"), ("-0.050", "-0.050"), ("1200", "1,200"), ("1E-7", "0.0000001"), ("0.00", "0.00")],
)
def test_exact_values_keep_their_decimals(value: str, said: str) -> None:
    assert EN.exact(Decimal(value)) == said


@given(st.sampled_from([EN, ZH]), st.integers(-(10**15), 10**15), st.integers(-12, 6))
def test_exact_values_are_written_as_the_locale_does(speech: Speech, number: int, exponent: int) -> None:
    places = max(0, -exponent)
    pattern = f"#,##0.{'0' * places}" if places else "#,##0"
    value = Decimal(number).scaleb(exponent)
    assert speech.exact(value) == format_decimal(value, pattern, speech.locale, decimal_quantization=False)


def test_nothing_is_said_as_nothing_and_never_as_zero() -> None:
    assert {EN.exact(None), EN.percent(None), EN.figure(None, 2), EN.count(None)} == {"–"}


def test_times_are_of_the_plants_clock_and_say_which() -> None:
    assert EN.moment(NOW, "Asia/Shanghai") == "2026-03-01 16:00:00"
    assert EN.zone("Asia/Shanghai", NOW) == "Asia/Shanghai (UTC+08:00)"
    assert EN.zone("America/New_York", NOW) == "America/New_York (UTC-05:00)"


def test_how_long_ago() -> None:
    assert EN.ago(NOW - timedelta(minutes=3), NOW) == "3 minutes ago"
    assert ZH.ago(NOW - timedelta(minutes=3), NOW) == "3分钟前"
    assert EN.ago(NOW + timedelta(hours=1), NOW) == "just now"


def test_a_name_falls_back_to_the_one_that_was_given() -> None:
    assert ZH.named(Named("x", "Housing", "壳体")) == "壳体"
    assert ZH.named(Named("x", "Housing")) == "Housing"
    assert EN.named(Named("x", "Housing", "壳体")) == "Housing"
    assert EN.named(None) == "–"


def test_a_percent_sign_in_a_value_is_no_placeholder() -> None:
    assert EN.say("Found for “%(query)s”", query="100 %(x)s %") == "Found for “100 %(x)s %”"


@given(st.floats(-1e12, 1e12) | st.decimals(-(10**9), 10**9, places=6) | st.fractions(-1000, 1000), st.integers(0, 8))
def test_figures_are_those_of_the_locale(value: float | Decimal | Fraction, digits: int) -> None:
    rounded = round(Fraction(value), digits)
    exact = Decimal(rounded.numerator) / Decimal(rounded.denominator)
    pattern = f"#,##0.{'0' * digits}" if digits else "#,##0"
    for speech in (EN, ZH):
        said = speech.figure(value, digits)
        assert said.removeprefix("-") == format_decimal(abs(exact), format=pattern, locale=speech.locale)
        assert said.startswith("-") == (value < 0)


@given(st.integers(-(10**18), 10**18))
def test_counts_are_those_of_the_locale(number: int) -> None:
    assert {EN.count(number), ZH.count(number)} == {format_decimal(number, locale="en")}


@given(st.datetimes(datetime(1000, 1, 1), datetime(9000, 1, 1), timezones=st.just(UTC)))
def test_times_are_those_of_the_locale(instant: datetime) -> None:
    assert ZH.moment(instant, "UTC") == format_datetime(instant, "yyyy-MM-dd HH:mm:ss", locale="zh")
    assert EN.clock(instant, "UTC") == format_time(instant, "HH:mm:ss", locale="en")
