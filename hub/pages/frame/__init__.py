"""What stands around every page: the way by tasks, the trail back, what the reader prefers, help at each figure.

A new page is one small module and one template::

    router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

    @router.get("/things")
    def get_things(request: Request, hub: UsesHub, pages: UsesPages) -> Response:
        with hub.store.reading() as connection:
            found = things(connection)                      # what /api/v1/things answers, too
        tables = (Filled(THINGS, found),)                   # hub.pages.tables: one definition, three outputs
        return pages.show(request, "things.html", {"view": found}, tables=tables, trail=(crumb("Things"),))

    {% extends "base.html" %}
    {% from "parts/kit.html" import data_table, help, number, empty, badge, chart, progress with context %}
    {% block content %}{{ data_table(tables.things) }}{% endblock %}

``navigation`` names the page under its task, ``help_texts`` explains its figures, ``tests/hub/pages/test_frame.py``
takes every address of ``navigation`` and checks size, statements, texts and what the policy of contents forbids.
"""
