"""Characters that a reader cannot see are written out, so that what the model reads is what the machine reads."""

from __future__ import annotations

import re

# Controls but tab and newline, soft hyphen, bidi marks and overrides, zero-width, tags, lone surrogates.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e01ef]"
)
_LINE_END = re.compile("\r(?=\n|$)")


def make_visible(text: str) -> str:
    r"""The text with hidden characters as `<U+202E>`. Line ends become `\n`; the number of lines stays."""
    return _HIDDEN.sub(lambda match: f"<U+{ord(match.group()):04X}>", _LINE_END.sub("", text))
