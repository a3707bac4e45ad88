# Balise: the two commands a newcomer needs are `make run` and `make test`.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: run install test check budget bench lock clean

run: install ## load the bundled sample and serve it on http://127.0.0.1:8000
	@$(BIN)/balise demo --serve --port $(PORT)

install: .venv/installed ## the product alone, in .venv

.venv/installed: requirements.txt setup.cfg pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 ou plus récent est nécessaire."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/installed-test: .venv/installed requirements-test.txt tasks/install-test-tools.sh tests/audit/package-lock.json tests/pipeline/package-lock.json
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.txt
	sh tasks/install-test-tools.sh
	@touch $@

check: .venv/installed-test ## the quick suite: layout, types and the tests that take no browser
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -m "not slow"

test: .venv/installed-test ## everything, on two processors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m pytest -q -n 2 --dist loadfile

budget: .venv/installed-test ## weigh the pages of the demonstration; fail where one is too heavy
	$(BIN)/python tasks/budget.py

bench: .venv/installed-test ## the measurements, against their peers
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/search.py
	$(BIN)/python benchmarks/crawl.py
	$(BIN)/python benchmarks/hints.py

lock: .venv/installed ## write the hash-locked requirement files again from setup.cfg
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --extra site --extra build setup.cfg -o requirements.txt
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
	    --no-annotate --extra site --extra build --extra test -c requirements.txt setup.cfg -o requirements-test.txt

clean:
	rm -rf .venv var build *.egg-info
