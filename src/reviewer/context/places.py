"""Where in a file an answer stands: who declares a name, who uses it, who extends it, where a key is set."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from reviewer.context.references import declared_types, type_of
from reviewer.context.spelling import Spelling
from reviewer.facts.syntax import Call, Function, SyntaxFacts

_AROUND = 12  # lines before and after a place of which nothing is known
_SETTING = 4  # lines around a setting
_FUNCTION = 40  # a longer function is shown around the place
_TYPE = 120  # lines of a declared type, and of a declared function
_SUBTYPE = 30
_OTHER, _COMMENTED = 4, 6  # ranks
_LONGEST = 2_000  # characters of a line in which a name is looked for
_COMMENT = re.compile(r"^\s*(//|/\*|\*|#(?!\[)|--|<!--|;)")
_NAME = re.compile(r"[A-Za-z_$][\w$]{0,200}(?:(?:\.|::|#|->)[A-Za-z_$][\w$]{0,200}){0,12}(?:\(.{0,200}\))?")
_IMPORT = re.compile(r"^\s*(import|from|using|use|package|require|#include)\b")
_DECLARED = (
    r"\b(?:class|interface|record|enum|object|trait|struct|type|def|fun|func|fn|function|message|resource|module)\s+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Lines of a file, the line that was found, how telling it is (0: most), and what it is. `hidden` are lines of it that are left out."""

    first: int
    last: int
    line: int
    rank: int
    is_what: str
    hidden: frozenset[int] = frozenset()

    @property
    def numbers(self) -> tuple[int, ...]:
        """The lines that are shown of it."""
        return tuple(number for number in range(self.first, self.last + 1) if number not in self.hidden)


@dataclass(frozen=True)
class Target:
    """What is looked for: `Orders.close()` is the name `close` of the owner `Orders`."""

    symbol: str

    @cached_property
    def name(self) -> str:
        """The last part, without a call's brackets; of a text that is no name, the text."""
        bare = re.sub(r"\(.*\)$", "", self.symbol).strip()
        last = re.split(r"\.|::|#|->", bare)[-1]
        return last if self.is_name else bare

    @cached_property
    def is_name(self) -> bool:
        """Whether it is a (qualified) identifier of code. `max.poll.records` is a key."""
        is_key = "." in self.symbol and self.symbol == self.symbol.lower() and "(" not in self.symbol
        return _NAME.fullmatch(self.symbol.strip()) is not None and not is_key

    @cached_property
    def owner(self) -> str:
        """The class before the name; "" when there is none."""
        parts = re.split(r"\.|::|#", re.sub(r"\(.*\)$", "", self.symbol).strip())
        return parts[-2] if self.is_name and len(parts) > 1 and parts[-2][:1].isupper() else ""

    @cached_property
    def word(self) -> re.Pattern[str]:
        """The name as a word of its own."""
        return re.compile(rf"(?<![\w$]){re.escape(self.name)}(?![\w$])")

    @cached_property
    def spelling(self) -> Spelling:
        """The name in other spellings."""
        return Spelling(re.sub(r"^\$\{|[:}].*$", "", self.symbol))


def definitions(target: Target, text: str, facts: SyntaxFacts | None) -> Iterator[Place]:
    """Declarations; without one, the exact text of what is no name of code, a topic or a bean."""
    count = text.count("\n") + 1
    if facts is not None:
        for type_ in facts.types:
            if type_.name == target.name:
                last = min(type_.span.last_line, type_.span.first_line + _TYPE)
                yield _place(type_.span.first_line, last, type_.span.first_line, 0, "declares it", count)
        for function in facts.functions:
            if function.name == target.name and not function.is_lambda:
                owned = not target.owner or target.owner in function.qualified.split(".")
                last = min(function.span.last_line, function.span.first_line + _TYPE)
                yield _place(
                    function.span.first_line, last, function.span.first_line, 0 if owned else 2, "declares it", count
                )
        for item in facts.assignments:
            if item.function is None and re.split(r"[.\[]", item.target)[-1] == target.name:
                yield _around(item.span.first_line, _AROUND, 1, "declares it", count)
    declared = re.compile(rf"{_DECLARED}(?:\([^)]{{0,200}}\)\s*)?[\"']?{target.word.pattern}")
    for number, line in _code(text, target):
        if facts is None or not facts.language:
            if declared.search(line[:_LONGEST]):
                yield _around(number, _AROUND * 2, 1, "declares it", count)
        if f'"{target.symbol}"' in line or f"'{target.symbol}'" in line or not target.is_name:
            yield _around(number, _AROUND, 3, "names it", count)


def uses(target: Target, text: str, facts: SyntaxFacts | None, owners: Collection[str] = ()) -> Iterator[Place]:
    """Calls on an owner first, then calls on what nobody knows, then other mentions; what only has the same name, and comments, last.

    `owners` are the types whose member it is. A declaration is no use.
    """
    count = text.count("\n") + 1
    declared = _declared_lines(target, text, facts)
    called = _called(target, facts, owners)
    commented = _commented(facts)
    known = any(re.search(rf"(?<!\w){re.escape(owner)}(?!\w)", text) for owner in owners) or not owners
    foreign = 1 if facts is not None and _is_foreign_type(target, facts) else 0
    for number, line in _lines(text, target):
        if number in declared or _IMPORT.match(line):
            continue
        if number in commented or _COMMENT.match(line):
            yield _around(number, 2, _COMMENTED, "names it in a comment", count)
            continue
        rank = called.get(number, 1)
        rank += (0 if known or rank == 0 else 2) + foreign
        word = "calls it" if number in called else "uses it"
        function = facts.function_at(number) if facts is not None else None
        yield _enclosing(function, number, rank, word, count)


def _called(target: Target, facts: SyntaxFacts | None, owners: Collection[str]) -> dict[int, int]:
    """Lines with a call of that name: 0 on an owner (or where no owner is known), 1 on what has no known type, else `_OTHER`."""
    found: dict[int, int] = {}
    types = declared_types(facts) if facts is not None else {}
    for call in facts.calls if facts is not None else ():
        if call.name == target.name:
            receiver = _receiver(call, facts, types) if facts is not None else ""
            rank = 0 if not owners or receiver in owners or call.is_construction else 1 if not receiver else _OTHER
            line = call.name_span.first_line
            found[line] = min(rank, found.get(line, rank))
    return found


def _receiver(call: Call, facts: SyntaxFacts, types: dict[str, str]) -> str:
    """The type that a call is made on, "" when it is not known; of a call without a receiver the type around it, if that has such a method."""
    if call.receiver not in ("", "this", "self"):
        return type_of(call, types)
    own = [f for f in facts.functions if f.name == call.name and f.type is not None and f.type == call.type]
    return facts.types[own[0].type].name if own and own[0].type is not None else ""


def _is_foreign_type(target: Target, facts: SyntaxFacts) -> bool:
    """Whether another type of that name is imported, as far as imports tell."""
    imported = [item.path for item in facts.imports if item.alias == target.name]
    qualified = re.sub(r"\(.*\)$", "", target.symbol)
    return bool(imported) and "." in qualified and not any(path.endswith(qualified) for path in imported)


def subtypes(target: Target, text: str, facts: SyntaxFacts | None) -> Iterator[tuple[Place, str]]:
    """Types that extend or implement it, with their names; of a method of it, the overriding method."""
    count = text.count("\n") + 1
    base = target.owner or target.name
    if facts is None or not facts.language:
        # A language that is not parsed, or a parser that gave up.
        head = re.compile(
            rf"(?:\b(?:extends|implements|impl|with)\b|:)[^{{;]{{0,200}}(?<![\w$]){re.escape(base)}(?![\w$])"
        )
        for number, line in _lines(text, Target(base)):
            if head.search(line[:_LONGEST]) and not _COMMENT.match(line):
                yield _around(number, _AROUND, 1, "extends or implements it", count), ""
        return
    for type_ in facts.types:
        if base not in map(_simple, type_.bases):
            continue
        methods = [f for f in facts.functions if target.owner and f.name == target.name and f.type == type_.index]
        for function in methods:
            yield (
                _enclosing(function, function.span.first_line, 0, f"`{function.qualified}` overrides it", count),
                type_.name,
            )
        if not methods:
            last = min(type_.span.last_line, type_.span.first_line + _SUBTYPE)
            word = f"`{type_.qualified}` extends or implements it"
            yield _place(type_.span.first_line, last, type_.span.first_line, 1, word, count), type_.name


def methods_named(names: frozenset[str], text: str, facts: SyntaxFacts | None) -> Iterator[tuple[Place, str]]:
    """In Go, types that have every method of an interface implement it."""
    count = text.count("\n") + 1
    owners: dict[str, dict[str, Function]] = {}
    for function in facts.functions if facts is not None and facts.language == "go" else ():
        owner, _, name = function.qualified.rpartition(".")
        if owner and name in names:
            owners.setdefault(owner, {})[name] = function
    for owner, functions in owners.items():
        if functions.keys() >= names:
            for function in functions.values():
                yield _enclosing(function, function.span.first_line, 1, f"`{owner}` has its methods", count), owner


def settings(target: Target, text: str, facts: SyntaxFacts | None) -> Iterator[Place]:
    """Where a key is set in a document, put in code or named by a constant; where a bean is made; where a topic is named."""
    count = text.count("\n") + 1
    seen: set[int] = set()
    for entry in facts.entries if facts is not None else ():
        rank = target.spelling.rank(re.sub(r"\.?\[\d+\]", "", entry.dotted))
        named = target.symbol in (entry.value, *entry.keys)
        if rank is not None or named:
            seen.update(range(entry.span.first_line, entry.span.last_line + 1))
            yield _around(
                entry.span.first_line,
                _SETTING,
                min(rank if rank is not None else 1, 1),
                f"sets `{entry.dotted}`",
                count,
            )
    for function in facts.functions if facts is not None else ():
        if _is_bean(function, target.name):
            seen.update(range(function.span.first_line, function.span.last_line + 1))
            yield _enclosing(function, function.span.first_line, 0, "makes the bean", count)
    commented = _commented(facts)
    for number, line in enumerate(text.split("\n"), start=1):
        rank = 1 if target.word.search(line[:_LONGEST]) else target.spelling.rank_in(line)
        if rank is None or number in seen or _IMPORT.match(line):
            continue
        if number in commented or _COMMENT.match(line):
            yield _around(number, 2, 6, "names it in a comment", count)
        else:
            sets = re.search(r"[=:]|\bput|\bset|\badd|\bwith", line) is not None
            yield _around(number, _SETTING, rank + (1 if sets else 2), "sets or reads it", count)


def _is_bean(function: Function, name: str) -> bool:
    beans = [a for a in function.annotations if a.simple_name in ("Bean", "Produces", "Singleton")]
    named = any(f'"{name}"' in argument.value.text for bean in beans for argument in bean.arguments)
    return bool(beans) and (function.name == name or named or _simple(function.return_type) == name)


def _simple(base: str) -> str:
    """`Base` of `org.example.Base<T>(x)`."""
    return re.split(r"\.|::", re.sub(r"[<\[(].*", "", base, flags=re.DOTALL).strip().lstrip("*&"))[-1]


def _lines(text: str, target: Target) -> Iterator[tuple[int, str]]:
    """The lines with the name. Looked for in the whole text: most lines don't have it."""
    lines = text.split("\n")
    number, at, last = 1, 0, 0
    for match in target.word.finditer(text):
        number, at = number + text.count("\n", at, match.start()), match.start()
        if number != last:
            yield number, lines[number - 1][:_LONGEST]
        last = number


def _code(text: str, target: Target) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in _lines(text, target) if not _COMMENT.match(line))


def _commented(facts: SyntaxFacts | None) -> set[int]:
    """Lines that are nothing but comment, as far as spans tell: those inside one, and single ones that begin a line."""
    found: set[int] = set()
    for comment in facts.comments if facts is not None else ():
        if comment.span.last_line > comment.span.first_line:
            found.update(range(comment.span.first_line, comment.span.last_line + 1))
    return found


def _declared_lines(target: Target, text: str, facts: SyntaxFacts | None) -> set[int]:
    """Where it is declared: the first line with the name behind the annotations of the declaration."""
    if facts is None:
        return set()
    starts = [t.span.first_line for t in facts.types if t.name == target.name]
    starts += [f.span.first_line for f in facts.functions if f.name == target.name and not f.is_lambda]
    named = [number for number, _ in _lines(text, target)] if starts else []
    return {next((number for number in named if number >= start), start) for start in starts}


def _enclosing(function: Function | None, line: int, rank: int, is_what: str, count: int) -> Place:
    if function is None or function.span.last_line - function.span.first_line > _FUNCTION:
        return _around(line, _AROUND, rank, is_what, count)
    return _place(min(function.span.first_line, line), max(function.span.last_line, line), line, rank, is_what, count)


def _around(line: int, lines: int, rank: int, is_what: str, count: int) -> Place:
    return _place(line - lines, line + lines, line, rank, is_what, count)


def _place(first: int, last: int, line: int, rank: int, is_what: str, count: int) -> Place:
    return Place(first=max(1, first), last=max(1, min(last, count)), line=line, rank=rank, is_what=is_what)
