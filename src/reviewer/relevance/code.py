"""What makes a file of code streaming code, by what the file says itself."""

from __future__ import annotations

from collections.abc import Iterable

from reviewer.core.value import value
from reviewer.facts.streaming.extract import CLIENT_CONFIGURATION
from reviewer.facts.syntax import SyntaxFacts
from reviewer.files import is_test
from reviewer.relevance.imports import import_of, library_around, opened
from reviewer.relevance.signals import has_marker, may_speak
from reviewer.relevance.words import Word, code_of, is_view, named_in, names_token, path_token, shown, vocabulary

_MANY = 4  # names in a file that make all of it streaming code; fewer only what stands around them


@value()
class Signal:
    """Why a file streams. `lines` are those of the side it was found on to which it is limited; None is the whole file."""

    reason: str
    lines: frozenset[int] | None = None


def code_signal(path: str, text: str, syntax: SyntaxFacts | None) -> Signal | None:
    """The strongest signal in a file of code, or None. Of tests and views only what they import counts."""
    marked = has_marker(text)
    if imported := (import_of(path, text, syntax) if marked or library_around(path) or opened(syntax) else ""):
        return Signal(reason=imported)
    if CLIENT_CONFIGURATION.search(text):
        return Signal(reason="configuration of a Kafka client")
    if is_view(path) or is_test(path):
        return None
    if token := path_token(path):
        return Signal(reason=f"its path names {shown(token)}")
    if not marked and not may_speak(text):
        return None
    code = code_of(path, text)
    if spoken := vocabulary(code):
        return Signal(reason=f"speaks of {', '.join(f'{word.name} (line {word.line})' for word in spoken)}")
    return _names(named_in(code), syntax)


def _names(words: tuple[Word, ...], syntax: SyntaxFacts | None) -> Signal | None:
    """Names after a streaming library in the code: of the whole file where they are many or name a type of its own."""
    if not words:
        return None
    reason = f"names {words[0].name} (line {words[0].line})"
    types = {declared.name for declared in syntax.types} if syntax is not None else set()
    unread = syntax is None or not syntax.language
    if unread or len(words) >= _MANY or any(word.name in types and names_token(word.name) for word in words):
        return Signal(reason=reason)
    return Signal(reason=reason, lines=around([word.line for word in words], syntax))


def around(lines: Iterable[int], syntax: SyntaxFacts | None) -> frozenset[int]:
    """The functions in which some lines of a file stand; of a line outside of all, itself."""
    found: set[int] = set()
    for line in lines:
        function = syntax.function_at(line) if syntax is not None else None
        found.update(range(function.span.first_line, function.span.last_line + 1) if function is not None else (line,))
    return frozenset(found)
