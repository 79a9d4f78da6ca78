# All a newcomer needs: Python 3.11 or newer, make, and this file. `make` alone lists what there is.
# The tools live in .venv and .cache below this folder; `make clean` removes them again.

VENV := .venv
RUN := $(VENV)/bin/python -m
INSTALL := $(RUN) pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
PYTHON ?= python3.11 python3.12 python3.13 python3

.DEFAULT_GOAL := help
.PHONY: help demo serve test lint format bench constraints clean

help: ## Show this list
	@echo "Careline. Say make and one of these:"
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(VENV)/.installed ## Start a server with people and messages to look at
	@$(RUN) careline demo

serve: $(VENV)/.installed ## Start a server on your own data (settings: careline.toml)
	@$(RUN) careline serve

test: $(VENV)/.installed-test ## Check everything: style, types, laws of imports, browser code, tests
	@$(RUN) tests.run

lint: $(VENV)/.installed-test ## Check only what takes seconds: style, types, laws of imports
	@$(RUN) tests.run style format types imports

format: $(VENV)/.installed-test ## Write the Python code as the checks want it
	@$(RUN) ruff check --fix --quiet; $(RUN) ruff format

bench: $(VENV)/.installed-test ## Measure this machine: messages sent and delivered per second
	@$(RUN) careline bench

constraints: .cache/uv/bin/uv ## Pin the newest versions that fit pyproject.toml (then make test)
	@.cache/uv/bin/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --upgrade \
		--no-annotate --custom-compile-command "make constraints" --quiet --output-file constraints.txt

clean: ## Remove what make has made
	rm -rf $(VENV) .cache node_modules build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache \
		.import_linter_cache .hypothesis

# A stamp is written only after success, so whatever was interrupted is done again.

$(VENV)/.installed: pyproject.toml constraints.txt | $(VENV)/.python
	@echo "Installing what Careline needs into $(VENV) (once, about half a minute) ..."
	@$(INSTALL) '.[pdf]'
	@touch $@

$(VENV)/.installed-test: pyproject.toml constraints.txt | $(VENV)/.python
	@echo "Installing what the tests need into $(VENV) (once, one to three minutes) ..."
	@$(INSTALL) '.[test,bench,pdf]'
	@touch $@ $(VENV)/.installed

# ensurepip is asked for too: Debian keeps it in a package of its own, and without it `venv` fails half-way.
$(VENV)/.python:
	@for python in $(PYTHON); do \
		if $$python -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Making $(VENV) with $$($$python --version) ..."; \
			$$python -m venv --clear $(VENV) && touch $@ && exit 0; exit 1; \
		fi; \
	done; \
	echo "Careline needs Python 3.11 or newer with its venv module; none of these is that: $(PYTHON)." >&2; \
	echo "On Debian and Ubuntu: apt-get install python3 python3-venv" >&2; \
	exit 1

.cache/uv/bin/uv: | $(VENV)/.python
	@$(RUN) venv --clear .cache/uv
	@.cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv
