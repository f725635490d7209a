# Targets for developers: tests, checks, formatting.  `make help` prints the lines marked with ##.

FUZZ_SECONDS ?= 600
PROPERTY_SEED ?= 1
PROPERTY_CASES ?= 100000

.PHONY: help demo shell test lint unit unit-asan conformance property fuzz bench bench-injection coverage format dist

help: ## this list
	@echo "  all            build the extension; DEV=1: strictly, warnings are errors"
	@echo "  install        install it for the server of PG_CONFIG (default: pg_config)"
	@echo "  installcheck   pg_regress and isolation tests against a running server that has it installed"
	@echo "  clean          remove everything built"
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' mk/develop.mk | \
		while IFS='|' read -r target text; do printf '  %-14s %s\n' "$$target" "$$text"; done

# A library of the tests with its own copy of what it tests, because the extension hides it.
$(BUILD)/test/store_test.so: test/modules/store_test.c $(BUILD)/server/pg/shared_store.o $(BUILD)/server/pg/shared_memory.o \
		$(BUILD)/server/pg/digest.o $(CORE_LIB)
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -shared -o $@ $^ -Wl,--exclude-libs,ALL

# What the benchmark measures with: a clock for the server, and a program of many clients.
$(BUILD)/bench/clock.so: test/bench/clock.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -shared -o $@ $<

$(BUILD)/bench/load: test/bench/load.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -O2 -g -Wall -Wextra $(shell pkg-config --cflags libpq) -o $@ $< $(shell pkg-config --libs libpq)

# What looks for prompt injections, alone in a process.
$(BUILD)/bench/injection: test/bench/injection.c $(BUILD)/core/libllm_policy_core.a
	@mkdir -p $(@D)
	$(CORE_CC) $(CORE_CFLAGS) -o $@ $^ $(LIBRARIES)

demo: ## install what is needed, then show the extension at work on a throw-away server
	@MAKE='$(MAKE)' demo/run

shell: ## psql on a throw-away server with the extension and the example policies
	@MAKE='$(MAKE)' demo/run shell

test: ## every suite on throw-away servers; SUITES="lint unit …" selects
	@MAKE='$(MAKE)' test/run $(SUITES)

lint: all ## the rules of test/lint
	@test/lint/run

unit: encodings $(BUILD)/core/unit ## unit tests of the core
	$(BUILD)/core/unit

unit-asan: encodings $(BUILD)/asan/unit ## the same under AddressSanitizer and UndefinedBehaviorSanitizer
	ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1 $(BUILD)/asan/unit

conformance: encodings $(BUILD)/core/conformance ## recorded cases through the core alone
	test/conformance/run operators test/conformance/operators.jsonl
	test/conformance/run injection
	test/conformance/run tokens
	test/conformance/run tokens test/conformance/tokens/tokens_special_mode.jsonl

property: $(BUILD)/core/property $(BUILD)/tiny/property ## random policy sets against a walk over all rules: PROPERTY_CASES=100000, PROPERTY_SEED=1
	$(BUILD)/core/property $(PROPERTY_SEED) $(PROPERTY_CASES)
	$(BUILD)/tiny/property $(PROPERTY_SEED) $(PROPERTY_CASES)

fuzz: encodings $(FUZZ_SOURCES:test/fuzz/%.c=$(BUILD)/fuzz/%) ## every fuzzer for FUZZ_SECONDS=600 seconds
	@test/fuzz/run '$(BUILD)/fuzz' $(FUZZ_SECONDS)

bench: ## measure the engine on a throw-away server and write docs/benchmarks.md; BENCH_QUICK=1 prints a small one
	@MAKE='$(MAKE)' test/bench/run

bench-injection: $(BUILD)/bench/injection ## how fast prompt injections are looked for, without a server
	$<

coverage: encodings $(BUILD)/coverage/unit ## lines of the core that the unit tests reach, as HTML in build/coverage
	find $(BUILD)/coverage -name '*.gcda' -delete
	$(BUILD)/coverage/unit
	lcov --quiet --capture --directory $(BUILD)/coverage --no-external --base-directory . \
		--output-file $(BUILD)/coverage/lcov.info
	lcov --quiet --remove $(BUILD)/coverage/lcov.info '*/test/*' --output-file $(BUILD)/coverage/lcov.info
	genhtml --quiet $(BUILD)/coverage/lcov.info --output-directory $(BUILD)/coverage/html
	lcov --summary $(BUILD)/coverage/lcov.info

format: ## clang-format on every C and C++ file
	git ls-files '*.c' '*.h' '*.cc' | xargs clang-format-14 -i

dist: ## a zip of the committed tree, as PGXN wants it
	@mkdir -p $(BUILD)
	git archive --format zip --prefix=$(EXTENSION)-$(EXTVERSION)/ -o $(BUILD)/$(EXTENSION)-$(EXTVERSION).zip HEAD
