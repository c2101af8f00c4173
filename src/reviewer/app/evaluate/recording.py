"""A recording of the model's part of an evaluation: requests and answers as files below a folder."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from reviewer.app import wiring
from reviewer.app.evaluate.case import Case
from reviewer.app.settings import Settings
from reviewer.asking.session import ModelSession
from reviewer.core.problem import ReviewError
from reviewer.inputs.port import LocalChange
from reviewer.model.recorded import ANSWER, RecordedReviewer

_GIVEN = "given.json"


class Recording:
    """With `is_open` what has no answer is written down, else it is an error.

    `given.json` keeps, by case and file, under which instructions each answer was given, so that the requests need not be kept.
    """

    def __init__(self, root: Path, settings: Settings, *, is_open: bool) -> None:
        self.reviewers: list[RecordedReviewer] = []
        self._root, self._settings, self._is_open = root, settings, is_open
        self._given = _read(root / _GIVEN)

    @classmethod
    def chosen(cls, given: argparse.Namespace, settings: Settings) -> Recording | None:
        """By `--record` and `--replay`. ReviewError when both are given, or nothing is there to replay."""
        if given.record is not None and given.replay is not None:
            raise ReviewError(
                "--record and --replay can't be combined: --record goes on with the answers that are there."
            )
        if given.replay is not None and not Path(given.replay).is_dir():
            raise ReviewError(f"--replay: there is no directory {given.replay!r}.")
        named = given.record if given.record is not None else given.replay
        return cls(Path(named), settings, is_open=given.record is not None) if named is not None else None

    def model(self, case: Case, change: LocalChange) -> ModelSession:
        """The model of one case: the product's own requests, another's answers."""
        session = wiring.model_review(
            self._settings, access=None, agent_text=None, agent_name="", conventions="", reader=change.reader, show_only=True
        )  # fmt: skip
        reviewer = RecordedReviewer(
            root=self._root, folder=self._root / case.name, model=session.name, is_open=self._is_open,
            schema_of=lambda request: session.body(request)["output_config"]["format"]["schema"],
            given=self._given.get(case.name, {}),
        )  # fmt: skip
        self.reviewers.append(reviewer)
        return replace(session, reviewer=reviewer, show=None)

    def keep(self) -> None:
        """Write down what is known of the answers; of those that are gone nothing is."""
        if not self._is_open or not any(reviewer.used for reviewer in self.reviewers):
            return
        known = {**self._given, **{r.folder.name: {**r.given, **r.used} for r in self.reviewers}}
        kept = {
            case: {name: under for name, under in sorted(answers.items()) if (self._root / case / name).is_file()}
            for case, answers in sorted(known.items())
        }
        text = json.dumps({case: answers for case, answers in kept.items() if answers}, indent=1)
        (self._root / _GIVEN).write_text(f"{text}\n", encoding="utf-8")

    @property
    def waiting(self) -> list[Path]:
        """The requests that have no answer yet."""
        return sorted(path for reviewer in self.reviewers for path in reviewer.waiting)

    @property
    def unused(self) -> list[Path]:
        """Answers that no request of these cases asks for; of a case that waits nobody can tell."""
        done = [reviewer for reviewer in self.reviewers if not reviewer.waiting]
        return sorted(
            path for reviewer in done for path in reviewer.folder.glob(f"*{ANSWER}") if path.name not in reviewer.used
        )

    def account(self) -> Mapping[str, object]:
        """For programs; files are named relative to the recording."""
        return {
            "answered": sum(len(reviewer.used) for reviewer in self.reviewers),
            "outdated": sum(reviewer.outdated for reviewer in self.reviewers),
            "waiting": [path.relative_to(self._root).as_posix() for path in self.waiting],
            "unused": [path.relative_to(self._root).as_posix() for path in self.unused],
        }

    def say(self) -> None:
        """What waits, what is old, what is of no use any more."""
        account, waiting, unused = self.account(), self.waiting, self.unused
        if waiting:
            todo = "write each answer beside its request, then run this again" if self._is_open else "use --record"
            cases = sum(bool(reviewer.waiting) for reviewer in self.reviewers)
            _tell(f"{len(waiting)} requests of {cases} cases have no answer yet: {todo}.")
            _tell(f"the first is {waiting[0]}")
        if account["outdated"]:
            _tell(
                f"{account['outdated']} of {account['answered']} answers were given under other instructions than today's."
            )
        if unused:
            _tell(f"{len(unused)} answers belong to no request any more, the first is {unused[0]}")


def _tell(text: str) -> None:
    print(f"stream-review: {text}", file=sys.stderr)


def _read(file: Path) -> Mapping[str, Mapping[str, str]]:
    """What was kept: case -> name of the answer's file -> digest. ReviewError when it is no such thing."""
    if not file.is_file():
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return {
            str(case): {str(name): str(under) for name, under in answers.items()} for case, answers in found.items()
        }
    except (OSError, ValueError, AttributeError) as error:
        raise ReviewError(f"{str(file)!r} is not what --record wrote: {error}") from error
