# Every job, by the name that people, hooks and CI use for it; `make help` lists them.
# Requires make and python3 (3.11 or newer, with venv and pip); everything else is installed into .venv.

PYTHON ?= python3
PORT ?= 3000
LIMIT_SECONDS ?= 600
# The order of the random run of test-full: another one each day, the same on every machine of that day.
ORDER ?= $(shell date -u +%Y%m%d)
OUT ?= $(CURDIR)/reports/forecasts.parquet

# Models stay inside the clone, so two clones never share one, and BentoML reports no usage data.
export BENTOML_HOME ?= $(CURDIR)/.bentoml
export BENTOML_DO_NOT_TRACK := True
# Serves this machine only by default; BENTOML_HOST=0.0.0.0 make serve opens it to others.
export BENTOML_HOST ?= 127.0.0.1

# Names of files may hold blanks, quotes, $ and wildcards, so make passes them on unread and the shell adds the folder:
# the current one, or with `make -C` the one that make was called in. -C shows as one of these flags.
unexport SALES FILE FROM OUT
export SALES_NAME := $(value SALES)
export FILE_NAME := $(value FILE)
export FROM_NAME := $(value FROM)
export OUT_NAME := $(if $(filter file,$(origin OUT)),$(OUT),$(value OUT))
export CALLED_IN := $(if $(findstring w,$(firstword -$(MAKEFLAGS)))$(findstring print-directory,$(MAKEFLAGS)),$(PWD),$(CURDIR))
export SHELL_IN := $(PWD)
# A silent `make -sC` does not show: then the folder that has the file counts.
folder_of = $$(case "$$$1" in /*|"~"/*|*://*) ;; *) if [ ! -e "$$CALLED_IN/$$$1" ] && [ -e "$$SHELL_IN/$$$1" ]; \
	then printf %s/ "$$SHELL_IN"; else printf %s/ "$$CALLED_IN"; fi;; esac)
SALES_FILE = "$(call folder_of,SALES_NAME)$$SALES_NAME"
NEW_DAYS_FILE = "$(call folder_of,FILE_NAME)$$FILE_NAME"
NEW_SALES = "$(call folder_of,FROM_NAME)$$FROM_NAME"
OUT_FILE = "$(call folder_of,OUT_NAME)$$OUT_NAME"

PY := .venv/bin/python
PIP := $(PY) -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-deps --no-compile --require-hashes
SERVE := .venv/.installed-train
JOBS := .venv/.installed-jobs
DEV := .venv/.installed-dev
BENCH := .venv-bench/.installed
LOCKS := dev jobs train serve bench
SHARE = $(PY) -m training.remote.sync $(if $(REMOTE),--remote "$(REMOTE)") --limit-seconds "$(LIMIT_SECONDS)"
PACKAGES := data models drift training service tests

.DEFAULT_GOAL := help
.PHONY: help up train serve batch ingest drift retrain demo replay roll-forward repro push pull restore dagshub refresh publish new-sales bento image image-local deploy test test-full check format bench bench-public metric-diff lock dashboards tools clean

help: ## list all commands
	@awk -F ':.*## ' '/^##@ /{printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## /{printf "  make %-14s%s\n", $$1, $$2}' \
		$(MAKEFILE_LIST)

##@ Train and serve
up: $(SERVE) ## train if needed, then serve on PORT (SALES=file: your own sales)
	@$(PY) -m service.deploy.startup_message --port $(PORT) --check
	@$(if $(value SALES),$(PY) -m data.import_sales $(SALES_FILE))
	@$(PY) -m training.train --if-needed
	@$(MAKE) --no-print-directory serve

train: $(SERVE) ## train on data/raw and promote the result
	@$(PY) -m training.train

serve: $(SERVE) ## serve the champion on PORT, in the foreground
	@$(PY) -m service.deploy.startup_message --port $(PORT)
	@exec $(PY) -m bentoml serve --port $(PORT)

batch: $(SERVE) ## write forecasts of every series to OUT (SALES=file: another history)
	@$(PY) -m service.batch $(if $(value SALES),--sales $(SALES_FILE)) $(if $(HORIZON_DAYS),--horizon-days $(HORIZON_DAYS)) --out $(OUT_FILE)

##@ New sales, drift, retraining
ingest: $(SERVE) ## add the days in FILE to data/raw; corrections replace earlier values
	@$(PY) -m data.ingest $(if $(value FILE),$(NEW_DAYS_FILE))

drift: $(JOBS) ## check the newest days for drift (SALES=file: history and new days in one)
	@$(PY) -m drift.check $(if $(value SALES),--sales $(SALES_FILE))

retrain: $(SERVE) ## if drift was flagged: train a challenger, promote it if it is better (FORCE=1: no flag needed)
	@$(PY) -m training.retrain $(if $(FORCE),--force)

demo: $(JOBS) ## run the whole loop on sample sales in minutes -> reports/demo.html (SHOCK=closed-store)
	@$(PY) -m training.demo $(if $(SHOCK),--shock "$(SHOCK)")

roll-forward: $(SERVE) ## update the forecasts with the newest sales, without training
	@$(PY) -m training.roll_forward

##@ Share data and models
repro: $(JOBS) ## train a challenger with DVC; unchanged stages are skipped (dvc.yaml)
	@PATH="$(CURDIR)/.venv/bin:$$PATH" $(PY) -m dvc repro

push: $(JOBS) ## upload sales and versions to the DVC remote (REMOTE, LIMIT_SECONDS)
	@$(SHARE) push

pull: $(JOBS) ## download sales and versions, and import the champion (REMOTE, LIMIT_SECONDS)
	@$(SHARE) pull

restore: $(JOBS) ## download and import the champion only (REMOTE, LIMIT_SECONDS)
	@$(SHARE) restore

dagshub: $(JOBS) ## use DagsHub as the DVC remote (OWNER, REPO; token in DAGSHUB_TOKEN)
	@$(PY) -m training.remote.dagshub "$(OWNER)" "$(REPO)"

refresh: $(JOBS) ## the scheduled run: pull, ingest, WHAT=retrain or roll-forward, push, publish
	@bash .ci/refresh "$(WHAT)"

publish: ## commit, tag and push the files that name the champion (after make push)
	@bash .ci/publish

new-sales: $(JOBS) ## ingest sales from FROM: a file or any address that DVC can read
	@bash .ci/new-sales $(if $(value FROM),$(NEW_SALES))

##@ Package and deploy
bento: $(SERVE) ## build the bento and smoke-test it
	@bash .ci/bento

image: bento ## build a container image of the bento (ENGINE, BASE_IMAGE, IMAGE)
	@bash .ci/image

image-local: $(DEV) tools ## build and run the image without a registry (Debian, root)
	@bash .ci/image-local

deploy: $(JOBS) bento ## deploy to a Hugging Face Space (SPACE=owner/name, DRY_RUN=1; token in HF_TOKEN)
	@$(PY) -m service.deploy "$(SPACE)" $(if $(DRY_RUN),--dry-run)

##@ Develop
test: $(DEV) check ## lint, types, import layers, and every test that needs only Python packages
	$(PY) -m pytest -m "not browser and not tools and not slow"

test-full: $(DEV) tools ## all other tests: browser, monitoring, image, workflows, slow ones, random order
	$(PY) -m pytest -m "browser or tools or slow"
	$(PY) -m pytest -m "not browser and not tools and not slow" -p randomly --randomly-seed=$(ORDER)

check: $(DEV) ## lint, format, types, import layers, workflows, compose file
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy
	PYTHONPATH=. .venv/bin/lint-imports --no-logo
	.venv/bin/zizmor --offline --quiet .github/workflows
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml

format: $(DEV) ## sort imports and format the code
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

bench: $(DEV) $(BENCH) ## measure accuracy and speed against other libraries -> reports/bench.md, README.md
	$(PY) -m tests.benchmarks.run

bench-public: $(DEV) ## measure accuracy on public tasks beside published models (DATA=folder)
	@$(PY) -m tests.benchmarks.public_tasks "$(DATA)"

replay: $(JOBS) ## compare retraining policies over two years, week by week (SALES=file, SEED)
	@$(PY) -m tests.benchmarks.policy_replay $(if $(value SALES),--sales $(SALES_FILE)) $(if $(SEED),--seed "$(SEED)")

metric-diff: $(DEV) ## compare accuracy with the commit BASE, on generated sales
	@bash .ci/metric-diff "$(or $(BASE),origin/main)"

lock: $(DEV) ## solve requirements/*.in into requirements/*.txt
	@for lock in $(LOCKS); do \
		$(PY) -m uv pip compile --quiet --system-certs --universal --python-version 3.11 --no-annotate --no-header \
			--no-emit-index-url --no-emit-find-links --generate-hashes \
			$$(case $$lock in dev | bench) ;; *) echo -c requirements/dev.txt ;; esac) \
			requirements/$$lock.in -o requirements/$$lock.txt || exit 1; done

dashboards: $(DEV) ## write the Grafana dashboards from monitoring/grafana/*.py
	@$(PY) -m monitoring.grafana.draw

tools: ## install the system tools of test-full (Debian, root; elsewhere: list what is missing)
	@bash .ci/tools

clean: ## remove environments and caches; sales, models and reports stay
	rm -rf .venv .venv-bench .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find $(PACKAGES) -name __pycache__ -type d -prune -exec rm -rf {} +

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
	@.venv-bench/bin/python -m pip install --quiet --quiet --disable-pip-version-check --no-input --no-deps --no-compile --require-hashes -r $<
	@touch $@
