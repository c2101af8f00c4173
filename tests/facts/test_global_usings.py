"""C#: what a project opens for all of its files is imported by those that use it."""

from __future__ import annotations

import pytest
from facts.test_values_elsewhere import gathered_between

from reviewer.core.report import Outcome
from reviewer.core.span import Side
from reviewer.facts.stream_map.build import stream_map
from reviewer.relevance.account import account

LOOP = """namespace Shop;

public class Worker(IConsumer<string, string> consumer)
{
    public void Run()
    {
        while (true)
        {
            var result = consumer.Consume();
%s
        }
    }
}
"""
BEFORE = LOOP % "            Store(result.Message.Value);\n            consumer.Commit(result);"
AFTER = LOOP % "            consumer.Commit(result);\n            Store(result.Message.Value);"
PROJECT = "<Project Sdk='Microsoft.NET.Sdk'>%s</Project>\n"
OPENS = {
    "src/Shop/GlobalUsings.cs": "global using System;\nglobal using Confluent.Kafka;\n",
    "src/Shop/Usings.cs": "global using global::Confluent.Kafka;\n",
    "src/Shop/Shop.csproj": PROJECT % '<ItemGroup><Using Include="Confluent.Kafka" /></ItemGroup>',
    "Directory.Build.props": PROJECT % '<ItemGroup><Using Include="Confluent.Kafka"/></ItemGroup>',
}


@pytest.mark.parametrize("path", sorted(OPENS))
def test_a_file_is_read_with_what_its_project_opens(path: str) -> None:
    others = {"src/Shop/Shop.csproj": PROJECT % "", path: OPENS[path]}
    gathered, tree = gathered_between({**others, "src/Shop/Worker.cs": BEFORE}, {**others, "src/Shop/Worker.cs": AFTER})
    facts = gathered.delta.after.file("src/Shop/Worker.cs")
    assert facts is not None
    assert facts.libraries == {"confluent-kafka-dotnet"}
    assert facts.handlings
    ((coverage, _),) = account(gathered.delta.change_set, gathered, tree, skip=lambda _path: False)
    name = path.rsplit("/", 1)[-1]
    assert coverage.outcome is Outcome.REVIEWED
    assert name in coverage.reason


def test_another_project_and_code_without_the_types_of_the_library_stay_as_they_are() -> None:
    others = {
        "src/Shop/Shop.csproj": PROJECT % "", "src/Shop/GlobalUsings.cs": OPENS["src/Shop/GlobalUsings.cs"],
        "src/Web/Web.csproj": PROJECT % "",
    }  # fmt: skip
    plain = "namespace Shop;\n\npublic class Price(Producer producer)\n{\n    public int Of(Message message) => message.Cents + %d;\n}\n"
    changed = {"src/Web/Worker.cs": (BEFORE, AFTER), "src/Shop/Price.cs": (plain % 1, plain % 2)}
    gathered, _ = gathered_between(
        {**others, **{path: sides[0] for path, sides in changed.items()}},
        {**others, **{path: sides[1] for path, sides in changed.items()}},
    )
    for path in changed:
        facts = gathered.delta.after.file(path)
        assert facts is None or (not facts.libraries and facts.syntax.imports == ()), path
    assert gathered.syntax("src/Web/Worker.cs", Side.AFTER) is not None


def test_a_rider_of_masstransit_is_on_the_map_beside_another_library() -> None:
    program = """using Confluent.Kafka;
services.AddMassTransit(x => x.AddRider(r => r.UsingKafka((context, cfg) => {
    cfg.TopicEndpoint<string, Parcel>("parcels", "%s", e => { e.AutoOffsetReset = AutoOffsetReset.Earliest; });
})));
"""
    others = {"src/Shop/Shop.csproj": PROJECT % "", "src/Shop/GlobalUsings.cs": "global using MassTransit;\n"}
    gathered, _ = gathered_between(
        {**others, "src/Shop/Program.cs": program % "a"}, {**others, "src/Shop/Program.cs": program % "shop"}
    )
    drawn = stream_map(gathered.delta.after.files)
    (reads,) = drawn.edges
    topic = drawn.node(reads.source)
    assert (topic.label if topic is not None else "", reads.group) == ("parcels", "shop")
