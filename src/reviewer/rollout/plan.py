"""All plans of a change: of its findings, and of what needs an order without being one."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from reviewer.core.blast_radius import Blast
from reviewer.core.change import FileStatus
from reviewer.core.finding import Finding, Origin, Standing
from reviewer.core.roll_out import RollOut, RollOutKind
from reviewer.core.span import Span
from reviewer.core.stream_map import StreamMap
from reviewer.facts.delta import Delta
from reviewer.rollout import deploy_order, drain, new_name, reset, savepoint, schema_step, topic_change
from reviewer.rollout.names import Look, Places
from reviewer.rollout.operators import concerned
from reviewer.rollout.recipe import Names, Recipe

RECIPES: Mapping[str, Recipe] = {
    **savepoint.RECIPES, **reset.RECIPES, **new_name.RECIPES, **drain.RECIPES, **schema_step.RECIPES, **topic_change.RECIPES,
}  # fmt: skip
_BACK = "Way back:"
_WORDS = "The model, of this code:"


def roll_out(
    delta: Delta, findings: Sequence[Finding], radius: Sequence[Blast], before: StreamMap, after: StreamMap,
    look: Look = lambda _words: (), told: Collection[str] = (),
) -> tuple[RollOut, ...]:  # fmt: skip
    """The plans, those of the gravest findings first; plans of one kind for one subject are one.

    `before` and `after` are the maps of the streams; `look` finds unchanged files of the repository that have one of some words; `told` are the
    fixes that rules say, to tell the model's words from theirs.
    """
    places = Places(delta, before, after, look)
    gravest = sorted(findings, key=lambda finding: (-finding.severity.rank, finding.span.path, finding.span.first_line))
    found = [
        *_of_findings(gravest, places, delta, told),
        *deploy_order.renamed(radius),
        *deploy_order.regrouped(radius),
    ]
    return _joined([*found, *deploy_order.reconfigured(delta, places)])


def _of_findings(findings: Iterable[Finding], places: Places, delta: Delta, told: Collection[str]) -> Iterator[RollOut]:
    for finding in findings:
        recipe = RECIPES.get(finding.rule_id or "") or _prefix(finding)
        if recipe is not None and finding.standing is Standing.NEW and _runs_already(recipe, finding, places, delta):
            found = recipe.plan(_names(recipe, finding, places, delta), finding.id, schema=_schema(finding))
            yield with_words(found, finding, told)


def with_words(plan: RollOut, finding: Finding, told: Collection[str]) -> RollOut:
    """The plan with what the model says about this code, as a step that is marked as its own: it adds, and takes no step away.

    A fix of several paragraphs gives its first; one that is code, or the rule's own, gives nothing.
    """
    words = " ".join(finding.fix.strip().partition("\n\n")[0].split())
    if finding.origin is Origin.RULE or finding.fix in told or not words or "```" in finding.fix:
        return plan
    *steps, back = plan.steps
    return replace(plan, steps=(*steps, f"{_WORDS} {words}", back))


def _spans(finding: Finding) -> tuple[Span, ...]:
    """Where a finding stands, and the lines of the same file that it is about: a danger stands on the constant that causes it."""
    beside = (e.span for e in finding.evidence if e.span.path == finding.span.path and e.span.side is finding.span.side)
    return (finding.span, *beside)


def _names(recipe: Recipe, finding: Finding, places: Places, delta: Delta) -> Names:
    """The names at the first of those lines that says what the plan is about; of a job with its operators."""
    every = [places.at(span, recipe.about) for span in _spans(finding)]
    found = next((names for names in every if names.of(recipe.about)), every[0])
    return replace(found, operators=concerned(finding, delta)) if recipe.kind is RollOutKind.SAVEPOINT else found


def _schema(finding: Finding) -> str:
    """The schema or subject that a finding is about; "" for a mode that is the registry's default."""
    name = finding.subject.partition(":")[0]
    return "" if name == "default" else name


def _runs_already(recipe: Recipe, finding: Finding, places: Places, delta: Delta) -> bool:
    """Whether there is something on a running system that the plan is about: what is new has no records, state or offsets."""
    if recipe.kind is RollOutKind.TOPIC_CHANGE:
        return any(map(places.has_topic_before, _spans(finding)))
    if finding.rule_id == "kafka-producer-transactional-id-wrong":
        return places.was_another(finding.span)
    change = delta.change_set.file(finding.span.path)
    moved = any(file.status in (FileStatus.DELETED, FileStatus.RENAMED) for file in delta.change_set.files)
    return change is None or change.status is not FileStatus.ADDED or moved


def _prefix(finding: Finding) -> Recipe | None:
    """Of a sink's rule: only a prefix that changes leaves transactions of the old one behind."""
    is_about_it = "prefix" in f"{finding.subject} {finding.title}".lower()
    return savepoint.PREFIX.get(finding.rule_id or "") if is_about_it else None


def _joined(plans: Iterable[RollOut]) -> tuple[RollOut, ...]:
    found: dict[tuple[str, str], RollOut] = {}
    for plan in plans:
        key = (plan.kind.value, plan.subject)
        held = found.get(key)
        found[key] = plan if held is None else replace(held, steps=_steps(held.steps, plan.steps))
    return tuple(found.values())


def _steps(first: Sequence[str], second: Sequence[str]) -> tuple[str, ...]:
    """Both lists as one, each step once, the ways back last."""
    every = dict.fromkeys((*first, *second))
    return (*(s for s in every if not s.startswith(_BACK)), *(s for s in every if s.startswith(_BACK)))
