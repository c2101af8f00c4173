"""The files whose own text decides nothing: what the change, their module and the files beside the change say of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reviewer.core.change import FileChange, Hunk, LineKind
from reviewer.core.source import SourceReader
from reviewer.core.span import Side
from reviewer.relevance.closure import Asked, Link, Surroundings, lines_about, may_link, within_change
from reviewer.relevance.code import around
from reviewer.relevance.decide import FileDecision, Judged
from reviewer.relevance.links import View
from reviewer.relevance.modules import ModuleOf
from reviewer.relevance.schemas import breaks
from reviewer.relevance.signals import CODE, DOCUMENTS
from reviewer.relevance.words import shown

_ASKED = 60  # files for which files beside the change are looked at


def decide_beyond(judged: Sequence[Judged], reader: SourceReader, module_of: ModuleOf) -> tuple[Judged, ...]:
    """The same files, some that were open decided."""
    links = _links(judged, Surroundings(reader, Side.AFTER, [j.change.path for j in judged]), module_of)
    return tuple(replace(one, decision=links[one.change.path]) if one.change.path in links else one for one in judged)


def _links(judged: Sequence[Judged], beside: Surroundings, module_of: ModuleOf) -> dict[str, FileDecision]:
    open_code = [
        one for one in judged if one.decision.is_open and CODE.search(one.change.path) and may_link(one.change.path)
    ]
    asked = {one.change.path: one for one in open_code if _view(one.change) is not None}
    views = {
        path: Asked(view=view, changed=_changed(one.change))
        for path, one in asked.items()
        if (view := _view(one.change))
    }
    links = within_change(list(views.values()), list(_streaming(judged)))
    for path in [path for path in views if path not in links or links[path].only][:_ASKED]:
        module = module_of(path)
        # A module of which it is known that it depends on no streaming library is not searched.
        link = beside.link(views[path], module.folder) if module.library or not module.is_known else None
        if link is not None and (path not in links or not link.only):
            links[path] = link
    found = {path: _decision(asked[path], views[path].view, link) for path, link in links.items()}
    found |= dict(_schemas(judged, module_of))
    documents = [one for one in judged if one.decision.is_open and DOCUMENTS.search(one.change.path)]
    for one in [document for document in documents if document.change.path not in found][:_ASKED]:
        if decision := _read_by_code(one, beside):
            found[one.change.path] = decision
    return found


def _schemas(judged: Sequence[Judged], module_of: ModuleOf) -> Iterator[tuple[str, FileDecision]]:
    """Protobuf of a change or a module that streams, and incompatible changes of any Protobuf or JSON Schema."""
    streams = any(one.decision.relevant and CODE.search(one.change.path) for one in judged)
    for one in judged:
        path = one.change.path
        if not one.decision.is_open or not path.endswith((".proto", ".json")):
            continue
        if path.endswith(".proto") and (streams or module_of(path).library):
            why = (
                "in a change of streaming code" if streams else f"in a module that depends on {module_of(path).library}"
            )
            yield path, FileDecision(relevant=True, reason=f"Protobuf schema {why}")
        elif found := breaks(one.change, one.before, one.after):
            lines = {
                side: numbers
                for side in Side
                if (numbers := frozenset(n for b in found for n in b.lines.get(side, ())))
            }
            reason = f"schema change that breaks: {shown(found[0].what, 200)}; nothing shows that it is streamed"
            yield path, FileDecision(relevant=True, reason=reason, lines=lines)


def _streaming(judged: Sequence[Judged]) -> Iterator[View]:
    for one in judged:
        path = one.change.path
        if one.decision.relevant and CODE.search(path) and may_link(path) and (view := _view(one.change)) is not None:
            yield view


def _view(change: FileChange) -> View | None:
    """The file with what the change takes from it: a use that goes is a use."""
    if change.after is None:
        return View(path=change.path, text=change.before) if change.before is not None else None
    gone = [line.text for hunk in change.hunks for line in hunk.lines if line.kind is LineKind.REMOVED]
    return View(path=change.path, text="\n".join([change.after, *gone]))


def _changed(change: FileChange) -> tuple[str, ...]:
    return tuple(line.text for hunk in change.hunks for line in hunk.lines if line.kind is not LineKind.CONTEXT)


def _decision(one: Judged, view: View, link: Link) -> FileDecision:
    """The decision that a link makes: all of the file, or what stands around the name that it uses."""
    if not link.only:
        return FileDecision(relevant=True, reason=link.reason)
    side = Side.AFTER if one.change.after is not None else Side.BEFORE
    lines = dict(one.decision.lines)
    lines[side] = lines.get(side, frozenset()) | around(lines_about(link.only, view), one.syntax(side))
    return FileDecision(relevant=True, reason=link.reason, lines=lines)


_VARIABLE = re.compile(r"\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b")
_COMMON = re.compile(
    r"^(JAVA|JVM|JDK|NODE|GO|PYTHON|DOTNET|ASPNETCORE|AWS|GCP|AZURE|GOOGLE|SPRING_PROFILES|LOG|LOGGING|OTEL|SENTRY|DD|NEW_RELIC|HTTP|HTTPS|NO)_|_(LOG_LEVEL|TOKEN|PASSWORD|SECRET|HOST|PORT|TZ)$"
)
_VALUE = re.compile(r"[ \t-]*(value|valueFrom|key)[\"']?[ \t]*[:=]")
_KEY = re.compile(r"[a-z][\w-]*(?:\.[\w-]+)+")


def _read_by_code(one: Judged, beside: Surroundings) -> FileDecision | None:
    """The hunks of a document whose variables or settings streaming code reads, beside the change."""
    reason = ""
    lines: dict[Side, frozenset[int]] = {}
    for hunk in one.change.hunks:
        names = list(dict.fromkeys(_names(one, hunk)))
        if names and (found := beside.naming(names)):
            reason = reason or found
            for side in Side:
                lines[side] = lines.get(side, frozenset()) | hunk.changed_numbers(side)
    return FileDecision(relevant=True, reason=reason, lines=lines) if reason else None


def _names(one: Judged, hunk: Hunk) -> Iterator[str]:
    """What the changed lines of a document give a value to: variables of the environment, and dotted keys where it was read."""
    above: list[str] = []  # `- name: ORDERS_TOPIC` stands above its `value: orders`
    for line in hunk.lines:
        if line.text.lstrip().startswith(("#", "//", "<!--")):
            continue
        found = [name for name in _VARIABLE.findall(line.text) if not _COMMON.search(name)]
        if line.kind is not LineKind.CONTEXT:
            yield from found or (above if _VALUE.match(line.text) else ())
        above = found or above
    for side in Side:
        numbers = hunk.changed_numbers(side)
        facts = one.syntax(side)
        for entry in facts.entries if facts is not None else ():
            if entry.span.first_line in numbers and _KEY.fullmatch(entry.dotted) and len(entry.dotted) > 7:
                yield entry.dotted
