# Two commands matter: `make run` and `make test`. `make help` lists the rest.

# The first Python that is new enough; `make test PYTHON=python3.13 VENV=.venv-3.13` takes another.
PYTHON ?= $(shell for each in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$each -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$each && break; done)
VENV ?= .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
# embedded or system: which PostgreSQL the tests use; empty takes embedded, else system.
PG ?=
export EVERYVOICE_TEST_PG = $(PG)
# Where it is set, every process of a test run compiles all it imports anew.
unexport PYTHONDONTWRITEBYTECODE

# A stamp is named after what it stands for, so that a checkout's times mean nothing and an
# environment is made once for each content of its lock file.
stamp = $(VENV)/.$(1)-$(shell cat $(1) | cksum | cut -d ' ' -f 1)
RUN := $(call stamp,requirements.lock)
DEV := $(call stamp,requirements-dev.lock)

.DEFAULT_GOAL := help
.PHONY: help run test check format lint types imports migrations contract words dependencies audit \
	suite bench openapi lock image-steps clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name what; do \
		printf '  make %-13s %s\n' "$$name" "$$what"; done

# exec: no shell may stand between make and the run, it would keep a SIGTERM to itself.
run: $(RUN) ## run everything here: PostgreSQL, API and worker on 127.0.0.1:8000 (EVERYVOICE_PORT)
	@exec $(PY) -m app.cli run

test: $(DEV) ## the everyday tests (PG=system, ARGS="-k words")
	$(PY) -m pytest -n auto --dist worksteal $(ARGS)

check: format lint types imports migrations contract words dependencies audit image-steps suite ## all that CI runs
	@echo "All checks passed."

format: $(DEV) # is it formatted?
	$(VENV)/bin/ruff format --check .

lint: $(DEV)
	$(VENV)/bin/ruff check .

types: $(DEV)
	$(VENV)/bin/mypy

imports: $(DEV)
	$(VENV)/bin/lint-imports

migrations: $(DEV)
	PYTHONPATH=. $(PY) .ci/migrations_sql.py >$(VENV)/migrations.sql
	$(VENV)/bin/squawk $(VENV)/migrations.sql

contract: $(DEV)
	$(PY) -m app.cli openapi --check

words: $(DEV)
	$(VENV)/bin/codespell

dependencies: $(DEV)
	$(VENV)/bin/deptry .

audit: $(DEV)
	@PATH="$(abspath $(VENV))/bin:$$PATH" .ci/audit

suite: $(DEV)
	$(PY) -m pytest -n auto --dist worksteal -m "slow or not slow" --cov --cov-branch --cov-fail-under=100 $(ARGS)

bench: $(DEV) ## measure against peers and limits (ARGS=--quick); writes bench/results.md
	$(PY) -m bench $(ARGS)

openapi: $(DEV) ## write openapi/v1.json anew
	$(PY) -m app.cli openapi

# The header of a lock file names the command to repeat, not the machine it ran on. Extras stay: pip
# holds `name[extra]` to a pin of that name alone, and else takes the newest, which has no hash here.
LOCK = UV_CUSTOM_COMPILE_COMMAND="make lock" uv pip compile --quiet --universal --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-strip-extras \
	--python-version 3.11 $(UPGRADE) pyproject.toml
lock: ## resolve both lock files (needs uv; UPGRADE=--upgrade takes newer versions)
	$(LOCK) --extra local --extra themes -o requirements.lock
	$(LOCK) --extra local --extra themes --extra dev -c requirements.lock -o requirements-dev.lock

image-steps: $(DEV) ## the Dockerfile's install steps in a clean folder; images are not built in CI
	@PYTHON=$(abspath $(PY)) .ci/image-steps

clean: ## remove environments and caches; .everyvoice, which holds data, stays
	rm -rf .venv .venv-* dist node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis \
		.import_linter_cache .schemathesis .coverage .coverage.*
	find app tests migrations -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed (PYTHON=...)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(RUN) $(DEV): | $(VENV)/bin/python
	$(PIP) install --quiet --require-hashes --only-binary :all: \
		-r $(if $(filter $(DEV),$@),requirements-dev.lock,requirements.lock)
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@# The development environment holds the other one.
	@touch $@ $(if $(filter $(DEV),$@),$(RUN))
