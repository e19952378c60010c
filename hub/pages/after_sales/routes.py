"""The addresses of after-sales, one module a page."""

from fastapi import APIRouter

from hub.pages.after_sales import (
    common_page,
    failure_page,
    passes_page,
    photo_page,
    recall_ask_page,
    report_page,
    tell_page,
)

ROUTERS: tuple[APIRouter, ...] = (
    photo_page.router,
    report_page.router,
    failure_page.router,
    passes_page.router,
    recall_ask_page.router,
    tell_page.router,
    common_page.router,
)
