"""Whose GS1 keys begin with which company prefix."""

from sqlalchemy import select

from hub.store.core.database import Reading
from hub.store.tables.every import company_prefix


def company_prefixes(connection: Reading) -> dict[str, str]:
    """Organisation of each prefix, as entered last."""
    order = (company_prefix.c.batch_id, company_prefix.c.line)
    return {row.prefix: row.organisation for row in connection.execute(select(company_prefix).order_by(*order))}
