"""Who else is hit: found in the rest of the repository by name, constant and key, joined with the change, within limits."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from reviewer.app.cli import main
from reviewer.app.neighbours import local_neighbours
from reviewer.core.source import search
from reviewer.core.span import Side

BILLING = """import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
class Billing {
  void bill(KafkaProducer<String, String> producer, String order) throws Exception {
    producer.send(new ProducerRecord<>("invoices", order, order)).get();
  }
}
"""
FILES = {
    "src/Billing.java": BILLING,
    "src/Topics.java": 'class Topics { static final String INVOICES = "invoices"; }\n',
    "src/Mailer.java": """import org.springframework.kafka.annotation.KafkaListener;
class Mailer {
  @KafkaListener(topics = Topics.INVOICES, groupId = "mailer")
  void on(String invoice) { mail(invoice); }
}
""",
    "src/main/resources/application.yml": "app:\n  archive-topic: invoices\n",
    "src/Archive.java": """import org.springframework.kafka.annotation.KafkaListener;
class Archive {
  @KafkaListener(topics = "${app.archive-topic}", groupId = "archive")
  void on(String invoice) { keep(invoice); }
}
""",
    "py/report.py": """from confluent_kafka import Consumer
consumer = Consumer({"group.id": "report", "bootstrap.servers": "b"})
def run():
    consumer.subscribe(["invoices"])
""",
    "src/Prose.java": "// invoices are sent\nclass Prose {}\n",
    "src/test/java/MailerTest.java": 'class MailerTest { String topic = "invoices"; }\n',
}


def repository(folder: Path, files: dict[str, str]) -> Path:
    """A repository with one commit."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    for arguments in (
        ["init", "-q", "-b", "main"],
        ["add", "."],
        ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "-m", "x"],
    ):
        subprocess.run(["git", "-C", str(folder), *arguments], check=True)
    return folder


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A producer, and three services behind it in two languages."""
    return repository(tmp_path / "shop", FILES)


def reviewed(repo: Path, capsys: pytest.CaptureFixture[str], form: str = "json") -> str:
    """The report of the work tree."""
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", form]) == 0
    return capsys.readouterr().out


def radius(repo: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    """The blast radius of the report."""
    found: list[dict[str, object]] = json.loads(reviewed(repo, capsys))["blast_radius"]
    return found


def who(users: object) -> set[tuple[str, int, bool]]:
    """(path, line, changed) of users."""
    assert isinstance(users, list)
    return {(user["path"], user["line"], user["changed"]) for user in users}


def edit(repo: Path, path: str, old: str, new: str) -> None:
    """One replacement in one file."""
    text = (repo / path).read_text(encoding="utf-8")
    assert old in text
    (repo / path).write_text(text.replace(old, new), encoding="utf-8")


def test_readers_are_found_by_literal_constant_and_key_in_other_languages_too(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repo, "src/Billing.java", "order, order)", "order.trim(), order)")
    (topic,) = radius(repo, capsys)
    assert (topic["kind"], topic["topic"], topic["was"]) == ("topic", "invoices", None)
    assert who(topic["readers"]) == {
        ("src/Mailer.java", 3, False),
        ("src/Archive.java", 3, False),
        ("py/report.py", 4, False),
    }
    assert who(topic["writers"]) == {("src/Billing.java", 5, True)}


def test_a_changed_reader_hits_nobody_else_who_reads(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Mailer.java", "mail(invoice)", "mail(invoice.trim())")
    assert radius(repo, capsys) == []


def test_a_renamed_topic_shows_both_names_and_who_still_uses_the_old_one(
    repo: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(repo, "src/Billing.java", '"invoices"', '"bills"')
    edit(repo, "py/report.py", '"invoices"', '"bills"')
    (topic,) = radius(repo, capsys)
    assert (topic["topic"], topic["was"]) == ("bills", "invoices")
    assert who(topic["readers"]) == {("py/report.py", 4, True)}
    assert who(topic["old_readers"]) == {("src/Mailer.java", 3, False), ("src/Archive.java", 3, False)}


def test_the_pages_say_it_and_the_finding_shows_the_lines(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Billing.java", '"invoices", order, order)).get()', '"bills", order, order))')
    page = reviewed(repo, capsys, "markdown")
    assert "**Who else is hit**" in page and "`topic bills`: was invoices; the old name is still used by" in page
    assert "@KafkaListener(topics = Topics.INVOICES" in page  # the finding's evidence
    assert 'n5(["' not in page and '|"reads as mailer"|' in page  # the picture
    shown = reviewed(repo, capsys, "terminal")
    assert "Who else is hit" in shown and "src/Mailer.java:3" in " ".join(shown.split())


def test_a_change_without_streams_looks_nothing_up(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Prose.java", "sent", "posted")
    assert radius(repo, capsys) == []


def test_a_topic_that_nobody_else_uses_is_not_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    alone = repository(tmp_path / "alone", {"src/Billing.java": BILLING})
    edit(alone, "src/Billing.java", "order, order)", "order.trim(), order)")
    assert "Who else is hit" not in reviewed(alone, capsys, "markdown")


def test_another_group_names_who_else_is_in_it(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Mailer.java", 'groupId = "mailer"', 'groupId = "archive"')
    groups = {item["name"]: item for item in radius(repo, capsys) if item["kind"] == "group"}
    assert who(groups["archive"]["readers"]) == {("src/Mailer.java", 3, True), ("src/Archive.java", 3, False)}


def test_a_changed_connector_and_a_changed_schema(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        "connect/es.json": '{"name": "es", "config": {\n "connector.class": "x.ElasticsearchSinkConnector",\n "topics": "invoices",\n "tasks.max": "1"}}\n',
        "schemas/Invoice.avsc": '{"type": "record", "namespace": "shop", "name": "Invoice",\n "fields": [{"name": "id", "type": "string"}]}\n',
        "src/Billing.java": BILLING.replace("String, String> producer", "String, Invoice> producer"),
        "schemas/Consumer.avsc": '{"type": "record", "namespace": "shop.api", "name": "Consumer",\n "fields": [{"name": "id", "type": "string"}]}\n',
        "py/report.py": FILES["py/report.py"],
    }
    shop = repository(tmp_path / "shop", files)
    edit(shop, "connect/es.json", '"tasks.max": "1"', '"tasks.max": "4"')
    edit(shop, "schemas/Invoice.avsc", '"string"', '"int"')
    edit(shop, "schemas/Consumer.avsc", '"string"', '"int"')  # what the client of report.py is called is not this
    items = radius(shop, capsys)
    assert [item["name"] for item in items if item["kind"] == "schema"] == ["shop.Invoice"]
    found = {item["kind"]: item for item in items}
    assert who(found["connector"]["writers"]) == {("src/Billing.java", 5, False)}
    assert who(found["schema"]["writers"]) == {("src/Billing.java", 5, False)}


def test_of_two_readers_in_one_file_the_one_beside_which_the_schemas_type_stands_is_hit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = '    KafkaSource<{0}> {1} = KafkaSource.<{0}>builder().setTopics("{1}")\n        .setGroupId("job").build();\n    env.fromSource({1}, none(), "{1}").print();\n'
    padding = "".join(f"    log.info({n});\n" for n in range(12))
    job = (
        "import org.apache.flink.connector.kafka.source.KafkaSource;\nclass Job {\n  void run(StreamExecutionEnvironment env) {\n"
        + source.format("Invoice", "invoices") + padding + source.format("Rule", "rules") + "  }\n}\n"
    )  # fmt: skip
    schema = (
        '{"type": "record", "namespace": "shop", "name": "Invoice",\n "fields": [{"name": "id", "type": "string"}]}\n'
    )
    shop = repository(tmp_path / "shop", {"src/Job.java": job, "schemas/Invoice.avsc": schema})
    edit(shop, "schemas/Invoice.avsc", '"string"', '"int"')
    (item,) = [item for item in radius(shop, capsys) if item["kind"] == "schema"]
    assert who(item["readers"]) == {("src/Job.java", 4, False)}


def test_a_folder_of_another_repository_is_read_and_named(
    repo: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    repository(tmp_path / "crm", {"crm.py": FILES["py/report.py"].replace("report", "crm")})
    (repo / ".github").mkdir()
    (repo / ".github" / "stream-review.yml").write_text("related-repositories: [../crm, ../gone]\n", encoding="utf-8")
    edit(repo, "src/Billing.java", '"invoices", order, order)).get()', '"invoices", order, order))')
    assert main(["review", "--repo", str(repo), "--engine", "rules", "--format", "json"]) == 0
    captured = capsys.readouterr()
    report = json.loads(captured.out)
    theirs = [user for user in report["blast_radius"][0]["readers"] if user["repository"] is not None]
    assert [(user["repository"], user["path"], user["line"], user["changed"]) for user in theirs] == [
        ("crm", "crm.py", 4, False)
    ]
    assert all(item["path"] != "crm.py" for finding in report["findings"] for item in finding["evidence"])
    assert "there is no folder ../gone" in captured.err


def test_what_is_no_folder_is_refused_with_the_key(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repo / ".github").mkdir()
    (repo / ".github" / "stream-review.yml").write_text("related-repositories: [shop]\n", encoding="utf-8")
    assert main(["review", "--repo", str(repo), "--engine", "rules"]) == 2
    assert "related-repositories" in capsys.readouterr().err


def test_the_model_is_told(repo: Path, capsys: pytest.CaptureFixture[str]) -> None:
    edit(repo, "src/Billing.java", "order, order)", "order.trim(), order)")
    assert main(["review", "--repo", str(repo), "--show-prompt"]) == 0
    told = "topic invoices is read by Mailer (Spring for Apache Kafka), group mailer at src/Mailer.java:3, which the change does not touch"
    assert told in capsys.readouterr().out


def test_a_folder_is_searched_without_git_too(tmp_path: Path) -> None:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "crm.py").write_text(FILES["py/report.py"], encoding="utf-8")
    (tmp_path / "secret.py").write_text('"invoices"', encoding="utf-8")
    (tmp_path / "crm" / "link.py").symlink_to(tmp_path / "secret.py")
    (neighbour,), notices = local_neighbours(["./crm"], tmp_path, with_git=False)
    found = search(neighbour.reader, ["invoices"], Side.AFTER)
    assert found is not None and found.paths == {"crm.py"} and notices == ()


def test_a_name_that_is_handed_on_where_nobody_could_follow_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    handed = {
        "src/Archive.java": "class Archive {}\n",
        "src/Wiring.java": 'class Wiring { Outbox outbox = new Outbox(new Channel("invoices")); }\n',
        "src/Channel.java": "class Channel {\n  final String name;\n  Channel(String name) { this.name = name; }\n}\n",
    }
    shop = repository(tmp_path / "shop", handed)
    listener = FILES["src/Archive.java"].replace("${app.archive-topic}", "invoices")
    edit(shop, "src/Archive.java", "class Archive {}\n", listener)
    (topic,) = (blast for blast in radius(shop, capsys) if blast["kind"] == "topic")
    assert topic["note"] == "src/Wiring.java names it, and who reads or writes it there could not be followed"
    assert "src/Wiring.java names it" in reviewed(shop, capsys, "markdown")


CHAIN = {
    "deploy/topics.yaml": (
        "apiVersion: kafka.strimzi.io/v1beta2\nkind: KafkaTopic\nmetadata:\n  name: parcels\nspec:\n  partitions: 3\n"
    ),
    "src/main/java/shop/Main.java": """package shop;
import shop.intake.Intake;
class Main {
  public static void main(String[] args) { new Intake("parcels", args[0]).start(); }
}
""",
    "src/main/java/shop/intake/Intake.java": """package shop.intake;
import shop.io.Feed;
public class Intake {
  private final Feed feed;
  public Intake(String topic, String name) { this.feed = new Feed(name, topic); }
  void start() { feed.run(); }
}
""",
    "src/main/java/shop/io/Feed.java": """package shop.io;
import java.util.List;
import org.apache.kafka.clients.consumer.KafkaConsumer;
public class Feed {
  private final String topic;
  private final KafkaConsumer<String, String> consumer;
  public Feed(String group, String topic) { this.topic = topic; this.consumer = open(group); }
  void run() { consumer.subscribe(List.of(topic)); }
}
""",
    "py/main.py": 'from .writer import Writer\n\nwriter = Writer("parcels")\n',
    "py/writer.py": """from .store import Store


class Writer:
    def __init__(self, topic):
        self.topic = topic

    def open(self):
        return Store(self.topic)
""",
    "py/store.py": """from confluent_kafka import Producer


class Store:
    def __init__(self, topic):
        self.topic = topic
        self.producer = Producer({"bootstrap.servers": "b"})

    def put(self, value):
        self.producer.produce(self.topic, value, on_delivery=check)
""",
}


def test_a_name_is_followed_through_two_constructors(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    repo = repository(tmp_path / "shop", CHAIN)
    edit(repo, "deploy/topics.yaml", "partitions: 3", "partitions: 6")
    (topic,) = radius(repo, capsys)
    assert who(topic["readers"]) == {("src/main/java/shop/io/Feed.java", 8, False)}
    assert who(topic["writers"]) == {("py/store.py", 10, False)}
    assert topic["note"] == ""


def test_a_name_is_not_followed_into_one_of_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    two = CHAIN | {"old/src/main/java/shop/io/Feed.java": CHAIN["src/main/java/shop/io/Feed.java"]}
    repo = repository(tmp_path / "shop", {path: text for path, text in two.items() if not path.startswith("py/")})
    edit(repo, "deploy/topics.yaml", "partitions: 3", "partitions: 6")
    (topic,) = radius(repo, capsys)
    assert topic["readers"] == []
    assert (
        topic["note"] == "src/main/java/shop/Main.java names it, and who reads or writes it there could not be followed"
    )
