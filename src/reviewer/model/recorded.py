"""A model that replays what was recorded: for tests, demonstrations and scoring without cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from reviewer.core.problem import Problem
from reviewer.model.port import Exchange, ModelRequest


class RecordedReviewer:
    """Answers with the text of the first key that occurs in the request's user part. Costs nothing."""

    def __init__(self, replies: Mapping[str, str]) -> None:
        self._replies = dict(replies)

    def review(self, request: ModelRequest, begun: Callable[[], None]) -> Exchange:
        """The recorded text, or a Problem when there is none."""
        for key, text in self._replies.items():
            if key in request.user:
                begun()
                return Exchange(result=text)
        return Exchange(result=Problem(step="model", subject="recording", message="There is no recorded answer."))
