"""Which settings flow into a construction: through names, maps, spreads, and functions of this file or of another one.

Whatever is not understood makes the configuration open: then a key that is absent here is unknown, not the default.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from reviewer.clients.library import Library
from reviewer.facts.streaming.config import code_settings, key_of, keyword_settings, scoped, setting_of
from reviewer.facts.streaming.loaded import loaded_file, loaded_settings
from reviewer.facts.streaming.model import Setting
from reviewer.facts.streaming.names import Names, bare, names_of, simple_type
from reviewer.facts.streaming.written import Written, chain_holder, literal, option, pair_list
from reviewer.facts.syntax import Assignment, Call, Expression, ExpressionKind, JumpKind

Flow = tuple[tuple[Setting, ...], bool]
_DEPTH = 4  # names, calls and spreads that are followed one behind the other
_OPEN: Flow = ((), True)


def settings_for(
    names: Names, settings: tuple[Setting, ...], expression: Expression | None, function: int | None, depth: int = 0,
    library: Library | None = None,
) -> Flow:  # fmt: skip
    """The settings that flow into a construction through its configuration argument, and whether unseen ones may too.

    With `library` every name in a literal is a key of that library."""
    if expression is None or depth > _DEPTH:
        return _OPEN
    if expression.kind is ExpressionKind.NULL:
        return (), False
    if expression.kind is ExpressionKind.COLLECTION:
        return _from_collection(names, settings, expression, function, depth, library)
    if expression.call is not None:
        return _from_call(names, settings, names.syntax.calls[expression.call], depth, library)
    if expression.kind is not ExpressionKind.NAME:
        return _OPEN
    return _from_name(names, settings, expression.text, function, depth, library)


def _from_collection(
    names: Names, settings: tuple[Setting, ...], expression: Expression, function: int | None, depth: int,
    library: Library | None,
) -> Flow:  # fmt: skip
    """`{"acks": 1, **common}`: the entries, and what is spread into them."""
    found: tuple[Setting, ...] = ()
    is_open = False
    for entry in expression.entries:
        if entry.key is None:
            more, opened = settings_for(names, settings, entry.value, function, depth + 1, library)
            found, is_open = found + more, is_open or opened
        elif (library is None or library.spelling == "dotted") and key_of(entry.key, names, function) is None:
            is_open = True
    return found + _settings(names, literal(expression, "", function), library), is_open


def _settings(names: Names, written: Iterable[Written], library: Library | None = None) -> tuple[Setting, ...]:
    found = (setting_of(names, item, library) for item in written)
    return tuple(setting for setting in found if setting is not None)


def _from_call(
    names: Names, settings: tuple[Setting, ...], call: Call, depth: int, library: Library | None = None
) -> Flow:
    if call.name in names.tables.configs:
        return _from_config(names, settings, call, depth)
    if call.is_construction:
        return _copied(names, settings, call, depth)
    takes_options = library is not None and any(row.config == "options" for row in library.makes)
    if takes_options and names.is_of_library(call.receiver or call.name):
        return _settings(names, option(names, call), library), False
    if call.name == "append" and "append" in names.idioms.maps:
        flows = [
            settings_for(names, settings, a.value, call.function, depth + 1, library)
            for position, a in enumerate(call.arguments) if position or a.value.text != call.result_name
        ]  # fmt: skip
        return tuple(s for found, _ in flows for s in found), any(is_open for _, is_open in flows)
    if call.name in names.idioms.maps:
        spans = {argument.value.span for argument in call.arguments}
        direct = _settings(names, pair_list(names, call))
        nested = tuple(s for a in call.arguments for s in _settings(names, literal(a.value, "", call.function)))
        keywords = keyword_settings(names, call)
        return direct + nested + keywords, not spans and not keywords
    if call.name in ("apply", "also") and call.receiver_call is not None and call.arguments:
        return _in_scope(names, settings, call, depth, library)
    callee = [f for f in names.syntax.functions if f.name == call.name and not f.is_lambda]
    if not callee:
        return _from_elsewhere(names, call, depth, library)
    return _from_function(names, settings, callee[0].index, depth, library) if len(callee) == 1 else _OPEN


def _from_config(names: Names, settings: tuple[Setting, ...], call: Call, depth: int) -> Flow:
    """What a type or function of the tables makes: its named arguments, and the map that it is given to begin with."""
    library = names.tables.configs[call.name][0]
    found, is_open = keyword_settings(names, call, library), False
    # `new ProducerConfig(common) { … }`, `kafka.ReaderConfig(settings)`: what it is made of flows in, too.
    for argument in call.arguments:
        is_inner = argument.name is None or argument.name in library.inner_configs
        if is_inner or argument.value.kind is ExpressionKind.COLLECTION:
            more, opened = settings_for(names, settings, argument.value, call.function, depth + 1)
            found, is_open = more + found, is_open or opened
    return found, is_open


def _in_scope(names: Names, settings: tuple[Setting, ...], call: Call, depth: int, library: Library | None) -> Flow:
    """Kotlin's `Properties().apply { put(K, V) }`: what the object is made of, and what is said of it in the lambda."""
    inside = call.arguments[-1].value.function
    if inside is None or call.receiver_call is None:
        return _OPEN
    made, is_open = _from_call(names, settings, names.syntax.calls[call.receiver_call], depth + 1, library)
    function = names.syntax.functions[inside]
    holder = "" if call.name == "apply" else function.parameters[0].name if function.parameters else "it"
    scope = scoped(names, holder, inside)
    own = tuple(s for s in settings if s.scope == scope and function.span.contains(s.span))
    return (*made, *own, *loaded_settings(names, inside, holder)), is_open or _open_writes(names, inside, {holder})


def _copied(names: Names, settings: tuple[Setting, ...], call: Call, depth: int) -> Flow:
    """`new HashMap<>(common)` holds what it copies; `new Properties()` nothing; another class is not understood."""
    if not simple_type(call.name).endswith(names.idioms.copies):
        return _OPEN
    if not call.arguments:
        return (), False
    if all(argument.name is not None for argument in call.arguments):
        return keyword_settings(names, call), False
    return settings_for(names, settings, call.arguments[0].value, call.function, depth + 1)


def _from_elsewhere(names: Names, call: Call, depth: int, library: Library | None) -> Flow:
    """`KafkaConfig.producerProps()`, `config.producerProps()`: the function of another file that was read."""
    if names.idioms.packages_qualify:
        folder = PurePosixPath(names.syntax.path).parent
        package = names.imported.get(call.receiver, call.receiver).rsplit("/", 1)[-1]
        owner = f"{package}.{call.name}" if call.receiver else f"{folder}#{call.name}"
    else:
        owner = names.type_of(call.receiver, call.function) or simple_type(call.receiver)
        owner = names.imported.get(owner, owner).rsplit(".", 1)[-1]
    syntax = names.elsewhere.get(owner) if owner else None
    if syntax is None or syntax is names.syntax:
        return _OPEN
    other = names_of(syntax, names.libraries, names.external)
    callee = [f for f in syntax.functions if f.name == call.name and not f.is_lambda]
    if len(callee) != 1:
        return _OPEN
    return _from_function(other, tuple(code_settings(other)), callee[0].index, depth + 1, library)


def _from_function(
    names: Names, settings: tuple[Setting, ...], function: int, depth: int, library: Library | None
) -> Flow:
    """What a function returns, by its one return statement or by all that it writes."""
    returned = [j for j in names.syntax.jumps if j.function == function and j.kind is JumpKind.RETURN]
    holders = {j.text for j in returned}
    if len(holders) == 1 and next(iter(holders)).isidentifier():
        return _from_name(names, settings, next(iter(holders)), function, depth + 1, library)
    qualified = names.syntax.functions[function].qualified
    local = tuple(s for s in settings if s.scope.split("#")[0] == qualified)
    spread = any("**" in j.text or "putAll" in j.text or " + " in j.text for j in returned)
    holders = {bare(j.text) for j in returned} | {bare(s.scope.partition("#")[2]) for s in local} - {""}
    return local, spread or not local or _open_writes(names, function, holders)


def _from_name(
    names: Names, settings: tuple[Setting, ...], text: str, function: int | None, depth: int, library: Library | None
) -> Flow:
    plain = bare(text)
    scopes = {scoped(names, plain, function), scoped(names, plain, None)}
    if "." in text:
        scopes |= {s.scope for s in settings if s.scope.endswith(f"#{plain}")}
    found = tuple(s for s in settings if s.scope in scopes)
    is_open = True
    found += tuple(loaded_settings(names, function, plain))
    if not found and (made := _made_in(names, plain, function)) is not None:
        found = tuple(s for s in settings if s.scope == scoped(names, plain, made))
    for assignment in _assigned(names, plain, function):
        more, is_open = settings_for(names, settings, assignment.value, assignment.function, depth + 1, library)
        found = more + found
    made = _made_in(names, plain, function)
    return found, is_open or _open_writes(names, function, {plain}) or (
        made is not None and _open_writes(names, made, {plain})
    )


def _assigned(names: Names, plain: str, function: int | None) -> list[Assignment]:
    mine = [
        a for a in names.syntax.assignments if bare(a.target) == plain and a.subscript is None and a.value is not None
    ]
    near = [a for a in mine if a.function in (function, None)]
    made = _made_in(names, plain, function) if not near else None
    return [a for a in mine if a.function == made] if made is not None else near


def _made_in(names: Names, plain: str, function: int | None) -> int | None:
    """The one function that gives a field its value, where this one does not: the constructor."""
    given = [a for a in names.syntax.assignments if bare(a.target) == plain and a.subscript is None]
    where = {a.function for a in given if a.value is not None}
    is_field = any(a.is_field for a in given)
    return next(iter(where)) if is_field and len(where) == 1 and not where & {function, None} else None


def _open_writes(names: Names, function: int | None, holders: set[str]) -> bool:
    """Whether something else may write into the map: `putAll`, `load`, `update`, a key that is not literal."""
    for call in names.syntax.calls:
        if call.function != function:
            continue
        if bare(call.receiver) in holders and call.name in ("putAll", "load", "update", "addAll"):
            if call.name != "load" or not call.arguments or loaded_file(names, call) is None:
                return True
        if bare(call.receiver) in holders and call.name in names.idioms.puts and call.arguments:
            if key_of(call.arguments[0].value, names, function) is None:
                return True
        if not call.is_construction and call.receiver_call is None and _passes(names, call, holders):
            return True
    return False


def _passes(names: Names, call: Call, holders: set[str]) -> bool:
    """Whether a map is handed to a call that may write into it."""
    words = names.idioms
    if call.name in words.puts or call.name in words.maps or names.maker(call) is not None:
        return False
    if words.capital_is_type and call.name[:1].isupper():
        return False
    return any(a.value.kind is ExpressionKind.NAME and bare(a.value.text) in holders for a in call.arguments)


def chain_settings(names: Names, settings: tuple[Setting, ...], call: Call) -> Flow:
    """What the calls before this one in its chain set, and what was set on the variable that the chain begins at."""
    holder = chain_holder(names, call)
    found = tuple(s for s in settings if s.scope == scoped(names, holder, call.function))
    given, is_open = _given_to_chain(names, settings, bare(holder), call.function)
    return given + found, is_open or _open_writes(names, call.function, {bare(holder)})


def _given_to_chain(names: Names, settings: tuple[Setting, ...], holder: str, function: int | None) -> Flow:
    """`let config = settings(&options)`: what the function of this file, or of another one, returns."""
    made = [
        a.value.call for a in _assigned(names, holder, function) if a.value is not None and a.value.call is not None
    ]
    roots = [names.syntax.chain(names.syntax.calls[call])[0] for call in made]
    own = {f.name for f in names.syntax.functions}
    mine = [root for root in roots if root.name in own and root.receiver in ("", "self", "Self")]
    flows = [_from_call(names, settings, root, 1) for root in mine if not root.is_construction]
    return tuple(s for found, _ in flows for s in found), any(is_open for _, is_open in flows)
