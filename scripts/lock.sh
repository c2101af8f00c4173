#!/usr/bin/env bash
# Makes requirements/*.txt from requirements/*.in: versions and hashes for every platform, and no addresses.
set -euo pipefail
cd "$(dirname "$0")/.."
for name in runtime dev; do
  UV_PYTHON_DOWNLOADS=never uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-header --no-annotate --no-emit-index-url --no-emit-find-links \
    --output-file "requirements/$name.txt" "requirements/$name.in"
done
if grep -nE 'https?://|file:|--find-links|--index' requirements/*.txt; then
  echo "A lock file holds an address; remove it before you commit." >&2
  exit 1
fi
