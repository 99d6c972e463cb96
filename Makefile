# Handrail: the two commands that matter are `make demo` and `make test`.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help demo test check format bench soak train eval-crisis lock clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.runtime ## the whole programme on this machine, every person playable in a web page
	@$(BIN)/python -m bot demo

test: $(VENV)/.dev ## every test but the long runs
	@$(BIN)/python -m pytest -q -n 2 --dist worksteal -m "not slow"

check: $(VENV)/.dev ## format, lint, types, and the one-way rule of imports
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

format: $(VENV)/.dev ## put the formatting right
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(VENV)/.dev ## measure; prints the table of docs/performance.md
	@$(BIN)/python -m bot bench

soak: $(VENV)/.dev ## the long runs
	@$(BIN)/python -m pytest -q -m slow

train: $(VENV)/.dev ## learn the crisis detector's second stage anew (some minutes)
	@$(BIN)/python -m training.train

eval-crisis: $(VENV)/.dev ## measure the crisis detector, and write the tables of docs/crisis-detection.md
	@$(BIN)/python -m training.evaluate --write

lock: $(VENV)/.dev ## pin the dependencies anew, with hashes and no index
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header --group dev pyproject.toml -c requirements.lock -o requirements-dev.lock

clean: ## forget the environment, the demo's data and the caches
	rm -rf $(VENV) data/demo .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("Handrail needs Python 3.11 or later; set PYTHON=python3.12 or the like.") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv $(VENV)

# A stamp a lock: nothing is installed twice, and a changed lock is installed before anything runs.
$(VENV)/.runtime: requirements.lock | $(VENV)/bin/python
	@echo "Installing what Handrail runs on (once) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what its tests need (once) ..."
	@$(PIP) install --quiet --require-hashes --requirement requirements-dev.lock
	@touch $@
