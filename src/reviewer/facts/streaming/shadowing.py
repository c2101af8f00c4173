"""Names that a parameter hides."""

from __future__ import annotations

from reviewer.facts.syntax import SyntaxFacts


def is_shadowed(syntax: SyntaxFacts, text: str, function: int | None) -> bool:
    """Whether a bare name is a parameter there: a constant of that name is not meant (Go: `topic topic`)."""
    while function is not None and text.isidentifier():
        made = syntax.functions[function]
        if any(parameter.name == text for parameter in made.parameters):
            return True
        function = made.parent
    return False
