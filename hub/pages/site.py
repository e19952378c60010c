"""The whole web application: the API, and the pages for people on top of it."""

from fastapi import FastAPI

from hub.api.app import create_app
from hub.pages import (
    account_page,
    declaration_routes,
    guest_page,
    recall_page,
    routes,
    sign_in_page,
    static_files,
    subscription_page,
    users_page,
)
from hub.pages.error_page import add_error_pages
from hub.pages.headers import SecurityHeaders
from hub.pages.suppliers import routes as supplier_pages
from hub.pages.switch import PreferenceSwitch
from hub.pages.templating import Pages
from hub.parts import Hub


def create_site(parts: Hub, *, open_pages: bool | None = None, proxied: bool = False) -> FastAPI:
    """An application that serves API and pages of ``parts``; making one starts nothing.

    ``open_pages`` and ``proxied`` as in ``create_app``.
    """
    app = create_app(parts, open_pages=open_pages, proxied=proxied)
    pages = Pages(parts.settings.environment)
    app.state.pages = pages
    app.include_router(routes.router)
    app.include_router(sign_in_page.router)
    app.include_router(account_page.router)
    app.include_router(users_page.router)
    app.include_router(guest_page.router)
    app.include_router(recall_page.router)
    app.include_router(declaration_routes.router)
    app.include_router(supplier_pages.router)
    app.include_router(subscription_page.router)
    app.include_router(static_files.router)
    add_error_pages(app, pages)
    app.add_middleware(PreferenceSwitch)
    app.add_middleware(SecurityHeaders)
    return app
