"""From what somebody entered to the page that shows it; without one, to the record itself with its proof."""

from urllib.parse import quote

from hub.audit.changes import ChangeView
from hub.page_paths import (
    KNOWLEDGE_PATH,
    MASTER_PATH,
    NOTIFICATIONS_PATH,
    POLICIES_PATH,
    REQUIREMENTS_PATH,
    has_page,
    improvement_path,
    item_path,
    plant_path,
)

_OF_PLANT = {
    "assessment": "/self-assessment",
    "alarm-acknowledgement": "/alarms",
    "control-plan": "/characteristics",
    "chart-baseline": "/characteristics",
    "chart-baseline-end": "/characteristics",
    "cost-reversal": "/costs/entries",
    "declaration": "/level",
    "gauge": "/gauges",
    "gauge-study": "/gauges",
    "goods-receipt": "/incoming",
    "grading-policy": "/level",
    "history-load": "/files",
    "improvement": "/improvements",
    "incoming-decision": "/incoming",
    "incoming-escape": "/incoming/escapes",
    "incoming-inspection": "/incoming",
    "incoming-plan": "/incoming/plans",
    "indicator": "/indicators",
    "indicator-reversal": "/indicators",
    "indicator-value": "/indicators",
    "level": "/level",
    "loss-cause": "/losses",
    "loss-reversal": "/losses",
    "output-value": "/losses",
    "point-exclusion": "/characteristics",
    "point-restored": "/characteristics",
    "quality-cost": "/costs/entries",
    "quality-loss": "/losses",
    "quality-target": "/targets",
}
_BY_ID = {
    "configuration-version": "/configurations",
    "notification": NOTIFICATIONS_PATH,
    "notification-change": NOTIFICATIONS_PATH,
    "requirement": REQUIREMENTS_PATH,
    "requirement-change": REQUIREMENTS_PATH,
    "rollout": "/rollouts",
    "knowledge": KNOWLEDGE_PATH,
}
_STANDING = {
    "business-partner": MASTER_PATH,
    "company-prefix": MASTER_PATH,
    "comparison-consent": "/comparison",
    "master-data": MASTER_PATH,
    "organisation": f"{MASTER_PATH}/organisation",
    "policy": POLICIES_PATH,
}


def change_path(one: ChangeView) -> str:
    """Where it is shown."""
    if one.kind in _BY_ID:
        return f"{_BY_ID[one.kind]}/{quote(one.id, safe='')}"
    if one.kind in _STANDING:
        return _STANDING[one.kind]
    if has_page(one.about):
        return item_path(one.about)
    return _at_plant(one) if one.plant else one.evidence


def _at_plant(one: ChangeView) -> str:
    if one.kind == "plant":
        return plant_path(one.plant)
    if one.kind == "improvement" and one.records == 1:
        return improvement_path(one.plant, one.id)
    return plant_path(one.plant) + _OF_PLANT[one.kind] if one.kind in _OF_PLANT else one.evidence
