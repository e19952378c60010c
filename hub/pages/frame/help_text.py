"""What an explanation of a figure is made of."""

import msgspec


class HelpText(msgspec.Struct, frozen=True, kw_only=True):
    """``formula`` is the same in every language; ``rules`` are numbers of the rules of grading."""

    title: str
    text: str
    formula: str = ""
    rules: tuple[str, ...] = ()
