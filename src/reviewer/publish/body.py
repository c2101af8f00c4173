"""A finding as the Markdown of a comment: the danger, the events that lead to it, the fix. Decidable in ten seconds."""

from __future__ import annotations

import re

from reviewer.core.finding import Finding, PlacementKind
from reviewer.core.span import Side
from reviewer.publish.fences import fence, has_live, raw_fence
from reviewer.publish.markup import code_span, inline, prose
from reviewer.publish.text import allowed_link, has_hidden, one_line, shortened
from reviewer.publish.words import elsewhere, place

BODY_LIMIT = 60_000
_TITLE_LIMIT = 200
_STEP_LIMIT = 1_200
_STEPS = 12
_PROSE_LIMIT = 6_000
_TRADE_LIMIT = 600
_QUOTE_LIMIT = 2_000
_QUOTES = 6
_SUGGESTION_LIMIT = 12_000
_BLOCK = re.compile(r"`{3}|(?:[-+*]|\d{1,9}[.)]) ")


def finding_body(finding: Finding) -> str:
    """The Markdown of one comment, at most `BODY_LIMIT` characters. No marker is added: that is the poster's business."""
    parts = [
        _head(finding),
        *_where(finding),
        _events(finding.scenario),
        _titled("Why", shortened(finding.why, _PROSE_LIMIT)),
        _titled("Fix", shortened(finding.fix, _PROSE_LIMIT)),
        _titled("Trade-off", shortened(one_line(finding.trade_off or ""), _TRADE_LIMIT)),
        suggestion_block(finding) or _replacement(finding),
        *_evidence(finding),
        _footer(finding),
    ]
    body = "\n\n".join(part for part in parts if part)
    return body if len(body) <= BODY_LIMIT else _short(finding)


def suggestion_block(finding: Finding) -> str | None:
    """The one-click replacement, or None.

    Only new lines can be replaced, and only by text that shows all of what it holds: an override character that makes
    code look like other code must not be one click away from the branch. Nor is text that opens a code block with a language: what
    reads this page line by line would take that for a block of ours.
    """
    text = finding.suggestion
    if text is None or finding.span.side is not Side.AFTER or finding.placement is not PlacementKind.INLINE:
        return None
    if has_hidden(text) or has_live(text) or len(text) > _SUGGESTION_LIMIT:
        return None
    return raw_fence(text, "suggestion")


def _replacement(finding: Finding) -> str:
    """The new text of lines that this page is not attached to: to be read, not clicked."""
    text = finding.suggestion
    if not text or finding.span.side is not Side.AFTER or has_hidden(text) or len(text) > _SUGGESTION_LIMIT:
        return ""
    return f"**Replacement:**\n\n{fence(text)}"


def _head(finding: Finding) -> str:
    """Title and weight as one paragraph; the two blanks are Markdown's line break."""
    weight = f"{finding.severity.value} · {finding.category.words} · confidence {finding.confidence.value}"
    return f"**{inline(shortened(finding.title, _TITLE_LIMIT))}**  \n{weight}"


def ignore_hint(rule_id: str) -> str:
    """How to silence a rule at one place."""
    return code_span(f"stream-review: ignore[{rule_id}] reason")


def _where(finding: Finding) -> list[str]:
    """The place and the quoted lines, where the comment itself does not hang on them."""
    removed = "removed line" if finding.span.first_line == finding.span.last_line else "removed lines"
    side = f" ({removed})" if finding.span.side is Side.BEFORE else ""
    if finding.placement is PlacementKind.INLINE:
        return []
    own = [item for item in finding.evidence if item.span.overlaps(finding.span)][:1]
    quotes = [fence(shortened(item.quote, _QUOTE_LIMIT)) for item in own]
    return [f"{code_span(place(finding.span))}{side}", *quotes]


def _events(scenario: tuple[str, ...]) -> str:
    """A numbered sequence. A sequence that is too long keeps its end: there stands the damage."""
    steps = scenario if len(scenario) <= _STEPS else (*scenario[: _STEPS - 2], "…", scenario[-1])
    return "\n".join(f"{number}. {inline(shortened(step, _STEP_LIMIT))}" for number, step in enumerate(steps, start=1))


def _titled(title: str, text: str) -> str:
    """`**Fix:** …`; a text that begins with a block of its own gets it below the title."""
    block = prose(text)
    if not block:
        return ""
    gap = "\n\n" if _BLOCK.match(block) else " "
    return f"**{title}:**{gap}{block}"


def _evidence(finding: Finding) -> list[str]:
    quotes = elsewhere(finding)
    shown = [
        f"{code_span(place(item.span))}\n\n{fence(shortened(item.quote, _QUOTE_LIMIT))}" for item in quotes[:_QUOTES]
    ]
    more = [f"… and {len(quotes) - _QUOTES} more places"] if len(quotes) > _QUOTES else []
    return ["**See also:**", *shown, *more] if shown else []


def _footer(finding: Finding) -> str:
    links = [f"<{url}>" for url in map(allowed_link, finding.references[:8]) if url]
    rule = finding.rule_id
    name = [f"{code_span(rule)}, silence here with {ignore_hint(rule)}"] if rule else ["seen by the model, no rule"]
    return f"<sub>{' · '.join([*links, *name, f'id {code_span(finding.id)}'])}</sub>"


def _short(finding: Finding) -> str:
    """What a comment can always hold: what happens and where to read the rest."""
    parts = [
        _head(finding),
        _events(tuple(shortened(step, 300) for step in finding.scenario)),
        "The rest was too long for a comment and stands in the JSON report.",
    ]
    return "\n\n".join(parts)
