from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reviewer.context.redact import redact, shown

# Joined at run time, so that no scanner takes this file for a leak.
AWS = "AKIA" + "IOSFODNN7EXAMPLE"
CLAUDE = "sk-" + "ant-api03-abcDEF123456"
GITHUB = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2"

SECRETS = [
    (f'String id = "{AWS}";', AWS),
    (f"key: {CLAUDE}", CLAUDE),
    (f"TOKEN={GITHUB}", GITHUB),
    ("Authorization: Bearer abcdef123456.ghijkl", "abcdef123456.ghijkl"),
    ('url = "jdbc:postgresql://db/x?user=a&password=hunter2&ssl=true"', "hunter2"),
    ("spring.datasource.password=hunter2", "hunter2"),
    ("  password: 'hunter2'", "hunter2"),
    ('props.put("ssl.keystore.password", "changeit");', "changeit"),
    ('sasl.jaas.config=org.x.PlainLoginModule required username="svc" password="p4ss";', "p4ss"),
    ('props.put("sasl.jaas.config", "o.PlainLoginModule required username=\\"svc\\" password=\\"p4ss\\";");', "p4ss"),
    ('client_secret = "9f8a7b6c5d4e3f2a1b"', "9f8a7b6c5d4e3f2a1b"),
    ("api_token: 9f8a7b6c5d4e3f2a1b", "9f8a7b6c5d4e3f2a1b"),
    ("mongodb://svc:hunter2@db:27017", "hunter2"),
]

HARMLESS = [
    "password: ${DB_PASSWORD}",
    'String password = System.getenv("DB_PASSWORD");',
    "this.password = password;",
    "password = config.password",
    'props.put("acks", "all");',
    "int tokenCount = tokens.size();",
    'max.token.lag.ms = "30000"',
    'secretName: "orders-kafka-credentials"',
    "String key = record.key();",
    'private static final String TOKEN_TOPIC = "tokens-v2";',
    'group.id = "orders-9f8a7b6c5d4e3f2a1b"',
]


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_a_secret_is_taken_out(line: str, secret: str) -> None:
    assert secret not in redact(line)
    assert "[redacted]" in redact(line)


@pytest.mark.parametrize("line", HARMLESS)
def test_code_that_decides_a_review_is_kept(line: str) -> None:
    assert redact(line) == line


def test_a_key_block_goes_line_by_line_so_that_numbers_stay() -> None:
    begin, end = "-----BEGIN RSA PRIVATE " + "KEY-----", "-----END RSA PRIVATE " + "KEY-----"
    text = f"a\n{begin}\n  MIIEow+/abc=\nQQQQ\n{end}\nacks=all"
    assert redact(text).split("\n") == ["a", begin, "  [redacted]", "[redacted]", end, "acks=all"]


def test_a_key_block_without_an_end_does_not_swallow_the_code_behind_it() -> None:
    begin = "-----BEGIN PRIVATE " + "KEY-----"
    assert redact(f"{begin}\nMIIE\nconsumer.commitSync();").endswith("consumer.commitSync();")


def test_the_rest_of_a_jaas_line_still_says_which_login_it_is() -> None:
    assert "ScramLoginModule required" in redact('sasl.jaas.config=o.ScramLoginModule required password="x9";')


def test_hidden_characters_are_written_out() -> None:
    assert shown("acks\u202e=0\r\nx") == "acks<U+202E>=0\nx"


@given(st.text(alphabet=st.sampled_from("pasword=:\"' \n-BEGINPRVATKY${}0aA,\t\r\u202e"), max_size=300))
def test_lines_stay_lines_and_a_second_pass_changes_nothing(text: str) -> None:
    once = shown(text)
    assert once.count("\n") == text.count("\n")
    assert shown(once) == once


def test_long_hostile_lines_cost_no_time() -> None:
    for piece in ("password=", "-----BEGIN PRIVATE KEY-----,", "a.", "bearer ", "://x:", ", "):
        shown(piece * 20_000)


GENERATED = "aB3dE5fG7hJ9kL1m" + "N2pQ4rS6tU8vW0xY"
MORE_SECRETS = [
    ("password: hunter2", "hunter2"),
    ("  KAFKA_PASSWORD: hunter2", "hunter2"),
    ("ENV KAFKA_PASSWORD=hunter2", "hunter2"),
    ("ENV KAFKA_PASSWORD hunter2", "hunter2"),
    ("export KAFKA_PASSWORD=hunter2", "hunter2"),
    ("  - name: KAFKA_PASSWORD\n    value: hunter2", "hunter2"),
    ("<name>sasl.password</name>\n<value>hunter2</value>", "hunter2"),
    ("<password>hunter2</password>", "hunter2"),
    ("password: ${DB_PASSWORD:hunter2}", "hunter2"),
    ("password: ${DB_PASSWORD:-hunter2}", "hunter2"),
    ('factory.setPassword("hunter2");', "hunter2"),
    ('builder.password("hunter2")', "hunter2"),
    ('put(SslConfigs.SSL_KEYSTORE_PASSWORD_CONFIG, "hunter2");', "hunter2"),
    ("kafka-configs.sh --password hunter2", "hunter2"),
    ("{'sasl.password': 'hunter2'}", "hunter2"),
    ("basic.auth.user.info=key:hunter2", "hunter2"),
    ("schema.registry.basic.auth.user.info=key:hunter2", "hunter2"),
    (f"Endpoint=sb://x.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey={GENERATED}=", GENERATED),
    (f"DefaultEndpointsProtocol=https;AccountName=a;AccountKey={GENERATED}==", GENERATED),
    (f'new BasicCredentials("user", "{GENERATED}{GENERATED[:8]}")', GENERATED),
    (f"url: https://hooks.slack.com/services/{GENERATED}", GENERATED),
    ("npm_" + GENERATED, GENERATED),
    ("sk_" + "live_" + GENERATED, GENERATED),
    ("dckr_" + "pat_" + GENERATED, GENERATED),
    ("hvs." + GENERATED, GENERATED),
    ("client_secret: hunter2x", "hunter2x"),
    (f'"private_key": "-----BEGIN PRIVATE KEY-----\\n{GENERATED}\\n-----END PRIVATE KEY-----\\n"', GENERATED),
    ("apiVersion: v1\nkind: Secret\nstringData:\n  api: hunter2\n  other: |\n    hunter2\n", "hunter2"),
    ("password = hunter2", "hunter2"),
]
MORE_HARMLESS = [
    "    password: str",
    "  password: String",
    "spec:\n  - name: KAFKA_PASSWORD\n    valueFrom:\n      secretKeyRef:\n        name: kafka",
    'String password = getPassword("orders");',
    "kind: Deployment\nmetadata:\n  name: orders\ndata:\n  acks: all",
    '<name>acks</name>\n<value>all</value>',
    'consumer.assign(token, "orders-topic");',
    'producer.send(new ProducerRecord<>("orders", order.key(), order));',
    'private static final String UID = "aggregate-orders-by-customer-and-day-v2";',
    '"d41d8cd98f00b204e9800998ecf8427ed41d8cd9"',
    "kafka-topics.sh --bootstrap-server localhost:9092 --partitions 12",
    "password: ${DB_PASSWORD:}",
    "token.refresh.interval.ms: 30000",
]  # fmt: skip


@pytest.mark.parametrize(("text", "secret"), MORE_SECRETS)
def test_a_secret_is_taken_out_in_every_form_that_files_have(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert redact(text).count("\n") == text.count("\n")


@pytest.mark.parametrize("text", MORE_HARMLESS)
def test_what_only_looks_like_a_secret_is_kept(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "piece", ["x", "password ", "password=", "secret(", "${TOKEN:", "--token ", "<pwd>", "'", '"A1b+']
)
def test_a_giant_line_is_redacted_in_linear_time(piece: str) -> None:
    """No time is asserted: a quadratic expression would not end within the test run."""
    assert redact(piece * (500_000 // len(piece))).count("\n") == 0
