"""The whole web application: the API, and the pages for people on top of it."""

from fastapi import FastAPI

from hub.api.app import create_app
from hub.pages import routes, static_files
from hub.pages.error_page import add_error_pages
from hub.pages.headers import SecurityHeaders
from hub.pages.switch import LanguageSwitch
from hub.pages.templating import Pages
from hub.parts import Hub


def create_site(parts: Hub) -> FastAPI:
    """An application that serves API and pages of ``parts``; making one starts nothing."""
    app = create_app(parts)
    pages = Pages(parts.settings.environment)
    app.state.pages = pages
    app.include_router(routes.router)
    app.include_router(static_files.router)
    add_error_pages(app, pages)
    app.add_middleware(LanguageSwitch)
    app.add_middleware(SecurityHeaders)
    return app
