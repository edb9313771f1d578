# Every target sets up what it needs on a machine with Python 3.11+, make and the package registries.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help setup demo test check sweep coverage format quality bench clean

help:    ## list the targets
	@grep -E '^[a-z]+: .*##|^[a-z]+:    +##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 10

setup: .venv/.ready    ## a virtual environment with everything

.venv/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'threadkeep needs Python 3.11 or newer; say make PYTHON=/path/to/python3.11'; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -q --disable-pip-version-check -U 'pip>=25.1'
	$(BIN)/python -m pip install -q --disable-pip-version-check -e . --group dev
	@touch .venv/.ready

demo: setup    ## archive the forum that ships with threadkeep, and show what was kept and where
	$(BIN)/threadkeep demo

test: setup    ## run the tests, on every core
	$(BIN)/python -m pytest -q -n auto --dist worksteal

check: setup    ## format, lint, import contracts, types, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/cog --check README.md docs/commands.md docs/reports.md
	$(BIN)/mypy
	$(BIN)/basedpyright

sweep: setup    ## run the slow sweeps: every fault at every page, kills, damage, hostile input; some minutes
	$(BIN)/python -m pytest -q -m "sweep and not alone" -n auto --dist worksteal
	$(BIN)/python -m pytest -q -m "sweep and alone"

coverage: setup    ## run the tests, and hold their coverage against the floor
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q -n auto --dist worksteal
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

format: setup    ## format the code and renew the generated parts of the docs, and the schemas
	$(BIN)/ruff check --fix -q . || true
	$(BIN)/ruff format .
	$(BIN)/python scripts/build_schemas.py
	$(BIN)/cog -r README.md docs/commands.md docs/reports.md

quality: setup    ## how exactly the demo forum's pages are read, field by field, against the pinned floors
	$(BIN)/python -m bench quality

bench: setup    ## speed, memory and size, as ratios against peers in the same run; takes some minutes
	$(BIN)/python -m bench

clean:    ## remove everything that the other targets made
	rm -rf .venv demo build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
