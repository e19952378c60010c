"""From a template to an answer. One Jinja environment for each language, made once, with escaping always on."""

from collections.abc import Mapping, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import msgspec
from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from hub.page_paths import plant_path
from hub.pages.defect_words import defect_beside, defect_text
from hub.pages.fpy_chart import yield_interval
from hub.pages.frame.address import address_of
from hub.pages.frame.help_texts import help_of
from hub.pages.frame.navigation import Crumb, shown_tasks
from hub.pages.frame.preference import OF_PLANT, OFFERED_ZONES, Theme, theme_of, zone_of
from hub.pages.language import Language
from hub.pages.level_words import binding_short, level_name
from hub.pages.refusal import told_again
from hub.pages.speech import Speech
from hub.pages.static_files import PLOTLY_PATH, STATIC_ROOT, plotly_style_ids
from hub.pages.switch import language_of, switch_address
from hub.pages.tables.arrange import FORMAT_PARAMETER, TABLE_PARAMETER, arranged
from hub.pages.tables.define import Filled
from hub.pages.tables.export import CSV, XLSX, exported
from hub.pages.who import who_reads
from hub.pages.words import word_for
from hub.store.tiers.cold import taken_cold_reads
from traceability.unit import Environment as DataEnvironment

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept-Language, Cookie"}
PLANTS_OWN = "UTC"
"""The clock of what belongs to no plant, while the reader chose none."""


class Pages:
    """Renders pages in the language of whoever asks; ``environment`` says whose data they show."""

    def __init__(self, environment: DataEnvironment) -> None:
        spoken = {language: _spoken(language) for language in Language}
        self._speeches = {language: speech for language, (speech, _) in spoken.items()}
        self._templates = {language: templates for language, (_, templates) in spoken.items()}
        self._environment = environment

    def speech(self, request: Request) -> Speech:
        """How to speak to whoever asks."""
        return self._speeches[language_of(request)]

    def speech_in(self, language: Language) -> Speech:
        """How to speak in a language."""
        return self._speeches[language]

    def alone(self, language: Language, name: str, context: Mapping[str, Any]) -> str:
        """The page ``name`` without a frame and for nobody in particular: a file."""
        return self._templates[language].get_template(name).render({"language": language, **context})

    def answer(self, request: Request, name: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """The page ``name`` filled with ``context``."""
        language, address = language_of(request), address_of(request)
        reader = who_reads(request)
        frame = {
            "language": language,
            "languages": [(each, switch_address(request, each)) for each in Language],
            "environment": self._environment,
            "query": "",
            "address": address,
            "tasks": shown_tasks(request.url.path, self._speeches[language], may=reader["may"]),
            "trail": (),
            "tables": {},
            "cold": taken_cold_reads(),
            "theme": theme_of(request),
            "themes": tuple(Theme),
            "zone_choice": zone_of(request),
            "zone_choices": OFFERED_ZONES,
            **reader,
        }
        html = self._templates[language].get_template(name).render(frame | dict(context))
        return HTMLResponse(html, status, headers=_HEADERS | {"Content-Language": language.value})

    def show(
        self,
        request: Request,
        name: str,
        context: Mapping[str, Any],
        *,
        tables: Sequence[Filled] = (),
        trail: Sequence[Crumb] = (),
    ) -> Response:
        """The page ``name`` with its tables (``tables.ID`` in the template); with ``?format=`` one of them as a file.

        ``trail`` leads from the task to the page; the home page before it is added.
        """
        address, speech = address_of(request), self.speech(request)
        kind = address.get(FORMAT_PARAMETER)
        wanted = address.get(TABLE_PARAMETER)
        chosen = next((one for one in tables if wanted in (None, one.definition.id)), None)
        if kind in (CSV, XLSX) and chosen is not None:
            return exported(chosen, kind, address, speech)
        shown = {one.definition.id: arranged(one, address, speech) for one in tables}
        return self.answer(request, name, {**context, "tables": shown, "trail": tuple(trail)})

    def part(
        self, request: Request, name: str, context: Mapping[str, Any], *, tables: Sequence[Filled], path: str
    ) -> str:
        """A part of the page ``path`` by itself, without the frame; the links in its tables lead to the page."""
        speech, address = self.speech(request), msgspec.structs.replace(address_of(request), path=path)
        shown = {one.definition.id: arranged(one, address, speech) for one in tables}
        template = self._templates[speech.language].get_template(name)
        return template.render({**context, "tables": shown, "address": address})

    def zone(self, request: Request, of_plant: str = PLANTS_OWN) -> str:
        """By which clock to tell times: the reader's, or that of the plant."""
        chosen = zone_of(request)
        return of_plant if chosen == OF_PLANT else chosen


@cache
def _spoken(language: Language) -> tuple[Speech, Environment]:
    """A language and the templates in it: nothing in them belongs to one hub."""
    speech = Speech(language)
    return speech, _templates(speech)


def _templates(speech: Speech) -> Environment:
    templates = Environment(
        loader=FileSystemLoader(TEMPLATE_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )

    def word(code: Any) -> str:
        return speech.say(word_for(code))

    templates.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    templates.filters["heading"] = lambda text: text if len(text) < 2 else text[:1].upper() + text[1:]
    templates.filters["anew"] = lambda text: told_again(text, speech.language) if text else text
    templates.globals |= {
        "say": speech.say,
        "say_count": speech.say_count,
        "speech": speech,
        "word": word,
        "level_name": lambda level: level_name(speech, level),
        "binding_short": lambda grade: binding_short(speech, grade),
        "fpy_interval": lambda fpy: yield_interval(fpy, speech),
        "plant_path": plant_path,
        "help_of": help_of,
        "defect_text": defect_text,
        "defect_beside": defect_beside,
        "zip": partial(zip, strict=True),
        "static": STATIC_ROOT,
        "plotly": PLOTLY_PATH,
        "plotly_style_ids": plotly_style_ids(),
    }
    return templates
