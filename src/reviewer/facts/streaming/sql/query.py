"""What a query reads, joins, groups and matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reviewer.facts.streaming.dataflow import Part, Query, Window
from reviewer.facts.streaming.sql.create import Spans, create_head, interval_of, text_value
from reviewer.facts.streaming.sql.lexer import UNSEEN, Token, bracketed, name_at, shown, split
from reviewer.facts.streaming.value import Known, Value

_TVF = {"TUMBLE": ("tumbling", ("size", "offset")), "HOP": ("hopping", ("slide", "size", "offset")),
        "CUMULATE": ("cumulate", ("step", "size", "offset")), "SESSION": ("session", ("gap",))}  # fmt: skip
_NAMED = {"SIZE": "size", "SLIDE": "slide", "STEP": "step", "GAP": "gap", "OFFSET": "offset"}
_KSQL = {"TUMBLING": "tumbling", "HOPPING": "hopping", "SESSION": "session"}
_ENDS = frozenset({"HAVING", "ORDER", "LIMIT", "UNION", "WINDOW", "EMIT", "INTERSECT", "EXCEPT", "PARTITION", "GROUP", "WHERE", "FETCH", "FROM", "QUALIFY"})  # fmt: skip
_JOIN_ENDS = _ENDS | {"JOIN", "LEFT", "RIGHT", "INNER", "FULL", "CROSS"}
_NEAR = 200  # tokens in front of a FROM in which the function it belongs to is looked for
_NO_TABLES = frozenset({"UNNEST", "LATERAL", "TABLE", "SELECT", "VALUES"})


def query_of(tokens: Sequence[Token], dialect: str, spans: Spans, processing: frozenset[str]) -> Query | None:
    """The query of a statement; None for a statement without one. `processing` are the columns known to be processing time."""
    kind, target, body = _head(tokens)
    if not kind or not any(t.word == "SELECT" for t in body):
        return None
    sources = dict.fromkeys(_sources(body, _common(body)))
    return Query(
        dialect=dialect, kind=kind, target=target.replace(UNSEEN, "?"), sources=tuple(name.replace(UNSEEN, "?") for name in sources),
        joins=tuple(_joins(body, spans, processing)), windows=tuple(_windows(body, spans)),
        parts=(*_parts(body, spans), *_match(body, spans), *_hints(tokens, spans)), span=spans(tokens[0].line, tokens[-1].line),
    )  # fmt: skip


def _head(tokens: Sequence[Token]) -> tuple[str, str, Sequence[Token]]:
    """(kind, target, the query itself)."""
    if [t.word for t in tokens[:1]] == ["INSERT"]:
        index = 2 + (1 if len(tokens) > 2 and tokens[2].word == "TABLE" else 0)
        target, behind = name_at(tokens, index)
        return ("insert", target, tokens[behind:]) if target else ("", "", ())
    if (head := create_head(tokens)) is not None:
        words = [t.word for t in tokens]
        start = next((i for i in range(head[2], len(words) - 1) if words[i] == "AS" and words[i + 1] in ("SELECT", "WITH", "(", "VALUES")), None)  # fmt: skip
        kind = "view" if head[0] == "view" else "table"
        return (kind, head[1], tokens[start + 1 :]) if start is not None else ("", "", ())
    if tokens and tokens[0].word in ("SELECT", "WITH", "("):
        return "select", "", tokens
    return "", "", ()


def _common(tokens: Sequence[Token]) -> frozenset[str]:
    """The names of common table expressions: `WITH a AS (…), b AS (…)`."""
    return frozenset(
        tokens[i].text
        for i in range(len(tokens) - 2)
        if tokens[i].is_name and tokens[i + 1].word == "AS" and tokens[i + 2].text == "("
        and i > 0 and (tokens[i - 1].word == "WITH" or tokens[i - 1].text == ",")
    )  # fmt: skip


def _sources(tokens: Sequence[Token], common: frozenset[str]) -> Iterator[str]:
    for index, token in enumerate(tokens):
        if token.kind != "word":
            continue
        if token.word in ("FROM", "JOIN") and not _is_function_from(tokens, index):
            yield from _listed(tokens, index + 1, common)
        elif token.word == "TABLE" and index > 0 and tokens[index - 1].text in ("(", "=>", ","):
            name, _ = name_at(tokens, index + 1)
            if name and name not in common:
                yield name


def _is_function_from(tokens: Sequence[Token], index: int) -> bool:
    """`EXTRACT(HOUR FROM ts)`, `TRIM(BOTH FROM x)`, `METADATA FROM`: no table follows."""
    depth = 0
    for before in range(index - 1, max(-1, index - _NEAR), -1):
        text = tokens[before].text if tokens[before].kind == "symbol" else ""
        if text == ")":
            depth += 1
        elif text == "(":
            if depth == 0:
                return before > 0 and tokens[before - 1].word in ("EXTRACT", "TRIM", "SUBSTRING", "OVERLAY", "POSITION", "FLOOR", "CEIL")  # fmt: skip
            depth -= 1
    return tokens[index].word == "FROM" and index > 0 and tokens[index - 1].word in ("METADATA", "DISTINCT")


def _listed(tokens: Sequence[Token], start: int, common: frozenset[str]) -> Iterator[str]:
    """`FROM a AS x, b`: the names, not the aliases."""
    index = start
    while index < len(tokens):
        name, behind = name_at(tokens, index)
        is_call = behind < len(tokens) and tokens[behind].text == "(" and tokens[behind].kind == "symbol"
        if name and tokens[index].word not in _NO_TABLES and not is_call and name not in common:
            yield name
        if not name or tokens[index].word in _NO_TABLES or is_call:
            return
        while behind < len(tokens) and (tokens[behind].kind == "hint" or tokens[behind].word == "AS" or (tokens[behind].is_name and tokens[behind].word not in _JOIN_ENDS and tokens[behind].word not in ("ON", "FOR", "MATCH_RECOGNIZE", "WITHIN", "USING"))):  # fmt: skip
            behind += 1
        if behind >= len(tokens) or tokens[behind].text != ",":
            return
        index = behind + 1


def _joins(tokens: Sequence[Token], spans: Spans, processing: frozenset[str]) -> Iterator[Part]:
    for index, token in enumerate(tokens):
        if token.word != "JOIN" or token.kind != "word":
            continue
        end = _end(tokens, index + 1, _JOIN_ENDS - {"FROM"})
        inside = tokens[index + 1 : end]
        name, _ = name_at(inside, 0)
        if inside and inside[0].word in ("LATERAL", "UNNEST"):
            continue
        yield Part(
            name=_join_kind(inside, processing), value=text_value(name or "(query)"), span=spans(token.line, token.line)
        )


def _end(tokens: Sequence[Token], start: int, words: frozenset[str]) -> int:
    """The index of the first of some words outside of brackets, or where the bracket around ends."""
    depth = 0
    for index in range(start, len(tokens)):
        token = tokens[index]
        if token.kind == "symbol":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            if depth < 0:
                return index
        if depth == 0 and token.kind == "word" and token.word in words:
            return index
    return len(tokens)


def _join_kind(inside: Sequence[Token], processing: frozenset[str]) -> str:
    words = [t.word for t in inside]
    if "SYSTEM_TIME" in words:
        at = words.index("SYSTEM_TIME")
        _, behind = name_at(inside, at + 3)
        column = inside[behind - 1].text if behind > at + 3 else ""
        return "lookup" if column in processing or "PROCTIME" in words[at : at + 6] else "temporal"
    if "WITHIN" in words:
        return "within"
    condition = words[words.index("ON") :] if "ON" in words else []
    if "WINDOW_START" in condition:
        return "window"
    is_interval = "INTERVAL" in condition and any(word in condition for word in ("BETWEEN", "<", ">", "<=", ">="))
    return "interval" if is_interval else "regular"


def _windows(tokens: Sequence[Token], spans: Spans) -> Iterator[Window]:
    for index, token in enumerate(tokens[:-1]):
        if token.kind != "word" or tokens[index + 1].text != "(":
            continue
        inside = tokens[index + 2 : bracketed(tokens, index + 1) - 1]
        if token.word in _TVF and any(t.word in ("INTERVAL", "DESCRIPTOR") or UNSEEN in t.text for t in inside):
            yield _window(_TVF[token.word][0], tuple(_tvf(token, inside, spans)), token, spans)
        elif token.word in _KSQL and index > 0 and tokens[index - 1].word == "WINDOW":
            yield _window(_KSQL[token.word], tuple(_ksql(inside, spans, token)), token, spans)


def _window(kind: str, parts: tuple[Part, ...], token: Token, spans: Spans) -> Window:
    return Window(framework="sql", kind=kind, time="", parts=parts, operator=None, function=None, span=spans(token.line, token.line))  # fmt: skip


def _tvf(token: Token, inside: Sequence[Token], spans: Spans) -> Iterator[Part]:
    """Table functions name the table and the time column first, the old group windows only the column; later arguments are lengths of time."""
    arguments = [a for a in split(inside) if a]
    lengths = arguments[2:] if any("DESCRIPTOR" in [t.word for t in a] for a in arguments) else arguments[1:]
    expected = iter(_TVF[token.word][1])
    for argument in lengths:
        arrow = len(argument) > 2 and argument[1].text == "=>"
        part = _NAMED.get(argument[0].word, "") if arrow else next(expected, "")
        if part:
            value = interval_of(argument[2:] if arrow else argument)
            yield Part(name=part, value=value, span=spans(argument[0].line, argument[-1].line))


def _ksql(inside: Sequence[Token], spans: Spans, token: Token) -> Iterator[Part]:
    """`SIZE 1 HOUR, ADVANCE BY 5 MINUTES, GRACE PERIOD 10 MINUTES, RETENTION 7 DAYS`; a session has only the gap."""
    names = {"SIZE": ("size", 1), "ADVANCE": ("advance", 2), "GRACE": ("grace", 2), "RETENTION": ("retention", 1)}
    for argument in split(inside):
        if argument:
            name, skip = names.get(argument[0].word, ("gap", 0))
            yield Part(name=name, value=interval_of(argument[skip:]), span=spans(token.line, token.line))


def _parts(tokens: Sequence[Token], spans: Spans) -> Iterator[Part]:
    for index, token in enumerate(tokens):
        words = [t.word for t in tokens[index : index + 2]]
        span = spans(token.line, token.line)
        if words == ["GROUP", "BY"]:
            yield Part(
                name="group-by", value=text_value(shown(tokens[index + 2 : _end(tokens, index + 2, _ENDS)])), span=span
            )
        elif words == ["PARTITION", "BY"] and not _is_inside(tokens, index):
            yield Part(
                name="partition-by",
                value=text_value(shown(tokens[index + 2 : _end(tokens, index + 2, _ENDS)])),
                span=span,
            )
        elif token.word == "DISTINCT" and token.kind == "word":
            yield Part(name="distinct", value=Value(known=Known.EXPLICIT, text="true"), span=span)
        elif token.word == "ROW_NUMBER":
            yield Part(name="row-number", value=Value(known=Known.EXPLICIT, text="true"), span=span)


def _is_inside(tokens: Sequence[Token], index: int) -> bool:
    """Whether brackets are open: the PARTITION BY of an OVER or MATCH_RECOGNIZE."""
    opened = sum(1 for t in tokens[:index] if t.kind == "symbol" and t.text == "(")
    return opened > sum(1 for t in tokens[:index] if t.kind == "symbol" and t.text == ")")


_MATCH_WORDS = frozenset(
    {"PARTITION", "ORDER", "MEASURES", "ONE", "ALL", "AFTER", "PATTERN", "WITHIN", "DEFINE", "SUBSET"}
)


def _match(tokens: Sequence[Token], spans: Spans) -> Iterator[Part]:
    at = next((i for i, t in enumerate(tokens) if t.word == "MATCH_RECOGNIZE"), None)
    if at is None or at + 1 >= len(tokens):
        return
    inside = tokens[at + 2 : bracketed(tokens, at + 1) - 1]
    for index, token in enumerate(inside):
        if token.kind != "word" or token.word not in _MATCH_WORDS or _is_inside(inside, index):
            continue
        end = _end(inside, index + 1, _MATCH_WORDS)
        rest, span = inside[index + 1 : end], spans(token.line, token.line)
        if token.word in ("PARTITION", "ORDER") and rest and rest[0].word == "BY":
            yield Part(name=f"match.{token.word.lower()}-by", value=text_value(shown(rest[1:])), span=span)
        elif token.word == "AFTER":
            yield Part(name="match.skip", value=text_value(_skip(rest)), span=span)
        elif token.word == "WITHIN":
            yield Part(name="match.within", value=interval_of(rest), span=span)
        elif token.word == "PATTERN":
            yield Part(name="match.pattern", value=text_value(shown(rest).strip("()")), span=span)
        elif token.word in ("ONE", "ALL"):
            yield Part(name="match.rows", value=text_value(token.word.lower()), span=span)


def _skip(rest: Sequence[Token]) -> str:
    """`MATCH SKIP PAST LAST ROW` -> past-last; `SKIP TO NEXT ROW` -> to-next; `SKIP TO LAST B` -> to-last B."""
    words = [t.word for t in rest]
    if words[:4] == ["MATCH", "SKIP", "PAST", "LAST"]:
        return "past-last"
    if words[:4] == ["MATCH", "SKIP", "TO", "NEXT"]:
        return "to-next"
    return f"{'-'.join(words[2:4]).lower()} {shown(rest[4:])}".strip()


def _hints(tokens: Sequence[Token], spans: Spans) -> Iterator[Part]:
    for token in tokens:
        if token.kind == "hint":
            yield Part(name="hint", value=text_value(" ".join(token.text[3:].removesuffix("*/").split())), span=spans(token.line, token.line))  # fmt: skip
