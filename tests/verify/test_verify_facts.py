"""A claim that the code plainly contradicts is withheld; a claim that might be true never is."""

from __future__ import annotations

import pytest
from rules.examples import delta_between
from verify.code import at, finding, quoted

from reviewer.core.finding import Finding
from reviewer.core.span import Side
from reviewer.facts.delta import Delta
from reviewer.verify.agrees_with_facts import check

JAVA = """import org.apache.kafka.clients.producer.*;
class Orders {
  KafkaProducer<String, String> open() {
    Properties props = new Properties();
    props.put(ProducerConfig.ACKS_CONFIG, ACKS);
    return new KafkaProducer<>(props);
  }
}
"""
CLAIM = "With acks=1 the record is lost when the leader dies."


def delta(before: str, after: str, **others: str) -> Delta:
    old, new = ({"Orders.java": JAVA.replace("ACKS)", f"{acks})"), **others} for acks in (before, after))
    touched = {path: text + ("\n" if path.endswith(".java") else "# changed\n") for path, text in new.items()}
    return delta_between(old, touched)


def claim(why: str, *, side: Side = Side.AFTER) -> Finding:
    span = at(5, path="Orders.java", side=side)
    return finding(quoted("x", path="Orders.java"), span=span, why=why, title="Orders are lost")


ALL = delta('"all"', '"all"')


def test_a_claim_that_every_client_of_the_file_contradicts_is_withheld() -> None:
    reason = check(claim(CLAIM), ALL)
    assert reason is not None and "acks=1" in reason and "acks=all" in reason


@pytest.mark.parametrize(
    ("why", "change"),
    [
        (CLAIM, delta('"all"', '"1"')),  # true
        (CLAIM, delta('"1"', '"all"')),  # it was so before, and the finding may be about that
        (CLAIM, delta('"all"', "System.getenv(NAME)")),  # unknown
        ("acks=1 before, acks=all now", ALL),  # names both
        ("acks is weak", ALL),
        ("acks=-1 is slow", ALL),  # the same as all
        ("min.insync.replicas=1 with acks=all", ALL),
        (CLAIM, delta('"all"', '"all"', **{"app.properties": "bootstrap.servers=a\nacks=1\n"})),
        ("enable.idempotence=false", ALL),  # nothing is said of it
    ],
)
def test_a_claim_that_may_be_true_is_kept(why: str, change: Delta) -> None:
    assert check(claim(why), change) is None


def test_a_finding_on_deleted_lines_speaks_of_what_was() -> None:
    assert check(claim(CLAIM, side=Side.BEFORE), ALL) is None
