# Two commands are enough: `make run` to play, `make test` to check.
PORT ?= 8000
HOST ?= 127.0.0.1
DATA ?= data
VENV ?= .venv
PYTHON ?= python3
# How many tests run at the same time, besides those in browsers.
WORKERS ?= auto
# Which tests are people in front of browsers. They mostly wait, so they run beside the others, a module at a time.
BROWSERS ?= browser

PY := $(VENV)/bin/python
# The many processes of the tests share what one of them has compiled.
PYTEST := env -u PADAWAN_DATA -u PUBLIC_URLS -u PYTHONDONTWRITEBYTECODE $(PY) -m pytest -q
export PADAWAN_DATA ?= $(abspath $(DATA))
export PUBLIC_URLS ?= http://localhost:$(PORT),http://127.0.0.1:$(PORT)

.PHONY: help run install install-dev chromium test test-fast lint format check lock screenshots clean

help:            ## Show these targets
	@grep -hE '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

run: install     ## Install, migrate, load the starter content and serve: PORT=8123 DATA=/srv/forge HOST=0.0.0.0
	@exec $(PY) manage.py quickstart --host $(HOST) --port $(PORT)

install: $(VENV)/.runtime   ## Make the virtual environment from the hashed lock

install-dev: $(VENV)/.dev   ## The same, with the tools for tests and lint

$(PY):
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is missing: install it with 'apt install python3'."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; name it with PYTHON=..."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    apt-get -qq update && apt-get -qq install -y python3-venv >/dev/null; \
	  else echo "Python's venv module is missing: install it with 'apt install python3-venv'."; exit 1; fi; }
	@echo "Making the virtual environment in $(VENV) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.runtime: requirements/runtime.txt | $(PY)
	@echo "Installing the packages (half a minute the first time) ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/runtime.txt
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing the tools for tests and lint ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

# Without what draws windows, tests in browsers cost a third less.
chromium:
	@command -v chromium-headless-shell >/dev/null || command -v chromium >/dev/null || { \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests ..."; \
	    apt-get -qq update && apt-get -qq install -y chromium-headless-shell fonts-liberation >/dev/null; \
	  else echo "The browser tests need Chromium: install it with 'apt install chromium-headless-shell'."; exit 1; fi; }

test: install-dev chromium   ## Run every test, browsers included
	@mkdir -p build; TEST_RUN=browsers $(PYTEST) -n 2 --dist loadfile -m "$(BROWSERS)" tests/browser >build/browsers.log 2>&1 & browsers=$$!; \
	$(PYTEST) -n $(WORKERS) --ignore tests/browser; others=$$?; \
	echo "Waiting for the browsers ..."; wait $$browsers; said=$$?; cat build/browsers.log; exit $$((others + said))

test-fast: install-dev       ## Run the tests without browsers
	@$(PYTEST) -n $(WORKERS) --ignore tests/browser

lint: install-dev            ## Style, import contracts, types, missing migrations
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@PATH="$(abspath $(VENV))/bin:$$PATH" lint-imports --no-logo 2>/dev/null || $(VENV)/bin/lint-imports
	@$(VENV)/bin/mypy
	@$(PY) manage.py makemigrations --check --dry-run

format: install-dev          ## Format the code
	@$(VENV)/bin/ruff format .
	@$(VENV)/bin/ruff check --fix .

check: lint test             ## Everything that CI checks on one database

lock: install-dev            ## Write the hashed locks again
	@for set in runtime s3 dev; do \
	  $(VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    -o requirements/$$set.txt requirements/$$set.in; done

screenshots: install-dev chromium   ## Draw the pictures of the README with a real browser
	@env -u PADAWAN_DATA -u PUBLIC_URLS $(PY) -m tests.browser.screenshots docs/img

clean:           ## Remove the virtual environment (the data folder stays)
	@rm -rf $(VENV)
