# `make help` lists the targets. Each makes .venv first where it is missing or out of date.
PYTHON_IN_VENV := .venv/bin/python
LAB_ARGS ?=
# What takes minutes first, the page that puts all together last.
BENCHMARKS = benchmarks/speed.py \
	$(filter-out %/speed.py %/report.py %/store.py, $(sort $(wildcard benchmarks/*.py))) benchmarks/report.py

.PHONY: help setup lab test lessons lint bench clean

help:  ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1	/p' Makefile | while IFS='	' read -r name text; do \
		printf '  make %-8s %s\n' "$$name" "$$text"; done

setup:  ## make .venv and install the course into it
	@sh tools/setup.sh

lab: setup  ## open JupyterLab at lesson 00 (LAB_ARGS=--no-browser adds arguments)
	@echo "Opening JupyterLab; stop it with Ctrl+C."
	@$(PYTHON_IN_VENV) -m jupyterlab $(LAB_ARGS) notebooks/00_start_here.ipynb

test: setup  ## check style, run the unit tests, run every lesson and compare its outputs
	@$(PYTHON_IN_VENV) tools/run_tests.py

lessons: setup  ## run every lesson in full and write its outputs and times
	@$(PYTHON_IN_VENV) tools/lessons.py run
	@$(PYTHON_IN_VENV) tools/lessons.py sync
	@$(PYTHON_IN_VENV) tools/lessons.py check

lint: setup  ## check style and the anatomy of the lessons
	@$(PYTHON_IN_VENV) -m ruff check .
	@$(PYTHON_IN_VENV) tools/lessons.py check

bench: setup  ## measure speed and quality (hours; stop it when you like, it goes on there)
	@for script in $(BENCHMARKS); do \
		echo "Running $$script"; $(PYTHON_IN_VENV) "$$script" || exit 1; done

clean:  ## remove .venv and everything that tools left behind
	rm -rf .venv build dist handouts *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +
	find . -name .ipynb_checkpoints -prune -exec rm -rf {} +
