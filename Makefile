# Every task of the course. Each target sets up what it needs, and is quick when there is nothing to do.

PYTHON ?= python3
PROFILE ?= kit
VENV := .venv
BIN := $(VENV)/bin
RUN := INSIDE_TRANSFORMERS_PROFILE=$(PROFILE) $(BIN)/python

.PHONY: help run test test-gpu lab book kit outputs format lint bench train evaluate compare clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: kit ## run every lesson; executed copies and HTML in build/
	$(RUN) -m extras_and_licenses.lessons run

test: lint kit ## run all tests: helper package, kit, and every cell of every notebook
	OMP_NUM_THREADS=1 $(RUN) -m pytest --nbval --numprocesses 2 --dist loadfile

test-gpu: kit ## run all tests on an NVIDIA card; without one it says so and fails
	@$(BIN)/python -c 'import sys; from extras_and_licenses.device import report; found = report(); print(found); \
		sys.exit(0 if found.device.startswith("cuda") else "make test-gpu needs an NVIDIA card. " + found.reason)'
	$(RUN) -m pytest --nbval

lab: kit ## open the lessons in JupyterLab
	$(RUN) -m jupyterlab notebooks

kit: $(VENV)/ready ## install the kit of small models, or repair it
	@$(BIN)/python -m extras_and_licenses.kit install

book: $(VENV)/ready ## build the course as a web site in build/book (REPOSITORY=address of a clone on GitHub adds links to Colab)
	INSIDE_TRANSFORMERS_REPOSITORY=$(REPOSITORY) $(BIN)/python -m extras_and_licenses.book

outputs: kit ## run every lesson in place, so that the notebooks hold today's outputs
	$(RUN) -m extras_and_licenses.lessons update

format: $(VENV)/ready ## format code and notebooks
	$(BIN)/ruff check --fix --quiet .
	$(BIN)/ruff format --quiet .
	$(BIN)/python -m extras_and_licenses.lessons normalise

lint: $(VENV)/ready ## check code, notebooks and the workflow without changing them
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml

bench: kit ## measure what ForwardListener costs
	$(RUN) tests/benchmarks/bench_forward_listener.py

compare: kit ## hold the pipelines against those of transformers 4.57, in an environment of its own
	$(RUN) tests/benchmarks/compare_with_transformers_4.py

train: kit ## train one model of the kit: make train ROLE=fill-mask (needs INSIDE_TRANSFORMERS_DATA)
	$(RUN) -m extras_and_licenses.kit train $(ROLE)

evaluate: kit ## measure the kit's models, or one: make evaluate ROLE=entities (needs INSIDE_TRANSFORMERS_DATA)
	$(RUN) -m extras_and_licenses.kit evaluate $(ROLE)

clean: ## remove what the targets made, but not the kit's cache
	rm -rf $(VENV) build .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --editable .
	@touch $@
