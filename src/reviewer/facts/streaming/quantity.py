"""Amounts with their unit: `Duration.ofMinutes(5)`, `Time.of(5, TimeUnit.MINUTES)`, `5.minutes`, `5 * 60 * 1000L` are `300000 ms`."""

from __future__ import annotations

import re

from reviewer.core.lazily import lazily
from reviewer.core.numbers import whole
from reviewer.facts.streaming.follow import Place, flat, origin, resolved
from reviewer.facts.streaming.value import Known, Value
from reviewer.facts.syntax import Call, Expression, ExpressionKind

_UNITS = {
    "milli": 1, "millisecond": 1, "ms": 1, "second": 1_000, "sec": 1_000, "s": 1_000, "minute": 60_000, "min": 60_000, "m": 60_000,
    "hour": 3_600_000, "h": 3_600_000, "day": 86_400_000, "d": 86_400_000, "week": 604_800_000,
}  # fmt: skip
_SHORT = frozenset({"s", "m", "h", "d", "ms", "sec", "min"})
_LENGTHS = frozenset({"Duration", "Time", "FiniteDuration", "timedelta", "datetime"})
_SUFFIXED = lazily(r"(-?[\d_]+)L?\s*[. ]\s*([a-zA-Z]+)(?:\.(?:toJavaDuration\(\)|toJava|asJava))?")
_ISO = lazily(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.0+)?S)?)?", re.IGNORECASE)
_WRITTEN = lazily(r"\s*(\d+)\s*([a-zA-Z]*)\s*")
_TERM = lazily(r"[-+*/()]|\d[\d_]*[lL]?|[A-Za-z_][\w.]*")
_DEPTH = 4  # expressions that are followed one inside the other: what stands for itself ends here
_TERMS = 24
_INSIDE = frozenset({"tomillis", "tomilliseconds", "toms", "toseconds", "getseconds", "tominutes", "tohours", "todays"})


def duration_of(place: Place, expression: Expression | None, *, unit: int = 1) -> Value:
    """A length of time in milliseconds; a bare number counts in `unit` milliseconds. UNKNOWN with the text where it can't be told."""
    found = _milliseconds(place, expression, unit, _DEPTH) if expression is not None else None
    if found is None:
        return Value(known=Known.UNKNOWN, text=expression.text if expression is not None else "")
    return Value(known=Known.EXPLICIT, text=f"{found} ms")


def number_of(place: Place, expression: Expression | None) -> Value:
    """A whole number, also one that is worked out of known ones."""
    found = _number(place, expression, _DEPTH) if expression is not None else None
    if found is None:
        return Value(known=Known.UNKNOWN, text=expression.text if expression is not None else "")
    return Value(known=Known.EXPLICIT, text=str(found))


def written_duration(text: str) -> int | None:
    """Milliseconds of a Flink option's text: `30 s`, `1min`, `500` (milliseconds), `2 d`, `PT5M`; None for anything else."""
    if (match := _ISO.fullmatch(text.strip())) and any(match.groups()):
        return _iso(match)
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    factor = _UNITS.get(_singular(match[2].lower())) if match[2] else 1
    return _times(match[1], factor)


def _times(number: str, factor: int | None) -> int | None:
    amount = whole(number)
    return amount * factor if amount is not None and factor is not None else None


def _singular(word: str) -> str:
    return word if word in _SHORT else word.removesuffix("s")


def _milliseconds(place: Place, expression: Expression, unit: int, left: int) -> int | None:
    if left == 0:
        return None
    made, where = origin(place, expression)
    if made.call is not None:
        return _of_call(where, where.syntax.calls[made.call], left - 1)
    text = made.text.strip().strip("()")
    if match := _SUFFIXED.fullmatch(text):
        factor = _UNITS.get(_singular(match[2].lower()))
        return _times(match[1], factor)
    if re.fullmatch(r"(?:\w+\.)*(?:Duration|Time)\.ZERO", text):
        return 0
    number = _number(where, made, left - 1)
    return number * unit if number is not None else None


def _of_call(place: Place, call: Call, left: int) -> int | None:
    owner = call.receiver.rsplit(".", 1)[-1].split("(")[0]
    name = flat(call.name)
    if name in _INSIDE and (factor := _UNITS.get(_singular(owner.lower()))) and "Unit" in call.receiver:
        return _scaled(place, call.argument(0), factor, left) if name.startswith("tomilli") else None
    if name in ("tomillis", "tomilliseconds", "toms", "tojavaduration", "asjava", "tojava"):
        return _inner(place, call, left)
    if owner in _LENGTHS or call.name in _LENGTHS or _is_imported(place, call):
        return _made(place, call, name, left)
    return None


def _is_imported(place: Place, call: Call) -> bool:
    """`ofMillis(100)` after `import static java.time.Duration.ofMillis`."""
    if call.receiver or call.is_construction:
        return False
    paths = (i.path for i in place.syntax.imports if i.alias in (call.name, "*"))
    return any(re.search(r"\.(?:Duration|Time)\.(?:\*|\w+)$", path) for path in paths)


def _inner(place: Place, call: Call, left: int) -> int | None:
    """`Duration.ofDays(1).toMillis()`, `RETENTION.toMillis()`, `5.minutes.toJavaDuration()`."""
    if call.receiver_call is not None:
        return _of_call(place, place.syntax.calls[call.receiver_call], left)
    if match := _SUFFIXED.fullmatch(call.receiver.strip("()")):
        factor = _UNITS.get(_singular(match[2].lower()))
        return _times(match[1], factor)
    if re.fullmatch(r"[\w.]+", call.receiver):
        return _milliseconds(place, Expression(kind=ExpressionKind.NAME, text=call.receiver, span=call.span), 1, left)
    return None


def _made(place: Place, call: Call, name: str, left: int) -> int | None:
    if name == "timedelta":
        given = [_scaled(place, a.value, _UNITS.get(_singular(a.name or "day"), 0), left) for a in call.arguments]
        return sum(g for g in given if g is not None) if given and None not in given else None
    if name in ("of", "apply", "duration", "finiteduration") and len(call.arguments) == 2:
        unit = call.arguments[1].value.text.rsplit(".", 1)[-1].strip("\"'").lower().removesuffix("s")
        factor = _UNITS.get({"nano": "", "micro": ""}.get(unit, unit))
        return _scaled(place, call.argument(0), factor, left) if factor else None
    if name == "parse":
        text = call.argument(0).literal if call.argument(0) is not None else None  # type: ignore[union-attr]
        match = _ISO.fullmatch(text or "")
        return _iso(match) if match is not None and any(match.groups()) else None
    factor = _UNITS.get(_singular(name.removeprefix("of")))
    return _scaled(place, call.argument(0), factor, left) if factor is not None and len(call.arguments) == 1 else None


def _iso(match: re.Match[str]) -> int | None:
    if any(group is not None and whole(group) is None for group in match.groups()):
        return None
    days, hours, minutes, seconds = (whole(group or "0") or 0 for group in match.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60_000 + seconds * 1_000


def _scaled(place: Place, expression: Expression | None, factor: int, left: int) -> int | None:
    number = _number(place, expression, left) if expression is not None else None
    return number * factor if number is not None else None


def _number(place: Place, expression: Expression, left: int) -> int | None:
    if left == 0:
        return None
    made, where = origin(place, expression)
    found = resolved(where, made)
    if found.known is Known.EXPLICIT:
        return whole(found.text)
    return _computed(where, made, left - 1) if made.kind is ExpressionKind.OTHER else None


def _computed(place: Place, expression: Expression, left: int) -> int | None:
    """`24 * 60 * MINUTE`: sums and products of numbers and names that stand for numbers."""
    text = re.sub(r"\((?:int|long|short)\)", "", expression.text)
    terms = _TERM.findall(text)
    if "".join(terms) != re.sub(r"\s+", "", text) or len(terms) > _TERMS:
        return None
    plain: list[str] = []
    for term in terms:
        if term[0].isdigit():
            amount = whole(term.rstrip("lL"))
            if amount is None:
                return None
            plain.append(str(amount))
        elif term[0].isalpha() or term[0] == "_":
            name = Expression(kind=ExpressionKind.NAME, text=term, span=expression.span)
            number = _number(place, name, left)
            if number is None:
                return None
            plain.append(f"({number})" if number < 0 else str(number))
        else:
            plain.append(term)
    return _Sum(plain).result()


class _Sum:
    """Works out a sum of products over whole numbers; None for what is no such text."""

    def __init__(self, terms: list[str]) -> None:
        self._terms = [
            t for term in terms for t in (["(", *term[1:-1].split(), ")"] if term.startswith("(-") else [term])
        ]
        self._at = 0

    def result(self) -> int | None:
        """The number; None when something is left over."""
        found = self._sum()
        return found if self._at == len(self._terms) else None

    def _take(self, *wanted: str) -> str:
        if self._at < len(self._terms) and self._terms[self._at] in wanted:
            self._at += 1
            return self._terms[self._at - 1]
        return ""

    def _sum(self) -> int | None:
        left = self._product()
        while left is not None and (sign := self._take("+", "-")):
            right = self._product()
            left = None if right is None else left + right if sign == "+" else left - right
        return left

    def _product(self) -> int | None:
        left = self._factor()
        while left is not None and (sign := self._take("*", "/")):
            right = self._factor()
            if right is None or (sign == "/" and (right == 0 or left % right)):
                return None
            left = left * right if sign == "*" else left // right
        return left

    def _factor(self) -> int | None:
        if self._take("-"):
            inner = self._factor()
            return None if inner is None else -inner
        if self._take("("):
            inner = self._sum()
            return inner if self._take(")") else None
        if self._at < len(self._terms) and re.fullmatch(r"-?\d+", self._terms[self._at]):
            self._at += 1
            return whole(self._terms[self._at - 1])
        return None
