# The same words that CI uses. Two commands matter to a newcomer: `make run` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: setup run test lint quick golden bench clean

setup: .venv/.installed

.venv/.installed: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement requirements-dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: setup
	$(BIN)/insula run reichman_2025_zimislecel --patients 200 --out runs/zimislecel

lint: setup
	$(BIN)/ruff check src tests benchmarks
	$(BIN)/ruff format --check src tests benchmarks
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/insula check

test: lint
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

quick: setup
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not slow"

golden: setup  # after a change of the science text: the new end of the tiny trial, to be read before it is committed
	PYTHONPATH=tests $(BIN)/python tests/golden/golden_study.py

bench: .venv-bench/.installed  # 10 to 15 minutes on a quiet machine; ARGUMENTS=--quick takes 2
	PYTHONPATH=src .venv-bench/bin/python -m benchmarks.run $(ARGUMENTS)
	PYTHONPATH=src .venv-bench/bin/python -m benchmarks.meta_speed > benchmarks/meta_speed.json  # beside R's metafor, if it is here

.venv-bench/.installed: benchmarks/requirements.txt
	$(PYTHON) -m venv .venv-bench
	.venv-bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

clean:
	rm -rf .venv .venv-bench build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis
