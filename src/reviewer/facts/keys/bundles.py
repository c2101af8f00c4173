"""Which client a framework's version brings, where the build file names only the framework.

Sources: the managed versions of Spring Boot (docs.spring.io, "Dependency Versions") and the compatibility table of Spring for Apache Kafka.
Rows hold from their version on. A version before the first row is not known, nor one whose patches bring clients of different defaults
(Boot 2.6: 3.0.0 and 3.0.1).
"""

from __future__ import annotations

from reviewer.clients.library import version_number
from reviewer.facts.keys.model import Since, rows

_SPRING_BOOT = rows(
    "2.0=1.0 2.1=2.0 2.2=2.3 2.3=2.5 2.4=2.6 2.5=2.7 2.6= 2.7=3.1 3.0=3.3 3.1=3.4 3.2=3.6 3.3=3.7 3.4=3.8 3.5=3.9 4.0=4.1"
)
_SPRING_KAFKA = rows(
    "2.2=2.0 2.3=2.3 2.4=2.4 2.5=2.5 2.6=2.6 2.7=2.7 2.8= 2.9=3.2 3.0=3.3 3.1=3.6 3.2=3.7 3.3=3.8 4.0=4.1"
)

_SPRING_BOOT_NAMES = (
    "org.springframework.boot:spring-boot-starter-parent", "org.springframework.boot:spring-boot-dependencies", "org.springframework.boot",
)  # fmt: skip
# Coordinate -> product of the defaults, and the bundle through which its version is found (none: the version is the product's own).
_PRODUCTS: dict[str, tuple[str, tuple[Since, ...]]] = {
    **{f"org.apache.kafka:{name}": ("kafka", ()) for name in ("kafka-clients", "kafka-streams", "kafka-streams-scala", "connect-runtime")},
    **dict.fromkeys(_SPRING_BOOT_NAMES, ("kafka", _SPRING_BOOT)),
    "org.springframework.kafka:spring-kafka": ("kafka", _SPRING_KAFKA),
    **{f"org.apache.flink:{name}": ("flink", ()) for name in ("flink-streaming-java", "flink-clients", "flink-runtime", "flink-streaming-scala", "flink-table-api-java")},
    "apache-flink": ("flink", ()),
    "kafka-python": ("kafka-python", ()),
    "kafka-python-ng": ("kafka-python", ()),
    "aiokafka": ("aiokafka", ()),
    **dict.fromkeys(("confluent-kafka", "confluent.kafka", "librdkafka.redist", "github.com/confluentinc/confluent-kafka-go", "github.com/confluentinc/confluent-kafka-go/v2"), ("librdkafka", ())),
}  # fmt: skip


BUNDLES = frozenset(name for name, (_, bundle) in _PRODUCTS.items() if bundle)


def product_of(coordinate: str, version: str) -> tuple[str, str] | None:
    """The product whose defaults count (kafka | flink | librdkafka …) and its version; None where the table does not know."""
    found = _PRODUCTS.get(coordinate) or _PRODUCTS.get(coordinate.lower())
    number = version_number(version)
    if found is None or number is None:
        return None
    product, bundle = found
    if not bundle:
        return product, ".".join(map(str, number))
    row = next((r for r in reversed(bundle) if (version_number(r.version) or ()) <= number), None)
    return (product, row.value) if row is not None and row.value else None
