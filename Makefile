# Needs python3 (3.11 or newer), pip (22.3 or newer) and make; nothing else. Everything is installed
# into .venv, from locks with hashes, and the stamps below say when that has to be done again.

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
SOURCES := src tests $(wildcard benchmarks)
# Extra words for a command, such as `make test ARGS="-k plan"` or `make demo ARGS=--no-open`.
ARGS ?=
# Two processes, each with the tests of whole files: the everyday suite stays in one, where a failure is easier to read.
SIDE_BY_SIDE := -n 2 --dist loadfile

# pip is called from outside the environment, because Debian's python3 brings no ensurepip to put one inside.
PIP_INSTALL := $(PYTHON3) -m pip --python $(PYTHON) --disable-pip-version-check install --quiet --root-user-action ignore

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

.PHONY: help
help: ## Print this list
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- the environment ---------------------------------------------------------

$(PYTHON):
	$(PYTHON3) -m venv --without-pip $(VENV)

# The package is linked, not copied: an edit under src is in force at once. Its own build tools come from
# the lock, so that no build isolation has to download them. The changelog is here because it holds the version.
$(VENV)/.stamp-run: requirements/run.txt requirements/build.txt pyproject.toml CHANGELOG.md | $(PYTHON)
	$(PIP_INSTALL) --require-hashes -r requirements/run.txt -r requirements/build.txt
	$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.stamp-dev: requirements/dev.txt $(VENV)/.stamp-run
	$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

.PHONY: environment
environment: $(VENV)/.stamp-dev ## Create .venv with every tool, or bring it up to date

# --- to use ------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.stamp-run ## Try Rhumbline on an example company
	$(VENV)/bin/rhumbline demo $(ARGS)

$(VENV)/.stamp-server: requirements/server.txt $(VENV)/.stamp-run
	$(PIP_INSTALL) --require-hashes -r requirements/server.txt
	@touch $@

.PHONY: up
up: $(VENV)/.stamp-server ## Serve an example company in the browser: make up ARGS="--port 8400"
	$(VENV)/bin/rhumbline up src/rhumbline/examples/bakery.yaml $(ARGS)

# --- to work -----------------------------------------------------------------

.PHONY: test
test: $(VENV)/.stamp-dev ## Run every test that needs no browser, no download and no long proof
	$(PYTHON) -m pytest $(ARGS)

.PHONY: check
check: format-check lint types contracts test-all test-postgres browser ## Everything a change must pass (at most 20 minutes)

.PHONY: prove
prove: $(VENV)/.stamp-dev ## Run the long proofs at full size (at most 75 minutes)
	HYPOTHESIS_PROFILE=thorough $(PYTHON) -m pytest $(SIDE_BY_SIDE) -m "not packaging and not local_data and not browser" $(ARGS)
	$(PYTHON) tests/postgres.py $(PYTHON) -m pytest -m prove tests/store tests/faces/api $(ARGS)

.PHONY: cases
cases: $(VENV)/.stamp-dev ## Run a folder of case files with expected results: make cases DIR=...
	@test -n "$(DIR)" || { echo "Say which folder: make cases DIR=path/to/cases"; exit 2; }
	$(PYTHON) tests/cases/compare.py $(DIR) $(ARGS)

.PHONY: published
published: $(VENV)/.stamp-dev ## Run the published cases; RHUMBLINE_DATA=... adds those that need data files
	@test -n "$(RHUMBLINE_DATA)" || echo "RHUMBLINE_DATA is not set: the cases that need data files are left out."
	$(PYTHON) -m pytest tests/published -m "$(if $(RHUMBLINE_DATA),not packaging,not packaging and not local_data)" $(ARGS)

.PHONY: bench
bench: $(VENV)/.stamp-dev ## Measure the benchmarks, each with its goal and its figure
	$(PYTHON) -m benchmarks $(ARGS)

.PHONY: snapshots
snapshots: $(VENV)/.stamp-dev ## Write the snapshots anew; read the diff before committing it
	$(PYTHON) -m pytest --snapshot-update $(ARGS)

.PHONY: format
format: $(VENV)/.stamp-dev ## Format the code and apply the safe fixes of the linter
	$(PYTHON) -m ruff check --fix-only --quiet $(SOURCES)
	$(PYTHON) -m ruff format $(SOURCES)

.PHONY: format-check
format-check: $(VENV)/.stamp-dev ## Check that the code is formatted
	$(PYTHON) -m ruff format --check $(SOURCES)

.PHONY: lint
lint: $(VENV)/.stamp-dev ## Check the code with the linter
	$(PYTHON) -m ruff check $(SOURCES)

.PHONY: types
types: $(VENV)/.stamp-dev ## Check the types
	$(PYTHON) -m mypy

.PHONY: contracts
contracts: $(VENV)/.stamp-dev ## Check who imports whom
	$(VENV)/bin/lint-imports --no-cache --no-logo

.PHONY: test-all
test-all: $(VENV)/.stamp-dev ## Run the tests with packaging and the seeded samples of the long proofs
	$(PYTHON) -m pytest $(SIDE_BY_SIDE) -m "not prove and not local_data and not browser" $(ARGS)

# What speaks with the database, on a PostgreSQL that lives as long as these tests; `make test` uses SQLite.
.PHONY: test-postgres
test-postgres: $(VENV)/.stamp-dev ## Run the tests of the store, the server and the web on PostgreSQL
	$(PYTHON) tests/postgres.py $(PYTHON) -m pytest $(wildcard tests/store tests/server tests/faces/api tests/faces/pages) $(ARGS)

# Playwright drives the system's chromium, and axe-core, which npm brings, checks what it shows.
$(VENV)/.stamp-browser: requirements/browser.txt tests/browser/package-lock.json $(VENV)/.stamp-dev
	$(PIP_INSTALL) --require-hashes -r requirements/browser.txt
	if command -v npm >/dev/null; then cd tests/browser && npm ci --silent --no-audit --no-fund; fi
	@touch $@

.PHONY: browser
browser: $(VENV)/.stamp-browser ## Look at the pages in a real browser: light, dark, wide, narrow, printed
	$(PYTHON) -m pytest -m browser -rs tests/browser $(ARGS)

.PHONY: wheel
wheel: $(VENV)/.stamp-dev ## Build the wheel and the source archive into dist
	$(PYTHON) -m build --no-isolation --outdir dist

# uv resolves for every platform at once and writes no address into the files, which uv.lock and pip's own
# lock formats do. Pins are kept where they still fit; `make lock UPGRADE=1` takes the newest versions.
COMPILE := pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header $(if $(UPGRADE),--upgrade)

.PHONY: lock
lock: ## Write requirements/*.txt anew from pyproject.toml and requirements/*.in
	@set -eu; tools=$$(mktemp -d); trap 'rm -rf "$$tools"' EXIT; \
	$(PYTHON3) -m venv --without-pip "$$tools"; \
	$(PYTHON3) -m pip --python "$$tools/bin/python" --disable-pip-version-check install --quiet --root-user-action ignore uv; \
	"$$tools/bin/uv" $(COMPILE) pyproject.toml -o requirements/run.txt; \
	"$$tools/bin/uv" $(COMPILE) -c requirements/run.txt --extra server --extra postgres --extra mcp \
		pyproject.toml -o requirements/server.txt; \
	"$$tools/bin/uv" $(COMPILE) -c requirements/run.txt requirements/build.in -o requirements/build.txt; \
	"$$tools/bin/uv" $(COMPILE) -c requirements/server.txt -c requirements/build.txt \
		--extra server --extra postgres --extra mcp pyproject.toml requirements/build.in requirements/dev.in -o requirements/dev.txt; \
	"$$tools/bin/uv" $(COMPILE) -c requirements/dev.txt requirements/browser.in -o requirements/browser.txt

.PHONY: clean
clean: ## Remove .venv and everything built or cached
	rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
