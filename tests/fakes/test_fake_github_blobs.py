"""Git objects through GraphQL: what GitHub shows of a blob, what it leaves out, and what it refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from fakes.github import FakeGitHub, Scene, pull_request
from fakes.github.diffs import blob_sha
from fakes.github.git_graphql import CUT

FILES: dict[str, str | bytes | None] = {
    "a.py": "x = 'é'\r\n", "empty": "", "logo.png": b"\x89PNG\0\1", "latin.py": "# café\n".encode("latin-1"),
    "bom.py": "\ufeffx\n", "large.sql": "y" * (CUT - 1) + "é" + "z" * 50, "fits.sql": "y" * CUT,
}  # fmt: skip
BLOB = "... on Blob { oid byteSize isBinary isTruncated text }"


@pytest.fixture
def scene(fake_github: FakeGitHub) -> Scene:
    return pull_request(fake_github, FILES, {"a.py": "y\n"}, private=True)


def send(scene: Scene, query: str, variables: dict[str, Any] | None = None) -> requests.Response:
    asked = {"query": query, "variables": {"owner": "acme", "name": "shop", **(variables or {})}}
    headers = {"authorization": f"token {scene.token}", "content-type": "application/json"}
    return requests.post(f"{scene.server.url}/graphql", data=json.dumps(asked), headers=headers, timeout=10)


def objects(scene: Scene, *oids: str, fields: str = BLOB) -> Any:
    """The whole answer to one question for several objects."""
    declared = "".join(f", $o{n}: GitObjectID!" for n in range(len(oids)))
    wanted = " ".join(f"b{n}: object(oid: $o{n}) {{ {fields} }}" for n in range(len(oids)))
    query = (
        f"query($owner: String!, $name: String!{declared}) {{ repository(owner: $owner, name: $name) {{ {wanted} }} }}"
    )
    return send(scene, query, {f"o{n}": oid for n, oid in enumerate(oids)}).json()


def content(name: str) -> bytes:
    text = FILES[name]
    assert text is not None
    return text.encode() if isinstance(text, str) else text


def test_texts_come_whole_when_they_are_utf8_and_not_too_large(scene: Scene) -> None:
    names = ["a.py", "empty", "fits.sql"]
    told = objects(scene, *(blob_sha(content(name)) for name in names))["data"]["repository"]
    for number, name in enumerate(names):
        blob = told[f"b{number}"]
        assert blob["text"].encode() == content(name)
        assert (blob["oid"], blob["byteSize"]) == (blob_sha(content(name)), len(content(name)))
        assert (blob["isBinary"], blob["isTruncated"]) == (False, False)


def test_a_large_text_is_cut_off_a_binary_one_is_null_and_others_are_not_the_bytes(scene: Scene) -> None:
    names = ["large.sql", "logo.png", "latin.py", "bom.py"]
    large, logo, latin, bom = objects(scene, *(blob_sha(content(n)) for n in names))["data"]["repository"].values()
    assert (large["isTruncated"], large["text"], large["byteSize"]) == (True, "y" * (CUT - 1), CUT + 51)
    assert (logo["isBinary"], logo["text"]) == (True, None)
    assert latin["text"] == "# café\n" and latin["text"].encode() != content("latin.py")
    assert bom["text"].encode() != content("bom.py")


def test_what_is_no_blob_or_unknown_has_no_text(scene: Scene) -> None:
    told = objects(scene, scene.pull.head_sha, scene.repo.commits[scene.pull.head_sha].tree_sha, "9" * 40)
    assert told == {"data": {"repository": {"b0": {}, "b1": {}, "b2": None}}}


def test_a_token_that_may_not_read_contents_gets_null_and_the_reason(scene: Scene) -> None:
    scene.server.add_token(scene.token, permissions={"metadata": "read", "pull_requests": "write"})
    told = objects(scene, blob_sha(content("a.py")))
    assert told["data"] == {"repository": {"b0": None}}
    assert [(error["type"], error["path"]) for error in told["errors"]] == [("FORBIDDEN", ["repository", "b0"])]
    scene.server.add_token(scene.token, permissions={})
    assert objects(scene, blob_sha(content("a.py")))["errors"][0]["type"] == "NOT_FOUND"


@pytest.mark.parametrize("limit", [{"objects": 1}, {"text_bytes": 20}])
def test_a_query_that_takes_too_much_is_answered_in_part(scene: Scene, limit: dict[str, int]) -> None:
    for name, value in limit.items():
        setattr(scene.server.world.graphql, name, value)
    told = objects(scene, blob_sha(content("a.py")), blob_sha(content("fits.sql")))
    assert told["data"]["repository"]["b0"]["text"] == "x = 'é'\r\n"
    assert not (told["data"]["repository"]["b1"] or {}).get("text")
    assert {error["type"] for error in told["errors"]} == {"RESOURCE_LIMITS_EXCEEDED"}


THREADS = "pullRequest(number: 1) { reviewThreads(first: 100) { nodes { comments(first: 100) { nodes { body } } } } }"


def test_points_and_nodes_are_counted_by_githubs_formula(scene: Scene) -> None:
    whole = f"query($owner: String!, $name: String!) {{ repository(owner: $owner, name: $name) {{ {THREADS} }} }}"
    answer = send(scene, whole)
    assert "errors" not in answer.json()
    # One request for the threads, a hundred for their comments.
    assert (scene.server.points, answer.headers["x-ratelimit-remaining"]) == (1, "999")
    objects(scene, *(blob_sha(content(name)) for name in FILES))
    assert (scene.server.points, answer.headers["x-ratelimit-resource"]) == (2, "graphql")
    scene.server.world.graphql.nodes = 10_000
    assert send(scene, whole).json()["errors"][0]["type"] == "MAX_NODE_LIMIT_EXCEEDED"


def test_spent_points_are_told_in_a_200(scene: Scene) -> None:
    scene.server.world.graphql.points = 1
    assert objects(scene, "9" * 40)["data"] == {"repository": {"b0": None}}
    answer = send(scene, "query { viewer { login } }")
    assert (answer.status_code, answer.headers["x-ratelimit-remaining"]) == (200, "0")
    assert answer.json()["errors"][0]["type"] == "RATE_LIMITED"


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("query($owner: String!, $name: String!, $o: String!) { R { object(oid: $o) { id } } }", "Type mismatch"),
        ("query($owner: String!, $name: String!) { R { object(oid: $o) { id } } }", "not declared"),
        ("query($owner: String!, $name: String!, $o: GitObjectID!) { R { nameWithOwner } }", "not used"),
        ("query($owner: String!, $name: String!, $o: GitObjectID!) { R { object(oid: $o) { id } } }", "invalid value"),
    ],
)
def test_variables_are_held_to_their_types(scene: Scene, query: str, message: str) -> None:
    told = send(scene, query.replace("R {", "repository(owner: $owner, name: $name) {"), {"o": "main"}).json()
    assert told["data"] is None and message in told["errors"][0]["message"]
