# Two commands do all the set-up: `make demo` and `make test`. They need Python 3.11 or newer and git.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test lint format docs lock bench record container-test clean

demo: .venv/runtime.stamp
	@$(BIN)/python scripts/demo.py

test: lint
	$(BIN)/python scripts/run_tests.py

lint: .venv/dev.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy src tests scripts benchmarks
	$(BIN)/lint-imports
	$(BIN)/python scripts/generate_docs.py --check
	$(BIN)/hadolint Dockerfile
	$(BIN)/check-jsonschema --builtin-schema vendor.github-actions action.yml
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml examples/workflows/*.yml
	$(BIN)/zizmor --quiet --offline --pedantic .
	$(BIN)/zizmor --quiet --offline --config .github/zizmor.yml examples/workflows/*.yml

format: .venv/dev.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: .venv/dev.stamp
	$(BIN)/python scripts/generate_docs.py

bench: .venv/runtime.stamp
	$(BIN)/python benchmarks/run.py

record: .venv/runtime.stamp
	$(BIN)/python scripts/record_evals.py

container-test: .venv/dev.stamp
	bash scripts/container_test.sh

lock:
	PATH="$(CURDIR)/$(BIN):$$PATH" bash scripts/lock.sh

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .coverage build

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "stream-review needs Python 3.11 or newer. Say which one to use: make PYTHON=python3.12 …" >&2; exit 1; }
	$(PYTHON) -m venv .venv

.venv/runtime.stamp: requirements/runtime.txt pyproject.toml scripts/install_lock.py | .venv/bin/python
	$(BIN)/python scripts/install_lock.py requirements/runtime.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements/dev.txt requirements/oldest-pip.txt .venv/runtime.stamp
	$(BIN)/python scripts/install_lock.py requirements/dev.txt
	$(BIN)/python -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: \
		--dest .venv/oldest-pip --requirement requirements/oldest-pip.txt
	@touch $@
