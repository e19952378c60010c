"""The words of audits: kinds of records that people enter, checks of the log, how a policy stands."""

from collections.abc import Mapping
from enum import StrEnum

from hub.audit.check import CheckScope
from hub.pages.speech import mark
from hub.sharing.told import Standing
from traceability.record.sharing import Items

SCOPES: Mapping[StrEnum, str] = {
    CheckScope.SAMPLE: mark("a sample"),
    CheckScope.SINCE: mark("all since the last check"),
    CheckScope.WHOLE: mark("the whole ledger"),
}
STANDINGS: Mapping[StrEnum, str] = {
    Standing.IN_FORCE: mark("in force"),
    Standing.TO_COME: mark("to come"),
    Standing.REPLACED: mark("replaced"),
    Standing.ENDED: mark("taken back"),
    Standing.TAKING_BACK: mark("takes one back"),
}
ITEMS: Mapping[StrEnum, str] = {
    Items.ALL: mark("every item"),
    Items.DELIVERED: mark("what was delivered to the partner"),
}
EXTENTS: Mapping[str, str] = {
    "nothing": mark("nothing"),
    "neighbours": mark("one step up and down"),
    "delivered": mark("what was delivered"),
    "all": mark("everything"),
}
RECORD_KINDS: Mapping[str, str] = {
    "alarm-acknowledgement": mark("alarm answered"),
    "alias": mark("other name of an item"),
    "assessment": mark("self-assessment"),
    "author-key": mark("key of an agent"),
    "author-key-revoked": mark("key revoked"),
    "business-partner": mark("business partner number"),
    "catenax-aspect": mark("Catena-X aspect"),
    "chart-baseline": mark("limits of a control chart"),
    "chart-baseline-end": mark("end of limits of a control chart"),
    "company-prefix": mark("GS1 company prefix"),
    "comparison-consent": mark("taking part in the comparison"),
    "configuration-version": mark("configuration of agents"),
    "control-plan": mark("control plan"),
    "correction": mark("correction of a record"),
    "cost-rate": mark("cost rate"),
    "cost-reversal": mark("reversal of a quality cost"),
    "declaration": mark("declaration"),
    "field-failure": mark("failure in the field"),
    "field-return": mark("field returns"),
    "field-usage": mark("usage in the field"),
    "gauge": mark("gauge"),
    "gauge-study": mark("study of a gauge"),
    "goods-receipt": mark("goods receipt"),
    "grading-policy": mark("rules of grading"),
    "history-load": mark("import of history"),
    "history-undone": mark("import of history undone"),
    "hold": mark("hold"),
    "hold-order": mark("hold ordered or released"),
    "improvement": mark("improvement"),
    "improvement-change": mark("step of an improvement"),
    "incoming-decision": mark("decision at incoming"),
    "incoming-escape": mark("escape from incoming"),
    "incoming-inspection": mark("incoming inspection"),
    "incoming-plan": mark("plan of incoming inspection"),
    "indicator": mark("indicator"),
    "indicator-reversal": mark("reversal of an indicator's value"),
    "indicator-value": mark("value of an indicator"),
    "knowledge": mark("case of the knowledge base"),
    "level": mark("Level sealed"),
    "loss-cause": mark("cause of a loss"),
    "loss-reversal": mark("reversal of a loss"),
    "lot-inspection": mark("inspection of a lot"),
    "master-data": mark("master data"),
    "notification": mark("notification"),
    "notification-change": mark("step of a notification"),
    "organisation": mark("company"),
    "organisation-target": mark("target of a company"),
    "output-value": mark("output value"),
    "packing": mark("packing"),
    "plant": mark("plant"),
    "point-exclusion": mark("points left out of a chart"),
    "point-restored": mark("points taken back into a chart"),
    "policy": mark("sharing policy"),
    "production-calendar": mark("production calendar"),
    "quality-cost": mark("quality cost"),
    "quality-loss": mark("quality loss"),
    "quality-target": mark("quality target"),
    "reidentification": mark("item that got a new identity"),
    "requirement": mark("requirement"),
    "requirement-change": mark("step of a requirement"),
    "rollout": mark("roll-out"),
    "rollout-signed": mark("signature for a roll-out"),
    "rollout-step": mark("step of a roll-out"),
    "shipment": mark("shipment"),
    "silence-rule": mark("rule on silent agents"),
}
"""Kind of a record -> what it is; a kind without words is shown by its code."""
AUDIT_TABLES = (SCOPES, STANDINGS, ITEMS)
