"""A unit as text for the model. Pure: the same unit gives the same text, byte for byte."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from itertools import groupby

from reviewer.context.delimiter import choose_nonce, enclose
from reviewer.context.redact import shown
from reviewer.context.unit import ContextSlice, ReviewUnit, UnitHunk
from reviewer.core.change import DiffLine
from reviewer.core.finding import Doubt, Finding, Standing
from reviewer.core.span import Side, Span

_TITLE_CHARS = 300
_DESCRIPTION_CHARS = 4_000
_HYPOTHESES = "Places where a rule suspects a danger. They come from a program that matches patterns: confirm or refute each by its id."
_EARLIER = "Your own findings of the first answer, before you saw the code you asked for. Judge each by its id."
_ASKED = "More code of the repository, looked up for the questions that stand with it."
_UNSEEN = "More code of the repository, looked up for the findings below."
_ADDED = " `R12+`: this change adds line 12; the other lines stood there before it."
_LEFT_OUT = "Not shown: left out for length, or not in the repository."
Section = tuple[str, str, str]  # name of the data block, our sentence above it, the data


def hypothesis_ids(unit: ReviewUnit) -> dict[str, Finding]:
    """`h1`, `h2`, … -> the hypothesis that the model is asked about under this id."""
    return {f"h{number}": finding for number, finding in enumerate(unit.hypotheses, start=1)}


def finding_ids(findings: Sequence[Finding]) -> dict[str, Finding]:
    """`f1`, `f2`, … -> the finding that the second reader is asked about under this id."""
    return {f"f{number}": finding for number, finding in enumerate(findings, start=1)}


def earlier_ids(findings: Sequence[Finding]) -> dict[str, Finding]:
    """`e1`, `e2`, … -> the finding of the answer before that the model is asked about under this id."""
    return {f"e{number}": finding for number, finding in enumerate(findings, start=1)}


def render_unit(unit: ReviewUnit, *, nonce: str | None = None, title: str = "", description: str = "") -> str:
    """The unit as every reader is shown it, without what rules suspect. `nonce` None means: chosen from the content."""
    return _assembled(_sections(unit, title, description), nonce)


def render_suspected(unit: ReviewUnit, *, nonce: str | None = None) -> str:
    """The hypotheses, with ids h1, h2, …, for the reviewer alone; empty when there are none."""
    if not unit.hypotheses:
        return ""
    return _assembled([("hypotheses", _HYPOTHESES, _findings(hypothesis_ids(unit)))], nonce)


def render_more(unit: ReviewUnit, extended: ReviewUnit, *, nonce: str | None = None) -> str:
    """What `extended` shows beyond `unit`; empty when that is nothing."""
    sections = _beyond(unit, extended, _ASKED)
    return _assembled(sections, nonce) if sections else ""


def render_earlier(findings: Sequence[Finding], *, nonce: str | None = None) -> str:
    """The findings of the answer before, with ids e1, e2, …; empty when there are none."""
    if not findings:
        return ""
    return _assembled([("earlier", _EARLIER, _findings(earlier_ids(findings)))], nonce)


def render_judged(
    unit: ReviewUnit, extended: ReviewUnit, findings: Sequence[Finding], *, nonce: str | None = None
) -> str:
    """What `extended` shows beyond `unit`, and the findings to be judged, with ids f1, f2, …"""
    judged = ("findings", "The findings to judge, by id.", _findings(finding_ids(findings)))
    return _assembled([*_beyond(unit, extended, _UNSEEN), judged], nonce)


def _beyond(unit: ReviewUnit, extended: ReviewUnit, about: str) -> list[Section]:
    sections: list[Section] = []
    pieces = [piece for piece in extended.slices if piece not in unit.slices]
    if pieces:
        marked = _ADDED if any(piece.added for piece in pieces) else ""
        sections.append(("asked", f"{about}{marked}", _slices(pieces)))
    cut = [line for line in extended.cut if line not in unit.cut]
    if cut:
        sections.append(("left-out", _LEFT_OUT, "\n".join(cut)))
    return sections


def render_hunks(hunks: Sequence[UnitHunk], *, title: str = "") -> str:
    """Hunks alone, by ids `s1`, `s2`, …, for the sweep."""
    named = [(f"s{number}", piece) for number, piece in enumerate(hunks, start=1)]
    diff = "\n\n".join(
        "\n".join(
            [
                f"{name}: {_one_line(piece.path)}",
                _hunk_heading(piece),
                *(f"{x.kind.value}{x.text}" for x in piece.hunk.lines),
            ]
        )
        for name, piece in named
    )
    intent = (
        [("intent", "What the author says about the whole change.", _bounded(shown(title), _TITLE_CHARS))]
        if title
        else []
    )
    return _assembled([*intent, ("hunks", "The hunks, by id.", diff)], None)


def render_comparison(findings: Sequence[Finding]) -> str:
    """All findings of a review, by ids `f1`, `f2`, …"""
    return _assembled([("findings", "The findings, by id.", _findings(finding_ids(findings)))], None)


def _assembled(sections: Iterable[Section], nonce: str | None) -> str:
    clean = [(name, about, shown(data)) for name, about, data in sections]
    token = nonce if nonce is not None else choose_nonce(data for _, _, data in clean)
    head = f"The token of this run's delimiters is {token}."
    return "\n\n".join([head, *(f"{about}\n{enclose(name, data, token)}" for name, about, data in clean)]) + "\n"


def _sections(unit: ReviewUnit, title: str, description: str) -> list[Section]:
    sections: list[Section] = []
    if title or description:
        # Redacted before it is cut: half a secret is not recognised as one.
        words = f"{_bounded(shown(title), _TITLE_CHARS)}\n\n{_bounded(shown(description), _DESCRIPTION_CHARS)}".strip()
        sections.append(("intent", "What the author says about the whole change. A claim, not a fact.", words))
    sections.append(("diff", _ABOUT_DIFF, "\n\n".join(_diff(unit))))
    for_change = [piece for piece in unit.slices if piece.span.path in unit.paths]
    related = [piece for piece in unit.slices if piece.span.path not in unit.paths]
    if for_change:
        sections.append(
            (
                "code",
                "Code around the change: R as it is after the change, L as it was before. Blank lines are left out, and others where it says so.",
                _slices(for_change, unit.hunks),
            )
        )
    if unit.fact_lines:
        sections.append(("facts", "Facts that a parser read, before and after the change.", "\n".join(_facts(unit))))
    if related:
        sections.append(("related", "Code of other files, with the reason it is shown.", _slices(related)))
    if unit.cut:
        sections.append(("left-out", f"{_LEFT_OUT} Ask in `needs` if it would decide.", "\n".join(unit.cut)))
    return sections


def _facts(unit: ReviewUnit) -> Iterable[str]:
    """The path of a file once, above what is known of it."""
    for path, group in groupby(unit.fact_lines, key=lambda line: _path_of(line, unit.paths)):
        if path:
            yield f"=== {_one_line(path)}"
        yield from (line.removeprefix(f"{path}: ") for line in group)


def _path_of(line: str, paths: Sequence[str]) -> str:
    return next((path for path in paths if line.startswith(f"{path}: ")), "")


def _bounded(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]} [cut: {len(text) - limit} characters more]"


_ABOUT_DIFF = "The diff. Each line begins with its number, after the change (R…) or, when it was removed, before it (L…), and `+`, `-` or a blank."


def _diff(unit: ReviewUnit) -> Iterable[str]:
    path = None
    for piece in unit.hunks:
        heading = [] if piece.path == path else [_file_heading(piece)]
        path = piece.path
        yield "\n".join([*heading, _hunk_heading(piece), *(_diff_line(line) for line in piece.hunk.lines)])


def _file_heading(piece: UnitHunk) -> str:
    if piece.old_path is not None:
        return f"=== {_one_line(piece.path)} (before: {_one_line(piece.old_path)})"
    return f"=== {_one_line(piece.path)}"


def _hunk_heading(piece: UnitHunk) -> str:
    hunk = piece.hunk
    numbers = f"@@ -{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count} @@"
    return f"{numbers} {_one_line(hunk.section)}".rstrip()


def _diff_line(line: DiffLine) -> str:
    number = f"R{line.new_number}" if line.new_number is not None else f"L{line.old_number}"
    return f"{number}|{line.kind.value}{line.text}"


def _slices(pieces: Iterable[ContextSlice], hunks: Sequence[UnitHunk] = ()) -> str:
    """Pieces of one file, one after the other, share its name; those that are shown for one reason share that too. A gap between two of
    them is counted; `hunks` tell which of them the diff fills."""
    in_diff = {(piece.path, number) for piece in hunks for number in piece.hunk.numbers(Side.AFTER)}
    files = groupby(pieces, key=lambda piece: (piece.span.path, piece.span.side))
    return "\n\n".join("\n".join(_file(list(file), in_diff)) for _, file in files)


def _file(pieces: Sequence[ContextSlice], in_diff: Container[tuple[str, int]]) -> Iterable[str]:
    span = pieces[0].span
    yield f"=== {_one_line(span.path)} {span.side.value}"
    for why, group in groupby(pieces, key=lambda piece: piece.why):
        previous = None
        for piece in group:
            first, last = piece.span.first_line, piece.span.last_line
            if previous is None:
                yield f"--- {first}-{last}: {_one_line(why)}"
            elif first > previous + 1:
                yield _gap(range(previous + 1, first), piece.span.path, in_diff)
            previous = last
            yield from _numbered(piece)


def _gap(lines: range, path: str, in_diff: Container[tuple[str, int]]) -> str:
    if all((path, number) in in_diff for number in lines):
        return f"… R{lines[0]} to R{lines[-1]} stand in the diff"
    partly = " or in the diff" if any((path, number) in in_diff for number in lines) else ""
    return f"… {len(lines)} line{'s' * (len(lines) > 1)} not shown{partly}"


def _numbered(piece: ContextSlice) -> Iterable[str]:
    """Blank lines say nothing: the next number tells that they are there."""
    mark = "L" if piece.span.side.value == "LEFT" else "R"
    numbered = enumerate(piece.text.split("\n"), start=piece.span.first_line)
    return (f"{mark}{number}{'+' * (number in piece.added)}|{text}" for number, text in numbered if text.strip())


def _findings(findings: dict[str, Finding]) -> str:
    return "\n\n".join(_finding(name, finding) for name, finding in findings.items())


def _finding(name: str, finding: Finding) -> str:
    doubt = finding.doubt or Doubt()
    standing = "" if finding.standing is Standing.NEW else f"; standing: {finding.standing}"
    lines = [
        f"{name}: {_one_line(finding.title)}",
        f"  rule: {finding.rule_id or 'none'}; category: {finding.category}; severity: {finding.severity};"
        f" confidence: {finding.confidence}{standing}",
        f"  at: {_place(finding.span)}",
        *(f"  {number}. {_one_line(step)}" for number, step in enumerate(finding.scenario, start=1)),
        f"  why: {_one_line(finding.why)}",
        f"  fix: {_one_line(finding.fix)}",
        # Which side a quote is from is looked up only where it is checked.
        *(f"  quote: {_one_line(e.span.path)}: {_one_line(e.quote)}" for e in finding.evidence),
        *(
            f"  {what}: {_one_line(text)}"
            for what, text in (("question", doubt.question), ("settle", doubt.settle))
            if text
        ),
    ]
    return "\n".join(lines)


def _place(span: Span) -> str:
    return f"{_one_line(span.path)} {span.side.value} {span.first_line}-{span.last_line}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
