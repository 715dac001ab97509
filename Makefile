# `make demo` trains on built-in data and writes a report; `make test` runs everything CI runs.
# Each works alone on a bare clone: it makes .venv, installs, and starts. A second call starts at once.

DEMO = $(BIN)/sparring train --data builtin:avatars-small --budget 5m
# Everything CI runs; `make test` goes through all of it and fails if any of it fails.
LINT = code-style code-format types layers dependencies spelling
ROOMS_WITH_FLOOR = play games data run metrics doctor
FLOOR_PERCENT = 90

# Overridable: make test PYTHON=python3.12, make demo TORCH_INDEX=<address of another index for torch>
PYTHON ?=
TORCH_INDEX ?=

BIN := .venv/bin
READY := .venv/ready-$(shell cksum pyproject.toml | cut -d ' ' -f 1)
SHELL := /bin/sh
MAKEFLAGS += --no-print-directory

.PHONY: help demo test lint clean tests coverage $(LINT)

help:
	@echo 'make demo   train on built-in data for five minutes and write a report'
	@echo 'make test   run everything that CI runs'
	@echo 'make lint   only the checks that read the code'
	@echo 'make clean  remove .venv and all caches; runs/ stays'

demo: $(READY)
	@out=runs/demo; count=1; \
	while [ -e "$$out" ]; do count=$$((count + 1)); out=runs/demo-$$count; done; \
	echo "$(DEMO) --out $$out"; \
	$(DEMO) --out "$$out" && echo "The report is $$out/report.html"

test: $(READY)
	@$(MAKE) --keep-going lint tests coverage || \
		{ echo 'Something above failed: each place is marked with ***.' >&2; exit 1; }

lint: $(LINT)

code-style: $(READY)
	$(BIN)/ruff check .

code-format: $(READY)
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/pyrefly check --python-interpreter-path $(BIN)/python --summary=none

layers: $(READY)
	PYTHONPATH=src $(BIN)/lint-imports --no-cache --no-logo

dependencies: $(READY)
	$(BIN)/deptry .

spelling: $(READY)
	$(BIN)/codespell

# One thread per worker: two workers with all threads each would fight for the cores.
tests: $(READY)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist worksteal --cov --cov-report=

coverage: tests
	@for room in $(ROOMS_WITH_FLOOR); do \
		echo "Coverage of $$room, at least $(FLOOR_PERCENT)%:"; \
		$(BIN)/coverage report --include="src/sparring/$$room/*" --fail-under=$(FLOOR_PERCENT) || failed=yes; \
	done; test -z "$$failed"

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* build dist
	find . -name __pycache__ -type d -not -path './runs/*' -prune -exec rm -rf {} +

# The name of the target carries a hash of pyproject.toml, so an edit there installs again, and nothing else does.
$(READY):
	@python=; \
	for name in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$name; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo 'Sparring needs Python 3.11 or newer, and there is none on the PATH.' \
			'Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11' >&2; exit 1; \
	fi; \
	if ! [ -x $(BIN)/python ] || ! $(BIN)/python -m pip --version >/dev/null 2>&1; then \
		echo "Making .venv with $$("$$python" --version) ..."; \
		"$$python" -m venv --clear .venv || { \
			echo 'Python could not make a virtual environment.' \
				'On Debian and Ubuntu its module is a package of its own: apt install python3-venv' >&2; exit 1; }; \
	fi
	@if [ -n '$(TORCH_INDEX)' ]; then \
		$(BIN)/python -m pip install --disable-pip-version-check --index-url '$(TORCH_INDEX)' torch torchvision; \
	elif [ "$$(uname -s)" = Linux ] && ! command -v nvidia-smi >/dev/null && \
		! $(BIN)/python -c 'import torch' 2>/dev/null; then \
		echo 'No NVIDIA card was found, yet the usual torch for Linux brings 3 GB of CUDA with it. To save them, stop here' \
			'(Ctrl-C) and add TORCH_INDEX=<the address that pytorch.org gives for pip and CPU> to your make command.'; \
	fi
	@echo "Installing Sparring and its tools into .venv (once; some minutes, most of them for torch) ..."
	@quiet=; [ -t 1 ] || quiet=-qq; $(BIN)/python -m pip install $$quiet --disable-pip-version-check -e '.[dev]'
	@rm -f .venv/ready-*
	@touch $@
