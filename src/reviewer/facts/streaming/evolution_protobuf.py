"""What a change of Protobuf messages and enums means for records that are written and for readers that are deployed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from reviewer.core.value import value
from reviewer.facts.streaming.model import Schema, SchemaField

Types = Mapping[str, Schema]  # last part of a name -> message or enum; a name of two types is left out


class Damage(StrEnum):
    """How a field breaks."""

    REUSED = "reused"  # its number means something else
    RENAMED = "renamed"  # … it seems so: the bytes fit, and the names have nothing in common
    MOVED = "moved"  # it has another number
    RETYPED = "retyped"  # the bytes are read as another type
    NARROWED = "narrowed"  # the bytes fit, large values are cut
    REPEATED = "repeated"  # one value became many, or the reverse
    DROPPED = "dropped"  # its number is free for anybody
    REQUIRED = "required"  # records without it are refused by new readers
    NO_LONGER_REQUIRED = "no longer required"  # … by old readers
    ONEOF = "oneof"  # setting one field clears another
    ZERO = "zero"  # what nobody has set means something else
    DEFAULT = "default"  # what is absent is read as something else


@value()
class Change:
    """One field of one type that breaks; a side is None where the field does not exist."""

    damage: Damage
    schema: Schema
    old: SchemaField | None
    new: SchemaField | None


def protobuf_changes(
    before: Sequence[Schema], after: Sequence[Schema], elsewhere: Types | None = None
) -> Iterator[Change]:
    """The breaking changes of the types that exist in both versions of a file, matched by their names inside the file."""
    types = {**(elsewhere or {}), **types_by_name([*after, *before])}
    here = {schema.local: schema for schema in after}
    for was in before:
        now = here.get(was.local)
        if now is not None and now.kind == was.kind and (was.fields != now.fields):
            yield from _enum(was, now) if was.kind == "enum" else _message(was, now, types)


def types_by_name(schemas: Sequence[Schema]) -> dict[str, Schema]:
    """Last part of the name -> type. Both versions of one type may be given: the first counts."""
    found: dict[str, Schema] = {}
    for schema in schemas:
        found.setdefault(schema.local.rsplit(".", 1)[-1], schema)
    return found


def _message(was: Schema, now: Schema, types: Types) -> Iterator[Change]:
    numbers, names = _numbered(now), {f.name: f for f in now.fields}
    old_names = {f.name for f in was.fields}
    for old in was.fields:
        new, moved = numbers.get(old.number), names.get(old.name)
        if new is None:
            yield from _gone(old, moved, now)
        elif new.name != old.name and (moved is not None or new.name in old_names or not _alike(old, new, types)):
            yield Change(damage=Damage.REUSED, schema=now, old=old, new=new)
        else:
            yield from _kept(old, new, now, types)
            if new.name != old.name and _is_other(old.name, new.name) and _is_alone(was, numbers):
                yield Change(damage=Damage.RENAMED, schema=now, old=old, new=new)
    old_numbers = {f.number for f in was.fields}
    for new in now.fields:
        if new.label == "required" and new.number not in old_numbers and new.name not in old_names:
            yield Change(damage=Damage.REQUIRED, schema=now, old=None, new=new)
    yield from _oneofs(was, now)


def _is_alone(was: Schema, numbers: Mapping[int | None, SchemaField]) -> bool:
    """Whether the message's other fields keep their names: many new names are one decision about names."""
    kept = [f.name == numbers[f.number].name for f in was.fields if f.number in numbers]
    return kept.count(False) == 1 and len(kept) > 1


#: Words for one thing in the names of fields, without an s at their end.
_SYNONYMS = tuple(
    frozenset(words.split())
    for words in (
        "customer client buyer purchaser shopper", "seller vendor merchant supplier", "user member", "employee staff worker",
        "created creation inserted", "modified updated changed modification", "removed deleted", "begin start since from",
        "end finish stop until to expiry expire", "amount sum total value", "quantity qty count number", "fee charge", "discount rebate",
        "country nation", "city town", "zip postal postcode", "phone telephone mobile tel", "picture image photo avatar",
        "remark note comment", "description text", "title caption headline", "kind type category", "statu state phase",
        "article product item sku", "parcel package shipment", "trip ride journey", "bill invoice", "surname lastname", "forename firstname",
        "birthday dob birthdate", "currency ccy", "reason cause", "error failure fault", "time timestamp ts date instant occurred",
        "vehicle car", "organisation organization company", "identifier id uuid key", "source origin", "target destination",
        "message body payload content", "tag label",
    )
)  # fmt: skip


def _is_other(old: str, new: str) -> bool:
    """Whether two names share no word, have none for the same thing, and neither is short for the other: `coupon` and `note`, not `qty` and
    `quantity`, nor `customer` and `buyer`."""
    words = [
        {word.lower().rstrip("s") for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+|\d+", name) if len(word) > 1}
        for name in (old, new)
    ]
    if words[0] & words[1] or any(a in b or b in a for a in words[0] for b in words[1]):
        return False
    if any(words[0] & same and words[1] & same for same in _SYNONYMS):
        return False
    short, long = sorted((re.sub(r"[\W_]", "", name).lower() for name in (old, new)), key=len)
    letters = iter(long)
    return short[:1] != long[:1] or not all(letter in letters for letter in short)


def _gone(old: SchemaField, moved: SchemaField | None, now: Schema) -> Iterator[Change]:
    if _is_reserved(old.number, now):
        return
    if moved is not None:
        yield Change(damage=Damage.MOVED, schema=now, old=old, new=moved)
    else:
        damage = Damage.NO_LONGER_REQUIRED if old.label == "required" else Damage.DROPPED
        yield Change(damage=damage, schema=now, old=old, new=None)


def _kept(old: SchemaField, new: SchemaField, now: Schema, types: Types) -> Iterator[Change]:
    """A field that keeps its number, and its name or at least its type."""
    many = {old.label, new.label} & {"repeated"} and old.label != new.label
    if many and not (old.type.startswith("map<") or new.type.startswith("map<")):
        yield Change(damage=Damage.REPEATED, schema=now, old=old, new=new)
    elif not _same_type(old, new, types):
        yield Change(damage=Damage.RETYPED, schema=now, old=old, new=new)
    elif (old.type, new.type) in _CUTS:
        yield Change(damage=Damage.NARROWED, schema=now, old=old, new=new)
    if (old.label == "required") is not (new.label == "required"):
        damage = Damage.REQUIRED if new.label == "required" else Damage.NO_LONGER_REQUIRED
        yield Change(damage=damage, schema=now, old=old, new=new)
    if (old.default is not None and old.default != new.default) or (old.default is None and _explicit(new)):
        yield Change(damage=Damage.DEFAULT, schema=now, old=old, new=new)


def _explicit(new: SchemaField) -> bool:
    """A default that differs from what is read without one."""
    return new.default is not None and new.default.strip("\"'") not in ("", "0", "0.0", "false")


def _numbered(schema: Schema) -> dict[int | None, SchemaField]:
    return {f.number: f for f in reversed(schema.fields)}


def _is_reserved(number: int | None, schema: Schema) -> bool:
    return number is not None and any(first <= number <= last for first, last in schema.reserved)


# ------------------------------------------------------------------ types

_VARINT = frozenset(("int32", "uint32", "int64", "uint64", "bool"))
_SAME_ON_THE_WIRE = (
    _VARINT, frozenset(("sint32", "sint64")), frozenset(("string", "bytes")),
    frozenset(("fixed32", "sfixed32")), frozenset(("fixed64", "sfixed64")),
)  # fmt: skip
_SCALARS = frozenset().union(*_SAME_ON_THE_WIRE, ("double", "float"))
_CUTS = {(wide, narrow) for wide in ("int64", "uint64") for narrow in ("int32", "uint32", "bool")} | {
    ("int32", "bool"), ("uint32", "bool"), ("sint64", "sint32"),
}  # fmt: skip
_MAP = re.compile(r"map<([\w.]+),([\w.]+)>")


def _alike(old: SchemaField, new: SchemaField, types: Types) -> bool:
    return ("repeated" in (old.label, new.label)) is (old.label == new.label == "repeated") and _same_type(
        old, new, types
    )


def _same_type(old: SchemaField, new: SchemaField, types: Types) -> bool:
    """Whether the bytes of one type are read as the other. What is not known of a named type counts as the same."""
    return _same(old.type, new.type, types)


def _same(one: str, other: str, types: Types) -> bool:
    first, second = _last(one), _last(other)
    if first == second:
        return True
    if (a := _MAP.fullmatch(one)) and (b := _MAP.fullmatch(other)):
        return _same(a[1], b[1], types) and _same(a[2], b[2], types)
    if "map<" in one + other:
        return False
    if first in _SCALARS and second in _SCALARS:
        return any({first, second} <= group for group in _SAME_ON_THE_WIRE)
    if first in _SCALARS or second in _SCALARS:
        scalar, named, written = (first, second, other) if first in _SCALARS else (second, first, one)
        return _scalar_and_named(scalar, _kind(named, written, types))
    return _two_named(first, second, one, other, types)


def _scalar_and_named(scalar: str, kind: str) -> bool:
    if scalar in _VARINT:
        return kind != "message"  # an enum is an int32
    return scalar == "bytes" and kind != "enum"  # an embedded message is its bytes


def _two_named(first: str, second: str, one: str, other: str, types: Types) -> bool:
    """Two messages fit when no number means two things; a type that is renamed is the same."""
    kinds = {_kind(first, one, types), _kind(second, other, types)}
    if kinds == {"message", "enum"}:
        return False
    old, new = types.get(first), types.get(second)
    if old is None or new is None or old.kind != "message":
        return True
    numbers = {f.number: f for f in old.fields}
    shared = [(numbers[f.number], f) for f in new.fields if f.number in numbers]
    return bool(shared or not (old.fields and new.fields)) and all(
        a.name == b.name or _last(a.type) == _last(b.type) for a, b in shared
    )


def _kind(name: str, written: str, types: Types) -> str:
    if written.lstrip(".").startswith("google.protobuf.") and name != "NullValue":
        return "message"
    return types[name].kind if name in types else ""


def _last(name: str) -> str:
    return name if "<" in name else name.rsplit(".", 1)[-1]


# ----------------------------------------------------------------- oneofs


def _oneofs(was: Schema, now: Schema) -> Iterator[Change]:
    """Fields that join or leave a oneof with others. One old field alone in a new oneof, and a oneof renamed, change nothing."""
    new = {f.number: f for f in now.fields}
    pairs = [(f, new[f.number]) for f in was.fields if f.number in new and new[f.number].name == f.name]
    for position, (old, mine) in enumerate(pairs):
        others = [pair for index, pair in enumerate(pairs) if index != position]
        together = [(o, m) for o, m in others if (m.oneof and m.oneof == mine.oneof)]
        before = [(o, m) for o, m in others if (o.oneof and o.oneof == old.oneof)]
        joins = any(not old.oneof or o.oneof != old.oneof for o, _ in together)
        leaves = any(not mine.oneof or m.oneof != mine.oneof for _, m in before)
        if old.oneof != mine.oneof and (joins or leaves):
            yield Change(damage=Damage.ONEOF, schema=now, old=old, new=mine)


# ------------------------------------------------------------------ enums

_NEUTRAL = re.compile(
    r"(^|_)(UNKNOWN|UNSPECIFIED|UNDEFINED|UNSET|NONE|INVALID|DEFAULT|UNRECOGNIZED|NOT_SET|NULL|EMPTY)(_|$)", re.I
)


def _enum(was: Schema, now: Schema) -> Iterator[Change]:
    numbers, names = _numbered(now), {f.name: f for f in now.fields}
    old_names = {f.name for f in was.fields}
    for old in was.fields:
        new, moved = numbers.get(old.number), names.get(old.name)
        if moved is not None:
            if moved.number != old.number:
                damage = Damage.ZERO if 0 in (old.number, moved.number) else Damage.MOVED
                yield Change(damage=damage, schema=now, old=old, new=moved)
        elif new is None:
            if not _is_reserved(old.number, now):
                yield Change(damage=Damage.DROPPED, schema=now, old=old, new=None)
        elif old.number == 0 and _NEUTRAL.search(old.name) and not _NEUTRAL.search(new.name):
            yield Change(damage=Damage.ZERO, schema=now, old=old, new=new)
        elif new.name in old_names:
            continue  # an alias stays, or it is the one that moved
