# The table of contents: every job, by the name people, hooks and CI use for it. `make help` prints it.
# Needs make and python3 (3.11 or newer, with venv and pip); the rest is installed into .venv.

PYTHON ?= python3
PORT ?= 3000
HORIZON_DAYS ?= 90
LIMIT_SECONDS ?= 600
OUT ?= $(CURDIR)/reports/forecasts.parquet

# Everything a clone learns stays in it: two clones never share a model. Nobody is told about it either.
export BENTOML_HOME ?= $(CURDIR)/.bentoml
export BENTOML_DO_NOT_TRACK := True
# Serving beyond this machine is a decision: BENTOML_HOST=0.0.0.0 make serve
export BENTOML_HOST ?= 127.0.0.1

# Files named by the user are relative to where she stands, also with `make -C`, which shows as one of these flags.
STANDING := $(if $(findstring w,$(firstword -$(MAKEFLAGS)))$(findstring print-directory,$(MAKEFLAGS)),$(PWD),$(CURDIR))
# A silent `make -sC` does not show at all: then the file that is there is meant.
standing = $(if $(filter /%,$1),$1,$(or $(firstword $(wildcard $(STANDING)/$1 $(PWD)/$1)),$(STANDING)/$1))
export SALES_FILE := $(call standing,$(SALES))
export NEW_DAYS_FILE := $(call standing,$(FILE))
export OUT_FILE := $(if $(filter /%,$(OUT)),$(OUT),$(STANDING)/$(OUT))

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-deps --no-compile
SERVE := .venv/.installed-train
JOBS := .venv/.installed-jobs
DEV := .venv/.installed-dev
BENCH := .venv-bench/.installed
LOCKS := dev jobs train serve
SHARE = $(PY) -m training.remote.sync $(if $(REMOTE),--remote "$(REMOTE)") --limit-seconds "$(LIMIT_SECONDS)"
ROOMS := $(wildcard data models drift training service) tests

.DEFAULT_GOAL := help
.PHONY: help up train serve batch ingest drift retrain demo replay roll-forward repro push pull restore dagshub refresh publish new-sales bento image image-local deploy test test-full check format bench metric-diff lock dashboards tools clean

help: ## what can be done here
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

up: $(SERVE) ## train if these sales have no champion yet, then serve on PORT (SALES=file brings your own)
	@$(PY) -m service.deploy.startup_message --port $(PORT) --check
	@$(if $(SALES),$(PY) -m data.import_sales "$$SALES_FILE")
	@$(PY) -m training.train --if-needed
	@$(MAKE) --no-print-directory serve

train: $(SERVE) ## train on data/raw, promote
	@$(PY) -m training.train

serve: $(SERVE) ## serve the champion on PORT, in the foreground
	@$(PY) -m service.deploy.startup_message --port $(PORT)
	@exec $(PY) -m bentoml serve --port $(PORT)

batch: $(SERVE) ## forecast the whole assortment into OUT (SALES=file replaces the history)
	@$(PY) -m service.batch $(if $(SALES),--sales "$$SALES_FILE") --horizon-days $(HORIZON_DAYS) --out "$$OUT_FILE"

ingest: $(SERVE) ## add the new days of FILE to data/raw: validated, idempotent, corrections replace
	@$(PY) -m data.ingest $(if $(FILE),"$$NEW_DAYS_FILE")

drift: $(JOBS) ## judge the newest days, raise the flag if they moved (SALES=file: history and new days in one)
	@$(PY) -m drift.check $(if $(SALES),--sales "$$SALES_FILE")

retrain: $(SERVE) ## act on a drift flag: challenger, gate, promotion (FORCE=1 without a flag)
	@$(PY) -m training.retrain $(if $(FORCE),--force)

demo: $(JOBS) ## the closed loop, weeks in minutes, beside your own data -> reports/demo.html (SHOCK=closed-store)
	@$(PY) -m training.demo $(if $(SHOCK),--shock "$(SHOCK)")

replay: $(JOBS) ## two years lived again with shocks: the loop against retraining every week (SALES=file, SEED)
	@$(PY) -m tests.benchmarks.policy_replay $(if $(SALES),--sales "$$SALES_FILE") $(if $(SEED),--seed "$(SEED)")

roll-forward: $(SERVE) ## same trees, newer history, new forecasts: the daily job
	@$(PY) -m training.roll_forward

repro: $(JOBS) ## a challenger by DVC's stages: only what changed is run again (dvc.yaml)
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m dvc repro

push: $(JOBS) ## send sales and versions to the DVC remote (REMOTE, LIMIT_SECONDS)
	@$(SHARE) push

pull: $(JOBS) ## bring sales and versions from it, and the champion into BentoML's store
	@$(SHARE) pull

restore: $(JOBS) ## bring the champion alone
	@$(SHARE) restore

dagshub: $(JOBS) ## keep them on DagsHub (OWNER, REPO; the token stays in the environment: DAGSHUB_TOKEN)
	@$(PY) -m training.remote.dagshub "$(OWNER)" "$(REPO)"

refresh: $(JOBS) ## the day or the week as a whole: pull, new sales, WHAT=retrain or roll-forward, push, publish
	@bash .ci/refresh "$(WHAT)"

publish: ## commit and tag what names the champion, and push it (after `make push`)
	@bash .ci/publish

new-sales: $(JOBS) ## ingest new sales from a file or any address DVC can read (FROM)
	@bash .ci/new-sales "$$FROM"

bento: $(SERVE) ## pack the champion and the service, then serve that from elsewhere as a test
	@bash .ci/bento

image: bento ## the bento as an image, by the engine and base that are there (ENGINE, BASE_IMAGE, IMAGE)
	@bash .ci/image

image-local: $(DEV) tools ## the same where no registry can be reached (Debian, root), then run and smoke-tested
	@bash .ci/image-local

deploy: $(JOBS) bento ## bring the bento to a Hugging Face Space (SPACE=owner/name, HF_TOKEN in the environment, DRY_RUN=1)
	@$(PY) -m service.deploy "$(SPACE)" $(if $(DRY_RUN),--dry-run)

test: $(DEV) check ## everything that needs only Python packages
	$(PY) -m pytest -m "not browser and not tools and not slow"

test-full: $(DEV) tools ## what test leaves out: browser, monitoring, image, workflows, and what takes minutes
	$(PY) -m pytest -m "browser or tools or slow"

check: $(DEV) ## lint, format, types, layers, workflows, compose file
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	PYTHONPATH=. .venv/bin/lint-imports --no-logo
	.venv/bin/zizmor --offline --quiet .github/workflows
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

format: $(DEV) ## put imports and lines in order
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: $(DEV) $(BENCH) ## measure against peers in one run -> reports/bench.md and the README's table
	$(PY) -m tests.benchmarks.run

metric-diff: $(DEV) ## what this change does to accuracy, against BASE, on made-up sales
	@bash .ci/metric-diff "$(or $(BASE),origin/main)"

lock: $(DEV) ## solve requirements/*.in again -> requirements/*.txt, the smaller ones as subsets of dev
	@for lock in $(LOCKS); do \
		$(PY) -m uv pip compile --quiet --system-certs --universal --python-version 3.11 --no-annotate --no-header \
			--no-emit-index-url --no-emit-find-links $$([ $$lock = dev ] || echo -c requirements/dev.txt) \
			requirements/$$lock.in -o requirements/$$lock.txt || exit 1; done

dashboards: $(DEV) ## write Grafana's dashboards again from their tables
	@$(PY) -m monitoring.grafana.draw

tools: ## Debian's and npm's tools for test-full (as root on Debian; elsewhere says what is missing)
	@bash .ci/tools

clean: ## forget the environments and caches; sales, models and reports stay
	rm -rf .venv .venv-bench .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(ROOMS) -name __pycache__ -type d -prune -exec rm -rf {} +

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Storecast needs Python 3.11 or newer, found $$($(PYTHON) --version 2>&1): make PYTHON=/path/to/python3.11 …" >&2; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python cannot make environments here: install its venv and pip (Debian: python3-venv)." >&2; exit 1; }

$(SERVE): requirements/train.txt | $(PY)
	@echo "Installing what training and serving need (about half a minute) …"
	@$(PIP) -r $<
	@touch $@

$(JOBS): requirements/jobs.txt | $(PY)
	@echo "Installing what drift checks and versioned data need (about a minute) …"
	@$(PIP) -r $<
	@touch $@ $(SERVE)

$(DEV): requirements/dev.txt | $(PY)
	@echo "Installing what development needs (about a minute) …"
	@$(PIP) -r $<
	@touch $@ $(JOBS) $(SERVE)

$(BENCH): requirements/bench.txt | $(PY)
	@echo "Installing the peers to measure against …"
	@$(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-deps --no-compile -r $<
	@touch $@
