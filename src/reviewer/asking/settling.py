"""The account of the model's part: every finding kept or withheld, every hunk read or not, what it cost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from reviewer.asking.answer import ModelAnswer
from reviewer.asking.checks import Checks
from reviewer.asking.comparing import Compared
from reviewer.asking.judging import Judged
from reviewer.asking.merging import Merged
from reviewer.asking.plan import Plan
from reviewer.asking.rounds import Answered
from reviewer.asking.session import ModelSession
from reviewer.asking.sweep import Swept
from reviewer.core.finding import Stage
from reviewer.core.report import Judgements


def settle(
    session: ModelSession, swept: Swept, plan: Plan, answers: Sequence[Answered], checks: Checks, merged: Merged,
    judged: Judged, compared: Compared,
) -> ModelAnswer:  # fmt: skip
    """A hunk counts as read when each of its parts was shown and answered."""
    asked = {(hunk.path, hunk.index) for unit in plan.units.units for hunk in unit.hunks}
    return ModelAnswer(
        findings=compared.findings,
        withheld=(*checks.withheld, *merged.withheld, *judged.withheld, *compared.withheld),
        reviewed=frozenset(asked - checks.unreviewed.keys()), unreviewed=checks.unreviewed,
        problems=(*swept.problems, *checks.problems, *judged.problems, *compared.problems),
        named=swept.named, swept=swept.unnamed, usage=session.bill.usage, notices=session.bill.notices(),
        served=(*(record for answer in answers for record in answer.served), *judged.served),
        judged=judgements(judged, compared),
    )  # fmt: skip


def judgements(judged: Judged, compared: Compared) -> Judgements:
    """The last word on each finding, counted; one that another excludes is refuted, whatever was said of it before."""
    words: dict[str, str] = dict.fromkeys((finding.id for finding in judged.findings), "unjudged")
    words |= judged.words
    words |= {item.finding.id: "refuted" for item in compared.withheld if item.stage is Stage.REFUTED}
    number = Counter(words.values())
    return Judgements(
        upheld=number["upheld"], weakened=number["weakened"], refuted=number["refuted"], unjudged=number["unjudged"],
        told_twice=sum(item.stage is Stage.DUPLICATE for item in compared.withheld),
    )  # fmt: skip
