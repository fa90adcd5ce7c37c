# Every task of the course. Each target sets up what it needs, and is quick when there is nothing to do.

PYTHON ?= python3
PROFILE ?= kit
VENV := .venv
BIN := $(VENV)/bin
RUN := INSIDE_TRANSFORMERS_PROFILE=$(PROFILE) $(BIN)/python
PYTEST := OMP_NUM_THREADS=1 $(RUN) -m pytest --nbval --numprocesses 2 --dist loadfile

.PHONY: help run test sandbox review test-gpu test-rounding test-container test-browser test-hub plan release grade review bench-grading bench-sizes bench-steps lab teach book kit outputs format lint bench train evaluate compare clean
.DEFAULT_GOAL := help

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: kit ## run every lesson; executed copies and HTML in build/
	$(RUN) -m extras_and_licenses.lessons run

test: lint kit sandbox ## run all tests: helper package, kit, and every cell of every notebook
	$(PYTEST)

test-gpu: kit sandbox ## run all tests on an NVIDIA card; without one it says so and fails
	@$(BIN)/python -c 'import sys; from extras_and_licenses.device import report; found = report(); print(found); \
		sys.exit(0 if found.device.startswith("cuda") else "make test-gpu needs an NVIDIA card. " + found.reason)'
	$(RUN) -m pytest --nbval

test-rounding: kit ## what lessons print and cards document, with weights moved by more than rounding: a stand-in for another device (SEED=1)
	PYTHONPATH=tests $(PYTEST) -p rounding notebooks extras_and_licenses tests/test_kit_answers.py

release: $(VENV)/ready ## make the student set in release/, without solutions, and write its exercises into gradebook.db
	@$(BIN)/python -m extras_and_licenses.grading.release

grade: INSTEAD := podman docker
grade: kit sandbox ## grade what lies in submitted/, write feedback/ and grades.csv (LESSON=01_fill_mask for one lesson, AGAIN=yes for all anew)
	@$(RUN) -m extras_and_licenses.grading.grade $(LESSON) $(if $(AGAIN),--again) $(if $(SANDBOX),--sandbox $(SANDBOX))

review: kit ## open the form grader, to grade written answers by hand
	JUPYTER_CONFIG_PATH=extras_and_licenses/grading/jupyter $(RUN) -m jupyterlab --LabApp.default_url=/formgrader

lab: kit ## open the student set in JupyterLab; what you worked in is kept
	@$(BIN)/python -m extras_and_licenses.grading.release --no-gradebook
	$(RUN) -m jupyterlab release

teach: kit ## open the masters in JupyterLab: lessons with solutions and hidden tests
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

bench-grading: kit sandbox ## submissions a minute, of make grade and of plain nbgrader (SUBMISSIONS=100)
	$(RUN) tests/benchmarks/bench_grading.py $(SUBMISSIONS)

bench-sizes: kit ## quality of a role's adapters against their size: make bench-sizes ROLE=entities STEPS=600 (needs INSIDE_TRANSFORMERS_DATA)
	$(RUN) tests/benchmarks/bench_training.py sizes $(ROLE) $(STEPS)

bench-steps: kit ## quality of a role's model against training steps: make bench-steps ROLE=fill-mask STEPS=3000 (needs INSIDE_TRANSFORMERS_DATA)
	$(RUN) tests/benchmarks/bench_training.py steps $(ROLE) $(STEPS)

compare: kit ## hold the pipelines against those of transformers 4.57, in an environment of its own
	$(RUN) tests/benchmarks/compare_with_transformers_4.py

# Training asks for large blocks of memory all the time: kept and in huge pages, they save a sixth of the time of a step.
# Only the C library of Linux reads this.
train bench-sizes bench-steps: export GLIBC_TUNABLES := glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4000000000:glibc.malloc.trim_threshold=8000000000
train: kit ## train one model of the kit: make train ROLE=fill-mask (needs INSIDE_TRANSFORMERS_DATA)
	$(RUN) -m extras_and_licenses.kit train $(ROLE)

evaluate: kit ## measure the kit's models, or one: make evaluate ROLE=entities (needs INSIDE_TRANSFORMERS_DATA)
	$(RUN) -m extras_and_licenses.kit evaluate $(ROLE)

test-container: kit ## grade in a container of podman or docker, whose image it builds if needed
	$(BIN)/python -c 'from extras_and_licenses.grading import container; container.ready()'
	$(RUN) -m pytest tests/test_grading_container.py -rs

test-browser: kit ## use every explorer in JupyterLab with Chromium; pictures in build/browser
	@[ -n "$(CHROMIUM)$$(which chromium google-chrome chromium-browser)" ] || { \
		as_root=$$([ "$$(id -u)" = 0 ] || echo sudo --non-interactive); \
		$$as_root apt-get update && $$as_root apt-get install --yes chromium; } \
		|| { echo "Chromium is missing and apt-get could not install it. Install it or Chrome, and if it is in" \
		"no usual place, name it: make test-browser CHROMIUM=/path/to/chrome"; exit 1; }
	OMP_NUM_THREADS=1 CHROMIUM=$(CHROMIUM) $(RUN) -m pytest tests/browser

test-hub: kit ## run every lesson under the profile hub: on stand-ins, and on the real checkpoints where the hub can be reached
	INSIDE_TRANSFORMERS_PROFILE=hub $(BIN)/python -m pytest tests/hub -rs

plan: $(VENV)/ready ## work out the memory of the profile hub on a T4 and put the table into the README
	$(RUN) -m extras_and_licenses.memory

sandbox:
	@which bwrap > /dev/null || [ "$$(uname)" != Linux ] || { \
		as_root=$$([ "$$(id -u)" = 0 ] || echo sudo --non-interactive); \
		$$as_root apt-get update && $$as_root apt-get install --yes bubblewrap; } \
		|| which $(INSTEAD) 2> /dev/null | grep --quiet . \
		|| { echo "bubblewrap is missing and apt-get could not install it. It keeps submissions from doing harm:" \
		"install it with your system's package manager. For make grade, podman or docker does instead."; exit 1; }

clean: ## remove what the targets made, but not the kit's cache
	rm -rf $(VENV) build .pytest_cache .ruff_cache *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +

$(VENV)/ready: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed. Name one: make PYTHON=python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --use-pep517 --requirement requirements.txt
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --editable .
	@touch $@
