# Two commands matter: `make demo` and `make test`. The README says what the others are for.
PYTHON ?= python3
PORT ?= 8000
DATA ?= data

PIP := .venv/bin/python -m pip --disable-pip-version-check --quiet
MANAGE := OPSNOTES_DATA="$(abspath $(DATA))" .venv/bin/python manage.py

.PHONY: demo run worker install test lint types tests bench screenshots translations

demo: install
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) load_samples
	@$(MANAGE) run --port $(PORT) --login-as demo

run: install
	@$(MANAGE) migrate --verbosity 0
	@$(MANAGE) run --port $(PORT)

worker: install
	@$(MANAGE) work

install: .venv/installed

# With `make -j 2 test` the types are checked beside the tests.
test: lint types tests

lint: .venv/tested
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports
	.venv/bin/python manage.py makemigrations --check --dry-run

types: .venv/tested
	.venv/bin/mypy .

tests: .venv/tested
	.venv/bin/python -m pytest $(PYTEST_ARGS)

bench: .venv/tested
	.venv/bin/python -m benchmarks

screenshots: .venv/tested
	.venv/bin/python -m docs.screenshots

translations: .venv/tested
	.venv/bin/python manage.py makemessages --locale ja --no-wrap --add-location file --no-obsolete --ignore .venv --ignore samples --ignore tests --ignore benchmarks
	.venv/bin/python manage.py compilemessages --locale ja --ignore .venv

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "OpsNotes needs Python 3.11 or newer; name one with PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

.venv/installed: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing; the first time takes a minute."
	@$(PIP) install --constraint constraints.txt .
	touch $@

# jupyter_server brings a grammar of internationalized addresses that nobody here asks about. While it is there every
# start of OpsNotes takes two seconds longer: nbformat imports jsonschema, which compiles it.
.venv/tested: pyproject.toml constraints.txt | .venv/bin/python
	@echo "Installing; the first time takes a minute."
	@$(PIP) install --constraint constraints.txt '.[dev]'
	@$(PIP) uninstall --yes rfc3987-syntax lark
	touch .venv/installed $@
