"""What a breaking change of Protobuf means, in words: message, events, fix."""

from __future__ import annotations

from reviewer.facts.streaming.evolution_protobuf import Change, Damage
from reviewer.facts.streaming.model import Schema, SchemaField


def _written(field: SchemaField) -> str:
    return f"`{' '.join(part for part in (field.label, field.type, field.name, '=', str(field.number)) if part)}`"


Said = tuple[str, tuple[str, ...], str]


def said_of(change: Change, topic: str) -> Said:
    """(message, events, fix) of one breaking change."""
    old, new, schema = change.old, change.new, change.schema
    if old is None:
        assert new is not None
        return _required(new, schema, topic)
    if new is None:
        return _gone(old, schema, topic, change.damage)
    if schema.kind == "enum":
        return _renumbered_value(old, new, schema, topic)
    if change.damage in (Damage.REUSED, Damage.RENAMED, Damage.MOVED, Damage.RETYPED):
        return _misread(change, old, new, topic)
    return _others(change.damage, old, new, schema, topic)


def _misread(change: Change, old: SchemaField, new: SchemaField, topic: str) -> Said:
    name = change.schema.fullname
    reserve = (
        f'Write `reserved {old.number}; reserved "{old.name}";` and give `{new.name}` a number that was never used.'
    )
    if change.damage in (Damage.REUSED, Damage.RENAMED):
        alike, unless = ("", "A") if change.damage is Damage.REUSED else (
            "; the bytes fit, and the names have nothing in common", f"Unless `{new.name}` is a new name for the same thing, a"
        )  # fmt: skip
        return (
            f"In {name} the number {old.number} was {_written(old)} and is now {_written(new)}{alike}.",
            (
                f"Records in {topic} carry `{old.name}` under the number {old.number}; old producers go on writing them.",
                f"{unless} reader with the new schema decodes these bytes as `{new.name}`, and an old reader takes the new `{new.name}` for `{old.name}`.",
                "Where the bytes fit, the wrong value is stored without any exception; where they don't, the record can't be parsed.",
            ),
            f"{_if_same(change, old, new)}{reserve} Keep `{old.name}` at {old.number} if it still exists.",
        )
    if change.damage is Damage.MOVED:
        return (
            f"In {name} `{old.name}` moves from the number {old.number} to {new.number}.",
            (
                f"Records in {topic} carry `{old.name}` under the number {old.number}.",
                f"A reader with the new schema looks for it under {new.number}, finds nothing there and takes the type's default; "
                "an old reader does the same with every new record.",
                f"`{old.name}` is empty or zero in all that is computed from these records, and no exception says so.",
            ),
            f"Keep `{old.name} = {old.number}`.",
        )
    return (
        f"In {name} {_written(old)} becomes {_written(new)}: other bytes under the same number.",
        (
            f"Records in {topic} carry `{old.name}` as {old.type}; old producers go on writing them.",
            f"A reader with the new schema expects {new.type}: the field is skipped as unknown, decoded to another value, or the record can't "
            "be parsed. An old reader meets the same with new records.",
            "The value is lost or wrong, or the record is a poison pill that stops the partition.",
        ),
        f"Leave {_written(old)} as it is, add a field of type {new.type} with a new number, and write both until no old record is left.",
    )


def _if_same(change: Change, old: SchemaField, new: SchemaField) -> str:
    """What to do where only the name is another: nothing is wrong on the wire."""
    if change.damage is not Damage.RENAMED:
        return ""
    return f'If both are one thing, only readers of the JSON form see a difference (`json_name = "{old.name}"` on `{new.name}` keeps it). Else: '


def _gone(old: SchemaField, schema: Schema, topic: str, damage: Damage) -> Said:
    where = f"{schema.fullname}"
    reserve = f'Put `reserved {old.number};` and `reserved "{old.name}";` in its place'
    if damage is Damage.NO_LONGER_REQUIRED:
        return (
            f"The required field {_written(old)} of {where} is removed.",
            (
                f"The producers are deployed and write records without `{old.name}` to {topic}.",
                f"A reader that still has the old schema requires `{old.name}` and refuses to parse the record.",
                "Every reader that is not yet deployed stops at the first new record, or skips it and loses it.",
            ),
            f"Make it optional first and deploy every reader; then remove it. {reserve}.",
        )
    what = "value" if schema.kind == "enum" else "field"
    meant = (
        f"A reader with the new schema meets the number {old.number} in old records and knows no value for it: it falls into the default branch."
        if schema.kind == "enum"
        else f"Old readers find no `{old.name}` in new records and take the type's default for it."
    )
    return (
        f"The {what} `{old.name} = {old.number}` of {where} is removed and its number is not reserved.",
        (
            f"Records in {topic} still carry the number {old.number} for `{old.name}`. {meant}",
            f"The next {what} that somebody adds takes the number {old.number}: nothing in the file forbids it.",
            "Old records are then read with the new meaning, without any exception.",
        ),
        f"{reserve}.",
    )


def _required(new: SchemaField, schema: Schema, topic: str) -> Said:
    return (
        f"{_written(new)} of {schema.fullname} is new and required.",
        (
            f"The readers are deployed with the new schema while {topic} still holds records without `{new.name}`.",
            "Parsing such a record fails: a required field is missing.",
            "It fails again after every restart: a poison pill stops the partition, or the record is skipped and lost.",
        ),
        f"Make `{new.name}` optional.",
    )


def _renumbered_value(old: SchemaField, new: SchemaField, schema: Schema, topic: str) -> Said:
    if old.number == new.number:
        return (
            f"Zero of the enum {schema.fullname} was `{old.name}` and is now `{new.name}`.",
            (
                f"Records in {topic} in which nobody set the field carry no number at all.",
                f"A reader with the new schema reads them as `{new.name}`, which nobody has chosen.",
                f"All that is decided by `{new.name}` is decided wrongly for old records, and for producers that don't set the field.",
            ),
            f"Keep a neutral value at 0 and give `{new.name}` a new number.",
        )
    return (
        f"In the enum {schema.fullname} `{old.name}` was {old.number} and is now {new.number}.",
        (
            f"Records in {topic} carry {old.number} for `{old.name}`; old producers go on writing them.",
            f"A reader with the new schema takes {old.number} for another value or for none, and an old reader misreads {new.number}.",
            "Records take the wrong branch, without any exception.",
        ),
        f"Keep `{old.name} = {old.number}`, and give new values numbers that were never used.",
    )


def _others(damage: Damage, old: SchemaField, new: SchemaField, schema: Schema, topic: str) -> Said:
    was, where = _written(old), schema.fullname
    if damage is Damage.REQUIRED:
        _, events, _ = _required(new, schema, topic)
        return f"In {where} {was} becomes required.", events, f"Leave `{new.name}` optional."
    if damage is Damage.NO_LONGER_REQUIRED:
        return (
            f"In {where} `{new.name}` is no longer required.",
            (
                f"The producers are deployed and write records without `{new.name}` to {topic}.",
                f"A reader that still has the old schema requires `{new.name}` and refuses to parse the record.",
                "Every reader that is not yet deployed stops at the first new record, or skips it and loses it.",
            ),
            f"Deploy every reader before the first producer leaves `{new.name}` out.",
        )
    if damage is Damage.ONEOF:
        before, after = old.oneof or "no oneof", new.oneof or "no oneof"
        return (
            f"In {where} `{new.name} = {new.number}` was in {before} and is now in {after}, together with others.",
            (
                f"Records in {topic} may carry `{new.name}` beside the other fields of the oneof.",
                "A reader for which they are one oneof keeps only the last that it meets and clears the others.",
                "Values that were sent are gone, without any exception.",
            ),
            f"Leave `{new.name}` where it is and add a new field with a new number to the oneof.",
        )
    return _values(damage, old, new, where, topic)


def _values(damage: Damage, old: SchemaField, new: SchemaField, where: str, topic: str) -> Said:
    """Repeated, narrowed, another default: the bytes are read, and less or something else comes out."""
    was, now = _written(old), _written(new)
    if damage is Damage.REPEATED:
        many = new.label == "repeated"
        return (
            f"In {where} {was} becomes {now}.",
            (
                f"{'Producers write several values' if many else 'Records hold several values'} of `{new.name}` in {topic}.",
                f"A reader {'with the old' if many else 'with the new'} schema keeps the last of them; numbers that are packed are not read at all.",
                "The other values are lost, without any exception.",
            ),
            f"Leave {was} as it is and add a new field with a new number.",
        )
    if damage is Damage.NARROWED:
        return (
            f"In {where} {was} becomes {now}, which holds less.",
            (
                f"Records in {topic} carry values of `{new.name}` that need {old.type}.",
                f"A reader with the new schema cuts them to {new.type}.",
                "Large values arrive as other numbers, without any exception.",
            ),
            f"Keep {old.type}.",
        )
    return (
        f"In {where} the default of `{new.name}` was {old.default or 'the type’s own'} and is now {new.default or 'the type’s own'}.",
        (
            f"Records in {topic} leave `{new.name}` out wherever it has the default.",
            "A reader with the new schema fills in the new default, an old one the old.",
            "Two readers of one record go on with two values.",
        ),
        f"Keep the default, and set `{new.name}` explicitly where another value is meant.",
    )
