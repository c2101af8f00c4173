"""What a changed key had and has is told by its fields, or by their types where only those differ."""

from __future__ import annotations

import json

from rules.examples import delta_between

from reviewer.rules.engine import run_rules
from reviewer.rules.registry import all_rules


def _told(*versions: list[dict[str, str]]) -> str:
    before, after = (
        {"seat-key.avsc": json.dumps({"type": "record", "name": "SeatKey", "fields": fields}, indent=1)}
        for fields in versions
    )
    rules = [rule for rule in all_rules() if rule.id == "schema-key-format-changed"]
    (finding,) = run_rules(delta_between(before, after), rules).findings
    return finding.why


def test_types_are_told_where_the_names_stay() -> None:
    flight = {"name": "flight", "type": "int"}
    wider = _told([flight], [{**flight, "type": "long"}])
    assert wider.startswith("The key SeatKey had `flight` (int) and has `flight` (long): ")
    more = _told([flight], [flight, {"name": "cabin", "type": "string", "default": "Y"}])
    assert more.startswith("The key SeatKey had `flight` and has `flight`, `cabin`: ")
