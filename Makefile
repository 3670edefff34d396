# Two commands matter: `make demo` and `make test`. `make help` lists the rest.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
PORT ?= 8000
N ?= 500

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev demo demo-reset test lint format bench crash lock clean

help:  ## Show what there is to do
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.run  ## Install what running needs into .venv

setup-dev: .venv/.dev  ## Install what tests and linters need as well

demo: .venv/.run  ## Start the demo on one port (PORT=8000); state is kept under var/
	@$(BIN)/outreach demo --port $(PORT)

demo-reset:  ## Forget the demo's state
	rm -rf var/demo

test: .venv/.dev  ## Run the whole test suite; what the machine lacks is skipped and named
	$(BIN)/python -m pytest -n 2 $(ARGS)

lint: .venv/.dev  ## Check style, types and the message library
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/outreach messages check

format: .venv/.dev  ## Put the code into its standard form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.dev  ## Run every benchmark and print a table
	$(BIN)/python -m bench

crash: .venv/.dev  ## Kill the scheduler N times in the middle of its work (N=500)
	OUTREACH_CRASH_RUNS=$(N) $(BIN)/python -m pytest tests/crash -q --timeout 0

lock: .venv/.dev  ## Renew the locked requirements
	$(BIN)/python -m pip install --quiet uv
	for name in run dev; do \
	  $(BIN)/uv pip compile pyproject.toml requirements/build.in \
	    $$(test $$name = dev && echo --extra dev --extra broker) \
	    --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	    --quiet --output-file requirements/$$name.txt; \
	done

clean:  ## Remove what was built; the demo's state stays
	rm -rf .venv dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed; this is %d.%d. Try: make PYTHON=python3.12" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/.run: requirements/run.txt pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (a minute or two the first time) ..."
	$(PIP) install --require-hashes -r requirements/run.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

.venv/.dev: requirements/dev.txt pyproject.toml | .venv/bin/python
	@echo "Installing into .venv (a minute or two the first time) ..."
	$(PIP) install --require-hashes -r requirements/dev.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@ .venv/.run
