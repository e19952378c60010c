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
from hub.pages.after_sales import routes as after_sales_pages
from hub.pages.comparison import routes as comparison_pages
from hub.pages.costs import entries_routes
from hub.pages.costs import routes as cost_pages
from hub.pages.error_page import add_error_pages
from hub.pages.fleet import rollout_routes as rollout_pages
from hub.pages.fleet import routes as fleet_pages
from hub.pages.headers import SecurityHeaders
from hub.pages.improvement import routes as improvement_pages
from hub.pages.indicators import routes as indicator_pages
from hub.pages.indicators import target_routes as target_pages
from hub.pages.knowledge import routes as knowledge_pages
from hub.pages.plants import alarms_routes, gauges_routes, level_routes, losses_routes, spc_routes
from hub.pages.plants import routes as plant_pages
from hub.pages.requirements import routes as requirement_pages
from hub.pages.review import routes as review_pages
from hub.pages.suppliers import routes as supplier_pages
from hub.pages.switch import PreferenceSwitch
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.requirement.standing import FulfilmentDesk


def create_site(parts: Hub, *, open_pages: bool | None = None, proxied: bool = False) -> FastAPI:
    """An application that serves API and pages of ``parts``; making one starts nothing.

    ``open_pages`` and ``proxied`` as in ``create_app``.
    """
    app = create_app(parts, open_pages=open_pages, proxied=proxied)
    pages = Pages(parts.settings.environment)
    app.state.pages = pages
    app.state.fulfilments = FulfilmentDesk()
    app.include_router(routes.router)
    app.include_router(sign_in_page.router)
    app.include_router(account_page.router)
    app.include_router(users_page.router)
    app.include_router(guest_page.router)
    for each in after_sales_pages.ROUTERS:
        app.include_router(each)
    app.include_router(recall_page.router)
    app.include_router(declaration_routes.router)
    app.include_router(supplier_pages.router)
    app.include_router(plant_pages.router)
    app.include_router(alarms_routes.router)
    app.include_router(indicator_pages.router)
    app.include_router(target_pages.router)
    app.include_router(cost_pages.router)
    app.include_router(entries_routes.router)
    app.include_router(spc_routes.router)
    app.include_router(losses_routes.router)
    app.include_router(level_routes.router)
    app.include_router(gauges_routes.router)
    app.include_router(review_pages.router)
    app.include_router(comparison_pages.router)
    app.include_router(improvement_pages.router)
    app.include_router(knowledge_pages.router)
    app.include_router(requirement_pages.router)
    app.include_router(subscription_page.router)
    app.include_router(fleet_pages.router)
    app.include_router(rollout_pages.router)
    app.include_router(static_files.router)
    add_error_pages(app, pages)
    app.add_middleware(PreferenceSwitch)
    app.add_middleware(SecurityHeaders)
    return app
