"""What the routes of the knowledge base take, as JSON."""

from typing import Annotated

from pydantic import Field

from hub.entry.forms import Form, Key, Note
from hub.improvement.forms import Optional, Proofs, Said
from traceability.record.knowledge import KnowledgeContent

Partners = Annotated[list[Key], Field(max_length=200)]


class CaseForm(Form):
    """A case entered by hand, with what shows it; ``shared_with`` are organisations, or ``*`` for all of the hub."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    problem: Note = ""
    cause: Said
    action: Said
    result: Note = ""
    part: Optional = ""
    characteristic: Optional = ""
    defect: Optional = ""
    operation: Optional = ""
    machine_type: Optional = ""
    evidence: Proofs
    best_case: bool = False
    number: Annotated[str, Field(max_length=200)] = ""
    """What the plant calls it, once at a plant."""
    shared_with: Partners = Field(default_factory=list)
    by: Key

    def at(self, plant: str, improvement: str = "") -> KnowledgeContent:
        """As it is recorded."""
        said = self.model_dump(exclude={"by", "shared_with", "evidence"})
        return KnowledgeContent(plant=plant, evidence=tuple(self.evidence), improvement=improvement, **said)


class FromImprovementForm(Form):
    """A case of a closed improvement whose effect was shown."""

    improvement: Key
    machine_type: Optional = ""
    best_case: bool = False
    shared_with: Partners = Field(default_factory=list)
    by: Key


class SharingForm(Form):
    """With whom a case is shared from now on; withdrawn, it is found no more."""

    shared_with: Partners = Field(default_factory=list)
    withdrawn: bool = False
    by: Key
