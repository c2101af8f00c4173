"""Which names of the code a sentence speaks of, and which words are only English."""

from __future__ import annotations

import pytest
from growth import grows_linearly

from reviewer.verify.naming import Prose, names_of

COMMIT = "consumer.commitSync();"
PROCESS = "handler.process(records);"
UID = '.uid("parse")'


@pytest.mark.parametrize(
    ("line", "text", "expected"),
    [
        (UID, "The uid is gone", {"uid"}),
        (UID, "Uids are gone", set()),
        (UID, 'Put .uid("parse") back', {"uid", "parse"}),
        (UID, "They parse what they get", set()),
        (UID, "The operator `parse` starts empty", {"parse"}),
        ('.uid("parse-v2")', "parse-v2 starts empty", {"parse-v2"}),
        ('.uid("parse")', "`parse-v2` starts empty", set()),
        (COMMIT, "It commits before it works", {"commitSync"}),
        (COMMIT, "consumer.commitSync() comes first", {"commitSync"}),
        (PROCESS, "The process is killed and records are gone", set()),
        (PROCESS, "after process(records)", {"process"}),
        ("producer.flush();", "what is not flushed is gone", {"flush"}),
        ("acks=all", "All records are lost", set()),
        ("acks=all", "With acks=1 they are", {"acks"}),
        ('props.put("acks", "1");', "acks is 1", {"acks"}),
        ("props.put(ProducerConfig.ACKS_CONFIG, one);", "acks is 1", {"acks"}),
        ("p.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, true);", "enable.auto.commit is on", {"enable.auto.commit"}),
        ("auto.offset.reset: latest", "auto.offset.reset starts at the end", {"auto.offset.reset"}),
        ('{"name": "orderId", "type": "string"}', "The name of orderId is of another type", {"orderId"}),
        ("if (x == null) return;", "if null is returned", set()),
        ("producer.send(x);", "the leader's and the producer's send", set()),
        ("new StandstillFunction()", "StandstillFunction starts empty", {"StandstillFunction"}),
    ],
)
def test_a_text_names_what_is_written_as_code_or_known_by_name(line: str, text: str, expected: set[str]) -> None:
    assert Prose(text).named(names_of(line)) == expected


def test_a_rules_subject_is_code_as_a_whole() -> None:
    assert Prose("Job.build: uid parse removed", is_code=True).named(names_of(UID)) == {"uid", "parse"}


@pytest.mark.parametrize("unit", ["a", "`", "(", "a.", '"', " "])
def test_hostile_lines_take_linear_time(unit: str) -> None:
    grows_linearly(lambda size: names_of(unit * size), 100_000)
    grows_linearly(lambda size: Prose(unit * size), 8_000)
