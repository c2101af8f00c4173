"""Anybody on the way may read the records, or be the broker.

A client or a broker loses encryption, authentication or the check of the other side's name.

## What it catches

`security.protocol` that goes to a weaker one (`SASL_SSL` to `SASL_PLAINTEXT`, `SSL` to `PLAINTEXT` …), `ssl.endpoint.identification.algorithm` that is
emptied or set to `none`, and `enable.ssl.certificate.verification` that is switched off.

## Why it hurts in production

Without TLS the records and, with SASL/PLAIN, the password can be read by every host on the way. Without the check of the name every certificate of the
same authority passes for the broker: another host can take the password and feed events of its own.

## What to do

Put the right names into the broker's certificate; keep what needs no TLS in a development profile.

## Trade-off

TLS costs CPU on brokers and clients, and certificates to renew. Plain text is legitimate inside one machine, or for development.

## What it cannot see

A mesh or tunnel that encrypts below Kafka.

## Examples

### bad: TLS is dropped
--- application.yml
 spring:
   kafka:
     bootstrap-servers: kafka:9093
     properties:
-      security.protocol: SASL_SSL
+      security.protocol: SASL_PLAINTEXT # ! here

### bad: the name is not checked any more
--- client.properties
 bootstrap.servers=kafka:9093
 security.protocol=SSL
-ssl.endpoint.identification.algorithm=https
+ssl.endpoint.identification.algorithm= # ! here

### good: authentication comes to encryption
--- client.properties
 bootstrap.servers=kafka:9093
-security.protocol=SSL
+security.protocol=SASL_SSL

### good: a new client of a developer's machine
--- docker-compose.yml
 services:
   app:
     environment:
       KAFKA_BOOTSTRAP_SERVERS: kafka:9092
+      KAFKA_SECURITY_PROTOCOL: PLAINTEXT

## References

- https://kafka.apache.org/documentation/#security
- https://cwiki.apache.org/confluence/display/KAFKA/KIP-294
"""

from __future__ import annotations

from collections.abc import Iterator

from reviewer.core.finding import Category, Confidence, Severity
from reviewer.facts.delta import Delta
from reviewer.facts.streaming.model import Known
from reviewer.files import FileKind
from reviewer.rules.checks.settings import Differs, changed
from reviewer.rules.checks.strength import is_weaker, plain
from reviewer.rules.checks.words import Words, of_change
from reviewer.rules.rule import Hit, Rule

_PROTOCOL, _NAME, _CERTIFICATE = (
    "security.protocol",
    "ssl.endpoint.identification.algorithm",
    "enable.ssl.certificate.verification",
)
_READ = Words(
    "security.protocol was {old} and is now {new}.",
    (
        "The client is deployed and talks to the brokers with {new}.",
        "A host on the way reads the records, and the password where one is sent.",
        "With it, or in the client's place, it writes events of its own into the topics, and every reader takes them for true.",
    ),
    "Keep {old}.",
    ("{new}", "{old}"),
)
_TRUST = Words(
    "{key} was {old} and is now {new}: the other side's certificate is not checked in full.",
    (
        "A host on the way presents a certificate of its own.",
        "The client takes it for the broker and sends its password and its records.",
        "The host reads them, and hands back records of its own, which the application processes as true.",
    ),
    "Keep {old}; put the names that clients use into the broker's certificate.",
)
_NONE = ("", "none", '""', "''")


def compare(delta: Delta) -> Iterator[Hit]:
    """Protocols, then checks of the other side; a developer's machine is nobody's way in."""
    for found in changed(delta, _PROTOCOL):
        if is_weaker(_PROTOCOL, found.old, found.new) and _matters(found):
            yield _READ.hit(_subject(found), found.span, old=found.old.text, new=found.new.text)
    for pair in delta.settings(_NAME, _CERTIFICATE):
        before, after, file = pair.before, pair.after, pair.files.after
        if before is None or after is None or file is None or after.value.known is not Known.EXPLICIT:
            continue
        old, new = plain(before.value), after.value.text.strip().lower()
        off = new in _NONE if after.key == _NAME else new == "false"
        was = old not in (None, *_NONE) if after.key == _NAME else old == "true"
        if off and was and file.kind is FileKind.PRODUCTION:
            shown = after.value.text or "empty"
            subject = of_change(f"{after.key}@{after.scope}", before.value.text, after.value.text)
            yield _TRUST.hit(subject, after.span, key=after.key, old=before.value.text, new=shown)


def _matters(found: Differs) -> bool:
    return found.files.after is not None and found.files.after.kind is FileKind.PRODUCTION


def _subject(found: Differs) -> str:
    return of_change(found.subject, found.old.text, found.new.text)


RULE = Rule(
    __name__,
    __doc__,
    category=Category.OPERATIONS,
    severity=Severity.HIGH,
    confidence=Confidence.HIGH,
    put_back=True,
    compare=compare,
)
