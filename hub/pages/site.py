"""The whole web application: the API, and the pages for people on top of it."""

from fastapi import APIRouter, FastAPI

from hub.api.app import create_app
from hub.api.joining import join
from hub.pages import (
    account_page,
    declaration_routes,
    guest_page,
    recall_page,
    routes,
    sign_in_page,
    static_files,
    subscription_page,
    user_page,
    users_page,
)
from hub.pages.after_sales import routes as after_sales_pages
from hub.pages.audit import policy_routes as policy_pages
from hub.pages.audit import routes as audit_pages
from hub.pages.comparison import routes as comparison_pages
from hub.pages.costs import entries_routes
from hub.pages.costs import routes as cost_pages
from hub.pages.error_page import add_error_pages
from hub.pages.files import routes as file_pages
from hub.pages.fleet import rollout_routes as rollout_pages
from hub.pages.fleet import routes as fleet_pages
from hub.pages.headers import SecurityHeaders
from hub.pages.improvement import routes as improvement_pages
from hub.pages.incoming import further_routes as further_incoming_pages
from hub.pages.incoming import routes as incoming_pages
from hub.pages.indicators import organisation_target_routes as organisation_target_pages
from hub.pages.indicators import routes as indicator_pages
from hub.pages.indicators import target_routes as target_pages
from hub.pages.knowledge import routes as knowledge_pages
from hub.pages.master import routes as master_pages
from hub.pages.notifications import acts as mail_acts
from hub.pages.notifications import new_page as mail_new_page
from hub.pages.notifications import routes as mail_pages
from hub.pages.plants import alarms_routes, as_built_routes, gauges_routes, level_routes, losses_routes, spc_routes
from hub.pages.plants import routes as plant_pages
from hub.pages.requirements import routes as requirement_pages
from hub.pages.review import routes as review_pages
from hub.pages.suppliers import routes as supplier_pages
from hub.pages.switch import PreferenceSwitch
from hub.pages.templating import Pages
from hub.parts import Hub
from hub.requirement.standing import FulfilmentDesk

PAGE_ROUTERS: tuple[APIRouter, ...] = (
    routes.router,
    sign_in_page.router,
    account_page.router,
    users_page.router,
    user_page.router,
    guest_page.router,
    *after_sales_pages.ROUTERS,
    recall_page.router,
    mail_new_page.router,
    mail_pages.router,
    mail_acts.router,
    declaration_routes.router,
    supplier_pages.router,
    plant_pages.router,
    alarms_routes.router,
    indicator_pages.router,
    target_pages.router,
    organisation_target_pages.router,
    cost_pages.router,
    entries_routes.router,
    spc_routes.router,
    losses_routes.router,
    level_routes.router,
    gauges_routes.router,
    as_built_routes.router,
    review_pages.router,
    comparison_pages.router,
    improvement_pages.router,
    knowledge_pages.router,
    requirement_pages.router,
    incoming_pages.router,
    further_incoming_pages.router,
    file_pages.router,
    master_pages.router,
    subscription_page.router,
    fleet_pages.router,
    audit_pages.router,
    policy_pages.router,
    rollout_pages.router,
    static_files.router,
)


def create_site(parts: Hub, *, open_pages: bool | None = None, proxied: bool = False) -> FastAPI:
    """An application that serves API and pages of ``parts``; making one starts nothing.

    ``open_pages`` and ``proxied`` as in ``create_app``.
    """
    app = create_app(parts, open_pages=open_pages, proxied=proxied)
    pages = Pages(parts.settings.environment)
    app.state.pages = pages
    app.state.fulfilments = FulfilmentDesk()
    join(app, PAGE_ROUTERS)
    add_error_pages(app, pages)
    app.add_middleware(PreferenceSwitch)
    app.add_middleware(SecurityHeaders)
    return app
