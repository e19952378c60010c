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

router = APIRouter(include_in_schema=False)
router.include_router(photo_page.router)
router.include_router(report_page.router)
router.include_router(failure_page.router)
router.include_router(passes_page.router)
router.include_router(recall_ask_page.router)
router.include_router(tell_page.router)
router.include_router(common_page.router)
