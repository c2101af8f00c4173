"""What the Dockerfile takes out of the image is not missed there."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import botocore
from fakes.claude import FakeBedrock
from fakes.claude.bedrock import ACCESS_KEY, REGION, SECRET_KEY, SESSION_TOKEN

ROOT = Path(__file__).parents[2]
CODE = """
import sys, time, botocore
from reviewer.model.access import Bedrock
from reviewer.model.anthropic import ClaudeReviewer
from reviewer.model.port import ModelRequest
url, region, *keys = sys.argv[1:]
access = Bedrock(region=region, base_url=url, access_key=keys[0], secret_key=keys[1], session_token=keys[2])
request = ModelRequest(system_blocks=("a",), user="b", schema_name="review")
with ClaudeReviewer(access=access, model="haiku", deadline=time.monotonic() + 30, clock=time.monotonic) as claude:
    print(claude.review(request, lambda: None).result)
print(botocore.__file__)
"""


def test_bedrock_answers_without_the_descriptions_of_other_services(fake_bedrock: FakeBedrock, tmp_path: Path) -> None:
    kept = set(re.findall(r"! -name (\S+)", (ROOT / "Dockerfile").read_text(encoding="utf-8")))
    assert kept == {"bedrock-runtime"}
    whole = Path(botocore.__file__).parent
    pruned = tmp_path / "botocore"
    (pruned / "data").mkdir(parents=True)
    for entry in whole.iterdir():
        if entry.name not in ("data", "__pycache__"):
            (pruned / entry.name).symlink_to(entry)
    for entry in (whole / "data").iterdir():
        if entry.is_file() or entry.name in kept:
            (pruned / "data" / entry.name).symlink_to(entry)
    fake_bedrock.reply("{}")
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(tmp_path), str(ROOT / "src"))), "HOME": str(tmp_path)}
    arguments = [fake_bedrock.url, REGION, ACCESS_KEY, SECRET_KEY, SESSION_TOKEN]
    ran = subprocess.run(
        [sys.executable, "-c", CODE, *arguments], env=environ, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == ["{}", str(pruned / "__init__.py")]
