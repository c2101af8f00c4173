"""The answers that CI replays: `make record` asks for those that are missing, and keeps them when all are there.

Run it, have every request answered that it names, run it again, until it says that all is kept. In `evals/recorded` stand the names of
the cases (`cases.txt`), the answers, under which instructions each was given (`given.json`), and what they score (`scores.json`). The
requests are not kept: they are what the product asks, and a replay fails when that changes.
"""

from __future__ import annotations

import contextlib
import difflib
import io
import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from reviewer.app.cli import main as stream_review

EVALS = Path(__file__).resolve().parents[1] / "evals"
HOW = (
    "Run `make record`: it writes every open request to evals/recorded/CASE/NAME.request.md. Whoever answers, a person or any model, sees"
    " one request and its instructions and nothing else, and did not write the finding that a second opinion judges. The answer goes into"
    " NAME.answer.json beside it. Then run `make record` again, until it says that all is kept."
)


def record(evals: Path) -> int:
    """0 when every request has its answer and all is kept, 2 when some wait."""
    folder = evals / "recorded"
    code, scored = _scored(evals, "--record")
    if code:
        print(HOW)
        return code
    names = {case["name"] for case in scored["cases"]}
    for path in [folder / name for name in scored["recording"]["unused"]] + sorted(folder.rglob("*.request.md")):
        path.unlink()
    for path in sorted(path for path in folder.iterdir() if path.is_dir() and path.name not in names):
        shutil.rmtree(path)
    given = json.loads((folder / "given.json").read_text(encoding="utf-8"))
    there = {
        case: {name: at for name, at in answers.items() if (folder / case / name).is_file()}
        for case, answers in given.items()
    }
    (folder / "given.json").write_text(
        _text({case: answers for case, answers in there.items() if answers}), encoding="utf-8"
    )
    (folder / "scores.json").write_text(_text(scores(scored)), encoding="utf-8")
    print(f"All is kept: {scored['recording']['answered']} answers of {len(names)} cases.")
    return 0


def check(evals: Path) -> list[str]:
    """What is wrong with the recording, in sentences: nothing when every request has its answer and all scores are as they were."""
    folder = evals / "recorded"
    if not any(folder.rglob("*.answer.json")):
        return [f"evals/recorded holds no answers. {HOW}"]
    code, scored = _scored(evals, "--replay")
    answers = scored["recording"]
    if answers["waiting"]:
        first, number = answers["waiting"][0], len(answers["waiting"])
        return [
            f"The product asks otherwise than it was answered: {number} requests have no answer, {first} is the first. {HOW}"
        ]
    if code:
        return ["The replay failed; what it says stands on stderr."]
    kept = {path.relative_to(folder).as_posix() for path in folder.rglob("*.answer.json")}
    names = {case["name"] for case in scored["cases"]}
    stray = sorted({*answers["unused"], *(name for name in kept if name.partition("/")[0] not in names)})
    found = (
        [f"{len(stray)} answers belong to no request any more, {stray[0]} is the first: `make record` removes them."]
        if stray
        else []
    )
    return [*found, *_difference((folder / "scores.json").read_text(encoding="utf-8"), _text(scores(scored)))]


def scores(scored: Mapping[str, Any]) -> dict[str, object]:
    """The figures of all, and of each case its findings in a line each; costs are left out, as they follow the length of the prompts."""
    figures = {name: value for name, value in scored["rows"]["all"].items() if value is not None}
    return {"all": figures, "cases": {case["name"]: list(_lines(case)) for case in scored["cases"]}}


def _lines(case: Mapping[str, Any]) -> Iterator[str]:
    for kind in ("found", "again", "false"):
        for item in case[kind]:
            place = f"{item['path']}:{item['line']} ({item['side']})"
            yield f"{kind}: {item['category']}, {item['severity']}, at {place}, by {item['origin']}"
    for item in case["missed"]:
        place = f"{item['path']}:{item['line']} ({item['side']})"
        yield f"missed: {item['category']} at {place}, {item['lost']}{', asked' if item['asked'] else ''}"
    for item in case["questions"]:
        yield f"asked at {item['path']}:{item['line']}"


def _difference(was: str, now: str) -> list[str]:
    lines = list(difflib.unified_diff(was.splitlines(), now.splitlines(), "kept", "now", lineterm="", n=0))
    what = "The same answers score otherwise than in evals/recorded/scores.json. If that is right, `make record` writes the new scores."
    return ["\n".join([what, *lines])] if lines else []


def _scored(evals: Path, option: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the JSON of `stream-review eval`; what it says on stderr is left there."""
    folder = evals / "recorded"
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        code = stream_review(
            ["eval", str(evals), "--only", f"@{folder / 'cases.txt'}", option, str(folder), "--format", "json"]
        )
    if not shown.getvalue():
        raise SystemExit(code)
    scored: dict[str, Any] = json.loads(shown.getvalue())
    return code, scored


def _text(data: object) -> str:
    return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(record(EVALS))
