# Everything that a person or a machine does with this repository. `make help` lists it.

SWIFT   ?= swift
PREFIX  ?= /usr/local
DESTDIR ?=
CONFIG  ?= release

# The installed programs carry Swift's run-time library in them: they need no toolchain where they run.
BUILD      = $(SWIFT) build -c $(CONFIG) --static-swift-stdlib
# Tests are built apart: they link the run-time library dynamically, and the two would rebuild each other's objects.
TEST_FLAGS = -c $(CONFIG) --scratch-path .build-test -Xswiftc -enable-testing
PACKAGES   = libprotobuf-c-dev protobuf-c-compiler protobuf-compiler python3-protobuf libsystemd-dev pkg-config
# What `make check-arm` runs Arm's kernels on; an Arm machine runs them itself.
EMULATION  = $(if $(filter x86_64,$(shell uname -m)),libc6-dev-arm64-cross qemu-user)
SOURCES    = Package.swift Sources Tests

.PHONY: all deps test check check-arm demo protos release-contract manuals fmt lint install uninstall clean help

all: deps ## Build lfmd and lfmctl, their manual pages and completions
	$(BUILD) --product lfmd
	$(BUILD) --product lfmctl
	Tools/make-manuals.sh "$$($(BUILD) --show-bin-path)"

deps: ## Install what building and testing need (Debian packages; Swift itself must be there)
	@Tools/install-dependencies.sh $(PACKAGES) $(EMULATION)

# One test after the other: some wait for processes and sockets, and would keep the threads that others need on a small machine.
test: deps check ## Do what `make check` does, then build and run all tests
	$(SWIFT) build $(TEST_FLAGS) --build-tests
	$(SWIFT) test $(TEST_FLAGS) --skip-build --no-parallel

check: lint check-arm ## Check the formatting, the generated code, the contract against the released one, the kernels for Arm
	Tools/generate-protos.sh --check
	Tools/check-contract

check-arm: deps ## Compile the kernels for Arm and check them on emulated processors
	Tools/check-arm.sh

lint:
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

demo: all ## Run the daemon on the demo model: questions, a call of a tool, JSON under a schema
	@Tools/demo.sh "$$($(BUILD) --show-bin-path)"

protos: deps ## Generate the C code of Protos/ anew
	Tools/generate-protos.sh

release-contract: deps ## Make Protos/ the contract that `make check` compares with; refused if clients would break
	Tools/check-contract --release

manuals: ## Write manual pages and completions of the programs that are built to Packaging/
	Tools/make-manuals.sh "$$($(BUILD) --show-bin-path)"

fmt: ## Format the Swift sources
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

# Without asking `swift`: root may not have it in its path.
install: ## Install what `make` built under PREFIX (default /usr/local); DESTDIR is put before it
	@Tools/install.sh ".build/$(CONFIG)" "$(DESTDIR)" "$(PREFIX)"

uninstall: ## Remove what `make install` installed
	@Tools/install.sh --remove "$(DESTDIR)" "$(PREFIX)"

clean: ## Remove everything that was built
	rm -rf .build .build-test

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
