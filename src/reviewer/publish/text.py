"""Making text of strangers harmless for terminals and workflow logs; Markdown has its own module, `markup`.

Titles, scenarios, fixes, quotes and paths come from the code under review or from a model that has read it. Nothing in
them may hide from a reader, lead to a foreign page or drive the terminal or the runner.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from reviewer.core.lazily import lazily

DOCUMENTATION_HOSTS = frozenset(
    {
        "avro.apache.org",
        "cwiki.apache.org",
        "debezium.io",
        "docs.confluent.io",
        "docs.python.org",
        "docs.spring.io",
        "issues.apache.org",
        "kafka.apache.org",
        "kafka.js.org",
        "nightlies.apache.org",
        "protobuf.dev",
    }
)
_LINK_LIMIT = 400
_ADDRESS = lazily(r"https://[A-Za-z0-9][A-Za-z0-9._~:/?#!$&'*+,;=%-]*")

# Zero-width characters, soft hyphen, bidi marks and overrides, tag characters: invisible to a reader, not to a machine.
_INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff9-\ufffb\U000e0000-\U000e0fff"
)
HIDDEN = lazily(f"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff{_INVISIBLE}]")


def allowed_link(url: str) -> str | None:
    """The address if it is https on a known documentation host (or a repository of Apache on GitHub), else None."""
    if len(url) > _LINK_LIMIT or not _ADDRESS.fullmatch(url):
        return None
    parts = urlsplit(url)
    if parts.netloc in DOCUMENTATION_HOSTS:
        return url
    is_apache = parts.netloc == "github.com" and parts.path.startswith("/apache/") and ".." not in parts.path
    return url if is_apache else None


def visible(text: str) -> str:
    """NFC text with `\\n` line ends and without control, invisible, bidi and lone surrogate characters."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", HIDDEN.sub("", unified))


def has_hidden(text: str) -> bool:
    """Whether `visible` would take something out: such text must not be offered for one-click acceptance."""
    return HIDDEN.search(text.replace("\r\n", "\n")) is not None


def one_line(text: str) -> str:
    """`visible` text with every run of blanks and line ends as one blank."""
    return re.sub(r"\s+", " ", visible(text)).strip()


def shown(text: str) -> str:
    """One line of source for a terminal: tabs are four blanks, what would act or hide is spelled out (`\\x1b`, `\\u202e`)."""
    return HIDDEN.sub(_spelled, re.sub(r"[\r\n]+", " ", text.rstrip("\r\n")).expandtabs(4))


def _spelled(match: re.Match[str]) -> str:
    code = ord(match.group())
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def command_data(text: str, limit: int = 4000) -> str:
    """The message of a workflow command. The runner cuts at 4096 characters, so we cut before, then escape."""
    return shortened(visible(text), limit).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def command_property(text: str, limit: int = 1000) -> str:
    """A property of a workflow command (`file`, `title`): commas and colons would end it."""
    return command_data(text, limit).replace(":", "%3A").replace(",", "%2C")


def log_lines(text: str) -> str:
    """Text for a workflow log: the runner obeys lines that begin with `::` or hold `##[`, so each line gets a bar before it."""
    harmless = visible(text).replace("##[", "## [")
    return "\n".join(f"| {line}" for line in harmless.split("\n"))


def shortened(text: str, limit: int) -> str:
    """Text of at most `limit` characters; a cut is shown by an ellipsis."""
    return text if len(text) <= limit else f"{text[: limit - 1].rstrip()}…"
