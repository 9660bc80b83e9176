# `make demo` and `make test` set themselves up; everything else stands on the same .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test lint fix bench deep manual pages portable wheelhouse lock clean

$(READY): requirements-dev.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $(READY)

# Made anew each time: everything in demo-output comes from the invented samples.
demo: $(READY)
	rm -rf demo-output
	$(BIN)/evidence-kit demo

# Bytecode beforehand, and kept: isolated processes may not write any, and each of them and of pytest's would compile all
# that it imports anew.
test: $(READY)
	$(BIN)/python -m compileall -q evidence_kit tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile -m "not deep"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m tests.typed_examples
	$(BIN)/lint-imports

fix: $(READY)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(READY)
	$(BIN)/python -m benchmarks

deep: $(READY)
	$(BIN)/python -m compileall -q evidence_kit tests
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n auto --dist loadfile -m deep

# The manual pages, out of the words of the program.
manual: $(READY)
	$(BIN)/python -m docs.manual

# The guides for volunteers, lawyers and scripts, in three languages, as files to print from a browser.
pages: $(READY)
	$(BIN)/python docs/pages.py printed

# Folders that start by a double-click, with their own Python: portable-out/. See portable/pythons.toml for that Python.
portable: $(READY)
	$(BIN)/python -m portable

# Every wheel of the lock file, by system, for computers without a network: wheelhouse/.
wheelhouse: $(READY)
	$(BIN)/python -m portable wheelhouse

# Needs uv (pip install uv). Universal: one file for Linux, macOS and Windows; no index address in it.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-header --extra match --output-file requirements.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-header --constraint requirements.lock \
	    --output-file requirements-core.lock pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-emit-find-links --no-annotate --no-header --extra match --group dev --output-file requirements-dev.lock pyproject.toml

clean:
	rm -rf $(VENV) demo-output printed portable-out wheelhouse
