#!/usr/bin/env bash
# Builds the Dockerfile and runs the action in it as GitHub's runner would, against the fakes on loopback. No Docker engine is needed:
# buildah builds, mmdebstrap makes the base once (kept in build/container; `make clean` removes it). Without them it is skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
for tool in buildah mmdebstrap; do
  if ! command -v "$tool" > /dev/null; then
    echo "container test skipped: $tool is not installed (Debian: apt-get install buildah mmdebstrap)." >&2
    exit 0
  fi
done
exec .venv/bin/python -m pytest tests/container -rs --durations=5 "$@"
