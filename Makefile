# Needs Python 3.11 or later, make and git; everything else goes into .venv.
# Another Python: make demo PYTHON=/path/to/python3.12

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --editable

.PHONY: help demo test lint clean
.NOTPARALLEL:

help:
	@echo "make demo    install into .venv and run the demonstration"
	@echo "make test    run the tests"
	@echo "make lint    check style and types"
	@echo "make clean   remove .venv and everything that was built"

demo: .venv/installed
	@$(BIN)/microdomain demo

test: .venv/installed-test
	@$(BIN)/python -m pytest --numprocesses auto --dist loadfile

lint: .venv/installed-test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

clean:
	rm -rf .venv build dist out .pytest_cache .ruff_cache .mypy_cache .hypothesis
	find . -type d -name __pycache__ -prune -exec rm -rf {} +

.venv/installed: pyproject.toml | .venv/ready
	@echo "Installing microdomain into .venv (a minute or two, once)"
	@$(INSTALL) .
	@touch $@

.venv/installed-test: pyproject.toml | .venv/ready
	@echo "Installing microdomain and its test tools into .venv (a minute or two, once)"
	@$(INSTALL) ".[test]"
	@touch $@ .venv/installed

.venv/ready:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "microdomain needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>/dev/null || echo missing)."; \
	  echo "Name another one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -m venv --clear .venv || { \
	  echo "'$(PYTHON) -m venv' failed. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@touch $@
