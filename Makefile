# Roost: `make up` runs a region, `make test` runs every test. `make help` lists the rest.
SHELL := /bin/bash
.DEFAULT_GOAL := help

IMPORT_CHECK := --explicit-target-dependency-import-check error
HAND_WRITTEN := $(shell git ls-files -co --exclude-standard '*.swift' 2>/dev/null | grep -v -i generated)

.PHONY: help
help: ## List what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-18s %s\n", $$1, $$2}'

.PHONY: up
up: setup build ## Install what is missing, build, run a region with two container instances.
	.build/release/roost up --instances 2

.PHONY: setup
setup: ## Install what is missing (Docker Engine, libsqlite3, busybox) and start the engine.
	scripts/setup.sh

.PHONY: build
build: ## Build .build/release/roost; checks that imports follow the arrows of Package.swift.
	swift build -c release --product roost $(IMPORT_CHECK)

.PHONY: test
test: ## Set up, build once, then unit tests, generated code, acceptance with real containers.
	scripts/test.sh

.PHONY: check
check: ## Before a push: format, generated code, house rules, fast tests.
	swift format lint -r --strict $(HAND_WRITTEN)
	scripts/check-generated.sh
	swift test --disable-xctest

.PHONY: format
format: ## Format the hand-written Swift.
	swift format -i $(HAND_WRITTEN)

.PHONY: generate
generate: ## Write the generated code anew from the pinned botocore and the folders.
	scripts/generate.sh

.PHONY: acceptance
acceptance: ## Only the black-box tests, against the debug build. PYTEST="-k crash" chooses.
	scripts/setup.sh
	scripts/make-venv.sh
	swift build --product roost
	ROOST_BINARY=.build/debug/roost .venv/bin/pytest Acceptance $(PYTEST)

.PHONY: simulate
simulate: build ## A few hundred seeds of the simulated world.
	.build/release/roost simulate --seeds 1..300

.PHONY: simulate-long
simulate-long: build ## Ten thousand seeds of the simulated world.
	.build/release/roost simulate --seeds 1..10000

.PHONY: fuzz
fuzz: build ## A hundred thousand malformed requests over all operations, from a fresh seed.
	scripts/make-venv.sh
	ROOST_BINARY=.build/release/roost ROOST_FUZZ_CASES=1150 ROOST_FUZZ_SEED=$$RANDOM \
		.venv/bin/pytest Acceptance/test_malformed.py Acceptance/test_malformed_query.py

.PHONY: bench
bench: build ## The numbers of Benchmarks/README.md, measured on this machine.
	scripts/bench.sh

.PHONY: clean-containers
clean-containers: ## Remove every container that a Roost agent made on this engine.
	scripts/clean-containers.sh
