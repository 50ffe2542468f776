# Two commands matter: `make demo` and `make test`. Each does all the set-up that is missing.
SHELL := /bin/bash
PORT ?= 8000
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo test lint drill setup lock clean

help: ## these lines
	@sed -nE 's/^([a-z]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: ## set up, load the sample district, serve it on this machine, port 8000 (PORT=N)
	@scripts/setup demo
	@exec .venv/bin/gisgrid demo --port $(PORT)

test: ## set up, then linters, types and every test (ARGS go to pytest)
	@scripts/setup test
	@scripts/verify test $(ARGS)

lint: ## linters and types only
	@scripts/setup demo
	@scripts/verify lint

drill: ## the long proofs
	@scripts/setup test
	@scripts/verify drill $(ARGS)

setup: ## set up for the demo, and nothing else
	@scripts/setup demo

lock: ## resolve the dependencies anew
	@scripts/setup demo
	@scripts/lock

clean: ## remove what set-up and tests made here (databases are left alone)
	@rm -rf .venv node_modules gisgrid/maps/assets/vendor build *.egg-info test-results \
	  .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
