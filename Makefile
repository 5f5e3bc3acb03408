# The two commands are `make run` and `make test`; the others serve whoever changes the portal.
PORT ?= 5000
ROUNDS ?= 50
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export ROUNDS

LOCKED := requirements/build.txt requirements/run.txt
# A venv made for the tests has everything that running needs: run does not thin it out.
READY := $(if $(wildcard $(VENV)/test.stamp),$(VENV)/test.stamp,$(VENV)/run.stamp)

.PHONY: run test test-long test-clock bench lock fmt wheel system

# The demonstration, on this machine only: http, so its cookies must do without https.
run: export GRANTPORTAL_DEMONSTRATION = 1
run: export GRANTPORTAL_SECURE_COOKIES = 0
run: export GRANTPORTAL_PUBLIC_URL = http://127.0.0.1:$(PORT)
run: $(READY)
	$(BIN)/grantportal db upgrade
	$(BIN)/grantportal serve --port $(PORT)

test: system $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint --lint --quiet templates
	$(BIN)/pytest -n 2 --dist worksteal

test-long: ROUNDS = 200
test-long: test

# The tests at the hours when a clock is most likely to be leaned on: all but the browser's, some six runs of the whole.
test-clock: $(VENV)/test.stamp
	@sh tests/support/system.sh clock
	$(BIN)/python -m tests.clocks

bench: $(VENV)/test.stamp
	$(BIN)/python -m tests.bench

# The newest of everything; the diff of requirements/ is what to read afterwards.
lock: $(VENV)/test.stamp
	$(COMPILE) --extra test pyproject.toml -o requirements/test.txt
	$(COMPILE) pyproject.toml -c requirements/test.txt -o requirements/run.txt
	$(COMPILE) requirements/build.in -c requirements/test.txt -o requirements/build.txt

COMPILE = $(BIN)/uv pip compile --quiet --upgrade --generate-hashes --python-version 3.11 --python-platform linux \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links

fmt: $(VENV)/test.stamp
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

wheel: $(READY)
	$(BIN)/uv build --quiet --wheel --no-build-isolation --out-dir dist

$(BIN)/uv: requirements/build.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/build.txt
	touch $@

$(VENV)/run.stamp: $(BIN)/uv $(LOCKED) pyproject.toml
	$(call install,$(LOCKED))

$(VENV)/test.stamp: $(BIN)/uv $(LOCKED) requirements/test.txt pyproject.toml
	$(call install,requirements/build.txt requirements/test.txt)

# Offline after the downloads: what builds the portal's own package is locked too.
define install
$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes $(1)
$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
touch $@
endef

# What the tests need from Debian: a PostgreSQL server, a browser, and Java for the HTML checker.
system:
	@sh tests/support/system.sh
