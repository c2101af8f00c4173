"""The words around a unit: the system part, in blocks from the most shared to the most special, so that they are cached."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from reviewer.model.agent_prompt import AgentPrompt
from reviewer.model.briefs.brief import all_briefs
from reviewer.model.port import ModelRequest

_TEAM_CHARS = 20_000
_AGAIN = "You have answered about this unit and asked for more code: "
_FOUND = "what was found stands above, marked `you asked`. "
_NOT_FOUND = "nothing new of it could be shown; what is listed above as left out says of each what was looked for. "
_LAST = "Answer again, for the last time: leave `needs` empty"
_WITH_EARLIER = ", and judge each of your earlier findings in `earlier`, as said there."
_WITHOUT_EARLIER = " and, as you had found nothing, `earlier` too."
_SECOND = '# Now the second opinion\n\nIn the place of a review: judge the findings below as the section "The second opinion" says, by their ids.'


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """What the team says, read from the base commit: `instructions` of the config file, `conventions` of CLAUDE.md."""

    instructions: str = ""
    conventions: str = ""


def review_system(agent: AgentPrompt, team: Team, briefs: str = "") -> tuple[str, ...]:
    """System blocks of a review: who is asked, how to answer, how a second opinion is given, what is data; what the team says; what
    decides in the technologies of the unit. Units of one technology share all of them, others all but the last.

    The second opinion's task is in them because they are read from the cache, for a twentieth of what it costs behind the unit.
    """
    return tuple(block for block in (_stable(agent), _team_part(team), briefs) if block)


def review_request(system: tuple[str, ...], unit_text: str, suspected: str = "") -> ModelRequest:
    """A request for the findings of one rendered unit. `suspected` are the rules' hypotheses: behind the unit, which a second reader
    sees without them."""
    user = f"Review this unit.\n\n{unit_text}"
    return ModelRequest(system_blocks=system, user=user, schema_name="review", behind=suspected)


def again_request(
    first: ModelRequest, more: str, earlier: str, *, is_judged: bool, is_found: bool = True
) -> ModelRequest:
    """The second look: `more` is the code that the first answer asked for, or with `is_found` False only what was not there, `earlier` what
    it had found. `is_judged` says that a second opinion will probably begin with the same."""
    behind = "\n\n".join(text for text in (first.behind, earlier) if text)
    task = f"{_AGAIN}{_FOUND if is_found else _NOT_FOUND}{_LAST}{_WITH_EARLIER if earlier else _WITHOUT_EARLIER}"
    return replace(first, more=more, keeps_more=is_judged, task=task, behind=behind)


def second_opinion_request(first: ModelRequest, more: str, findings: str, *, keeps_more: bool) -> ModelRequest:
    """A request for verdicts on findings. It begins as `first` and the second look did, so that they are read from the cache, and ends
    with another task; the answers that were given there are not in it, nor what the rules suspected."""
    return replace(
        first, schema_name="second-opinion", more=more, keeps_more=keeps_more, task=_SECOND, behind=findings
    )  # fmt: skip


def sweep_request(text: str) -> ModelRequest:
    """A request for the hunks that need a review. Cheap: no agent prompt, no code around the hunks."""
    return ModelRequest(
        system_blocks=(f"{_prompt('sweep')}\n\n{_prompt('untrusted')}",), user=text, schema_name="sweep"
    )


def comparison_request(text: str) -> ModelRequest:
    """A request for the findings of a review that are the same danger, or exclude each other."""
    blocks = (f"{_prompt('comparison')}\n\n{_prompt('untrusted')}",)
    return ModelRequest(system_blocks=blocks, user=text, schema_name="comparison")


def form(schema: Mapping[str, Any]) -> str:
    """The system block that asks for the form of the answer in words, where the service can't be told to keep to a schema."""
    return f"{_prompt('form')}\n\n{json.dumps(schema, separators=(',', ':'))}"


def built_in_texts() -> tuple[str, ...]:
    """The texts beside the agent's: when one of them changes, so may every answer."""
    prompts = (_prompt(name) for name in ("answering", "untrusted", "second_opinion", "sweep", "comparison", "form"))
    return (*prompts, *(brief.text for brief in all_briefs()))


def _stable(agent: AgentPrompt) -> str:
    return "\n\n".join([agent.body, *map(_prompt, ("answering", "second_opinion", "untrusted"))])


def _prompt(name: str) -> str:
    return resources.files("reviewer.model").joinpath("prompts", f"{name}.md").read_text(encoding="utf-8").strip()


def _team_part(team: Team) -> str:
    parts: list[str] = []
    if team.instructions.strip():
        parts.append(f"# Instructions of the team\n\n{_bounded(team.instructions)}")
    if team.conventions.strip():
        parts.append(f"# Conventions of the team (its CLAUDE.md)\n\n{_bounded(team.conventions)}")
    return "\n\n".join(parts)


def _bounded(text: str) -> str:
    clean = text.strip()
    return (
        clean
        if len(clean) <= _TEAM_CHARS
        else f"{clean[:_TEAM_CHARS]}\n[cut: {len(clean) - _TEAM_CHARS} characters more]"
    )
