"""How a page says names, numbers and times in one language."""

import math
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from fractions import Fraction
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_timedelta
from babel.numbers import format_decimal, get_decimal_symbol, get_group_symbol

from hub.named import Named
from hub.pages.language import Language, locale_of, translations_of
from hub.pages.refusal import refusal
from traceability.errors import ZhuoyueError

NO_FIGURE = "–"
_MOST_DIGITS = 8
_PRECISION = 50
_PLAIN = 1e15
_EXACT = Context(prec=_PRECISION)
_STEPS = tuple(Decimal(1).scaleb(-digits) for digits in range(20))
_JUST_NOW = timedelta(seconds=10)


def mark(text: str) -> str:
    """Names a text for the catalogues where it stands; it is said in a reader's language later."""
    return text


class Speech:
    """One language with its catalogue; made once, used by every page in that language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.locale: Locale = locale_of(language)
        self.translations = translations_of(language)
        signs = {",": get_group_symbol(self.locale), ".": get_decimal_symbol(self.locale)}
        self._signs = str.maketrans({plain: own for plain, own in signs.items() if plain != own})

    def say(self, text: str, **values: object) -> str:
        """``text`` in this language; ``%(name)s`` in it are filled with ``values``."""
        said = self.translations.gettext(text)
        return said % values if values else said

    def refusal(self, error: ZhuoyueError) -> str:
        """Why something was refused, and what to do."""
        return refusal(error, self.language)

    def say_count(self, one: str, many: str, number: int, **values: object) -> str:
        """``one`` or ``many`` as the grammar asks; ``%(num)s`` is the number."""
        return self.translations.ngettext(one, many, number) % ({"num": self.count(number)} | values)

    def list(self, parts: Iterable[str]) -> str:
        """Parts joined as a plain enumeration."""
        return ("，" if self.language is Language.ZH else ", ").join(parts)

    def named(self, thing: Named | None) -> str:
        """The name in this language, as far as one was given."""
        if thing is None:
            return NO_FIGURE
        return thing.name_zh if self.language is Language.ZH and thing.name_zh else thing.name

    def count(self, number: int | None) -> str:
        """A whole number with this language's grouping."""
        if number is None:
            return NO_FIGURE
        return self._told(f"{number:,}")

    def figure(self, value: Decimal | Fraction | float | None, digits: int) -> str:
        """A number with so many decimals, all of them shown."""
        if value is None:
            return NO_FIGURE
        if isinstance(value, float) and abs(value) < _PLAIN:  # Python rounds what a float is exactly, half to even
            return self._told(f"{value:,.{digits}f}")
        return self._told(f"{_rounded(value, digits):,.{digits}f}")

    def exact(self, value: Decimal | None) -> str:
        """A number with exactly the decimals it has."""
        if value is None:
            return NO_FIGURE
        exponent = value.as_tuple().exponent
        digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
        if value.is_finite():
            return self._told(f"{value:,.{digits}f}")
        return str(format_decimal(value, format=_pattern(digits), locale=self.locale, decimal_quantization=False))

    def percent(self, share: Fraction | float | None, digits: int = 1, unlike: Iterable[Fraction] = ()) -> str:
        """A share as percent.

        A value that is not one of ``unlike`` is given as many decimals as it needs not to look like one of them, so
        that 94.996 % never reads "95.0 %" beside a limit of 95 %.
        """
        if share is None:
            return NO_FIGURE
        hundred = Fraction(share) * 100
        limits = [limit * 100 for limit in unlike if limit * 100 != hundred]
        while digits < _MOST_DIGITS and any(_rounded(hundred, digits) == _rounded(limit, digits) for limit in limits):
            digits += 1
        return f"{self.figure(hundred, digits)} %"

    def limit_percent(self, share: Fraction) -> str:
        """A round share, such as a threshold, as percent with the decimals it has."""
        hundred = share * 100
        digits = next((d for d in range(_MOST_DIGITS) if (hundred * 10**d).denominator == 1), _MOST_DIGITS)
        return f"{self.figure(hundred, digits)} %"

    def moment(self, instant: datetime, zone: str) -> str:
        """Date and time by the clock of ``zone``, to the second."""
        return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(" ", "seconds")

    def clock(self, instant: datetime, zone: str) -> str:
        """Time of day by the clock of ``zone``, to the second."""
        return instant.astimezone(ZoneInfo(zone)).time().isoformat("seconds")

    def day(self, when: date | datetime, zone: str = "UTC") -> str:
        """A date in words, by the clock of ``zone`` when it has a time."""
        local = when.astimezone(ZoneInfo(zone)) if isinstance(when, datetime) else when
        return str(format_date(local, "medium", locale=self.locale))

    def ago(self, then: datetime, now: datetime) -> str:
        """How long before ``now``; what lies ahead (a clock that was set back) is now."""
        if now - then < _JUST_NOW:
            return self.say("just now")
        return str(format_timedelta(then - now, add_direction=True, locale=self.locale))

    def zone(self, zone: str, when: datetime) -> str:
        """A time zone with its offset at that time: ``Asia/Shanghai (UTC+08:00)``."""
        offset = when.astimezone(ZoneInfo(zone)).strftime("%z")
        return f"{zone} (UTC{offset[:3]}:{offset[3:5]})" if zone != "UTC" else "UTC"

    def _told(self, text: str) -> str:
        """A plain number, grouped by thousands as both languages do, with this language's signs."""
        return text.translate(self._signs) if self._signs else text


def _rounded(value: Decimal | Fraction | float, digits: int) -> Decimal:
    step = _STEPS[digits] if 0 <= digits < len(_STEPS) else Decimal(1).scaleb(-digits)
    if isinstance(value, float) and math.isfinite(value):
        return Decimal(value).quantize(step, rounding=ROUND_HALF_EVEN, context=_EXACT)
    exact = Fraction(value)
    with localcontext(prec=_PRECISION):
        return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(step, rounding=ROUND_HALF_EVEN)


def _pattern(digits: int) -> str:
    return f"#,##0.{'0' * digits}" if digits else "#,##0"
