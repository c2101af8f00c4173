"""What the module of a file makes of it: a module that is a streaming library, or depends on one."""

from __future__ import annotations

from collections.abc import Callable

from reviewer.core.value import value
from reviewer.facts.syntax import SyntaxFacts
from reviewer.files import is_test
from reviewer.relevance.code import Signal
from reviewer.relevance.signals import signals
from reviewer.relevance.words import code_of, is_view, names_token, shown


@value()
class StreamingModule:
    """What the build files say of a module.

    `library` is the streaming library that it depends on, itself or through another module of the repository, with the place
    (`org.apache.kafka:kafka-clients, orders/pom.xml:12`); "" when there is none. `name` is its own where that is a streaming
    library's or has its token (`kafkajs, package.json`). `coordinates` is everything that it depends on, a line each.
    `folder` is the module's, "" the root or unknown. `is_known`: there is a build file.
    """

    library: str = ""
    name: str = ""
    coordinates: str = ""
    folder: str = ""
    is_known: bool = False


ModuleOf = Callable[[str], StreamingModule]


def module_signal(path: str, text: str, syntax: SyntaxFacts | None, module_of: ModuleOf) -> Signal | None:
    """What code means in its module though its own text names no client; the module is asked for only where it can decide."""
    if is_view(path) or is_test(path):
        return None
    module = module_of(path)
    if module.name:
        return Signal(reason=f"belongs to {module.name}")
    if not module.library:
        return None
    for framework in signals().frameworks:
        if framework.text.search(text) and framework.needs.search(module.coordinates):
            if match := framework.code.search(code_of(path, text)):
                return Signal(reason=f"{framework.title} ({match.group()}; the module depends on {module.library})")
    named = _named_after(path, syntax) if syntax is not None else ""
    return Signal(reason=f"names {shown(named)}, and the module depends on {module.library}") if named else None


def _named_after(path: str, syntax: SyntaxFacts) -> str:
    """What is named after a streaming library more loosely than by a token; "" when there is nothing."""
    names = [item.path for item in syntax.imports if "." in item.path or "/" in item.path or "::" in item.path]
    names += [declared.name for declared in syntax.types]
    names += ["/".join(path.rsplit("/", 2)[-2:])]
    return next((name for name in names if signals().names.search(name)), "")


def is_streaming(coordinate: str) -> bool:
    """Whether a coordinate is a streaming library's or has its token."""
    return signals().coordinates.search(coordinate) is not None or names_token(coordinate)
