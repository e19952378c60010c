"""From a template to an answer. One Jinja environment for each language, made once, with escaping always on."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fastapi import Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse

from hub.page_paths import plant_path
from hub.pages.fpy_chart import yield_interval
from hub.pages.language import Language
from hub.pages.level_words import binding_short, level_name
from hub.pages.speech import Speech
from hub.pages.static_files import PLOTLY_PATH, STATIC_ROOT, plotly_style_ids
from hub.pages.switch import language_of, switch_address
from hub.pages.words import word_for
from traceability.unit import Environment as DataEnvironment

TEMPLATE_FOLDER = Path(__file__).parent / "templates"
_HEADERS = {"Cache-Control": "private, no-cache", "Vary": "Accept-Language, Cookie"}


class Pages:
    """Renders pages in the language of whoever asks; ``environment`` says whose data they show."""

    def __init__(self, environment: DataEnvironment) -> None:
        self._speeches = {language: Speech(language) for language in Language}
        self._templates = {language: _templates(speech) for language, speech in self._speeches.items()}
        self._environment = environment

    def speech(self, request: Request) -> Speech:
        """How to speak to whoever asks."""
        return self._speeches[language_of(request)]

    def answer(self, request: Request, name: str, context: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """The page ``name`` filled with ``context``."""
        language = language_of(request)
        frame = {
            "language": language,
            "languages": [(each, switch_address(request, each)) for each in Language],
            "environment": self._environment,
            "query": "",
        }
        html = self._templates[language].get_template(name).render(frame | dict(context))
        return HTMLResponse(html, status, headers=_HEADERS | {"Content-Language": language.value})


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
    templates.globals |= {
        "say": speech.say,
        "say_count": speech.say_count,
        "speech": speech,
        "word": word,
        "level_name": lambda level: level_name(speech, level),
        "binding_short": lambda grade: binding_short(speech, grade),
        "fpy_interval": lambda fpy: yield_interval(fpy, speech),
        "plant_path": plant_path,
        "static": STATIC_ROOT,
        "plotly": PLOTLY_PATH,
        "plotly_style_ids": plotly_style_ids(),
    }
    return templates
