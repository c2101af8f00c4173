"""CREATE TABLE, STREAM and VIEW."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from reviewer.core.numbers import whole
from reviewer.core.span import Span
from reviewer.facts.streaming.dataflow import Column, Part, Table
from reviewer.facts.streaming.sql.lexer import UNSEEN, Token, bracketed, name_at, shown, split
from reviewer.facts.streaming.value import Known, Value

Spans = Callable[[int, int], Span]
_BEFORE = frozenset({"OR", "REPLACE", "TEMPORARY", "TEMP", "SYSTEM", "EXTERNAL", "MATERIALIZED"})
_KINDS = {"TABLE": "table", "STREAM": "stream", "VIEW": "view"}
_UNITS = {
    "SECOND": 1_000,
    "MINUTE": 60_000,
    "HOUR": 3_600_000,
    "DAY": 86_400_000,
    "WEEK": 604_800_000,
    "MILLISECOND": 1,
}


def text_value(text: str) -> Value:
    """A text of the statement; UNKNOWN when a part of it is put in at run time."""
    known = Known.UNKNOWN if UNSEEN in text else Known.EXPLICIT
    return Value(known=known, text=text.replace(UNSEEN, "?"))


def create_head(tokens: Sequence[Token]) -> tuple[str, str, int] | None:
    """(kind, name, index behind the name) of a CREATE of a table, stream or view; None for anything else."""
    if not tokens or tokens[0].word != "CREATE":
        return None
    index, is_source = 1, False
    while index < len(tokens) and tokens[index].word in (*_BEFORE, "SOURCE"):
        is_source = is_source or tokens[index].word == "SOURCE"
        index += 1
    kind = _KINDS.get(tokens[index].word) if index < len(tokens) else None
    if kind is None:
        return None
    index += 1
    if [t.word for t in tokens[index : index + 3]] == ["IF", "NOT", "EXISTS"]:
        index += 3
    name, index = name_at(tokens, index)
    return (f"source {kind}" if is_source else kind, name, index) if name else None


def table_of(tokens: Sequence[Token], dialect: str, spans: Spans) -> Table | None:
    """The table that a statement declares; None for another statement."""
    head = create_head(tokens)
    if head is None:
        return None
    kind, name, index = head
    inside: Sequence[Token] = ()
    if index < len(tokens) and tokens[index].text == "(" and tokens[index].kind == "symbol":
        end = bracketed(tokens, index)
        inside, index = tokens[index + 1 : end - 1], end
    entries = [entry for entry in split(inside) if entry]
    columns = tuple(c for entry in entries if (c := _column(entry, spans)) is not None)
    keys = tuple(key for entry in entries for key in _keys(entry))
    keys = keys or (("?",) if any(t.kind == "word" and UNSEEN in t.text for t in inside) else ())
    return Table(
        dialect=dialect, kind=kind, name=name.replace(UNSEEN, "?"), is_literal=UNSEEN not in name, columns=columns, primary_key=keys,
        partitioned=tuple(_clause(tokens, index, "PARTITIONED", "DISTRIBUTED")),
        watermark=tuple(part for entry in entries for part in _watermark(entry, spans)),
        options=tuple(_options(tokens, index, spans)), span=spans(tokens[0].line, tokens[-1].line),
    )  # fmt: skip


def _column(entry: list[Token], spans: Spans) -> Column | None:
    first = entry[0]
    if not first.is_name or (first.kind == "word" and first.word in ("WATERMARK", "PRIMARY", "CONSTRAINT", "UNIQUE", "PERIOD", "LIKE", "INDEX")):  # fmt: skip
        return None
    rest = entry[1:]
    words = [t.word for t in rest]
    kind = "computed" if words[:1] == ["AS"] else "metadata" if "METADATA" in words else "physical"
    rest = rest[1:] if kind == "computed" else rest
    cut = next((i for i, t in enumerate(rest) if t.word in ("COMMENT", "PRIMARY", "METADATA", "KEY") and t.kind == "word"), len(rest))  # fmt: skip
    return Column(name=first.text, type=shown(rest if kind == "computed" else rest[:cut]), kind=kind, span=spans(first.line, entry[-1].line))  # fmt: skip


def _keys(entry: list[Token]) -> Iterator[str]:
    words = [t.word for t in entry]
    if "PRIMARY" in words and "KEY" in words:
        at = words.index("PRIMARY")
        if words[at + 2 : at + 3] == ["("]:
            yield from (t.text for t in entry[at + 3 : bracketed(entry, at + 2) - 1] if t.is_name)
        elif at > 0 and entry[0].is_name and words[0] != "CONSTRAINT":
            yield entry[0].text
    elif len(entry) > 2 and words[-1] == "KEY" and entry[0].is_name:
        yield entry[0].text


def _watermark(entry: list[Token], spans: Spans) -> Iterator[Part]:
    words = [t.word for t in entry]
    if words[:2] != ["WATERMARK", "FOR"] or "AS" not in words:
        return
    span = spans(entry[0].line, entry[-1].line)
    at = words.index("AS")
    column, made = shown(entry[2:at]), entry[at + 1 :]
    yield Part(name="column", value=text_value(column), span=span)
    minus = next((i for i, t in enumerate(made) if t.text == "-" and t.kind == "symbol"), None)
    if shown(made) == column:
        delay = Value(known=Known.EXPLICIT, text="0 ms")
    elif minus is not None and shown(made[:minus]) == column:
        delay = interval_of(made[minus + 1 :])
    else:
        delay = Value(known=Known.UNKNOWN, text=shown(made))
    yield Part(name="delay", value=delay, span=span)


def interval_of(tokens: Sequence[Token]) -> Value:
    """`INTERVAL '5' MINUTE`, in ksqlDB `5 MINUTES`; UNKNOWN for months, ranges of units and expressions."""
    rest = list(tokens[1:] if tokens and tokens[0].word == "INTERVAL" else tokens)
    text = shown(tokens)
    if len(rest) < 2 or rest[0].kind not in ("text", "number"):
        return Value(known=Known.UNKNOWN, text=text)
    factor = _UNITS.get(rest[1].word.removesuffix("S"))
    behind = rest[2:]
    if len(behind) >= 3 and behind[0].text == "(":
        behind = behind[3:]
    amount = whole(rest[0].text)
    if factor is None or amount is None or behind:
        return Value(known=Known.UNKNOWN, text=text)
    return Value(known=Known.EXPLICIT, text=f"{amount * factor} ms")


def _clause(tokens: Sequence[Token], start: int, *words: str) -> Iterator[str]:
    """The names in the brackets behind a word: `PARTITIONED BY (a, b)`."""
    for index in range(start, len(tokens)):
        if tokens[index].word in ("AS", "WITH") and tokens[index].kind == "word":
            return
        if tokens[index].word in words:
            opened = next((i for i in range(index, len(tokens)) if tokens[i].text == "("), None)
            if opened is not None:
                yield from (t.text for t in tokens[opened + 1 : bracketed(tokens, opened) - 1] if t.is_name)
            return


def _options(tokens: Sequence[Token], start: int, spans: Spans) -> Iterator[Part]:
    for index in range(start, len(tokens) - 1):
        if tokens[index].word == "AS":
            return
        if tokens[index].word == "WITH" and tokens[index + 1].text == "(":
            for pair in split(tokens[index + 2 : bracketed(tokens, index + 1) - 1]):
                if (part := pair_of(pair, spans)) is not None:
                    yield part
            return


def pair_of(pair: Sequence[Token], spans: Spans) -> Part | None:
    """`'connector' = 'kafka'`, `PARTITIONS = 3`; None for what is no pair or whose name is not known."""
    at = next((i for i, t in enumerate(pair) if t.text == "=" and t.kind == "symbol"), None)
    if at is None or at == 0 or at + 1 >= len(pair):
        return None
    name = "".join(t.text for t in pair[:at])
    values = pair[at + 1 :]
    if UNSEEN in name:
        return None
    one = len(values) == 1 and (values[0].kind in ("text", "number") or values[0].word in ("TRUE", "FALSE"))
    found = text_value(values[0].text) if one else Value(known=Known.UNKNOWN, text=shown(values))
    return Part(name=name, value=found, span=spans(pair[0].line, pair[-1].line))
