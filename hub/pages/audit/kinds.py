"""What a code of the audit log or of a record is called."""

from hub.pages.audit.audit_words import RECORD_KINDS
from hub.pages.speech import Speech
from hub.pages.words import word_for
from hub.sharing.operator import QUESTIONS
from traceability.record.sharing import DataKind


def kind_words(kind: str, speech: Speech) -> str:
    """What a record is."""
    words = RECORD_KINDS.get(kind)
    return speech.say(words) if words else kind


def data_kind_words(kind: str, speech: Speech) -> str:
    """What of it was looked at; a question of the operator is counted, not its rows."""
    if kind == QUESTIONS:
        return speech.say("questions")
    return speech.say(word_for(DataKind(kind))) if kind in set(DataKind) else kind
