"""What needs no model must not pay for its SDK: importing it costs a second."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
CODE = """
import sys
from reviewer.app.cli import main
try:
    code = main({arguments!r})
except SystemExit as ended:
    code = ended.code or 0
print("loaded:", sorted({{"anthropic", "httpx2", "github", "boto3", "botocore", "google.auth"}} & sys.modules.keys()), "code:", code)
"""


@pytest.mark.parametrize(
    "arguments", [["--version"], ["rules"], ["review", "--engine", "rules", "--format", "json"], ["review", "--show-prompt"],
     ["review", "--show-prompt", "--provider", "bedrock"], ["review", "--engine", "rules", "--provider", "vertex", "--format", "json"]]
)  # fmt: skip
def test_the_sdk_is_not_loaded_without_a_request(arguments: list[str], repo: Path) -> None:
    environ = {**os.environ, "PYTHONPATH": str(SOURCE), "ANTHROPIC_API_KEY": "sk-ant-never-used"}
    ran = subprocess.run(
        [sys.executable, "-c", CODE.format(arguments=arguments)], cwd=repo, env=environ, check=True, capture_output=True, text=True
    )  # fmt: skip
    assert ran.stdout.splitlines()[-1] == "loaded: [] code: 0", ran.stderr
