# make setup | check | test | demo — each sets up .venv by itself when it is missing or out of date.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMP  := $(VENV)/.ready-$(shell cksum < pyproject.toml | cut -d' ' -f1)

.PHONY: setup check format docs test demo bench clean

setup: $(STAMP)

$(STAMP):
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed: make PYTHON=python3.11"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev,lab]'
	rm -f $(VENV)/.ready-*
	touch $@

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/codespell xunjian docs README.md Makefile  # the tests misspell on purpose
	$(BIN)/python runner.py lint

docs: setup
	XUNJIAN_WRITE_DOCS=1 $(BIN)/python -m pytest -q tests/content/test_platform_pages.py tests/content/test_rounds_page.py

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# the tests use every core: they wait for devices more than they compute
test: setup
	$(BIN)/python -m pytest -q -rs -n auto --dist loadscope $(PYTEST_ARGS)

demo: setup
	$(BIN)/python runner.py demo

bench: setup
	$(BIN)/python -m pytest -q -m bench -s tests/bench

clean:
	rm -rf $(VENV) dist build *.egg-info
