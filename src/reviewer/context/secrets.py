"""Secrets within one line. A name alone proves nothing: `password = config.password` is code that a review needs."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable

MARK = "[redacted]"

# Every quantifier is bounded, and none stands before another that matches the same: lines are hostile.
_TOKENS = re.compile(
    r"\b(?:AKIA|ASIA|AROA|AIDA)[0-9A-Z]{16}\b"
    r"|\bsk-ant-[\w-]{8,}"
    r"|\bsk-(?:proj-|live-)?[A-Za-z0-9_-]{20,}"
    r"|\bgh[opsur]_[\w.-]{20,}|\bgithub_pat_\w{20,}|\bglpat-[\w-]{16,}"
    r"|\bxox[abeprs]-[\w-]{10,}|\bxapp-[\w-]{10,}|\bhooks\.slack\.com/services/[\w/]{16,}"
    r"|\bAIza[\w-]{30,}|\bya29\.[\w-]{20,}|\bGOCSPX-[\w-]{16,}"
    r"|\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|\bnpm_[A-Za-z0-9]{30,}|\bpypi-[\w-]{30,}|\bhf_[A-Za-z0-9]{20,}|\bdckr_pat_[\w-]{16,}"
    r"|\bSG\.[\w-]{16,}\.[\w-]{16,}|\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}|\bhv[sbr]\.[\w-]{20,}"
    r"|\bdapi[0-9a-f]{32}\b|\bdop_v1_[0-9a-f]{40,}|\bATATT[\w-]{20,}|\bgl(?:sa|c)_\w{20,}|\bNRAK-[A-Z0-9]{20,}"
    r"|\bAGE-SECRET-KEY-1[A-Z0-9]{40,}|\bcflt[\w/+]{40,}"
)
_BEARER = re.compile(r"(?i)\b(bearer\s+|basic\s+)([\w.~+/-]{12,}=*)")
_URL_LOGIN = re.compile(r"(\b[a-zA-Z][\w+.-]{1,20}://[^\s:/@\"']{0,80}:)([^\s@/\"']{1,200})(?=@)")
# Parts of a connection string, a JAAS line or a properties file.
_INNER_PASSWORD = re.compile(
    r"(?i)(?<![A-Za-z])((?:password|passwd|pwd|passphrase|clientsecret|client_secret|shared_?access_?key|account_?key)"
    r"\s{0,3}=\s{0,3}\\?[\"']?)([^\s\"'\\;&,)]{1,300})"
)
_JAAS = re.compile(r"(?i)(sasl[._]jaas[._]config[\"']?\s{0,4}[:=,]\s{0,4})(\S.*)")
_USER_INFO = re.compile(
    r"(?i)(basic[._]auth[._](?:credentials[._])?user[._]info(?:_config)?[\"']?\s{0,4}[:=,]\s{0,4}[\"']?[^\s\"':]{1,100}:)([^\s\"']{1,200})"
)
_NAMES = r"(?:password|passwd|pwd|passphrase|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|credential)"
_NAMED = re.compile(
    rf"(?i)({_NAMES}[\w.-]{{0,40}}[\"'\]]{{0,2}}\)?\s{{0,8}}(?::=|[:=,]|=>)\s{{0,8}}[\"'])([^\"'\n]{{1,400}})(?=[\"'])"
)
_CALLED = re.compile(rf"(?i)({_NAMES}\(\s{{0,4}}[\"'])([^\"'\n]{{1,400}})(?=[\"'])")
_GETTER = re.compile(r"(?i)(?:^|[^A-Za-z0-9_])(?:get|read|load|fetch|find|resolve|lookup|is|has)[A-Za-z0-9_]{0,40}$")
_NAMED_BARE = re.compile(
    rf"(?i)^(\s*-?\s*(?:ENV\s+|ARG\s+|export\s+)?[\"']?[\w.-]{{0,60}}{_NAMES}[\w.-]{{0,40}}[\"']?\s{{0,8}}[:=]\s{{0,8}})([^\s\"'#,;(){{}}\[\]]{{3,400}})\s*$"
)
_ENV_BARE = re.compile(rf"(?i)^(\s*(?:ENV|ARG)\s+\w{{0,60}}{_NAMES}\w{{0,40}}\s+)(\S{{3,400}})\s*$")
_FLAG = re.compile(rf"(?i)(?<!\S)(--?[\w-]{{0,40}}{_NAMES}[\s=]\s{{0,4}}[\"']?)([^\s\"'$-][^\s\"']{{2,300}})")
_TAG = re.compile(rf"(?i)(<[\w.:-]{{0,60}}{_NAMES}[\w.-]{{0,40}}>\s{{0,4}})([^<>\s][^<>]{{0,300}})(?=</)")
_DEFAULT = re.compile(rf"(?i)(\$\{{[\w.-]{{0,60}}{_NAMES}[\w.-]{{0,40}}:-?)([^}}\s$][^}}\s]{{0,200}})(?=\}})")
_LITERAL = re.compile(r"([\"'])([A-Za-z0-9+/]{40}|[A-Za-z0-9+/]{60,200}={0,2})(?=\1)")
_PLACEHOLDER = re.compile(r"^(?:\$\{|\$\(|\$[A-Z_]+$|\{\{|<|%|#\{|@)|^\[redacted\]|\$\{[\w.:-]+\}")
_CERTAIN = re.compile(r"(?i)passw|pwd|passphrase|secret[\"'\]]{0,2}\)?\s{0,8}(?::=|[:=,(>]|=>)[\s\"']{0,9}$")
_TYPES = re.compile(
    r"(?i)(?:str|string|bytes|char|int|bool|boolean|any|object|none|null|nil|true|false|required|optional|file|prompt|vault)\??"
)


def without_secrets(line: str) -> str:
    """The line with `[redacted]` for what is secret; placeholders, names of secrets and code stay.

    Most lines hold nothing that could be one: cheap questions come first.
    """
    line = _TOKENS.sub(MARK, line)
    lower = line.lower()
    if "bearer" in lower or "basic" in lower:
        line = _BEARER.sub(rf"\1{MARK}", line)
    if "://" in line and "@" in line:
        line = _URL_LOGIN.sub(_unless_placeholder, line)
    if "jaas" in lower:
        line = _JAAS.sub(_jaas, line)
    if "user" in lower:
        line = _USER_INFO.sub(_unless_placeholder, line)
    if _HINT.search(lower):
        for pattern, replaced in _NAMED_STEPS:
            line = pattern.sub(replaced, line)
    return _LITERAL.sub(_any_random, line) if len(line) > 41 else line


def _unless_placeholder(match: re.Match[str]) -> str:
    return match.group() if _PLACEHOLDER.search(match.group(2)) else f"{match.group(1)}{MARK}"


def _jaas(match: re.Match[str]) -> str:
    """The login module is worth seeing, what is quoted behind it is not."""
    value = re.sub(r"(?i)(=\s{0,3}\\?[\"'])([^\"'\\]{1,300})", _unless_placeholder, match.group(2))
    return match.group(1) + value


def _unless_code(match: re.Match[str]) -> str:
    """`password = config.password()` is code and stays; `password=hunter2` inside a string or a file goes."""
    value = match.group(2)
    is_code = re.match(r"[A-Za-z_][\w.]*\(|(?:null|None|nil|true|false)$|[a-z_]\w*(?:\.[\w]+)+$", value) is not None
    is_spaced = match.group(1).rstrip(" ") != match.group(1) and re.fullmatch(r"[A-Za-z_]+", value) is not None
    if is_code or is_spaced or value.startswith("="):
        return match.group()
    return _unless_placeholder(match)


def _literal(match: re.Match[str]) -> str:
    value = match.group(2)
    certain = _CERTAIN.search(match.group(1)) is not None and " " not in value
    if (certain or _is_random(value)) and not _PLACEHOLDER.search(value) and not _is_name_of_secret(value):
        return f"{match.group(1)}{MARK}"
    return match.group()


def _called(match: re.Match[str]) -> str:
    """`setPassword("hunter2")`, but not `getPassword("orders")`: what is looked up by name is no secret."""
    before = match.string[max(0, match.start() - 50) : match.start()]
    return match.group() if _GETTER.search(before) else _literal(match)


def _bare(match: re.Match[str]) -> str:
    """An unquoted value: a configuration file, or code."""
    value = match.group(2)
    certain = _CERTAIN.search(match.group(1)) is not None and _TYPES.fullmatch(value) is None
    is_code = "(" in value or re.fullmatch(r"[a-zA-Z_]\w*(?:\.\w+)+", value) or match.group(1).endswith("= ")
    if _PLACEHOLDER.search(value) or _is_name_of_secret(value) or not (_is_random(value) or (certain and not is_code)):
        return match.group()
    return f"{match.group(1)}{MARK}"


def _any_random(match: re.Match[str]) -> str:
    """A literal without a telling name: only what no word, hash or path looks like."""
    value = match.group(2)
    mixed = all(re.search(kind, value) for kind in ("[a-z]", "[A-Z]", r"\d"))
    return f"{match.group(1)}{MARK}" if mixed and _entropy(value) >= 4.2 else match.group()


def _is_name_of_secret(value: str) -> bool:
    """`secret_key = "DB_SECRET_KEY"`, `"spring.datasource.password"`: a name of a secret, not a secret."""
    return re.fullmatch(r"[A-Z][A-Z_]{2,}|[a-z]+(?:[._/-][a-z]+)+", value) is not None


def _is_random(value: str) -> bool:
    """Long, varied and mixed: letters with digits, not words."""
    if len(value) < 12 or " " in value or not re.search(r"\d", value) or not re.search(r"[A-Za-z]", value):
        return False
    return _entropy(value) >= 3.0


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())


_HINT = re.compile(
    r"passw|pwd|passphrase|secret|token|api[_.-]?key|access[_.-]?key|private[_.-]?key|account_?key|credential"
)
_NAMED_STEPS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = (
    (_INNER_PASSWORD, _unless_code),
    (_NAMED, _literal),
    (_CALLED, _called),
    (_DEFAULT, _literal),
    (_TAG, _literal),
    (_FLAG, _literal),
    (_ENV_BARE, _bare),
    (_NAMED_BARE, _bare),
)
