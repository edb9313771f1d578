# Every target sets up what it needs on a machine with Python 3.11+, make and the package registries.
PYTHON ?= python3
# Blocks of a page of docs/ need each other: they are the first tests, and with few processes all fall to the first.
SIDE_BY_SIDE := -n auto --maxprocesses 8 --dist worksteal
BIN := .venv/bin
# The tests start hundreds of commands; what one has compiled is there for the next, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test check sweep replay corpus coverage format quality bench clean

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
	$(BIN)/python -m pytest -q $(SIDE_BY_SIDE)

check: setup    ## format, lint, import contracts, types, generated docs
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/lint-imports
	$(BIN)/cog --check README.md docs/commands.md docs/reports.md
	$(BIN)/mypy
	$(BIN)/basedpyright

sweep: setup replay    ## run the slow sweeps: every fault at every page, kills, damage, hostile input; some minutes
	$(BIN)/python -m pytest -q -m "sweep and not alone" $(SIDE_BY_SIDE)
	$(BIN)/python -m pytest -q -m "sweep and alone"

replay: .venv-replay/.ready    ## an environment of its own with pywb, in which a sweep replays web archives

.venv-replay/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-replay
	.venv-replay/bin/python -m pip install -q --disable-pip-version-check -U 'pip>=25.1'
	.venv-replay/bin/python -m pip install -q --disable-pip-version-check --group replay
	@touch .venv-replay/.ready

corpus: .venv-corpus/.ready    ## an environment of its own with ConvoKit, some gigabytes, in which a sweep loads a corpus

.venv-corpus/.ready: pyproject.toml
	$(PYTHON) -m venv .venv-corpus
	.venv-corpus/bin/python -m pip install -q --disable-pip-version-check -U 'pip>=25.1'
	.venv-corpus/bin/python -m pip install -q --disable-pip-version-check --group corpus
	@touch .venv-corpus/.ready

coverage: setup    ## run the tests, and hold their coverage against the floor
	$(BIN)/coverage erase
	$(BIN)/coverage run -m pytest -q $(SIDE_BY_SIDE)
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
	rm -rf .venv .venv-replay .venv-corpus demo build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -prune -exec rm -rf {} +
