"""Questions of what units have in common, kept so that their answers have an address.

Beside the ledger, no evidence and not rebuilt. Answers are not kept: they are worked out anew by what is shared then.
"""

from sqlalchemy import JSON, BigInteger, Column, String, Table

from hub.store.core.columns import metadata, text

common_question = Table(
    "common_question",
    metadata,
    Column("id", String(40), primary_key=True),
    text("owner"),  # an organisation, '' the operator
    Column("question", JSON, nullable=False),  # hub.analysis.question.CommonQuestion
    Column("asked_at", BigInteger, nullable=False),
)

# Of the plants of the organisation that asked, those that who asked works for; none: all of them.
common_question_plant = Table(
    "common_question_plant",
    metadata,
    Column("question", String(40), primary_key=True),
    Column("plant", String(200), primary_key=True),
)
