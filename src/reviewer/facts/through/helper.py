"""A file of streaming code as its users see it."""

from __future__ import annotations

from reviewer.facts.streaming.model import FileFacts
from reviewer.facts.streaming.names import simple_type
from reviewer.facts.through.deliveries import calls_of, hooks_of
from reviewer.facts.through.effects import effects_of
from reviewer.facts.through.model import Helper


def helper_of(file: FileFacts) -> Helper:
    """What the methods of a file do, and what they call."""
    return Helper(
        file=file, effects=effects_of(file), calls=calls_of(file), hooks=hooks_of(file), objects=_objects(file)
    )


def _objects(file: FileFacts) -> dict[str, str]:
    """The objects that a module makes and others import: `bus = Bus()`, `export const bus = new Bus()`."""
    own = {declared.name for declared in file.syntax.types}
    found: dict[str, str] = {}
    for assignment in file.syntax.assignments:
        value = assignment.value
        if assignment.function is None and assignment.type is None and value is not None and value.call is not None:
            made = file.syntax.calls[value.call]
            if made.is_construction and simple_type(made.name) in own:
                found[assignment.target] = simple_type(made.name)
    return found
