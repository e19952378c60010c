"""The page of a self-declaration."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from hub.api.access import UsesHub
from hub.declaration.declare import opened_document, signed_document
from hub.pages.both import Writer
from hub.pages.declaration_page import declaration_context
from hub.pages.language import Language
from hub.pages.speech import Speech
from hub.pages.templating import Pages
from traceability.encoding import sha256, tagged

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
WRITER = Writer(Speech(Language.ZH), Speech(Language.EN))


def pages_of(request: Request) -> Pages:
    """The pages that this application was made with."""
    pages = request.app.state.pages
    assert isinstance(pages, Pages)
    return pages


@router.get("/declarations/{declaration}")
def get_declaration(
    declaration: str, request: Request, hub: UsesHub, pages: Annotated[Pages, Depends(pages_of)]
) -> Response:
    """What was declared, in both languages, to be read or printed."""
    with hub.store.reading() as connection:
        document = opened_document(connection, declaration)
        signed = signed_document(connection, declaration)
    context = declaration_context(document, tagged(sha256(signed.rstrip(b"\n"))), WRITER)
    return pages.answer(request, "declaration.html", context)
