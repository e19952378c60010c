"""The question of a recall as an address, and back: items one by one, so that people can write it, the rest as JSON."""

from typing import Any
from urllib.parse import urlencode

from pydantic import ValidationError
from starlette.datastructures import QueryParams

from hub.errors import EntryRefused
from hub.page_paths import RECALLS_PATH
from hub.recall.question import Question

ITEM, REST, AS_BEFORE = "item", "q", "from"
LONGEST_ADDRESS = 6000
"""Browsers, servers and mails take addresses of this length; a longer question is named by its recall."""


def recall_url(question: Question, path: str = RECALLS_PATH) -> str:
    """Where ``question`` stands ready to be asked; the whole question is in the address."""
    rest = question.model_dump_json(exclude={"items"}, exclude_defaults=True)
    pairs = [(ITEM, item) for item in question.items]
    pairs += [(REST, rest)] if rest != "{}" else []
    return f"{path}?{urlencode(pairs)}" if pairs else path


def question_of(asked: QueryParams) -> Question:
    """What an address asks; ``EntryRefused`` says what in it is no question."""
    items = [item for item in asked.getlist(ITEM) if item.strip()]
    return read_question(asked.get(REST) or "{}", items)


def read_question(text: str, items: list[str] | None = None) -> Question:
    """A question from its JSON, with further items."""
    try:
        found = Question.model_validate_json(text)
        return Question.model_validate({**found.model_dump(), "items": [*found.items, *(items or [])]})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        raise EntryRefused(
            f"{_place(first['loc'])}: {first['msg']}", where="question", advice="begin with an empty one at /recalls"
        ) from None


def without(question: Question, kind: str, place: int) -> Question:
    """The same question but for one seed of a kind (``items``, ``tools`` …)."""
    seeds = list(getattr(question, kind))
    return question.model_copy(update={kind: seeds[:place] + seeds[place + 1 :]})


def _place(location: tuple[Any, ...]) -> str:
    return ".".join(str(each) for each in location) or "question"
