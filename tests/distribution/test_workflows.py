"""Our own workflows and those that we give away. zizmor and the schemas run in `make lint`; here is what they can't know."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
OWN = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
EXAMPLES = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
OURS = "OWNER/stream-review@v1"


def jobs(path: Path) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    return found


def steps(path: Path) -> Iterator[dict[str, Any]]:
    for job in jobs(path).values():
        yield from job.get("steps", [])


@pytest.mark.parametrize("path", [*OWN, *EXAMPLES], ids=lambda path: path.name)
def test_every_foreign_action_is_pinned_to_a_commit_with_its_version(path: Path) -> None:
    for line in path.read_text(encoding="utf-8").splitlines():
        used = re.search(r"uses: *\"?([\w./-]+@\S+)", line)
        if used and not used[1].startswith("OWNER/"):
            assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_one_action_is_pinned_to_one_commit_everywhere() -> None:
    pins = {pin for path in (*OWN, *EXAMPLES) for pin in re.findall(r"uses: ([\w./-]+@[0-9a-f]{40})", path.read_text())}
    names = [pin.partition("@")[0] for pin in pins]
    assert len(names) == len(set(names)) > 5


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_our_workflows_begin_with_no_permission_and_end_in_time(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    assert all(job["timeout-minutes"] <= 30 for job in workflow["jobs"].values())


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_examples_give_only_inputs_that_exist_and_never_check_out_the_change(path: Path) -> None:
    if path.name == "organisation-caller.yml":
        (job,) = jobs(path).values()
        called = yaml.safe_load((path.parent / "organisation-reusable.yml").read_text(encoding="utf-8"))
        assert set(job["secrets"]) <= set(called[True]["workflow_call"]["secrets"])
        return
    used = [step for step in steps(path) if step.get("uses") == OURS]
    assert used
    for step in used:
        assert set(step.get("with", {})) <= set(ACTION["inputs"])
    assert not any(str(step.get("uses")).startswith("actions/checkout@") for step in steps(path))
    asked = re.findall(r"steps\.review\.outputs\.([\w-]+)", path.read_text(encoding="utf-8"))
    assert set(asked) <= set(ACTION["outputs"])


def test_no_job_of_the_hardened_example_has_both_the_key_and_a_token_that_writes() -> None:
    found = jobs(ROOT / "examples" / "workflows" / "hardened-two-jobs.yml")
    keys = {name: "secrets." in str(job["steps"]) for name, job in found.items()}
    writes = {name: "write" in job["permissions"].values() for name, job in found.items()}
    assert keys == {"analyze": True, "post": False} and writes == {"analyze": False, "post": True}


def test_the_readme_shows_the_five_lines_that_are_linted() -> None:
    text = (ROOT / "examples" / "workflows" / "five-lines.yml").read_text(encoding="utf-8")
    assert len(text.splitlines()) == 5
    assert f"```yaml\n{text}```" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_release_names_its_image_by_digest_and_nothing_else() -> None:
    spec = importlib.util.spec_from_file_location("release_action", ROOT / "scripts" / "release_action.py")
    assert spec is not None and spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    released = script.released
    text = (ROOT / "action.yml").read_text(encoding="utf-8")
    address = f"docker://ghcr.io/owner/stream-review@sha256:{'a' * 64}"
    action = yaml.safe_load(released(text, address))
    assert action["runs"]["image"] == address and action["inputs"] == ACTION["inputs"]
    for wrong in (
        "docker://ghcr.io/owner/stream-review:v1",
        "ghcr.io/owner/stream-review@sha256:" + "a" * 64,
        "docker://x@sha256:1",
    ):
        with pytest.raises(ValueError, match="no image with a digest"):
            released(text, wrong)
    with pytest.raises(ValueError, match="exactly once"):
        released(released(text, address), address)


def test_a_release_tests_and_attests_before_anything_moves() -> None:
    found = jobs(ROOT / ".github" / "workflows" / "release.yml")
    assert set(found["image"]["needs"]) == {"test", "base"} and found["attest"]["needs"] == "image"
    assert "attest" in found["publish"]["needs"]
    writers = [name for name, job in found.items() if job["permissions"].get("contents") == "write"]
    assert writers == ["publish"]
    last = found["publish"]["steps"][-1]["run"]
    assert last.index("gh release create") < last.index("git push --force")
