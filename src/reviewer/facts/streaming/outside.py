"""What an expression reads from outside the code: a variable of the environment, a key of the configuration, with what holds where it is not set.

Expressions are asked as texts, so that those inside others can be asked too. The patterns are linear: texts are hostile, and short.
"""

from __future__ import annotations

import re
from collections import defaultdict

from reviewer.core.lazily import lazily
from reviewer.core.value import value
from reviewer.facts.syntax import SyntaxFacts

_LONGEST = 300  # characters of an expression that is taken apart
_WORDS = lazily("env|viper|propert|config|settings")  # one of them is in whatever reads from outside
_READS = lazily(
    r"(?:[A-Za-z_][\w.:]{0,100}(?:\(\))?(?:\.|::))?"
    r"(?P<how>get_?env(?:ironmentvariable)?(?:_?or_?(?:default|else))?|env_?(?:or|var|str|int|bool|get)?\w{0,8}|lookup_?env|var|get_?or_?default|get_?or_?else|get|getproperty|"
    r"get(?:string|int|int32|int64|bool|duration)|apply)"
    r"\(\s*[\"'`](?P<name>[A-Za-z_][\w.:-]{0,120})[\"'`]\s*(?:,\s*(?P<default>[^()]{0,120}))?\)",
    re.IGNORECASE,
)
_OWNERS = lazily(
    r"\benv\b|environ|getenv|viper|configuration|\bconfig(?:service)?\b|\bsettings\b|^os\b|process", re.IGNORECASE
)
_ITEM = lazily(
    r"(?:process\.env|import\.meta\.env|Deno\.env)\.(?P<a>[A-Za-z_]\w{0,120})"
    r"|(?:os\.environ|environ|process\.env|ENV|(?:_?configuration|_?config|builder\.Configuration))\[\s*[\"'](?P<b>[A-Za-z_][\w.:-]{0,120})[\"']\s*\]"
)
_CALLED = lazily(r"[A-Za-z_]\w*(?:(?:\.|::)[A-Za-z_]\w*)*\(")
_ELSE = lazily(r"\s*(?:\?\?|\|\||\?:|\bor\b|!!)\s*(?P<given>[^?|()]{1,120})$")
_OR = lazily(
    r"\s*\.(?:unwrap_or|orElse|getOrElse|unwrap_or_else|orElseGet)\(\s*(?:\|\w*\|\s*|\(\)\s*->\s*)?(?P<given>[^(),]{1,120}?)(?:\.(?:to_string|into|to_owned|as_str)\(\))?\s*\)$"
)
_AFTER = lazily(
    r"\.(?:unwrap|trim|toInt|toString|to_string|expect|toBoolean|strip|lower|toLowerCase)\([^()]{0,60}\)|\?|!|\.(?:ok|unwrap)\(\)"
)
_WRAPPED = lazily(
    r"^(?:(?:\w+\.){0,4}(?:parseInt|parseLong|parseBoolean|valueOf|ofNullable|Number|String|Boolean|int|str|bool|float|Parse|of))\((.{1,250})\)$",
    re.DOTALL,
)
_LITERAL = lazily(
    r"^(?:[\"'`]([^\"'`]{0,120})[\"'`]|(-?\d[\w.]{0,20}|true|false|True|False))(?:\.(?:to_string|into|to_owned)\(\))?$"
)


@value()
class Read:
    """`key` is how `Names.external` calls it: `${NAME}`; `default` is the literal that holds where it is not set, None without one."""

    key: str
    default: str | None = None


def read_of(text: str) -> Read | None:
    """What a whole expression reads; None when it is anything else."""
    if len(text) > _LONGEST or not _may_read(text):
        return None
    text, given = _alternative(text.strip())
    for _ in range(2):
        if match := _WRAPPED.match(text):
            text, inner = _alternative(match[1].strip())
            given = given if given is not None else inner
    text = _AFTER.sub("", text)
    if match := _ITEM.fullmatch(text):
        return Read(key=key_of_read(match["a"] or match["b"]), default=given)
    match = _READS.fullmatch(text)
    if match is None:
        return None
    how = match["how"].lower()
    if "env" not in how and not _OWNERS.search(text[: match.start("how")]):
        return None
    return Read(key=key_of_read(match["name"]), default=literal_of(match["default"]) if match["default"] else given)


def _may_read(text: str) -> bool:
    """A look before all others."""
    return _WORDS.search(text.lower()) is not None


def _alternative(text: str) -> tuple[str, str | None]:
    """The expression in front of `?: "x"`, `|| "x"`, `.unwrap_or("x")`, and that text."""
    for pattern in (_OR, _ELSE):
        match = pattern.search(text)
        if match is not None and match.start() > 0:
            return text[: match.start()], literal_of(match["given"])
    return text, None


def literal_of(text: str | None) -> str | None:
    """The text of a quoted literal, a number or a truth value."""
    match = _LITERAL.match(text.strip()) if text else None
    return (match[1] if match[1] is not None else match[2]) if match is not None else None


def key_of_read(name: str) -> str:
    """`Kafka:GroupId`, `kafka.group-id` -> `${kafka.groupid}`; the environment's names as they are."""
    return (
        f"${{{name}}}"
        if name.isupper()
        else f"${{{_JOINT.sub('', name.replace(':', '.').replace('__', '.')).lower()}}}"
    )


_JOINT = lazily(r"[-_]")


def computed(syntax: SyntaxFacts) -> dict[str, str]:
    """Names of a file that are given once, by something read from outside: the text of that expression, or the placeholder that is injected."""
    found: dict[str, set[str | None]] = defaultdict(set)
    for assignment in syntax.assignments:
        if assignment.subscript is not None:
            continue
        target = assignment.target
        name = target[len("self.") :] if target.startswith(("this.", "self.")) else target
        key = name if assignment.function is None or name != target else f"{assignment.function}#{name}"
        injected = next((a for a in assignment.annotations if a.simple_name in ("Value", "ConfigProperty")), None)
        if injected is not None and injected.arguments:
            found[key].add(
                _injected(injected.simple_name, {a.name or "value": a.value.literal for a in injected.arguments})
            )
        elif assignment.value is not None:
            text = assignment.value.text
            found[key].add(text if read_of(text) is not None else None)
    single = ((name, next(iter(texts))) for name, texts in found.items() if len(texts) == 1)
    return {name: text for name, text in single if text is not None}


def _injected(kind: str, given: dict[str, str | None]) -> str | None:
    if kind == "Value":
        return given.get("value")
    name, default = given.get("name"), given.get("defaultValue")
    return None if not name else f"${{{name}}}" if default is None else f"${{{name}:{default}}}"
