"""For each table, by which rule its rows are an asker's own or are shared with it.

A table that is not named here and has an author shows an organisation its own rows; one without an author shows it
nothing. So a table that is added later gives nothing away until somebody decides that it should.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

import msgspec
from sqlalchemy import Table

from hub.settings import HUB_AUTHOR
from hub.store.sharing.about_statements import AGAINST_LOTS, LOT, LOT_INSPECTIONS, PART_OF_LOT, REVERSALS_OF_LOSSES
from hub.store.sharing.master_rules import OF_NO_PLANT
from hub.store.sharing.words import (
    EVERY_PLANT,
    RECALLS,
    brought_by,
    delivered,
    made_by_asker,
    names_asker,
    neighbours,
    owner_of,
    part_decided,
)
from traceability.record.sharing import DataKind

NOTHING = "1 = 0"
EVERYTHING = "1 = 1"


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """Rows are shared by ``kinds`` (all of them are needed), policies of ``part`` or of the part of ``item``.

    ``item`` and ``part`` are SQL about the row ``r``; ``delivered`` is what must have been sent (``item`` where None).
    ``near`` says which rows are shared one step up and down without any policy. ``also`` lets further rows be seen,
    and of rows that are not ``only`` no policy lets anything be seen.
    """

    kinds: tuple[DataKind, ...]
    item: str | None = None
    part: str | None = None
    near: str | None = None
    party: str | None = None
    organisation: str | None = None
    """Who owns what the hub sealed: a column, or other SQL about the row."""
    also: str | None = None
    only: str | None = None


_OF_RESULT = (
    "(SELECT MIN(u.part) FROM main.unit_result u"
    " WHERE u.result_id = r.result_id AND u.author = r.author AND u.chain = r.chain)"
)
_ADDRESSED = f"({names_asker('r.party')} OR {names_asker('r.source_party')})"
_NAMED = f"({made_by_asker('r.one')} OR {made_by_asker('r.other')})"
_MINE = "(SELECT author FROM temp.asker_author)"
_BROUGHT = brought_by("r")

RULES: dict[str, Rule] = {
    "unit_result": Rule(kinds=(DataKind.VERDICTS,), item="r.unit", part="r.part"),
    "hold": Rule(kinds=(DataKind.VERDICTS,), item="r.about"),
    "interlock_refusal": Rule(kinds=(DataKind.VERDICTS,), item="r.unit"),
    "claim": Rule(kinds=(DataKind.VERDICTS,), part="r.part"),
    "first_pass_hour": Rule(kinds=(DataKind.VERDICTS,), part="r.part"),
    "first_pass_span": Rule(kinds=(DataKind.VERDICTS,), part="r.part"),
    # which part they are of is not told: shared where the owner shares every verdict
    "author_results": Rule(kinds=(DataKind.VERDICTS,), part="CAST(NULL AS TEXT)"),
    "measured": Rule(kinds=(DataKind.MEASUREMENTS,), item="r.unit", part=_OF_RESULT),
    "control_plan": Rule(kinds=(DataKind.MEASUREMENTS,), part="r.part"),
    "rollup_stream": Rule(kinds=(DataKind.MEASUREMENTS,), part="r.part"),
    "picture": Rule(kinds=(DataKind.PICTURES,), item="r.unit", part=_OF_RESULT),
    "codes": Rule(kinds=(DataKind.PICTURES,), item="r.unit", part=_OF_RESULT),
    "link": Rule(
        kinds=(DataKind.GENEALOGY,),
        item="r.parent",
        part=_OF_RESULT,
        near=made_by_asker("r.child"),
        organisation=_BROUGHT,
    ),
    "packing": Rule(
        kinds=(DataKind.GENEALOGY,),
        item="r.packed",
        near=delivered("r.container", owner_of("r", "r.plant", None, _BROUGHT)),
        organisation=_BROUGHT,
    ),
    "shipment": Rule(
        kinds=(DataKind.GENEALOGY,),
        item="r.shipped",
        party="r.source_party",
        also=_ADDRESSED,
        organisation=_BROUGHT,
    ),
    "alias": Rule(
        kinds=(DataKind.GENEALOGY,),
        item="r.one",
        near=_NAMED,
        also=f"(r.author = '{HUB_AUTHOR}' AND {_NAMED})",
        organisation=_BROUGHT,
    ),
    "emptied": Rule(kinds=(DataKind.GENEALOGY,), item="r.parent", organisation=_BROUGHT),
    "transformation_part": Rule(kinds=(DataKind.GENEALOGY,), item="r.thing", organisation=_BROUGHT),
    "catenax_aspect": Rule(
        kinds=(DataKind.GENEALOGY,), item="COALESCE(r.item, r.subject)", organisation="r.organisation"
    ),
    "alarm": Rule(kinds=(DataKind.VERDICTS, DataKind.MEASUREMENTS), item="r.unit", part="r.part"),
    "field_failure": Rule(kinds=(DataKind.VERDICTS,), item="r.unit"),
    "field_usage": Rule(kinds=(DataKind.VERDICTS,), item="r.unit"),
    "quality_loss": Rule(kinds=(DataKind.COSTS,)),
    "quality_loss_detail": Rule(kinds=(DataKind.COSTS,)),
    "quality_statement": Rule(
        kinds=(DataKind.VERDICTS,), item=LOT, part=PART_OF_LOT, only=LOT_INSPECTIONS, also=REVERSALS_OF_LOSSES
    ),
    "assessment": Rule(kinds=(DataKind.GRADING,)),
    "output_value": Rule(kinds=(DataKind.GRADING,)),
    "epcis_event": Rule(
        kinds=(DataKind.GENEALOGY, DataKind.VERDICTS, DataKind.MEASUREMENTS, DataKind.PICTURES),
        organisation="r.organisation",
    ),
}

_AT = "v.batch_id = r.batch_id AND v.line = r.line"
_OF_NOTIFICATION = "EXISTS (SELECT 1 FROM temp.notification v WHERE v.id = r.id)"
_SIDES = "(SELECT a.organisation FROM temp.asker a)"
_SENT = (
    "EXISTS (SELECT 1 FROM main.notification_change c"
    " WHERE c.id = r.id AND json_extract(c.record, '$.content.to') = 'SENT')"
)
_LENT = (
    "(EXISTS (SELECT 1 FROM main.knowledge_share s WHERE s.batch_id = r.batch_id AND s.line = r.line"
    f" AND (s.organisation = '*' OR s.organisation = {_SIDES}))"
    " AND NOT EXISTS (SELECT 1 FROM main.knowledge n WHERE n.id = r.id"
    " AND (n.batch_id > r.batch_id OR (n.batch_id = r.batch_id AND n.line > r.line))))"
)
# Conditions of their own; ``temp.X`` is what the asker sees of X.
CONDITIONS: dict[str, str] = {
    "organisation": "r.id IN (SELECT organisation FROM temp.acquaintance)",
    "plant": "r.organisation IN (SELECT organisation FROM temp.acquaintance)",
    "company_prefix": "r.organisation IN (SELECT organisation FROM temp.acquaintance)",
    "business_partner": "r.organisation IN (SELECT organisation FROM temp.acquaintance)",
    "author_key": "r.plant IS NULL OR r.plant IN (SELECT plant FROM temp.asker_plant)",
    "author_key_revoked": "r.id IN (SELECT k.id FROM temp.author_key k)",
    "rollup": "EXISTS (SELECT 1 FROM temp.rollup_stream v WHERE v.id = r.stream)",
    # the validity of what one sees: without it a plan that ended would look as if it were in force
    "master_version": f"r.author IN {_MINE}"
    f" OR (r.author = '{HUB_AUTHOR}' AND r.plant IN (SELECT plant FROM temp.asker_plant)) OR {OF_NO_PLANT}"
    + "".join(
        f" OR EXISTS (SELECT 1 FROM temp.{table} v WHERE {_AT})" for table in ("control_plan", "organisation", "plant")
    ),
    # which components others have records of is told by those records, to whom they are shared with
    "component_count": NOTHING,
    # where units of others have been is nobody's; ``arrived_queries`` counts those at plants that are seen whole
    "unit_places": NOTHING,
    "component_places": NOTHING,
    "result_detail": f"EXISTS (SELECT 1 FROM temp.unit_result v WHERE {_AT})",
    "result_tool": f"EXISTS (SELECT 1 FROM temp.unit_result v WHERE {_AT})",
    "value_column": "EXISTS (SELECT 1 FROM temp.measured v WHERE v.batch_id = r.batch_id)",
    "epcis_key": f"EXISTS (SELECT 1 FROM temp.epcis_event v WHERE {_AT})",
    "epcis_own_name": " OR ".join(
        f"EXISTS (SELECT 1 FROM temp.{table} v WHERE {_AT})" for table in ("unit_result", "link", "shipment", "packing")
    ),
    # of whose records one sees none, one does not see how its number ends
    "item_ending": "EXISTS (SELECT 1 FROM temp.unit_result v WHERE v.unit = r.item)"
    " OR EXISTS (SELECT 1 FROM temp.link v WHERE v.parent = r.item)"
    " OR EXISTS (SELECT 1 FROM temp.link v WHERE v.child = r.item)",
    "epcis_capture": f"r.organisation = {_SIDES}",
    "sharing_policy": f"r.owner = {_SIDES} OR r.partner = {_SIDES}",
    # it names items of every plant
    "audit_read": f"(r.owner = {_SIDES} AND {EVERY_PLANT}) OR r.owner = '*'",
    "audit_removed": f"r.owner = {_SIDES} OR r.owner = '*'",
    "audit_check": f"r.organisation = {_SIDES}",
    "contact": f"r.organisation = {_SIDES}",
    # what is not sent yet is the sender's alone
    "notification": f"r.sender = {_SIDES} OR (r.receiver = {_SIDES} AND {_SENT})",
    "notification_item": _OF_NOTIFICATION,
    "notification_change": _OF_NOTIFICATION,
    # a supplier sees what its customer recorded about its own deliveries
    "incoming": f"r.plant IN (SELECT plant FROM temp.asker_plant) OR r.supplier = {_SIDES}",
    "incoming_item": f"r.plant IN (SELECT plant FROM temp.asker_plant) OR r.supplier = {_SIDES}",
    "incoming_number": f"r.plant IN (SELECT plant FROM temp.asker_plant) OR r.supplier = {_SIDES}",
    "organisation_statement": f"r.organisation = {_SIDES}",
    "requirement": f"r.customer = {_SIDES} OR r.supplier = {_SIDES}",
    "requirement_change": "EXISTS (SELECT 1 FROM temp.requirement v WHERE v.id = r.id)",
    "requirement_status": "EXISTS (SELECT 1 FROM temp.requirement v WHERE v.id = r.requirement)",
    "improvement": "r.plant IN (SELECT plant FROM temp.asker_plant)",
    "improvement_change": "EXISTS (SELECT 1 FROM temp.improvement v WHERE v.id = r.id)",
    # what was learnt stays with its plant, unless its present version is shared
    "knowledge": f"r.plant IN (SELECT plant FROM temp.asker_plant) OR {_LENT}",
    "knowledge_share": f"EXISTS (SELECT 1 FROM temp.knowledge v WHERE {_AT} AND (r.organisation IN ({_SIDES}, '*')"
    " OR v.plant IN (SELECT plant FROM temp.asker_plant)))",
    # what was published is for everybody; who was counted, for each its own
    "comparison_table": EVERYTHING,
    "comparison_member": "r.plant IN (SELECT plant FROM temp.asker_plant)",
    "comparison_consent": f"r.id = {_SIDES}",
    "declaration_document": "r.plant IN (SELECT plant FROM temp.asker_plant)",
    # what became of a picture's file, for those who see the picture; what its agent lets go, for acquaintances
    "picture_file": f"EXISTS (SELECT 1 FROM temp.picture v WHERE {_AT} AND v.sha256 = r.sha256)",
    "picture_sending": "(SELECT o.organisation FROM temp.author_owner o WHERE o.author = r.author)"
    " IN (SELECT organisation FROM temp.acquaintance)",
    "agent_contact": f"r.author IN {_MINE}",
    "agent_sample": f"r.author IN {_MINE}",
    "enrolment_token": "r.plant IN (SELECT plant FROM temp.asker_plant)",
    "alarm_acknowledgement": f"r.agent IN {_MINE} OR r.author IN {_MINE}"
    " OR EXISTS (SELECT 1 FROM temp.alarm v WHERE v.id = r.id AND v.author = r.agent)",
    "correction": f"r.author IN {_MINE} OR r.target_author IN {_MINE}"
    f" OR (r.author = '{HUB_AUTHOR}' AND r.plant IN (SELECT plant FROM temp.asker_plant)) OR {AGAINST_LOTS}"
    + "".join(
        f" OR EXISTS (SELECT 1 FROM temp.{table} v WHERE v.author = r.target_author AND v.{record} = r.target_record)"
        f" OR EXISTS (SELECT 1 FROM main.batch b CROSS JOIN temp.{table} v ON v.batch_id = b.id"
        " WHERE b.author = r.target_author AND b.chain = r.target_chain AND b.first_record <= r.target_seq"
        " AND b.first_record + b.records > r.target_seq AND v.seq = r.target_seq)"
        for table, record in (("unit_result", "result_id"), ("link", "result_id"), ("shipment", "record"))
    ),
    "common_question_plant": NOTHING,
    "recall": f"r.id IN {RECALLS}",
    "recall_part": f"r.recall IN {RECALLS}",
    "recall_act": f"r.recall IN {RECALLS}",
    "recall_plant": f"r.recall IN {RECALLS}",
    # the log is public, and so are the numbers that stand for names that one knows already
    "batch": EVERYTHING,
    "log_node": EVERYTHING,
    "cosignature": EVERYTHING,
    "item_number": EVERYTHING,
    "meta": "r.key = 'schema_version'",
}


def condition_of(table: Table) -> str:
    """Which rows ``r`` of ``table`` the asker sees."""
    if table.name in CONDITIONS:
        return CONDITIONS[table.name]
    own = own_rows(table)
    rule = RULES.get(table.name)
    if rule is None:
        return own
    told = rule.item or rule.part or "''"
    shared = " AND ".join(f"noted({_owner(table, rule)}, '{kind}', {told})" for kind in rule.kinds)
    only = f"{rule.only} AND " if rule.only else ""
    ways = [own, *([rule.also] if rule.also else []), f"({only}{shared_rows(table, rule)} AND {shared})"]
    return " OR ".join(ways)


def own_rows(table: Table) -> str:
    """Rows of the asker's authors, and of the hub about the asker's plants; nothing where no author is told."""
    names = set(table.columns.keys())
    rule = RULES.get(table.name)
    ways = [f"r.author IN {_MINE}"] if "author" in names else []
    if "plant" in names:
        whose = f"r.author = '{HUB_AUTHOR}' AND " if "author" in names else ""
        ways.append(f"({whose}r.plant IN (SELECT plant FROM temp.asker_plant))")
    if rule is not None and rule.organisation:
        ways.append(f"(r.author = '{HUB_AUTHOR}' AND {rule.organisation} = {_SIDES})")
    return " OR ".join(ways) if ways else NOTHING


def shared_rows(table: Table, rule: Rule, kinds: tuple[DataKind, ...] | None = None, near: str | None = None) -> str:
    """Rows that a policy of their owner shares with the asker, by each of ``kinds`` (those of the rule if None)."""
    owner = _owner(table, rule)
    near = rule.near if near is None else near
    fits = ["g.items = 'all'"]
    if rule.item is not None:
        fits.append(f"(g.items = 'delivered' AND {delivered(rule.item, 'g.owner')})")
    if near is not None:
        fits.append(f"(g.items = 'neighbours' AND {near})")
    return " AND ".join(
        f"EXISTS (SELECT 1 FROM temp.granted g WHERE g.kind = '{kind}' AND g.owner = {owner}"
        f" AND g.part = {part_decided('g.owner', rule.part, rule.item)} AND ({' OR '.join(fits)}))"
        for kind in (kinds or rule.kinds)
    )


def sealed_rows(table: Table) -> str:
    """Rows that the asker does not see, and of which it may know that they exist."""
    rule = RULES[table.name]
    assert rule.item is not None
    near = neighbours(rule.item, "g.owner")
    known = shared_rows(table, rule, (DataKind.EXISTENCE,), near)
    return f"NOT ({own_rows(table)}) AND NOT ({shared_rows(table, rule)}) AND ({known})"


def _owner(table: Table, rule: Rule) -> str:
    names = set(table.columns.keys())
    if "author" not in names:
        return "(SELECT o.organisation FROM temp.plant_owner o WHERE o.plant = r.plant)"
    return owner_of("r", "r.plant" if "plant" in names else None, rule.party, rule.organisation)
