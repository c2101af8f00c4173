"""What kind of file a path is: production, or something that nobody's records depend on. One table, asked by all.

Only the layout speaks: folders, prefixes and suffixes that projects use by habit. The path of a package says nothing
(`src/main/java/org/example/A.java` is no example), and `config/` of an application is production.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum


class FileKind(StrEnum):
    """What a file is for. Everything but production is lowered by one level of severity; a test's dangers are also unsure."""

    PRODUCTION = "production"
    TEST = "test"  # also what only measures: benchmarks
    EXAMPLE = "example"  # examples, demos, tutorials, quickstarts
    DOCUMENTATION = "documentation"  # code and configuration that a manual shows
    DEVELOPMENT = "development"  # a developer's machine and CI: local profiles, compose files
    PACKAGING = "packaging"  # the configuration that a broker's distribution ships


_EXAMPLE = r"examples?|demos?|samples?|tutorials?|quick[-_]?starts?|playgrounds?|workshops?|walkthroughs?|exercises"

_TEMPLATE = r"\w\.(example|sample|template|dist)$"

# The first row that matches says what a path is.
_TABLE: tuple[tuple[FileKind, re.Pattern[str]], ...] = (
    (FileKind.TEST, re.compile(
        r"(^|/)(([\w.-]+[-_])?(tests?|it|testing|tests?[-_](utils?|support|helpers?|common|companion|kit|fixtures?|data|infra\w*))"
        r"|(system|integration)tests?|fixtures?|mocks?|__tests__|spec|e2e|benchmarks?|jmh)/|src/\w*([tT]est(?![a-z])|testFixtures|integration)\w*/"
        r"|(^|/)([\w.]+\.)?(Unit|Integration|System)?(Mocks?|Tests?|Fixtures?|Benchmarks?)/"
        r"|(Test|Tests|TestCase|IT|Spec)\.\w+$|(^|/)(test_[^/]*|conftest\.py)$|_test\.\w+$|\.(test|spec)\.(properties|ya?ml|json|conf|[cm]?[jt]sx?)$"
    )),
    (FileKind.DEVELOPMENT, re.compile(
        r"(^|/)(local|dev|dev-?env|\.github|\.gitlab|\.circleci|\.devcontainer)/|docker-compose|compose\.ya?ml$|application-(dev|local|test)\b"
        r"|(^|/)(dev|local)\.|(^|/)\.(gitlab-ci|travis)\.ya?ml$", re.IGNORECASE
    )),
    (FileKind.EXAMPLE, re.compile(
        rf"(^|/)([\w.-]+[-_])?({_EXAMPLE})([-_][\w.-]+)?/"
        r"|(^|/)((example|demo|sample)s?|(?-i:Demo|Example)(?-i:[A-Z])\w*)\.\w+$"
        r"|(^|/)[\w.-]*(quick[-_]?start|workshop|playground|tutorial)[\w.-]*\.(properties|json|ya?ml|conf)$"
        rf"|{_TEMPLATE}", re.IGNORECASE
    )),
    (FileKind.DOCUMENTATION, re.compile(r"(^|/)([\w.-]+[-_])?(docs?|documentation)/", re.IGNORECASE)),
)  # fmt: skip

_PACKAGE = re.compile(r"(src/\w+/(?:java|kotlin|scala|groovy))/.*/(?=[^/]+$)")
# What Apache Kafka's own archive has in `config/`; the names alone are those of anybody's brokers and workers.
_SHIPPED = re.compile(
    r"^(?P<home>(?:[^/]+/)*)config/(?:kraft/|kraft/reconfig-)?"
    r"(?:server|broker|controller|producer|consumer|zookeeper|connect-(?:standalone|distributed|mirror-maker|console-\w+|file-\w+))\.properties$"
)


def kind_of(path: str, tree: Iterable[str] = ()) -> FileKind:
    """The kind of a path. With the paths of its repository a broker's distribution is recognised by the scripts that lie beside it."""
    layout = _PACKAGE.sub(r"\1/", path)
    kind = next((kind for kind, pattern in _TABLE if pattern.search(layout)), FileKind.PRODUCTION)
    if kind is FileKind.DEVELOPMENT and is_for_production(path):
        kind = FileKind.PRODUCTION
    shipped = _SHIPPED.match(path) if kind is FileKind.PRODUCTION else None
    if shipped is None:
        return kind
    scripts = f"{shipped['home']}bin/kafka-"
    beside = any(other.startswith(scripts) and other.endswith(".sh") for other in tree)
    return FileKind.PACKAGING if beside else kind


_COMPOSE = re.compile(r"docker-compose(?=[^/]*$)|compose(?=[^/]*\.ya?ml$)", re.IGNORECASE)
_PRODUCTION = re.compile(r"(^|[/._-])prod(uction)?([/._-])", re.IGNORECASE)


def is_compose(path: str) -> bool:
    """Whether a path is a developer's for nothing but the name of a compose file: such a file may run anywhere."""
    plain = _COMPOSE.sub("services", path)
    return plain != path and not any(pattern.search(plain) for _, pattern in _TABLE)


def is_for_production(path: str) -> bool:
    """Whether the path of a compose file says that it runs in production: `docker-compose.prod.yml`, `prod/compose.yaml`."""
    return _PRODUCTION.search(path) is not None and is_compose(path)


_DESK = re.compile(r"(^|[/._-])local([/._-]|$)", re.IGNORECASE)


def is_desk(path: str) -> bool:
    """Whether it configures one developer's machine, by its name: `application-local.yml`; a compose file may run anywhere."""
    return _DESK.search(path) is not None and kind_of(path) is FileKind.DEVELOPMENT


def may_be_shipped(path: str) -> bool:
    """Whether the rest of the repository can change what a path is."""
    return _SHIPPED.match(path) is not None


def is_template(path: str) -> bool:
    """Whether nothing runs with a file as it is: `.env.example` is copied and filled in first."""
    return re.search(_TEMPLATE, path, re.IGNORECASE) is not None


def is_test(path: str) -> bool:
    """Whether a path belongs to tests by the usual layouts."""
    return kind_of(path) is FileKind.TEST


_TEST_CODE = re.compile(
    r"(^|/)(tests?|__tests__)/|(^|/)src/(\w*[tT]est(?![a-z])\w*|it|integration\w*)/|(Test|Tests|TestCase|IT)\.\w+$|(^|/)(test_[^/]*|conftest)\.py$"
    r"|_test\.\w+$|\.(test|spec)\.[cm]?[jt]sx?$"
)
_PRODUCT = re.compile(r"(^|/)src/main/")


def is_test_code(path: str, old_path: str | None = None) -> bool:
    """Whether a path is surely code of tests, by what only tests are called: a folder `testing`, `it` or `ab-testing` may be a product's.

    With an old path both must be: a file that moves to the tests takes its lines away from production.
    """
    sides = (path, old_path or path)
    return all(is_test(p) and _TEST_CODE.search(p) and not _PRODUCT.search(p) for p in sides)


def is_development(path: str) -> bool:
    """Whether nobody's records depend on a path, and it is no test: an example, a manual's code, a developer's profile, CI."""
    return kind_of(path) not in (FileKind.PRODUCTION, FileKind.TEST)
