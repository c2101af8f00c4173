"""Build files are read in our own process, so a hostile one may not hold it up."""

from __future__ import annotations

import pytest
from growth import grows_linearly

from reviewer.facts.dependencies import definitions, dependencies


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("pom.xml", "<dependency>"),
        ("pom.xml", "<dependency><exclusions>"),
        ("pom.xml", "<!--"),
        ("pom.xml", "<dependency><groupId>a</groupId><artifactId>b</artifactId></dependency>\n"),
        ("a.csproj", '<PackageReference Include="a">'),
        ("a.csproj", '<PackageReference Include="a" Version="1"/>\n'),
        ("build.gradle", '"a:'),
        ("build.gradle", "a"),
        ("build.sbt", "a."),
        ("requirements.txt", "a["),
    ],
)
def test_a_hostile_build_file_is_read_in_linear_time(path: str, unit: str) -> None:
    def read(size: int) -> None:
        text = unit * (size // len(unit))
        dependencies(path, text)
        definitions(path, text)

    grows_linearly(read, 100_000)


def test_an_element_that_is_never_closed_does_not_hide_the_others() -> None:
    pom = "<dependency>\n<parent><groupId>g</groupId><artifactId>a</artifactId><version>1</version></parent>\n"
    (found,) = dependencies("pom.xml", pom)
    assert (found.coordinate, found.version, found.span.first_line, found.span.last_line) == ("g:a", "1", 2, 2)


def test_comments_and_exclusions_of_a_pom_are_no_dependencies() -> None:
    inner = "<exclusions><exclusion><groupId>x</groupId><artifactId>y</artifactId></exclusion></exclusions>"
    pom = f"<!-- <dependency>\n</dependency> -->\n<dependency>{inner}\n<groupId>g</groupId><artifactId>a</artifactId></dependency>"
    (found,) = dependencies("pom.xml", pom)
    assert (found.coordinate, found.span.first_line, found.span.last_line) == ("g:a", 3, 4)


def test_a_package_of_dotnet_has_its_version_as_attribute_or_element() -> None:
    project = '<PackageReference Include="A" Version="1" />\n<PackageReference Include="B">\n<Version>2</Version>\n</PackageReference>'
    found = [(d.coordinate, d.version, d.span.first_line, d.span.last_line) for d in dependencies("a.csproj", project)]
    assert found == [("A", "1", 1, 1), ("B", "2", 2, 4)]
