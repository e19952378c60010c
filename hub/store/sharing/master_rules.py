"""Which master data that belong to no plant an organisation reads: bills of material, defect codes, and its own parts.

A row is of the company that it names. One that names none is of the only company of the hub; where there are several it
is the operator's, but a bill or part whose maker master data state is read by that maker. What results or plans of
others claim opens nothing. Who works for some plants reads the bills and parts that these plants plan to make, and the
defect codes of the company.
"""

# ruff: noqa: S608 - all SQL here is made of words that stand in this program

from hub.settings import HUB_AUTHOR
from hub.store.sharing.words import EVERY_PLANT

_ASKER = "(SELECT a.organisation FROM temp.asker a)"
_COMPANY = "json_extract(r.body, '$.organisation')"
_ALONE = f"NOT EXISTS (SELECT 1 FROM temp.known_organisation o WHERE o.id <> {_ASKER})"
_PART_STATED = (
    "SELECT 1 FROM main.master_version p WHERE p.kind = 'part' AND p.about = r.about"
    f" AND p.author = '{HUB_AUTHOR}' AND NOT p.withdrawn"
)
# a part that had another maker before is told to nobody until somebody names the company
_MADE_BY_ASKER = (
    f"(EXISTS ({_PART_STATED} AND json_extract(p.body, '$.maker') = {_ASKER})"
    f" AND NOT EXISTS ({_PART_STATED} AND json_extract(p.body, '$.maker') <> {_ASKER}))"
)
_PLANNED_AT_PLANTS = (
    "EXISTS (SELECT 1 FROM temp.control_plan c WHERE c.plant IN (SELECT plant FROM temp.asker_plant)"
    f" AND r.about IN (c.part, c.part || ' @ ' || {_ASKER}))"
)
_OF_NOBODY = f"({_ALONE} OR (r.kind <> 'defect-code' AND {_MADE_BY_ASKER}))"
_OF_ASKER = f"({_COMPANY} = {_ASKER} OR ({_COMPANY} IS NULL AND {_OF_NOBODY}))"

OF_NO_PLANT = (
    f"(r.author = '{HUB_AUTHOR}' AND r.kind IN ('bom', 'part', 'defect-code') AND {_OF_ASKER}"
    f" AND (r.kind = 'defect-code' OR {EVERY_PLANT} OR {_PLANNED_AT_PLANTS}))"
)
"""Of ``master_version``."""
