"""The shape of facts as JSON, version 1.0: the one source of its schema, and what a test reads every output with."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from reviewer.core.span import Side
from reviewer.core.stated import FactKind, Said, Spoke, Standing

Line = Annotated[int, Field(ge=0, description="Counted from 1; 0 where no line says it.")]


class Shape(BaseModel):
    """Closed and frozen."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ValueShape(Shape):
    """A value of a fact, and where it was said."""

    name: str
    text: Annotated[str, Field(description="Of an unknown value the expression as written.")]
    known: Annotated[
        Said, Field(description="explicit: written; default: what holds in that version; unknown: not false.")
    ]
    path: Annotated[str, Field(description="The file that says it; empty where none does.")]
    line: Line
    why: Annotated[str, Field(description="Where a default comes from, or why a value is unknown; else empty.")]


class FactShape(Shape):
    """A fact with its values, and what belongs to it in order: the work of a handling, the fields of a schema."""

    kind: FactKind
    title: str
    inside: Annotated[str, Field(description="The function, type or scope around it; empty for none.")]
    path: str
    first_line: Line
    last_line: Line
    values: list[ValueShape]
    steps: list[FactShape]


class ComparedShape(FactShape):
    """A fact of the file with what the change does to it."""

    change: Literal["kept", "added", "removed", "changed"]
    before: Annotated[FactShape | None, Field(description="How a changed fact was before; else null.")]


class GivenUpShape(Shape):
    """What was not understood."""

    side: Annotated[Side, Field(description="LEFT: before the change; RIGHT: after it, or without a comparison.")]
    line: Line
    what: str


class RuleShape(Shape):
    """A rule that looked at the file: one entry for each place of which it spoke, or one entry if it was silent."""

    rule_id: str
    spoke: Spoke
    path: str
    side: Side
    line: Line
    why: Annotated[str, Field(description="What it says, or why the finding is withheld; empty where it is silent.")]


class FileShape(Shape):
    """A file as it was understood."""

    path: Annotated[str, Field(description="Relative to the repository.")]
    old_path: Annotated[str | None, Field(description="Where the file was before, if it was renamed.")]
    standing: Standing
    language: str
    kind: Annotated[str, Field(description="What the file is for: production, test, example, documentation …")]
    libraries: Annotated[list[str], Field(description="The ids of the client libraries that it imports.")]
    facts: list[ComparedShape]
    given_up: list[GivenUpShape]
    rules: list[RuleShape]
    not_judged: Annotated[str | None, Field(description="Why no rule judges the file; null where rules do.")]


class ToolShape(Shape):
    """Who wrote it."""

    name: Literal["stream-review"]
    version: str


class FactsShape(Shape):
    """What stream-review understood of files, and which rules looked at them."""

    schema_version: Literal["1.0"]
    tool: ToolShape
    base: Annotated[str | None, Field(description="The ref that was compared with; null without a comparison.")]
    files: list[FileShape]


def json_schema() -> dict[str, Any]:
    """The JSON Schema, as it is published in docs/facts.schema.json."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **FactsShape.model_json_schema()}
    return {**schema, "title": "stream-review facts"}
