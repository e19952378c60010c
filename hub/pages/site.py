"""The whole web application: the API, and the pages for people on top of it."""

from fastapi import FastAPI

from hub.api.app import create_app
from hub.pages import declaration_routes, guest_page, recall_page, routes, static_files
from hub.pages.error_page import add_error_pages
from hub.pages.headers import SecurityHeaders
from hub.pages.switch import LanguageSwitch
from hub.pages.templating import Pages
from hub.parts import Hub


def create_site(parts: Hub, *, tokens_only: bool = False) -> FastAPI:
    """An application that serves API and pages of ``parts``; making one starts nothing.

    ``tokens_only``: nobody is the operator only because no token was shown.
    """
    app = create_app(parts, tokens_only=tokens_only)
    pages = Pages(parts.settings.environment)
    app.state.pages = pages
    app.include_router(routes.router)
    app.include_router(guest_page.router)
    app.include_router(recall_page.router)
    app.include_router(declaration_routes.router)
    app.include_router(static_files.router)
    add_error_pages(app, pages)
    app.add_middleware(LanguageSwitch)
    app.add_middleware(SecurityHeaders)
    return app
