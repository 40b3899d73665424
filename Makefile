# `make help` prints this file's targets. Everything runs in .venv; nothing else is touched.
.DEFAULT_GOAL := help
PY := .venv/bin/python
.PHONY: help setup demo test slow quick check format docs serve matrix seed constraints changelog clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/installed ## virtual environment with everything the tests need

.venv/installed: pyproject.toml constraints.txt
	test -x $(PY) || python3 -m venv .venv
	$(PY) -m pip install -q -c constraints.txt -e '.[test]'
	touch $@

demo: setup ## real recordings to a proven program and its report, in ./demo
	.venv/bin/motekit demo demo

test: ## what continuous integration runs: apt tools, environment, lint, types, everyday tests
	bash tests/run

slow: ## the wide sweeps that continuous integration leaves out
	bash tests/run -m slow

quick: setup ## the everyday tests alone
	$(PY) -m pytest -m 'not slow' -n auto

check: setup ## lint, format, types, layers
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	$(PY) -m pytest tests/test_layers.py

format: setup ## rewrite Python files in the house's format
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

docs: setup ## build the documentation strictly, into ./site
	$(PY) -m mkdocs build --strict

serve: setup ## show the documentation while writing it
	$(PY) -m mkdocs serve

matrix: setup ## prove on every core, compiler and -O level
	.venv/bin/motekit prove --matrix

seed: setup ## the seed pipeline's bill beside the claim
	$(PY) -m benchmarks.seed_pipeline

constraints: setup ## rewrite constraints.txt from the environment in use
	$(PY) .ci/constraints.py > constraints.new && mv constraints.new constraints.txt

changelog: setup ## what the fragments in changes/ say, as they would be released
	$(PY) -m towncrier build --draft

clean: ## remove what the targets above made
	rm -rf .venv site demo build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
