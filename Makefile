# make demo: set everything up and run Hanse with the sample shop.   make test: set everything up and run the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv pip install --quiet --python $(BIN)/python --constraint constraints.txt
# Without the cache of compiled modules each process takes three times as long to start.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check format assets install install-test clean

demo: $(VENV)/.demo assets
	@exec $(BIN)/hanse demo $(if $(PORT),--port $(PORT))

test: $(VENV)/.test assets
	$(BIN)/python -m tests

check: $(VENV)/.test
	$(BIN)/python -m tests --checks-only

format: $(VENV)/.test
	$(BIN)/ruff check --fix-only --quiet hanse benchmarks tests
	$(BIN)/ruff format --quiet hanse benchmarks tests

assets: $(VENV)/.demo
	@$(BIN)/python -m hanse.serve.console.assets

install: $(VENV)/.demo
install-test: $(VENV)/.test

$(VENV)/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Hanse needs Python 3.11 or later; this is " + sys.version.split()[0] + ". Name another with PYTHON=…")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv
	@touch $@

$(VENV)/.demo: $(VENV)/.made pyproject.toml constraints.txt
	$(UV) --editable '.[assets]'
	@touch $@

$(VENV)/.test: $(VENV)/.demo web/package-lock.json tests/serve/tracking/clients/package-lock.json tests/sources/tryton/constraints.txt
	$(UV) --editable '.[test]'
	@$(BIN)/python -m tests.install
	@touch $@

clean:
	rm -rf $(VENV) hanse/serve/console/static/built
