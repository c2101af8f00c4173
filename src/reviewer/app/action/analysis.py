"""The analysis of a run of the action: which engine, what the model is asked, what the report says besides."""

from __future__ import annotations

from dataclasses import replace

from reviewer.app import wiring
from reviewer.app.action.job import Job
from reviewer.app.action.settings import Told
from reviewer.app.drawing import drawn
from reviewer.app.neighbours import OnGitHub, neighbours
from reviewer.app.providers import Found
from reviewer.app.review_command import options_of
from reviewer.app.settings import Settings
from reviewer.core.problem import ReviewError
from reviewer.core.report import Report
from reviewer.inputs.port import LocalChange
from reviewer.pipeline import Settled, review
from reviewer.rules.registry import rules_for
from reviewer.version import VERSION

NO_KEY_HERE = (
    "This run has no API key or credentials (a pull request from a fork or by Dependabot gets no secrets), so only the offline rules looked at it, "
    "nothing is written to the pull request and fail-on-severity does not apply. A maintainer gets the full review with the comment "
    "/stream-review on the pull request, or by running the workflow by hand (workflow_dispatch) with its number as pr-number."
)
READ_ONLY = (
    "The token of this run can't write (a fork or Dependabot): the result is in the annotations and the job summary."
)
_KEY_IN_ENVIRONMENT = "ANTHROPIC_API_KEY is set in the environment, but the action reads the input anthropic-api-key: only the offline rules ran."


def chosen_engine(settings: Settings, found: Found, *, lenient: bool) -> str:
    """`auto` is claude when there are credentials, else rules. Without them `claude` is an error, but not a contributor's.

    ReviewError also when there are credentials and something else is missing: a review must not silently be half a one.
    """
    if settings.engine == "rules":
        return "rules"
    if found.ready() is not None:
        return "claude"
    if settings.engine == "claude" and not lenient:
        what = "the input anthropic-api-key is empty" if found.provider == "anthropic" else f"{found.wanted} is not set"
        raise ReviewError(f"The engine is claude, and {what}: set it, or engine: rules.")
    return "rules"


def has_credentials(job: Job, settings: Settings) -> bool:
    """Whether the provider's key or credentials are there."""
    return job.given.provider(settings.provider).has_credentials


def is_keyless(job: Job, settings: Settings) -> bool:
    """Whether this run looks at less than it was set up for because GitHub gave it no secrets."""
    return job.facts.has_read_only_token and not has_credentials(job, settings) and settings.engine != "rules"


def analyse(job: Job, told: Told, change: LocalChange, *, settled: Settled | None = None) -> Report:
    """The pipeline with the action's engine and clock; failures inside are problems of the report."""
    settings = told.settings
    found = job.given.provider(settings.provider)
    engine = chosen_engine(settings, found, lenient=job.facts.has_read_only_token)
    options = replace(options_of(settings, engine, (), audit=False), settled=settled or Settled())
    model = None
    if engine == "claude":
        model = wiring.model_review(
            settings, access=found.ready(), agent_text=told.agent_text, agent_name=told.agent_name,
            conventions=told.conventions, reader=change.reader, deadline=job.time.analysis_deadline,
        )  # fmt: skip
    hub = OnGitHub(
        token=job.given.token, api_url=job.given.api_url, repository=job.given.repository, deadline=job.time.analysis_deadline
    )  # fmt: skip
    related = neighbours(settings.related_repositories, job.given.workspace, hub, with_git=False)
    with related as (others, unread), wiring.parser_pool() as pool:
        report = review(
            change.change_set, change.reader, options=options, rules=rules_for, parse=pool.extract_all, model=model,
            tool_version=VERSION, draw=drawn, neighbours=others,
        )  # fmt: skip
    notices = (*report.notices, *change.notices, *unread, *_notices(job, settings))
    return replace(report, notices=notices, usage=replace(report.usage, seconds=job.time.elapsed))


def _notices(job: Job, settings: Settings) -> tuple[str, ...]:
    if is_keyless(job, settings):
        return (NO_KEY_HERE,)
    if job.facts.has_read_only_token and not has_credentials(job, settings):
        return (READ_ONLY,)
    is_stray = settings.provider == "anthropic" and job.given.has_stray_key and not job.given.api_key
    return (_KEY_IN_ENVIRONMENT,) if is_stray else ()
