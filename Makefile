PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.installed
DOCUMENTATION := images/documentation/index.html
VENDOR := images/static/iiif_images/vendor/versions.json
FETCHED := tests/emulators/node_modules/.package-lock.json

.PHONY: install run test test-all lint docs bench lock clean help

help:
	@echo "make install    create .venv and install everything from requirements.lock"
	@echo "make run        start the server (HOST=127.0.0.1 PORT=8182 WORKERS=...)"
	@echo "make test       the tests of every day"
	@echo "make test-all   the slow ones too: browsers, corpora, faults"
	@echo "make lint       style, types, architecture, migrations, settings, lock file, documentation"
	@echo "make docs       build the documentation into build/docs"
	@echo "make bench      measure speed and memory"
	@echo "make lock       resolve the dependencies anew"
	@echo "make clean      remove what tools leave behind (never var/ nor .venv/)"

install: $(STAMP) $(if $(filter no,$(VIEWERS)),,$(VENDOR)) $(DOCUMENTATION)
	@:

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Python 3.11 or newer is needed: install it (apt install python3), or name it with PYTHON=/path/to/python3." >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "Python's venv module is missing: install it with: apt install python3-venv" >&2; exit 1; }
	@$(RUN) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing from requirements.lock ..."
	@$(RUN) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements.lock
	@$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENDOR): $(wildcard images/viewers/*.*) | $(STAMP)
	@echo "Fetching the viewers with npm ..."
	@$(RUN) images/viewers/install.py

$(DOCUMENTATION): $(shell find docs -name '*.md' -o -name '*.py' -o -name '*.css' -o -name '*.png') | $(STAMP)
	@echo "Building the documentation ..."
	@IIIFSERVER_HOME=build/docs-home $(RUN) -m sphinx -W -q -a -b html -d build/doctrees docs $(@D)
	@touch $@

run: install
	@exec $(RUN) manage.py serve

# What only tests open and start: viewers, emulators.
$(FETCHED): $(wildcard tests/*/package-lock.json tests/*/*/package-lock.json) tests/fetch.py | $(STAMP)
	@echo "Fetching what the tests need with npm ..."
	@$(RUN) -m tests.fetch
	@touch $@

test: install $(if $(filter no,$(VIEWERS)),,$(FETCHED))
	$(RUN) -m pytest -n auto -m "not slow"

test-all: install $(if $(filter no,$(VIEWERS)),,$(FETCHED))
	$(RUN) -m pytest -n auto

lint: export IIIFSERVER_HOME := build/lint
lint: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy manage.py caching iiifserver images overlays processors sources
	$(VENV)/bin/lint-imports
	$(RUN) manage.py makemigrations --check --dry-run
	IIIFSERVER_PUBLIC_URL=https://images.example.org $(RUN) manage.py check --deploy --fail-level WARNING
	@if grep -nE '://|--index-url|--find-links' requirements.lock; then \
		echo "requirements.lock names addresses: make it anew with make lock." >&2; exit 1; fi
	$(RUN) -m sphinx -W --keep-going -q -b html docs build/docs

docs: export IIIFSERVER_HOME := build/docs-home
docs: install
	$(RUN) -m sphinx -W --keep-going -q -b html docs build/docs

bench: install
	$(RUN) -m bench
	$(RUN) -m bench plain
	$(RUN) -m bench remote
	$(RUN) -m bench claims

lock: install
	$(VENV)/bin/uv pip compile pyproject.toml --group dev --all-extras \
		--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate --quiet \
		--output-file requirements.lock

clean:
	rm -rf build dist *.egg-info .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -path ./$(VENV) -prune -o -path ./var -prune -o -type d -name __pycache__ -print | xargs rm -rf
