"""A changed value and the code that reads it: a variable of a manifest, a chart's value, a constant of another file.

The code need not be part of the change. Few files are looked up; what is not found stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence
from dataclasses import replace
from itertools import islice

from reviewer.core.change import ChangeSet, FileChange
from reviewer.core.lazily import lazily
from reviewer.core.problem import Problem
from reviewer.core.span import Side
from reviewer.facts.lookup import SIZE, Looked, Looking
from reviewer.facts.schema_users import STREAMS, is_code
from reviewer.facts.streaming.model import Client, FactSet, FileFacts, Handling, Known, Setting
from reviewer.facts.streaming.shared import shared
from reviewer.facts.syntax import SyntaxFacts
from reviewer.facts.workers import Job, Key

Parse = Callable[[Sequence[Job]], tuple[dict[Key, SyntaxFacts], tuple[Problem, ...]]]
_DOCUMENT = lazily(r"\.(ya?ml|properties|env|toml)$|(^|/)\.env[^/]*$")
_MAY_SAY = lazily(r"[A-Z]_[A-Z]")
# Names that speak of a client's settings; others are nobody's here.
_SPEAKS = lazily(
    r"topic|group|partition|offset|retention|retr|batch|poll|commit|consum|produc|acks?|ttl|checkpoint|stream|queue|event|schema|registry|"
    r"broker|bootstrap|kafka|dlq|interval|timeout|idempot|isolation|linger|transact|reset|serial|flight",
    re.IGNORECASE,
)
# Values that speak of them, whatever the name is: acks, start, isolation, guarantee, clean-up.
_CHOICE = lazily(
    r"(all|-1) [01]|[01] (all|-1)|(earliest|latest|none) (earliest|latest|none)|read_(un)?committed read_(un)?committed"
    r"|(exactly|at_least)_once\w* (exactly|at_least)_once\w*|(compact|delete|compact,delete) (compact|delete|compact,delete)",
    re.IGNORECASE,
)
_IN_TEMPLATE = lazily(
    r"name:[ \t]*[\"']?([A-Z][A-Z0-9_]{0,100})[\"']?[ \t]*\r?\n[ \t]*value:[ \t]*\{\{-?[ \t]*\.Values\.([\w.]{1,200})"
    r"|^[ \t]*([A-Z][A-Z0-9_]{0,100}):[ \t]*\{\{-?[ \t]*\.Values\.([\w.]{1,200})",
    re.MULTILINE,
)
_NAMED = lazily(r"[A-Za-z][A-Za-z0-9_.-]{2,80}")
_DOCUMENTS = 10
_NAMES = 20
_USERS = 8
_READ = 30


def saying_jobs(change_set: ChangeSet, known: Container[Key]) -> list[Job]:
    """Both sides of changed documents that nothing else wants read, but that may fill what streaming code reads."""
    wanted = [change for change in change_set.files if _may_say(change, known)][:_DOCUMENTS]
    sides = [(c.old_path, c.before, Side.BEFORE) for c in wanted] + [(c.new_path, c.after, Side.AFTER) for c in wanted]
    return [Job(path=path, text=text, side=side) for path, text, side in sides if path is not None and text is not None]


def _may_say(change: FileChange, known: Container[Key]) -> bool:
    if change.before is None or change.after is None or not _DOCUMENT.search(change.path) or len(change.after) > SIZE:
        return False
    is_values = change.path.rsplit("/", 1)[-1].startswith("values")
    return (change.path, Side.AFTER) not in known and (is_values or _MAY_SAY.search(change.after) is not None)


def value_user_jobs(looking: Looking, known: Container[Key]) -> Looked:
    """The streaming code that reads a value which the change changes, on both sides."""
    words = looking.words
    paths, unsearched = _holding(looking, words)
    templates = [path for path in paths if "/templates/" in f"/{path}" and _DOCUMENT.search(path)][:_USERS]
    texts = dict(looking.texts(templates))
    told = [match for text in texts.values() for match in _IN_TEMPLATE.finditer(text)]
    variables = {match[1] or match[3] for match in told if f".Values.{match[2] or match[4]}" in words}
    more, unsearched_more = _holding(looking, sorted(variables))
    code = [path for path in dict.fromkeys((*paths, *more)) if is_code(path)][:_READ]
    streaming = islice((path for path, text in looking.texts(code) if STREAMS.search(text)), _USERS)
    return looking.both((*streaming, *texts), known), (*unsearched, *unsearched_more)


def _holding(looking: Looking, words: Sequence[str]) -> tuple[list[str], tuple[Problem, ...]]:
    return looking.holding(words, sought="the code that reads the changed values", subject="values")


def changed_words(before: Sequence[SyntaxFacts], after: Sequence[SyntaxFacts]) -> list[str]:
    """What code calls the values that differ: those whose name speaks of a client's settings, or whose text does, and constants that hold a name."""
    old, new = shared(before).texts, shared(after).texts
    differ = [n for n in new if n in old and old[n] != new[n]]
    names = [
        n for n in differ if _SPEAKS.search(n) or _CHOICE.fullmatch(f"{old[n]} {new[n]}") or _is_name(n, old[n], new[n])
    ]
    return list(dict.fromkeys(word for name in names[:_NAMES] if len(word := _word(name)) > 3))


def _is_name(name: str, *texts: str) -> bool:
    """`Stores.LIKES = "likes-per-post"`: a constant whose text may be the name of a store, a state, a table, an operator."""
    return name.isascii() and not name.startswith("$") and all(_NAMED.fullmatch(text) for text in texts)


def _word(name: str) -> str:
    """What the code or a template has of a name: `${SHOP_GROUP}`, `Topics.GROUP`, `app#group`, `chart/values#shop.group`."""
    place, _, last = name.strip("${}").rpartition("#")
    return f".Values.{last}" if place.endswith("/values") else last if place else last.rpartition(".")[2]


def with_told(before: FactSet, after: FactSet, change_set: ChangeSet) -> tuple[FactSet, FactSet]:
    """Settings whose value a changed file says differently stand in that file, on the line of the value; those of a file that is loaded are its client's."""
    renamed = {change.old_path: change.path for change in change_set.files if change.old_path}
    old, new = _told(before, renamed), _told(after, {})
    differ = {key for key in old.keys() & new.keys() if old[key].value.text != new[key].value.text}
    return _moved(before, old, differ, change_set, renamed), _moved(after, new, differ, change_set, {})


_Told = tuple[str, str, str, str]  # the file that says it, the one that reads it, key, scope


def _told(facts: FactSet, renamed: dict[str, str]) -> dict[_Told, Setting]:
    found: dict[_Told, Setting] = {}
    for file in facts.everything():
        own = {(setting.key, setting.span) for setting in file.settings}
        made = (s for client in file.clients for s in client.settings if (s.key, s.span) not in own)
        for setting in (*file.settings, *made, *_groups(file)):
            if setting.said is not None and setting.said.path != file.path:
                path = renamed.get(setting.said.path, setting.said.path)
                key = path, renamed.get(file.path, file.path), setting.key, setting.scope
                whose = setting.client or _kind(file, setting)
                found[key] = replace(setting, span=setting.said, client=whose)
    return found


def _groups(file: FileFacts) -> list[Setting]:
    """The groups of listeners, which their annotations name by a placeholder."""
    return [
        _group(handling)
        for handling in file.handlings
        if handling.group_said is not None and handling.group.known is Known.EXPLICIT
    ]


def _group(handling: Handling) -> Setting:
    assert handling.group_said is not None
    return Setting(
        key="group.id", value=handling.group, client="consumer", scope=f"{handling.name}#", span=handling.group_said, in_code=True,
        said=handling.group_said,
    )  # fmt: skip


def _kind(file: FileFacts, setting: Setting) -> str:
    at = setting.key, setting.span
    kinds = {client.kind for client in file.clients if any((s.key, s.span) == at for s in client.settings)}
    return next(iter(kinds)) if len(kinds) == 1 else ""


def _moved(
    facts: FactSet, told: dict[_Told, Setting], differ: set[_Told], change_set: ChangeSet, renamed: dict[str, str]
) -> FactSet:  # fmt: skip
    changed = {change.path_on(facts.side) for change in change_set.files}
    saying = {told[key].span.path for key in differ} & changed
    loaded = [(c, s) for f in facts.everything() for c in f.clients for s in c.settings if s.span.path != f.path]
    if not saying and not loaded:
        return facts
    files = {file.path: file for file in facts.files}
    for path in saying - files.keys():
        beside = next((file for file in facts.related if file.path == path), None)
        if beside is not None:
            files[path] = replace(beside, settings=(), topics=(), connectors=(), deployments=())
    for path, file in files.items():
        gone = {
            (key[2], key[3]) for key in differ if key[1] == renamed.get(path, path) and told[key].span.path in saying
        }
        kept = tuple(s for s in file.settings if (s.key, s.scope) not in gone or s.said is None)
        come = tuple(told[key] for key in sorted(differ) if told[key].span.path == path)
        files[path] = replace(file, settings=_owned((*kept, *_fresh(kept, come)), loaded))
    return FactSet(
        side=facts.side, files=tuple(files[path] for path in sorted(files)),
        related=tuple(f for f in facts.related if f.path not in files),
    )  # fmt: skip


def _fresh(kept: tuple[Setting, ...], come: tuple[Setting, ...]) -> list[Setting]:
    """Those that the file's own reader does not say already."""
    own = {(s.key, s.span) for s in kept}
    return [s for s in come if (s.key, s.span) not in own]


def _owned(settings: tuple[Setting, ...], loaded: list[tuple[Client, Setting]]) -> tuple[Setting, ...]:
    """A bare key of a file that a client loads is that client's."""
    kinds: dict[tuple[str, object], str] = {(s.key, s.span): client.kind for client, s in loaded}
    return tuple(s if s.client else replace(s, client=kinds.get((s.key, s.span), "")) for s in settings)
