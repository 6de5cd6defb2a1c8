# Every verb of the project. `make help` lists them.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
FONTS := build/fonts
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo test install fonts errors system check format types contracts lock clean
.DEFAULT_GOAL := help

help: ## List the verbs
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(BIN)/uv: requirements/uv.lock
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --require-hashes -r requirements/uv.lock
	@touch $@

$(VENV)/demo.stamp: requirements/demo.lock pyproject.toml $(BIN)/uv
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements/demo.lock
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --config-settings editable_mode=compat -e .
	@touch $@

$(VENV)/test.stamp: requirements/test.lock $(VENV)/demo.stamp
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes --compile-bytecode -r requirements/test.lock
	@touch $@

$(FONTS)/.stamp: package-lock.json edms/documents/layout/fonts.py edms/documents/layout/font_build.py $(VENV)/demo.stamp
	@npm ci --ignore-scripts --silent
	@$(BIN)/python -m edms.documents.layout.fonts node_modules $(FONTS)
	@touch $@

demo: $(VENV)/demo.stamp $(FONTS)/.stamp ## Play the main job and keep serving (ONCE=1: stop after it; PARTS=production: no embedded parts)
	@$(BIN)/python -m demo

test: $(VENV)/test.stamp $(FONTS)/.stamp system check ## Run every test on real parts; installs what it needs
	@$(BIN)/pytest -q -n 2 --dist loadfile

system: ## Install the system packages that tests use (Debian, as root), or say what is missing
	@tests/system-packages

install: $(VENV)/demo.stamp ## Make .venv with what the demo needs

fonts: $(FONTS)/.stamp ## Build the fonts that documents are set in

errors: $(VENV)/test.stamp ## Write docs/errors.md from the code
	@$(BIN)/python -m tests.catalogue

format: $(VENV)/test.stamp ## Format the code
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

types: $(VENV)/test.stamp ## Check the types
	@$(BIN)/mypy

contracts: $(VENV)/test.stamp ## Check who may import whom
	@$(BIN)/lint-imports

check: $(VENV)/test.stamp ## Style, types and import contracts: the quick part of the tests
	@$(BIN)/ruff format --check -q . && $(BIN)/ruff check -q .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

lock: $(BIN)/uv ## Resolve the dependencies anew
	@$(BIN)/uv pip compile requirements/uv.in --generate-hashes --universal --no-annotate --no-header -q -o requirements/uv.lock
	@for set in "runtime" "demo --extra demo" "test --extra demo --extra test"; do set -- $$set; name=$$1; shift; \
	  $(BIN)/uv pip compile pyproject.toml $$* --generate-hashes --universal --no-annotate --no-header -q -U \
	    -o requirements/$$name.lock; done

clean: ## Remove what was built and what the demo wrote
	rm -rf $(VENV) build var node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis
