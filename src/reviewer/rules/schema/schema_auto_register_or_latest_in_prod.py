"""Any instance can make its own schema the latest version of the subject.

Producers begin to register schemas by themselves, or a setting that should prevent drift has no effect.

## What it catches

`auto.register.schemas` that was `false` and is `true`, or is taken away so that the default (`true`) applies while the client stays; `use.latest.version=true`
written beside `auto.register.schemas=true`, which wins.

## Why it hurts in production

The schema of whatever is deployed becomes the latest version: of a rollback, an old pod, a refactored class, a laptop that points at the wrong
registry. Consumers and producers that use the latest version change their shape without a deploy.

## What to do

`auto.register.schemas=false` in production, registration as a step of the pipeline that checks compatibility.

## Trade-off

Registration in the pipeline is one more step of each schema change. Automatic registration is legitimate in development, or where
one team owns writers and readers.

## What it cannot see

What the registry lets a client do. Tests, examples and development profiles are left out.

## Examples

### bad: switched on
--- src/main/resources/application.yml
 spring:
   kafka:
     producer:
       properties:
         schema.registry.url: http://registry
-        auto.register.schemas: false
+        auto.register.schemas: true # ! here

### bad: taken away, and the default is true
--- src/main/resources/application.yml
 spring:
   kafka:
     producer:
       properties:
         schema.registry.url: http://registry
-        auto.register.schemas: false # ! here

### good: a developer's profile
--- src/main/resources/application-dev.yml
 spring:
   kafka:
     producer:
       properties:
         schema.registry.url: http://registry
-        auto.register.schemas: false
+        auto.register.schemas: true

### good: it moves to another file of the change
--- src/main/resources/application.yml
 spring:
   kafka:
     producer:
       properties:
         schema.registry.url: http://registry
-        auto.register.schemas: false
         linger.ms: 5
--- src/main/resources/application-prod.yml
 spring:
   kafka:
     producer:
       properties:
+        auto.register.schemas: false
         acks: all

## References

- https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/index.html#auto-schema-registration
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import FactSet, FileFacts, Setting
from reviewer.files import FileKind
from reviewer.rules.rule import Hit, Rule
from reviewer.rules.support import line

_REGISTER = "auto.register.schemas"
_LATEST = "use.latest.version"


def compare(delta: Delta) -> Iterator[Hit]:
    """From false to true, or to the default, in one place of a file."""
    kept = {setting.key for file in delta.after.everything() for setting in file.settings if _is(setting, "false")}
    for _, before, after in delta.modified():
        if after.kind is not FileKind.PRODUCTION:
            continue
        new = {(setting.scope, setting.key): setting for setting in _settings(after, _REGISTER)}
        for was in _settings(before, _REGISTER):
            now = new.get((was.scope, was.key))
            if not was.value.is_explicit("false") or (now is None and (kept or not _stays(after, was))):
                continue
            if now is None:
                yield _hit(was, f"{_REGISTER}=false is removed; the default is true")
            elif now.value.is_explicit("true"):
                yield _hit(now, f"{_REGISTER} was false and is now true")


def inspect(facts: FactSet) -> Iterator[Hit]:
    """The latest version is wanted and registration wins."""
    for file in facts.files:
        if file.kind is not FileKind.PRODUCTION:
            continue
        registers = {setting.scope for setting in _settings(file, _REGISTER) if setting.value.is_explicit("true")}
        for setting in _settings(file, _LATEST):
            if setting.value.is_explicit("true") and setting.scope in registers:
                yield _no_effect(setting)


def _settings(file: FileFacts, key: str) -> Iterator[Setting]:
    return (setting for setting in file.settings if setting.key == key or setting.key.endswith(f".{key}"))


def _is(setting: Setting, text: str) -> bool:
    return setting.key.endswith(_REGISTER) and setting.value.is_explicit(text)


def _stays(file: FileFacts, was: Setting) -> bool:
    """Whether the client goes on using a registry in the same scope."""
    prefix = was.key.removesuffix(_REGISTER)
    return any(s.scope == was.scope and s.key == f"{prefix}schema.registry.url" for s in file.settings)


def _hit(setting: Setting, what: str) -> Hit:
    return Hit(
        subject=f"{setting.scope}: {setting.key}",
        span=line(setting.span),
        message=f"{what}: every producer registers the schema that it was built with.",
        scenario=(
            "A rollback, an old pod or a class that was refactored by the way starts with another schema than the one agreed on.",
            "Its first send registers that schema, and it becomes the latest version of the subject.",
            "Clients that use the latest version change their shape, and readers meet records that nobody planned.",
        ),
        fix=f"Keep {_REGISTER}=false and register schemas in the pipeline, where their compatibility is checked.",
    )


def _no_effect(setting: Setting) -> Hit:
    return Hit(
        subject=f"{setting.scope}: {setting.key} has no effect",
        span=line(setting.span),
        message=f"{_LATEST}=true has no effect beside {_REGISTER}=true: the serializer registers the schema of the object.",
        scenario=(
            f"The setting promises that records are written with the latest version; {_REGISTER}=true is asked first.",
            "The first record of an instance that was built with another schema registers that schema.",
            "It becomes the latest version for everybody, and records of two shapes follow each other in the topic.",
        ),
        fix=f"Set {_REGISTER}=false beside {_LATEST}=true.",
        confidence=Confidence.MEDIUM,
    )


RULE = Rule(
    __name__,
    __doc__,
    category=Category.SCHEMA,
    severity=Severity.MEDIUM,
    confidence=Confidence.HIGH,
    inspect=inspect,
    compare=compare,
)
