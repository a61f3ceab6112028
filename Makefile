# Everything a developer or an operator of one machine needs. `make run` and `make test` work on a fresh clone.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := .venv/bin
FRONTEND := viewer/frontend
FRONTEND_SOURCES := $(shell find $(FRONTEND) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path '*/tests/*' 2>/dev/null)
export ATRIUM_DEMO ?= 1
export PORT ?= 8000

.PHONY: help setup run serve test check test-full bench lock clean

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: .venv/.installed $(FRONTEND)/node_modules/.built ## Python packages into .venv, viewer built; a second run takes a second

run: setup ## set up, serve on http://127.0.0.1:8000 (PORT), load the demo (ATRIUM_DEMO=0: none), print a sign-in link
	@exec $(BIN)/python manage.py serve --welcome

serve: ## web server and worker in the foreground, nothing else: what a process manager starts
	@exec $(BIN)/python manage.py serve

test: setup ## all tests, on SQLite and a folder (ATRIUM_TEST_DATA: a folder of real DICOM files)
	$(BIN)/python -m pytest

test-full: setup ## the long runs too, with their stated numbers
	ATRIUM_TEST_FULL=1 $(BIN)/python -m pytest

check: setup ## lint, types, import rules and unit tests, in under two minutes
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/mypy
	cd $(FRONTEND) && npm run --silent lint && npm run --silent typecheck && npm test --silent
	$(BIN)/python -m pytest tests/unit

bench: setup ## measure beside Orthanc (ARGS="--suite stow"); docs/performance.md keeps the figures
	$(BIN)/python tests/bench/run.py $(ARGS)

lock: .venv/.installed ## write requirements*.txt: every pin with its hashes
	$(BIN)/uv pip compile -q --generate-hashes --custom-compile-command 'make lock' requirements.in -o requirements.txt
	$(BIN)/uv pip compile -q --generate-hashes --custom-compile-command 'make lock' requirements-dev.in -o requirements-dev.txt

clean: ## forget what setup made; the data folder stays
	rm -rf .venv $(FRONTEND)/node_modules $(FRONTEND)/dist

# uv itself comes by pip with its hash, then installs the rest in seconds; pip alone does it where uv finds no index.
.venv/.installed: requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Atrium needs Python 3.11 or newer (PYTHON=…)")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	awk '/^uv==/ {on=1} on {print} on && !/\\$$/ {exit}' requirements-dev.txt > .venv/uv.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r .venv/uv.txt
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.txt -r requirements-dev.txt \
	  || $(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt -r requirements-dev.txt
	touch $@

$(FRONTEND)/node_modules/.installed: $(FRONTEND)/package-lock.json
	@node -e 'process.exit(process.versions.node.split(".")[0] < 20 ? (console.error("Atrium needs Node 20 or newer"), 1) : 0)'
	cd $(FRONTEND) && npm ci --no-fund --no-audit --loglevel=error
	touch $@

$(FRONTEND)/node_modules/.built: $(FRONTEND)/node_modules/.installed $(FRONTEND_SOURCES)
	cd $(FRONTEND) && npm run --silent build
	touch $@
