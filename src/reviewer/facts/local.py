"""What a file's content says of where it runs: a developer's machine, whatever its name.

A path is asked first (`files.py`). But brokers that lie in `bin/server1.properties` and know only `localhost`, a compose file under
another name and a script that drives one are no more anybody's production than `docker-compose.yml` is. And the other way round: a broker or a
compose file that is reached under a name of the network, or keeps its logs on a disk of its own, is no developer's for its ZooKeeper being beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from reviewer.core.lazily import lazily
from reviewer.facts.syntax import ConfigEntry, SyntaxFacts
from reviewer.files import FileKind, is_compose, is_for_production

# With whom a broker, or a tool that talks to one, works together.
_PEERS = frozenset({"zookeeper.connect", "controller.quorum.voters", "controller.quorum.bootstrap.servers"})
_BROKERS = frozenset({"broker.id", "node.id", "log.dirs", "process.roles"})
_HOST = lazily(r"(?:^|[,@]|//)\s*(?:[A-Z_]*://)?(?P<host>\[::1\]|[\w.-]+)(?=:\d)")
_HERE = frozenset({"localhost", "127.0.0.1", "[::1]"})
_SWARM = frozenset({"replicas", "placement", "update_config"})
# Where a broker is heard and told to be found, and where it stands.
_HEARD = frozenset({"listeners", "advertised.listeners", "advertised.host.name", "host.name"})
_EVERYWHERE = frozenset({"0.0.0.0", "::", "[::]"})
_SCRATCH = lazily(r"^(/tmp|/private|/home|/Users|/var/tmp|[^/]|$)|[${}]")
_ADVERTISED = lazily(r"advertised[._]listeners(?:=(?P<value>.*))?$", re.IGNORECASE | re.DOTALL)
_NEARBY = lazily(r"(^|\.)(localhost|local|internal|test|lan|home)$|^[^.]+$|^[\d.]+$", re.IGNORECASE)
_COMPOSE = lazily(r"^[^#\n]*\bdocker(?:[- ]compose| exec)\b", re.MULTILINE)
_TOOL = lazily(r"^[^#\n]*kafka-(?:topics|configs)", re.MULTILINE)
_GIVEN = lazily(r"^\s*(?:export\s+)?(\w+)=[\"']?([^\s\"';]+)", re.MULTILINE)
_ADDRESS = lazily(r"--(?:bootstrap-server|zookeeper|broker-list)[= ]+[\"']?([^\s\"']+)")


def kind_by_content(kind: FileKind, syntax: SyntaxFacts, text: str) -> FileKind:
    """`kind`, or development for a file whose path says nothing and whose content names only the machine that it runs on."""
    if kind is FileKind.DEVELOPMENT and is_compose(syntax.path) and _is_known_outside(syntax.entries):
        return FileKind.PRODUCTION
    if kind is not FileKind.PRODUCTION or is_for_production(syntax.path):
        return kind
    local = _is_compose(syntax.entries) or _is_own_broker(syntax.entries)
    if not local and syntax.language == "shell":
        local = _drives_own_broker(text)
    return FileKind.DEVELOPMENT if local else kind


def _is_compose(entries: Sequence[ConfigEntry]) -> bool:
    """Services with an image, none of which a swarm spreads over machines."""
    found = False
    for entry in entries:
        keys = entry.keys
        if len(keys) < 3 or keys[0] != "services":
            continue
        if keys[2] == "deploy" and len(keys) > 3 and keys[3] in _SWARM:
            return False
        found = found or (len(keys) == 3 and keys[2] == "image")
    return found and not _is_known_outside(entries)


def _is_known_outside(entries: Iterable[ConfigEntry]) -> bool:
    """Services one of which is a broker that tells clients a name of the network: `kafka1.acme.io`, not `kafka` or `localhost`."""
    for entry in entries:
        item = f"{entry.keys[-1]}={entry.value}" if not entry.keys[-1].startswith("[") else entry.value
        match = _ADVERTISED.search(item)
        if match is not None and any(_NEARBY.search(host) is None for host in _named_hosts(match["value"] or "")):
            return True
    return False


def _is_own_broker(entries: Iterable[ConfigEntry]) -> bool:
    """A broker whose controllers, or whose ZooKeeper, are on the same machine, and which is heard nowhere else."""
    values = {entry.dotted: entry.value for entry in entries if entry.is_literal}
    peers = [host for key in _PEERS if key in values for host in _hosts(values[key])]
    if _BROKERS.isdisjoint(values) or not peers or not _HERE.issuperset(peers):
        return False
    heard = {host for key in _HEARD if key in values for host in _named_hosts(values[key])} - _EVERYWHERE
    if heard:
        return _HERE.issuperset(heard)
    return (
        "broker.rack" not in values and _SCRATCH.search(values.get("log.dirs", values.get("log.dir", ""))) is not None
    )


def _named_hosts(value: str) -> list[str]:
    """The hosts of listeners; one that only has a port is heard everywhere."""
    return [found["host"] for found in _HOST.finditer(value)]


def _hosts(value: str) -> list[str]:
    return [found["host"] for found in _HOST.finditer(value)] or [value]


def _drives_own_broker(text: str) -> bool:
    """A script that makes its topics on this machine, or in its containers."""
    if _TOOL.search(text) is None:
        return False
    given: dict[str, list[str]] = {}
    for name, value in _GIVEN.findall(text):
        given.setdefault(name, []).append(value)
    said = [value for word in _ADDRESS.findall(text) for value in given.get(word.strip("${}"), (word,))]
    hosts = [host for address in said if "$" not in address for host in _hosts(address)]
    return _COMPOSE.search(text) is not None or (bool(hosts) and _HERE.issuperset(hosts))
