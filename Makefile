# The two commands are `make run` and `make test`; `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

.PHONY: help
help: ## list the verbs
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

.venv/run.stamp: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Thiqa needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing what requirements.lock pins; about two minutes the first time"
	@$(PIP) install --quiet --require-hashes -r requirements.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: requirements-dev.lock .venv/run.stamp
	@echo "Installing the development tools"
	@$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

CATALOGUES := $(patsubst %.po,%.mo,$(wildcard translations/*/LC_MESSAGES/messages.po))
%.mo: %.po | .venv/run.stamp
	@$(BIN)/pybabel --quiet compile -i $< -o $@

.PHONY: setup
setup: .venv/run.stamp $(CATALOGUES) ## make the environment and compile the catalogues

.PHONY: setup-dev
setup-dev: .venv/dev.stamp $(CATALOGUES) ## the same, with the development tools

.PHONY: run
run: setup ## serve survey, text-message simulator, dashboards and the staff's site on demo data
	@$(BIN)/thiqa demo
	@$(BIN)/thiqa serve --demo --port $(PORT)

.PHONY: test
test: setup-dev ## run every test that this machine can run
	@$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: lint
lint: setup-dev ## lint, format, types, import contracts
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: catalogue
catalogue: setup-dev ## bring the three catalogues up to date with the code
	@$(BIN)/python -m translations.update

PIN := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --no-strip-extras --no-header --no-annotate pyproject.toml --group build

.PHONY: lock
lock: setup-dev ## pin the newest dependencies, without naming a registry; both locks agree
	@$(PIN) --upgrade --group dev -o requirements-dev.lock
	@$(PIN) --constraint requirements-dev.lock -o requirements.lock

.PHONY: clean
clean: ## remove the environment and the demo data
	rm -rf .venv var
