# yaohao 摇号. Run "make" for the list of targets.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

GO ?= go
GOLANGCI := $(shell $(GO) env GOPATH)/bin/golangci-lint
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
BUILD := $(GO) build -buildvcs=false -trimpath -ldflags "-X main.version=$(VERSION)"

# Packages with goroutines, locks or several processes: they run under the race detector.
RACE := ./internal/pg/... ./audit/auditdb/... ./scheduler/... ./web/...

ARGS ?=
FUZZTIME ?= 30s
BENCH ?= .

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: build
build: ## bin/yaohao and bin/yaohao-verify
	$(BUILD) -o bin/ ./cmd/...

.PHONY: demo
demo: ## one month of the sample county; ARGS=--once ends after the summary
	scripts/install-deps.sh run
	$(MAKE) build
	bin/yaohao demo $(ARGS)

.PHONY: test
test: ## everything CI checks
	scripts/install-deps.sh test
	$(MAKE) fmt-check vet lint go-test race-test vectors browser-test

.PHONY: fmt
fmt: ## format all Go files
	gofmt -w .

.PHONY: fmt-check
fmt-check: ## fail if a Go file is not formatted
	@files=$$(gofmt -l .); if [ -n "$$files" ]; then echo "not formatted, run make fmt:"; echo "$$files"; exit 1; fi

.PHONY: vet
vet: ## go vet
	$(GO) vet ./...

.PHONY: lint
lint: ## golangci-lint with .golangci.yml
	@[ -x "$(GOLANGCI)" ] || { echo "no golangci-lint: run scripts/install-deps.sh test"; exit 1; }
	$(GOLANGCI) run ./...

.PHONY: go-test
go-test: ## unit tests of the packages without concurrency
	$(GO) test $$($(GO) list ./... | grep -vxFf <($(GO) list $(RACE)))

.PHONY: race-test
race-test: ## unit tests of the other packages, with the race detector
	$(GO) test -race $(RACE)
	$(GO) test -race -run 'Parallel|Shapes|Blocks|Builder|SolverParts' ./sampling

.PHONY: vectors
vectors: ## the test vectors of the draw, read by every implementation
	$(GO) test -count=1 -run Vector ./sampling/...
	scripts/conformance.sh

.PHONY: conformance
conformance: ## the three verifiers on 1,000 random bundles, every tamper and 1,000 random ones
	scripts/conformance.sh --full

.PHONY: browser-test
browser-test: build ## the pages in headless Chromium
	scripts/browser-test.sh

.PHONY: bench
bench: ## the ratios of the design's speed budgets; YAOHAO_BENCH_ROWS=1000000 is full size
	scripts/bench.sh

.PHONY: benchmarks
benchmarks: ## every benchmark; BENCH=Draw chooses some
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (30s)
	scripts/fuzz.sh $(FUZZTIME)

.PHONY: schema
schema: ## write migrations/schema.sql anew
	YAOHAO_WRITE_SCHEMA=1 $(GO) test -count=1 -run TestSchemaGolden ./migrations

.PHONY: clean
clean: ## remove bin/
	rm -rf bin
